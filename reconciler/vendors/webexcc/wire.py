"""Webex JSON and values in normal form, both ways; nothing else.

To an identity without access to it, the value of a field of one reads `restricted` (D1,
"Restricted resources"): in normal form HIDDEN, and written back as it came, which keeps it.

Sources: Cisco's OpenAPI "Webex Contact Center" of 2026-05-04, schemas
UserProfileGranularAccessDTO, ResourceCollectionDTO and UserResponseDTO.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from reconciler.http import fields
from reconciler.model.live import InventoryItem, LiveObject
from reconciler.model.value import HIDDEN, Hidden, Json, Ref, Value, Values, digest
from reconciler.vendors.webex.answers import array, one_of
from reconciler.vendors.webexcc.group import group_kind
from reconciler.vendors.webexcc.permissions import PERMISSIONS, SWITCHES, everything

PROFILE, COLLECTION, USER = "UserProfile", "ResourceCollection", "User"

_TYPES = {
    "licensed-administrator": "ADMINISTRATOR",
    "unlicensed-administrator": "ADMINISTRATOR_ONLY",
    "supervisor": "SUPERVISOR",
    "premium-agent": "PREMIUM_AGENT",
    "standard-agent": "STANDARD_AGENT",
}
_TYPE_NAMES = {wire: ours for ours, wire in _TYPES.items()} | {
    name: name.lower()
    for name in ("ANALYZER_ADMINISTRATOR", "ANALYZER_SUPERVISOR", "ANALYZER_USER")
}
_REACH = ("SPECIFIC", "ALL", "PROVISIONED_VALUE", "NONE")
_ACCESS = ("EDIT", "VIEW", "NONE", "ENABLED", "DISABLED")

_FOLDERS = {
    "editable": "editableFolderIds",
    "viewable": "viewableFolderIds",
    "hidden": "nonViewableFolderIds",
}
_KNOWN = frozenset(PERMISSIONS)

_OF_USERS = {
    "userProfile": "userProfileId",
    "site": "siteId",
    "skillProfile": "skillProfileId",
    "desktopProfile": "agentProfileId",
    "multimediaProfile": "multimediaProfileId",
}
"""What a user has one of, in the words of manifests and of the API."""
_BESIDE_THE_PROFILE = tuple(field for field in _OF_USERS.values() if field != "userProfileId")

_RESTRICTED = "restricted"

# The server sets these, or counts them; they neither belong into a write nor into a digest.
_SERVER = frozenset({"version", "createdTime", "lastUpdatedTime", "resourceCount"})


def profile(body: Mapping[str, Any]) -> LiveObject:
    """A user profile's item answer; raises ValueError for what no document has."""
    full = one_of(body, "permissionAccessLevel", _REACH) == "ALL"
    kind = _type_name(body)
    values: dict[str, Value] = {
        "name": fields.name(body, "name"),
        "description": fields.text(body, "description"),
        "profileType": kind,
        "fullAccess": full,
        "permissions": everything(kind)
        if full
        else {
            fields.name(row, "name"): _level(row["name"], row.get("access") or "NONE")
            for row in array(body, "permissions", dict)
        },
        "analyzerFolders": {
            name: frozenset(Ref(str(each)) for each in array(body, field, int))
            for name, field in _FOLDERS.items()
        },
        "resources": _resources(body),
    }
    return LiveObject(
        kind=group_kind(PROFILE),
        id=fields.identifier(body, "id"),
        name=body["name"],
        values=values,
        digest=digest(_stable_profile(body)),
        protected=bool(body.get("systemDefault")),
        version=_whole(body.get("version")),
        changed=_whole(body.get("lastUpdatedTime")),
    )


_LAST_MOMENT = 253_402_300_799_999
"""The last millisecond of the year 9999: no version is as large, and no moment is later."""


def _whole(number: Any) -> int | None:
    return number if type(number) is int and 0 <= number <= _LAST_MOMENT else None


def _type_name(body: Mapping[str, Any]) -> str:
    return _TYPE_NAMES[one_of(body, "profileType", _TYPE_NAMES)]


@lru_cache(maxsize=1_000)
def _level(name: str, access: str) -> str:
    if access not in _ACCESS:
        raise ValueError(f"access is {access!r}, which is not known")
    level = access.lower()
    if name not in _KNOWN:
        return level  # in the tenant's own words: nobody else knows any
    # A switch may be answered in the other alphabet; both say the same.
    if name in SWITCHES:
        return {"none": "disabled", "edit": "enabled"}.get(level, level)
    return {"disabled": "none", "enabled": "edit"}.get(level, level)


def _resources(body: Mapping[str, Any]) -> Value:
    level = one_of(body, "resourceAccessLevel", _REACH)
    if level != "SPECIFIC":
        return level.lower()
    return {
        "collections": frozenset(
            _one(fields.identifier(c, "id")) for c in array(body, "resourceCollections", dict)
        ),
        "default": _single(body.get("defaultResourceCollectionId")),
    }


def _single(written: Any) -> Ref | None:
    """A field that refers to one thing, or to nothing."""
    if written == _RESTRICTED:
        return HIDDEN
    if not isinstance(written, str | None):
        raise ValueError("a reference is not an id")
    return _one(written) if written else None


@lru_cache(maxsize=20_000)
def _one(written: str) -> Ref:
    """The one reference to an id: thousands of people share their profile, site and teams."""
    return Ref(fields.an_id(written, "a reference"))


def _written(single: Value) -> Value:
    """The same on its way out: what is hidden stays as it is."""
    return _RESTRICTED if isinstance(single, Hidden) else single


def _stable_profile(body: Mapping[str, Any]) -> Json:
    stable = {key: value for key, value in body.items() if key not in _SERVER}
    # The server reorders rows and gives them ids; a collection's contents are not the profile's.
    stable["permissions"] = sorted(
        (row["name"], row.get("access")) for row in body.get("permissions") or ()
    )
    stable["resourceCollections"] = sorted(
        each["id"] for each in body.get("resourceCollections") or ()
    )
    for folders in _FOLDERS.values():
        stable[folders] = sorted(body.get(folders) or ())
    return stable


def profile_body(
    values: Values, current: Mapping[str, Any] | None, names: Mapping[str, str]
) -> dict[str, Any]:
    """The body that creates a profile, or replaces `current` keeping what `values` leaves out.

    `names` has the name of each collection that `values` refers to: the API demands it.
    """
    body: dict[str, Any] = _writable(current) if current else {"active": True}
    for key in ("name", "description"):
        if key in values:
            body[key] = values[key]
    if "profileType" in values:
        body["profileType"] = _TYPES[str(values["profileType"])]
    if "fullAccess" in values:
        body["permissionAccessLevel"] = "ALL" if values["fullAccess"] else "SPECIFIC"
    if body.get("permissionAccessLevel") == "ALL":
        body.pop("permissions", None)
    else:
        declared = values.get("permissions")
        rows = body.get("permissions") or _rows(everything(_type_name(body)))
        body["permissions"] = _merged(rows, declared if isinstance(declared, Mapping) else {})
    folders = values.get("analyzerFolders")
    if isinstance(folders, Mapping):
        body |= {field: _numbers(folders[name]) for name, field in _FOLDERS.items()}
    if "resources" in values:
        body.pop("defaultResourceCollectionId", None)  # which may be absent, and never null
        body |= _resources_body(values["resources"], names)
    nested = body.get("resourceCollections") or ()
    body["resourceCollections"] = [{"id": c["id"], "name": c["name"]} for c in nested]
    return body


def _numbers(folders: Value) -> list[int]:
    assert isinstance(folders, frozenset)  # noqa: S101 - the normal form says so
    return sorted(map(int, folders))


def _merged(rows: Any, levels: Values) -> list[dict[str, Any]]:
    """The rows as the tenant has them, less what it adds to them, with the declared levels."""
    merged = {
        row["name"]: {k: row[k] for k in ("id", "name", "access") if k in row} for row in rows
    }
    for row in _rows(levels):
        kept = merged.setdefault(row["name"], row)
        kept["access"] = _in_the_words_of(kept.get("access") or row["access"], row["access"])
    return list(merged.values())


def _in_the_words_of(shown: str, access: str) -> str:
    """A level in the alphabet that the tenant showed: which one a switch has is inferred."""
    graded, switched = ("NONE", "EDIT"), ("DISABLED", "ENABLED")
    mine, theirs = (graded, switched) if shown in switched else (switched, graded)
    return theirs[mine.index(access)] if access in mine else access


def _rows(levels: Values) -> list[dict[str, Any]]:
    return [{"name": name, "access": str(level).upper()} for name, level in levels.items()]


def _resources_body(resources: Value, names: Mapping[str, str]) -> dict[str, Any]:
    if not isinstance(resources, Mapping):
        return {
            "resourceAccessLevel": str(resources).upper(),
            "resourceCollections": [],
        }
    collections = resources["collections"]
    assert isinstance(collections, frozenset)  # noqa: S101 - the normal form says so
    return {
        "resourceAccessLevel": "SPECIFIC",
        "resourceCollections": [{"id": str(c), "name": names[c]} for c in sorted(collections)],
        "defaultResourceCollectionId": _written(resources["default"]),
    }


def collection(body: Mapping[str, Any]) -> LiveObject:
    """A resource collection's item answer; raises ValueError for what no document has."""
    rows = array(body, "resources", dict)
    values: dict[str, Value] = {
        "name": fields.name(body, "name"),
        "description": fields.text(body, "description"),
        "resources": {fields.name(row, "name"): _selection(row) for row in rows},
    }
    stable = {key: value for key, value in body.items() if key not in _SERVER}
    stable["resources"] = sorted(
        (row["name"], row["accessLevel"], sorted(row.get("ids") or ())) for row in rows
    )
    return LiveObject(
        group_kind(COLLECTION),
        fields.identifier(body, "id"),
        body["name"],
        values,
        digest(stable),
        version=_whole(body.get("version")),
        changed=_whole(body.get("lastUpdatedTime")),
    )


def _selection(row: Mapping[str, Any]) -> Value:
    level = one_of(row, "accessLevel", _REACH)
    if level == "SPECIFIC":
        return frozenset(map(_one, array(row, "ids", str)))
    return level.lower()


def collection_body(values: Values, current: Mapping[str, Any] | None) -> dict[str, Any]:
    """The body that creates a collection, or replaces `current`; always with all types."""
    body = _writable(current) if current else {}
    for key in ("name", "description"):
        if key in values:
            body[key] = values[key]
    declared = values.get("resources")
    if isinstance(declared, Mapping):
        rows = {row["name"]: row for row in body.get("resources") or ()}
        rows |= {name: _resource_row(name, chosen) for name, chosen in declared.items()}
        body["resources"] = list(rows.values())
    return body


def _resource_row(name: str, chosen: Value) -> dict[str, Any]:
    if isinstance(chosen, frozenset):
        return {"name": name, "accessLevel": "SPECIFIC", "ids": sorted(map(str, chosen))}
    return {"name": name, "accessLevel": str(chosen).upper()}


def user(body: Mapping[str, Any], teams: frozenset[Ref] | None) -> LiveObject:
    """A user's row or item answer; `teams` are those they are in, None where that is unknown.

    Only what decides on access is kept: names and phone numbers are nobody's business.
    """
    try:
        return _user(body, teams)
    except ValueError as error:
        raise fields.about(error, USER, body.get("id")) from error


def _user(body: Mapping[str, Any], teams: frozenset[Ref] | None) -> LiveObject:
    written = [body["userProfileId"], *map(body.get, _BESIDE_THE_PROFILE)]  # which every user has
    values: dict[str, Value] = dict(zip(_OF_USERS, map(_single, written), strict=True))
    values["teams"] = frozenset() if teams is None else teams
    known = [] if teams is None else [sorted(teams)]
    active = body.get("active")
    mark = digest([*written, *known, active])
    return LiveObject(
        group_kind(USER),
        fields.identifier(body, "id"),
        fields.name(body, "email"),
        values,
        mark,
        active=active is not False,
        version=_whole(body.get("version")),
        changed=_whole(body.get("lastUpdatedTime")),
    )


def user_item(body: Mapping[str, Any]) -> LiveObject:
    """A user's item answer, which has their teams.

    Who may not view teams learns of them here, and not from the lists: what was read without them
    is compared without them.
    """
    whole = user(body, frozenset(map(_one, array(body, "teamIds", str))))
    return replace(whole, part=user(body, None).digest)


def members(teams: Iterable[tuple[str, list[str]]]) -> Mapping[str, frozenset[Ref]]:
    """The teams of each person by their id, from the members of every team."""
    found: dict[str, list[Ref]] = defaultdict(list)
    for team, people in teams:
        for user_id in people:
            found[user_id].append(_one(team))
    same: dict[frozenset[Ref], frozenset[Ref]] = {}
    return {
        user_id: same.setdefault(ids, ids)
        for user_id, several in found.items()
        for ids in (frozenset(several),)
    }


def user_body(values: Values) -> dict[str, Any]:
    """The PATCH that gives a user these attributes; a set is always sent whole."""
    body: dict[str, Any] = {
        field: _written(values[name]) for name, field in _OF_USERS.items() if name in values
    }
    teams = values.get("teams")
    if isinstance(teams, frozenset):
        body["teamIds"] = sorted(map(str, teams))
    return body


_LISTED = frozenset(
    {
        "id", "name", "email", "active", "version", "lastUpdatedTime", *_OF_USERS.values(),
        "workTypeCode", "defaultCode",
    }
)  # fmt: skip


def listed(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row of any list with what is read of one: a tenant has a hundred thousand."""
    return {key: row[key] for key in row if key in _LISTED}


def item(kind: str, body: Mapping[str, Any]) -> InventoryItem:
    """A row of an inventory type, with what rules judge by."""
    try:
        object_id, name = fields.identifier(body, "id"), fields.name(body, "name")
        return InventoryItem(group_kind(kind), object_id, name, _judged(kind, body))
    except ValueError as error:
        raise fields.about(error, kind, body.get("id")) from error


def _judged(kind: str, body: Mapping[str, Any]) -> Values:
    if kind == "team":
        return {"site": _single(body.get("siteId"))}
    if kind == "idle-wrapup-code":
        return {
            "workTypeCode": fields.text(body, "workTypeCode") or None,
            "defaultCode": bool(body.get("defaultCode")),
        }
    return {}


def _writable(current: Mapping[str, Any]) -> dict[str, Any]:
    server_set = {"createdTime", "lastUpdatedTime", "resourceCount", "systemDefault"}
    return {key: value for key, value in current.items() if key not in server_set}
