"""The inventory of a seed: names, or mappings with the fields that matter."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.data import Data
from reconciler.vendors.webexcc.sandbox.resource_types import (
    CODE,
    MULTIMEDIA,
    SITE,
    TEAM,
    TYPES,
    ResourceType,
)

DEFAULT_MULTIMEDIA = "Default_Multimedia_Profile"
"""What the service itself makes for every organization: a site needs one."""

_ACCESS = {
    "wrapUpCodes": "accessWrapUpCode",
    "idleCodes": "accessIdleCode",
    "queues": "accessQueue",
    "entryPoints": "accessEntryPoint",
    "buddyTeams": "accessBuddyTeam",
}
"""Lists of a desktop profile, and the field that says that the list is chosen."""

_NESTED: Mapping[str, Callable[[list[str]], list[Body]]] = {
    "callDistributionGroups.agentGroups.teamId": lambda ids: [
        {"order": 1, "duration": 0, "agentGroups": [{"teamId": each} for each in ids]}
    ],
    "activeSkills.skillId": lambda ids: [
        {"skillId": each, "booleanValue": False, "proficiencyValue": 5} for each in ids
    ],
    "queueSkillRequirements.skillId": lambda ids: [
        {"skillId": each, "condition": ">=", "skillValue": "5"} for each in ids
    ],
}
"""Links inside of rows: the rows that hold them."""


def add(data: Data, name: str, row: str | Mapping[str, Any]) -> Body:
    """Put one object of a type into the tenant; refuses what the API would refuse."""
    kind = TYPES[name]
    given: Mapping[str, Any] = {"name": row} if isinstance(row, str) else row
    called = given["name"]
    if not isinstance(called, str) or not kind.takes(called):
        raise Refusal(400, f"a {name} cannot have that name")
    data.refuse_taken_name(name, called)
    body: Body = {"name": called, **deepcopy(dict(kind.defaults))}
    for key, value in given.items():
        if key in kind.short:
            body |= _linked(data, kind, kind.short[key], value)
        elif key == "name" or key in kind.defaults:
            body[key] = value
        else:
            known = ", ".join(("name", *kind.short, *kind.defaults))
            raise Refusal(400, f"a {name} has no `{key}`; it has {known}")
    return data.add(name, body | _made(data, name, body))


def _linked(data: Data, kind: ResourceType, path: str, value: Any) -> Body:
    """The fields of a body that refer to others by the names that the seed has."""
    target = kind.links[path]
    ids = [_id(data, target, each) for each in (value if isinstance(value, list) else [value])]
    field = path.partition(".")[0]
    if path in _NESTED:
        return {field: _NESTED[path](ids)}
    if isinstance(kind.defaults[field], list):
        return {field: ids, **({_ACCESS[field]: "SPECIFIC"} if field in _ACCESS else {})}
    parent = {"parentType": "SITE"} if "parentType" in kind.defaults and target == SITE else {}
    return {field: ids[0], **parent}


def _made(data: Data, name: str, body: Body) -> Body:
    """What the service fills in where a body needs it and does not say it."""
    if name == TEAM and body["siteId"] is None:
        raise Refusal(400, "a team needs its `site`")
    if name == SITE and body["multimediaProfileId"] is None:
        return {"multimediaProfileId": _default_multimedia(data)}
    if name == CODE and body["workTypeId"] is None:
        return {"workTypeId": _number(data, f"work-type/{body['workTypeCode']}")}
    return {}


def _default_multimedia(data: Data) -> str:
    found = data.store.named(MULTIMEDIA, DEFAULT_MULTIMEDIA)
    if found is None:
        found = {"name": DEFAULT_MULTIMEDIA, **TYPES[MULTIMEDIA].defaults, "systemDefault": True}
        found = data.add(MULTIMEDIA, found, made_id=_number(data, "multimedia-profile/default"))
    return str(found["id"])


def _number(data: Data, what: str) -> str:
    return str(uuid.uuid5(uuid.UUID(data.organization), what))


def _id(data: Data, kind: str, name: object) -> str:
    found = data.store.named(kind, str(name))
    if found is None:
        raise Refusal(400, f"there is no {kind} `{name}` in the seed before it")
    return str(found["id"])
