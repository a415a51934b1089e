"""CXone's JSON and values in normal form, both ways; nothing else.

Sources: the clients that were generated from NICE's AdminAPI and UserHubAPI documents. `role` of
an employee holds the internal name of their primary role (code of other people writes `Employee`
for the role that pages call Agent); what it holds in answers is not documented, so ids and shown
names are understood too. `roleUUID` is its id wherever it is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from reconciler.http import fields
from reconciler.model.live import LiveObject
from reconciler.model.value import Json, Ref, Value, Values, digest
from reconciler.vendors.cxone.group import group_kind
from reconciler.vendors.cxone.semantics import EMPLOYEE, ROLE

_STATUS = {"ACTIVE": "active", "INACTIVE": "inactive", "DRAFT": "draft", "DELETED": "inactive"}
_STATUS_OUT = {"active": "ACTIVE", "inactive": "INACTIVE", "draft": "DRAFT"}
_SERVER = frozenset({"lastModifiedTime", "sequence"})

DEACTIVATED = "DELETED"
"""How the service calls an employee who is deactivated."""

USER_FIELDS = ("id", "userName", "emailAddress", "role", "roleUUID", "secondaryRoleIds", "status")


def role(body: Mapping[str, Any]) -> LiveObject:
    """A role as role search answers it; raises ValueError for a status that is not known."""
    try:
        return _role(body)
    except ValueError as error:
        raise fields.about(error, ROLE, body.get("roleId")) from error


def _role(body: Mapping[str, Any]) -> LiveObject:
    status = body["status"]
    if status not in _STATUS:
        raise ValueError(f"status is {status!r}, which is not known")
    name = fields.text(body, "displayName") or fields.name(body, "roleName")
    values: dict[str, Value] = {
        "name": fields.text_of(name, "displayName", fields.MOST_OF_A_NAME),
        "description": fields.text(body, "description"),
        "status": _STATUS[status],
        "permissions": frozenset(permissions(body.get("applications") or ())),
    }
    return LiveObject(
        kind=group_kind(ROLE),
        id=fields.identifier(body, "roleId"),
        name=name,
        values=values,
        digest=digest({key: each for key, each in body.items() if key not in _SERVER}),
        protected=body.get("internal") == 1 and body.get("modifiable") == 0,
        changed=_milliseconds(body.get("lastModifiedTime")),
        internal_names=_internal_names(body, name),
    )


def is_out_of_the_box(body: Mapping[str, Any]) -> bool:
    """Return whether the vendor made the role: its internal name is fixed then."""
    return body.get("internal") == 1


def _internal_names(body: Mapping[str, Any], name: str) -> tuple[str, ...]:
    """The internal name of an out-of-the-box role, where its pages show another one."""
    internal = body.get("roleName")
    if not is_out_of_the_box(body) or not isinstance(internal, str) or internal == name:
        return ()
    return (internal,)


def ids_by_name(roles: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The ids of roles by their names, internal ones before those that pages show."""
    rows = tuple(roles)
    shown = {str(each["displayName"]): each["roleId"] for each in rows if each.get("displayName")}
    internal = {str(each["roleName"]): each["roleId"] for each in rows if each.get("roleName")}
    return {**shown, **internal}


def _milliseconds(told: Json) -> int | None:
    """A time as milliseconds since 1970; None where none is given."""
    return round(moment(told).timestamp() * 1000) if isinstance(told, str) and told else None


def moment(told: str) -> datetime:
    """A time of the service, which is UTC where it says nothing else; raises ValueError."""
    found = datetime.fromisoformat(told)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def permissions(applications: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The permissions of a tree, each as one text."""
    for application in applications:
        head = fields.name(application, "applicationId")
        if "/" in head:
            raise ValueError(f"the application {head!r} has a slash in its id")
        for privilege in application.get("privileges") or ():
            yield from _actions(head, privilege)
        for feature in application.get("features") or ():
            for privilege in feature.get("privileges") or ():
                yield from _actions(f"{head}/{fields.name(feature, 'featureId')}", privilege)


def _actions(head: str, privilege: Mapping[str, Any]) -> Iterator[str]:
    for action in privilege.get("actions") or ():
        fields.text_of(action, "an action", fields.MOST_OF_A_NAME, empty=False)
        found = f"{head}/{fields.name(privilege, 'privilegeId')}/{action}"
        if found.count("/") != head.count("/") + 2:
            raise ValueError(f"the permission {found!r} has a slash in an id")
        yield found


def applications(held: Iterable[str]) -> list[dict[str, Json]]:
    """The tree that allows these permissions."""
    found: dict[str, dict[str, Json]] = {}
    places: dict[tuple[str, ...], list[Json]] = {}
    for each in sorted(held):
        *place, action = each.split("/")
        application, *feature, privilege = place
        whole = found.setdefault(
            application, {"applicationId": application, "privileges": [], "features": []}
        )
        if tuple(place) not in places:
            actions: list[Json] = []
            places[tuple(place)] = actions
            row = {"privilegeId": privilege, "actions": actions}
            above = _feature(whole["features"], feature[0]) if feature else whole
            above["privileges"].append(row)
        places[tuple(place)].append(action)
    return list(found.values())


def _feature(features: list[dict[str, Json]], name: str) -> dict[str, Json]:
    if not features or features[-1]["featureId"] != name:
        features.append({"featureId": name, "privileges": []})
    return features[-1]


def role_body(values: Values, current: Mapping[str, Any] | None) -> dict[str, Json]:
    """A role as it is written: whole, with what is not managed as it was read."""
    body: dict[str, Json] = dict(current or {})
    if "name" in values:
        body["displayName"] = values["name"]
        # a role that has an internal name of its own keeps it
        shown = body.get("roleName") in (None, (current or {}).get("displayName"))
        if shown and not is_out_of_the_box(body):
            body["roleName"] = values["name"]
    if "description" in values:
        body["description"] = values["description"]
    if "status" in values:
        body["status"] = _STATUS_OUT[str(values["status"])]
    held = values.get("permissions")
    if isinstance(held, frozenset):
        body["applications"] = applications(held)
    return {"status": "DRAFT", "applications": [], **body}


def employee(body: Mapping[str, Any], role_ids: Mapping[str, str]) -> LiveObject:
    """An employee as user search, or one by one, answers; `role_ids` are those of roles by name."""
    try:
        return _employee(body, role_ids)
    except ValueError as error:
        raise fields.about(error, EMPLOYEE, body.get("id")) from error


def _employee(body: Mapping[str, Any], role_ids: Mapping[str, str]) -> LiveObject:
    told = fields.text(body, "roleUUID") or fields.text(body, "role")
    primary = Ref(role_ids.get(told, told)) if told else None
    status = fields.name(body, "status")
    secondary = body.get("secondaryRoleIds") or []
    if not isinstance(secondary, list):
        raise ValueError("secondaryRoleIds is not a list")
    values: dict[str, Value] = {
        "active": status != DEACTIVATED,
        "primaryRole": primary,
        "secondaryRoles": frozenset(
            Ref(fields.an_id(each, "secondaryRoleIds")) for each in secondary
        ),
    }
    name = fields.text(body, "emailAddress") or fields.name(body, "userName")
    fields.text_of(name, "emailAddress", fields.MOST_OF_A_NAME)
    part = {key: body.get(key) for key in USER_FIELDS}
    return LiveObject(
        kind=group_kind(EMPLOYEE),
        id=fields.identifier(body, "id"),
        name=name,
        values=values,
        digest=digest(part),
        active=status == "ACTIVE",
    )


def employee_body(
    current: Mapping[str, Any], values: Values, primary: Mapping[str, Any]
) -> dict[str, Json]:
    """An employee as they are written: the whole record that was read, with other roles in it.

    `primary` is the role, as role search answers it, that is their primary one afterwards.
    """
    body: dict[str, Json] = dict(current)
    body.setdefault("assignedGroup", "")
    body.setdefault("emailToBeVerified", "")
    body |= {"role": primary["roleName"], "roleUUID": primary["roleId"]}
    if isinstance(secondary := values.get("secondaryRoles"), frozenset):
        body["secondaryRoleIds"] = sorted(map(str, secondary))
    body.setdefault("secondaryRoleIds", [])
    return body
