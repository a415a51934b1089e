"""Semantics of Webex manifests: declared attributes in normal form, and what deserves a warning."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.contract.access import Danger
from reconciler.contract.shape import Resolve
from reconciler.model.resource import Reference, Resource
from reconciler.model.value import Ref, Value, Values
from reconciler.vendors.webexcc.facts import FOLDER
from reconciler.vendors.webexcc.models import (
    COLLECTION_TYPES,
    AnalyzerFolders,
    ProfileResources,
    ResourceCollection,
    User,
    UserProfile,
    folder_lists,
)
from reconciler.vendors.webexcc.permissions import PERMISSIONS, no_access

NONE, ALL = "none", "all"

TYPE_IS_FIXED = (
    "a profile keeps its type for life: declare a new profile of the other type, move its "
    "users in Control Hub, and take this one out of Git afterwards"
)

FROM_CONTROL_HUB = (
    "users appear in the contact center when Control Hub gives them a contact center licence: "
    "do that first, or correct the e-mail"
)


def desired_profile(resource: Resource[UserProfile], resolve: Resolve) -> Values:
    """A profile's declared attributes; a permissions map that is there is the full matrix."""
    spec = resource.spec
    values: dict[str, Value] = {"name": spec.name or resource.address.name}
    if spec.description is not None:
        values["description"] = spec.description
    if spec.profile_type is not None:
        values["profileType"] = spec.profile_type
    if spec.full_access:
        values["fullAccess"] = True
    elif spec.permissions is not None:
        values["fullAccess"] = False
        values["permissions"] = {n: no_access(n) for n in PERMISSIONS} | spec.permissions
    if spec.analyzer_folders is not None:
        values["analyzerFolders"] = _folders(spec.analyzer_folders, resolve)
    if isinstance(spec.resources, ProfileResources):
        values["resources"] = _limited(spec.resources, resolve)
    elif spec.resources is not None:
        values["resources"] = spec.resources
    return values


def _folders(declared: AnalyzerFolders, resolve: Resolve) -> Values:
    return {
        name: frozenset(
            resolve(FOLDER, each, ("spec", "analyzerFolders", name, number))
            for number, each in enumerate(named)
        )
        for name, named in folder_lists(declared)
    }


def _limited(resources: ProfileResources, resolve: Resolve) -> Values:
    here = ("spec", "resources")
    default = resources.default
    return {
        "collections": frozenset(
            resolve("ResourceCollection", each, (*here, "collections", number))
            for number, each in enumerate(resources.collections)
        ),
        "default": resolve("ResourceCollection", default, (*here, "default")) if default else None,
    }


def desired_collection(resource: Resource[ResourceCollection], resolve: Resolve) -> Values:
    """A collection's declared attributes; a type that its map leaves out is `none`."""
    spec = resource.spec
    values: dict[str, Value] = {"name": spec.name or resource.address.name}
    if spec.description is not None:
        values["description"] = spec.description
    if spec.resources is not None:
        values["resources"] = dict.fromkeys(COLLECTION_TYPES, NONE) | {
            name: _selected(name, chosen, resolve) for name, chosen in spec.resources.items()
        }
    return values


def _selected(name: str, chosen: str | list[Reference], resolve: Resolve) -> Value:
    if isinstance(chosen, str):
        return chosen
    return frozenset(
        resolve(name, each, ("spec", "resources", name, number))
        for number, each in enumerate(chosen)
    )


def desired_user(resource: Resource[User], resolve: Resolve) -> Values:
    """A user's declared attributes: profile, site, teams and the profiles of their work."""
    spec = resource.spec
    single: tuple[tuple[str, str, Reference | None], ...] = (
        ("userProfile", "UserProfile", spec.user_profile),
        ("site", "site", spec.site),
        ("skillProfile", "skill-profile", spec.skill_profile),
        ("desktopProfile", "desktop-profile", spec.desktop_profile),
        ("multimediaProfile", "multimedia-profile", spec.multimedia_profile),
    )
    values: dict[str, Value] = {
        name: resolve(kind, reference, ("spec", name))
        for name, kind, reference in single
        if reference is not None
    }
    if spec.teams is not None:
        values["teams"] = frozenset(
            resolve("team", each, ("spec", "teams", number))
            for number, each in enumerate(spec.teams)
        )
    return values


_DANGERS: Mapping[tuple[tuple[str, ...], object], Danger] = {
    (("fullAccess",), True): Danger("edit on everything, also on what comes later", "WCC103"),
    (("resources",), ALL): Danger("every resource of the tenant", "WCC121"),
    (("permissions", "call-monitoring"), "edit"): Danger("allows listening in", "WCC111"),
    (("permissions", "barge-in"), "enabled"): Danger("joins calls", "WCC111"),
    (("permissions", "tenant-setting"), "edit"): Danger("every setting of the tenant", "WCC157"),
    (("permissions", "user-profile"), "edit"): Danger("can give more access", "WCC145"),
    (("permissions", "audio-recording-transcript"), "view"): Danger("plays recordings", "WCC114"),
    (("permissions", "audio-recording-transcript"), "edit"): Danger("plays recordings", "WCC114"),
}


def danger(path: tuple[str, ...], value: object) -> Danger | None:
    """The danger of a granted value beyond its words, with the rule that says so."""
    if isinstance(value, (str, bool)) and not isinstance(value, Ref):
        return _DANGERS.get((path, value))
    return None
