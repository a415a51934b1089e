"""Manifests of Webex Contact Center: shape only; every documented limit is a rule."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from reconciler.model.resource import Manifest, Reference, Spec

COLLECTION_TYPES = (
    "queue", "site", "team", "channel",
    "multimedia-profile", "override", "holiday-list", "audio-prompt", "flow", "skill-profile",
    "skill-definition", "outdial-ani", "sub-flow", "desktop-layout", "working-hour", "function",
    "desktop-profile", "idle-wrapup-code", "cad-variable", "address-book",
)  # fmt: skip
"""The 20 resource types of a collection, in the vendor's names."""

NEVER_NONE = COLLECTION_TYPES[:4]
"""The types of which every collection holds something."""


class ProfileResources(Manifest):
    """One to five resource collections, one of them the default."""

    collections: list[Reference] = Field(
        description="What the profile's users see: these collections, and nothing else."
    )
    default: Reference | None = Field(
        default=None,
        description="Where what the profile's users create goes: one of the collections.",
    )


class AnalyzerFolders(Manifest):
    """The folders of Analyzer, by path, that have another level than Analyzer itself."""

    editable: list[Reference] = Field(
        default_factory=list, description="Folders to view and edit, and what is in them."
    )
    viewable: list[Reference] = Field(
        default_factory=list, description="Folders to view alone, and what is in them."
    )
    hidden: list[Reference] = Field(
        default_factory=list, description="Folders not to be seen, and what is in them."
    )


class UserProfile(Spec):
    """What its users may view and edit, and on which resources."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Billing supervisor",
                    "profileType": "supervisor",
                    "permissions": {"queue": "edit", "call-monitoring": "view"},
                    "resources": {"collections": ["billing"], "default": "billing"},
                }
            ]
        }
    )

    name: str | None = Field(
        default=None,
        description="The name in Webex; without it, it equals metadata.name.",
        examples=["Billing supervisor"],
    )
    description: str | None = Field(
        default=None, description="What Webex shows beside the name.", examples=["Leads billing"]
    )
    profile_type: str | None = Field(
        default=None,
        description="Whom the profile is for. It is fixed for life: a profile of another type is "
        "a new one.",
    )
    permissions: dict[str, str] | None = Field(
        default=None,
        description="The full matrix by the vendor's names, each none, view or edit, switches "
        "disabled or enabled; a name that is left out grants nothing.",
        examples=[{"queue": "edit", "call-monitoring": "view"}],
    )
    full_access: Literal[True] | None = Field(
        default=None,
        description="Edit on everything, also on what Webex adds later; instead of permissions.",
    )
    analyzer_folders: AnalyzerFolders | None = Field(
        default=None,
        description="Folders that are more or less open than Analyzer itself; their paths are the "
        "facts of the tenant.",
        examples=[{"viewable": ["Sales"], "hidden": ["Sales/EMEA"]}],
    )
    resources: str | ProfileResources | None = Field(
        default=None,
        description="`all` resources of the tenant, or one to five collections of them.",
        examples=["all", {"collections": ["billing"], "default": "billing"}],
    )


class ResourceCollection(Spec):
    """A container of resources, per type none, all or the named ones."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Billing",
                    "resources": {
                        "queue": ["Billing EN", "Billing DE"],
                        "site": ["Berlin"],
                        "team": ["Billing Berlin"],
                        "channel": "all",
                    },
                }
            ]
        }
    )

    name: str | None = Field(
        default=None,
        description="The name in Webex; without it, it equals metadata.name.",
        examples=["Billing"],
    )
    description: str | None = Field(
        default=None,
        description="What Webex shows beside the name.",
        examples=["Everything of billing"],
    )
    resources: dict[str, str | list[Reference]] | None = Field(
        default=None,
        description="The full map by the vendor's types, each `none`, `all` or a list of names; a "
        "type that is left out is none.",
        examples=[{"queue": ["Billing EN"], "site": ["Berlin"], "team": "all", "channel": "all"}],
    )


class User(Spec):
    """A contact-center user: the profile they hold, their site and teams, how they work."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "userProfile": "billing-supervisor",
                    "site": "Berlin",
                    "teams": ["Billing Berlin"],
                    "skillProfile": "Billing EN",
                }
            ]
        }
    )

    user_profile: Reference | None = Field(
        default=None, description="The profile that they hold.", examples=["billing-supervisor"]
    )
    site: Reference | None = Field(
        default=None, description="The site that they belong to.", examples=["Berlin"]
    )
    teams: list[Reference] | None = Field(
        default=None,
        description="All teams that they belong to.",
        examples=[["Billing Berlin", "Billing Lisbon"]],
    )
    skill_profile: Reference | None = Field(
        default=None,
        description="Their skills, instead of those that their team has.",
        examples=["Billing EN"],
    )
    desktop_profile: Reference | None = Field(
        default=None,
        description="What their desktop offers (an agent profile, in the API's words).",
        examples=["Billing desktop"],
    )
    multimedia_profile: Reference | None = Field(
        default=None,
        description="How many contacts of each channel they take at a time.",
        examples=["One call, two chats"],
    )


def folder_lists(folders: AnalyzerFolders) -> tuple[tuple[str, list[Reference]], ...]:
    """The three lists with their names in manifests, from the widest access to none."""
    return (
        ("editable", folders.editable),
        ("viewable", folders.viewable),
        ("hidden", folders.hidden),
    )
