"""Values in normal form as the spec of a manifest that a person would have written."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.contract.shape import Refer
from reconciler.model.value import Hidden, Json, Ref, Value, Values
from reconciler.vendors.webexcc.facts import FOLDER
from reconciler.vendors.webexcc.models import COLLECTION_TYPES
from reconciler.vendors.webexcc.permissions import NO_ACCESS, PERMISSIONS, PROFILE_TYPES
from reconciler.vendors.webexcc.semantics import ALL, NONE
from reconciler.vendors.webexcc.wire import COLLECTION

_OF_USERS = (
    ("userProfile", "UserProfile"),
    ("site", "site"),
    ("teams", "team"),
    ("skillProfile", "skill-profile"),
    ("desktopProfile", "desktop-profile"),
    ("multimediaProfile", "multimedia-profile"),
)
"""What a user's manifest may name, in the order of the model, and the kind of each."""


def profile_spec(values: Values, refer: Refer) -> dict[str, Json]:
    """The spec of a user profile with these values."""
    spec = _described(values)
    if values.get("profileType") in PROFILE_TYPES:
        spec["profileType"] = values["profileType"]
    permissions = values.get("permissions")
    if values.get("fullAccess"):
        spec["fullAccess"] = True
    elif isinstance(permissions, Mapping):
        spec["permissions"] = {
            name: permissions[name]
            for name in _ordered(permissions, PERMISSIONS)
            if permissions[name] not in NO_ACCESS
        }
    folders = values.get("analyzerFolders")
    if isinstance(folders, Mapping) and (lists := _lists(folders, refer)):
        spec["analyzerFolders"] = lists
    resources = values.get("resources")
    if isinstance(resources, Mapping):
        spec["resources"] = _limited(resources, refer)
    elif resources == ALL:
        spec["resources"] = ALL
    return spec


def _lists(folders: Values, refer: Refer) -> dict[str, Json]:
    """The lists of folders that hold any."""
    return {name: _references(FOLDER, keys, refer) for name, keys in folders.items() if keys}


def _limited(resources: Values, refer: Refer) -> dict[str, Json]:
    limited: dict[str, Json] = {
        "collections": _references(COLLECTION, resources["collections"], refer)
    }
    default = resources["default"]
    if isinstance(default, Ref) and not isinstance(default, Hidden):
        limited["default"] = refer(COLLECTION, default)
    return limited


def collection_spec(values: Values, refer: Refer) -> dict[str, Json]:
    """The spec of a resource collection with these values."""
    spec = _described(values)
    resources = values.get("resources")
    if isinstance(resources, Mapping):
        spec["resources"] = {
            name: ALL if resources[name] == ALL else _references(name, resources[name], refer)
            for name in _ordered(resources, COLLECTION_TYPES)
            if resources[name] != NONE
        }
    return spec


def user_spec(values: Values, refer: Refer) -> dict[str, Json]:
    """The spec of a user with these values; what they have none of is left alone."""
    spec: dict[str, Json] = {}
    for name, kind in _OF_USERS:
        value = values.get(name)
        if isinstance(value, frozenset) and value:
            spec[name] = _references(kind, value, refer)
        elif isinstance(value, Ref) and not isinstance(value, Hidden):
            spec[name] = refer(kind, value)
    return spec


def _described(values: Values) -> dict[str, Json]:
    """Name and description, the second where there is one."""
    return {key: values[key] for key in ("name", "description") if values.get(key)}


def _ordered(given: Mapping[str, Value], known: tuple[str, ...]) -> list[str]:
    """The keys in the vendor's order, those that only the tenant knows behind them."""
    ours = frozenset(known)
    return [*filter(given.__contains__, known), *sorted(key for key in given if key not in ours)]


def _references(kind: str, keys: Value, refer: Refer) -> list[Json]:
    """The members of a set, sorted as people read them."""
    assert isinstance(keys, frozenset)  # noqa: S101 - the normal form says so
    named = (refer(kind, Ref(key)) for key in keys)
    return sorted(named, key=lambda each: (isinstance(each, dict), str(each).casefold(), str(each)))
