"""Manifests of Webex Contact Center: shape only; every documented limit is a rule."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reconciler.model.resource import Manifest, Reference, Spec

COLLECTION_TYPES = (
    "queue", "site", "team", "channel",
    "multimedia-profile", "override", "holiday-list", "audio-prompt", "flow", "skill-profile",
    "skill-definition", "outdial-ani", "sub-flow", "desktop-layout", "working-hour", "function",
    "desktop-profile", "idle-wrapup-code", "cad-variable", "address-book",
)  # fmt: skip
"""The 20 resource types of a collection, in the vendor's names."""

NAMED_TYPES = ("queue", "site", "team", "channel")
"""The types whose resources can be named one by one; none of them may be `none`."""


class ProfileResources(Manifest):
    """The collections that limit what a profile's users see, one of them the default."""

    collections: list[Reference]
    default: Reference | None = None


class AnalyzerFolders(Manifest):
    """The folders of Analyzer, by path, that have another level than Analyzer itself."""

    editable: list[Reference] = Field(default_factory=list)
    viewable: list[Reference] = Field(default_factory=list)
    hidden: list[Reference] = Field(default_factory=list)


class UserProfile(Spec):
    """What its users may view and edit, and on which resources."""

    name: str | None = None
    description: str | None = None
    profile_type: str | None = None
    permissions: dict[str, str] | None = None
    full_access: Literal[True] | None = None
    analyzer_folders: AnalyzerFolders | None = None
    resources: str | ProfileResources | None = None


class ResourceCollection(Spec):
    """A container of resources, per type none, all or the named ones."""

    name: str | None = None
    description: str | None = None
    resources: dict[str, str | list[Reference]] | None = None


class User(Spec):
    """A contact-center user: the profile they hold, their site and teams."""

    user_profile: Reference | None = None
    site: Reference | None = None
    teams: list[Reference] | None = None


def folder_lists(folders: AnalyzerFolders) -> tuple[tuple[str, list[Reference]], ...]:
    """The three lists with their names in manifests, from the widest access to none."""
    return (
        ("editable", folders.editable),
        ("viewable", folders.viewable),
        ("hidden", folders.hidden),
    )
