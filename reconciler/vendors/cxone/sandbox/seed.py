"""A seed: readable YAML with names, made into the tenant's data."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.sandbox.errors import Refusal, SandboxError
from reconciler.sandbox.store import Body
from reconciler.vendors.cxone.sandbox.access_keys import AccessKeys
from reconciler.vendors.cxone.sandbox.data import (
    ACTIVE,
    DELETED,
    IDENTITY,
    PERMISSION,
    ROLE,
    USER,
    Data,
)
from reconciler.vendors.cxone.sandbox.teams import Teams
from reconciler.vendors.cxone.sandbox.tokens import EXPIRES_IN
from reconciler.vendors.cxone.sandbox.trees import flat, tree

_TOP = {"organization", "identities", "roles", "employees", "assumed", "spentNames", "permissions",
        "teams"}  # fmt: skip
_ROLE = {"name", "description", "status", "permissions", "internal"}
_EMPLOYEE = {"email", "primaryRole", "secondaryRoles", "active", "status", "keepsActive",
             "firstName", "lastName", "fields"}  # fmt: skip


def organization(seed: Mapping[str, Any]) -> str:
    """The tenant's id; refuses a seed that has none."""
    found = seed.get("organization")
    if not isinstance(found, Mapping) or not isinstance(found.get("id"), str):
        raise SandboxError(
            "PRJ124", "the seed names no organization", hint="`organization: {id: …}`"
        )
    return str(found["id"])


def assumed(seed: Mapping[str, Any]) -> frozenset[str]:
    """The calls that nobody published and this tenant has all the same."""
    return frozenset(map(str, seed.get("assumed") or ()))


def fill(data: Data, seed: Mapping[str, Any]) -> None:
    """Everything that the seed names; refuses what it does not know."""
    try:
        _known(seed, _TOP, "the seed")
        with data.store.transaction():
            for each in seed.get("roles") or ():
                _role(data, each)
            for each in flat(tree(seed.get("permissions") or {})):
                data.store.put(PERMISSION, {"id": each}, each)
            for name in seed.get("spentNames") or ():
                data.store.put("spent-name", {"id": name.casefold(), "role": ""}, name)
            for each in seed.get("teams") or ():
                Teams(data).add({"name": each, "status": "ACTIVE"})
            for each in seed.get("employees") or ():
                _employee(data, each)
            for each in seed.get("identities") or ():
                _identity(data, each)
    except Refusal as refusal:
        raise SandboxError("PRJ124", f"the seed cannot be: {refusal.reason}") from refusal


def _identity(data: Data, each: Mapping[str, Any]) -> None:
    """Who can be chosen with `as`; with an `accessKey` they can ask for tokens too."""
    _known(each, {"email", "accessKey"}, f"identity {each.get('email')}")
    data.store.put(IDENTITY, {"id": each["email"]}, each["email"])
    key = each.get("accessKey")
    if key is None:
        return
    _known(key, {"id", "secret", "expiresIn"}, "accessKey")
    user = data.store.named(USER, each["email"])
    if user is None:
        raise Refusal(400, f"{each['email']} has an access key and is no employee")
    seconds = int(key.get("expiresIn", EXPIRES_IN))
    AccessKeys(data).add(user, str(key["id"]), str(key["secret"]), seconds)


def _role(data: Data, each: Mapping[str, Any]) -> None:
    _known(each, _ROLE, f"role {each.get('name')}")
    body: Body = {
        "displayName": each["name"],
        "description": each.get("description", ""),
        "status": str(each.get("status", "active")).upper(),
        "applications": tree(each.get("permissions") or {}),
    }
    if each.get("internal"):
        body["internal"] = 1
    data.add_role(body, "the seed")


def _employee(data: Data, each: Mapping[str, Any]) -> None:
    _known(each, _EMPLOYEE, f"employee {each.get('email')}")
    email = str(each["email"])
    first = each.get("firstName") or email.partition(".")[0].title()
    body: Body = {
        "id": str(uuid.uuid5(uuid.UUID(data.organization), f"user/{email}")),
        "userName": email,
        "emailAddress": email,
        "firstName": first,
        "lastName": each.get("lastName") or "Example",
        "fullName": f"{first} {each.get('lastName') or 'Example'}",
        "assignedGroup": "",
        "emailToBeVerified": "",
        "rank": 3,
        "customAttributes": {"desk": "B4"},
        "roleUUID": _id(data, each["primaryRole"]),
        "secondaryRoleIds": [_id(data, name) for name in each.get("secondaryRoles") or ()],
        "status": DELETED if each.get("active") is False else each.get("status", ACTIVE),
        **(each.get("fields") or {}),
    }
    if each.get("keepsActive"):
        body["keepsActive"] = True
    data.put_user(body, "the seed")


def _id(data: Data, name: str) -> str:
    found = data.store.named(ROLE, name)
    if found is None:
        raise Refusal(400, f"there is no role {name}")
    return str(found["id"])


def _known(given: Mapping[str, Any], known: Iterable[str], what: str) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise SandboxError("PRJ124", f"{what} has no field {', '.join(unknown)}")
