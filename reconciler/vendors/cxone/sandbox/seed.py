"""A seed: readable YAML with names, made into the tenant's data."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from reconciler.model.diagnostic import Path as Place
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.seed import checked, organization, section, with_generated
from reconciler.sandbox.seed_problems import (
    SeedProblems,
    unknown_name,
    wrong,
)
from reconciler.sandbox.store import Body, Store
from reconciler.sandbox.tenant import IDENTITY
from reconciler.vendors.cxone.sandbox.access_keys import AccessKeys
from reconciler.vendors.cxone.sandbox.data import (
    ACTIVE,
    DELETED,
    PERMISSION,
    ROLE,
    USER,
    USER_STATUSES,
    Data,
)
from reconciler.vendors.cxone.sandbox.generate import expanded
from reconciler.vendors.cxone.sandbox.quirks import Quirks, of_section
from reconciler.vendors.cxone.sandbox.teams import Teams
from reconciler.vendors.cxone.sandbox.tokens import EXPIRES_IN
from reconciler.vendors.cxone.sandbox.trees import flat, tree

SECTIONS = ("organization", "generate", "identities", "roles", "employees", "assumed", "spentNames",
            "permissions", "teams", "quirks")  # fmt: skip
ROLE_FIELDS = ("name", "roleName", "description", "status", "permissions", "internal")
EMPLOYEE_FIELDS = ("email", "primaryRole", "secondaryRoles", "active", "status", "keepsActive",
                   "firstName", "lastName", "fields")  # fmt: skip
ASSUMED = ("A1", "A2", "A3", "A4")
_INTERNAL_NAMES = {"Agent": "Employee"}
"""Internal names of out-of-the-box roles, where they are known to differ from the shown one."""


def settings(seed: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings of a seed; raises SeedError with all that is wrong of the whole seed."""

    def filled(store: Store) -> None:
        fill(Data(store, str(uuid.UUID(int=0)), lambda: datetime.now(UTC)), seed)

    parts: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
        "organization": organization,
        "assumed": lambda seed: sorted(assumed(seed)),
        "quirks": _checked_quirks,
    }
    return checked(seed, parts, filled)


def quirks_of(found: Mapping[str, Any]) -> Quirks:
    """The quirks of a tenant with these settings; raises SeedError."""
    return section(found, "quirks", of_section)


def _checked_quirks(seed: Mapping[str, Any]) -> Any:
    """The section as it is written, which is what the data can keep."""
    quirks_of(seed)
    return seed.get("quirks")


def assumed(seed: Mapping[str, Any]) -> frozenset[str]:
    """The calls that nobody published and this tenant has all the same; raises SeedError."""
    given = seed.get("assumed") or []
    if not isinstance(given, (list, tuple)) or not all(each in ASSUMED for each in given):
        raise wrong("assumed", f"expected a list of {', '.join(ASSUMED)}")
    return frozenset(given)


def fill(data: Data, seed: Mapping[str, Any]) -> None:
    """Put the whole seed into an empty store; raises SeedError with all that is wrong.

    `generate` stands for all sections that are not there beside it.
    """
    problems = SeedProblems()
    seed = with_generated(seed, expanded)
    problems.check_fields(seed, SECTIONS, ())
    with data.store.transaction():
        for path, row in problems.rows(seed, "roles"):
            problems.check_fields(row, ROLE_FIELDS, path)
            with problems.row(ROLE, row.get("name", "?"), path):
                _role(data, row)
        with problems.section("permissions"):
            for each in flat(tree(seed.get("permissions") or {})):
                data.store.put(PERMISSION, {"id": each}, each)
        with problems.section("spentNames"):
            for name in _texts(seed.get("spentNames")):
                data.store.put("spent-name", {"id": name.casefold(), "role": ""}, name)
        with problems.section("teams"):
            for name in _texts(seed.get("teams")):
                Teams(data).add({"name": name, "status": "ACTIVE"})
        ids = {row["displayName"]: row["id"] for row in data.store.rows(ROLE)}
        for path, row in problems.rows(seed, "employees"):
            problems.check_fields(row, EMPLOYEE_FIELDS, path)
            with problems.row(USER, row.get("email", "?"), path):
                _employee(data, row, ids)
        for path, row in problems.rows(seed, "identities"):
            problems.check_fields(row, ("email", "accessKey"), path)
            with problems.row(IDENTITY, row.get("email", "?"), path):
                _identity(data, row, problems, path)
        problems.raise_any()


def _texts(given: Any) -> list[str]:
    if given is not None and not isinstance(given, (list, tuple)):
        raise Refusal(400, "a list of names is wanted")
    if not all(isinstance(each, str) for each in given or ()):
        raise Refusal(400, "names are texts")
    return list(given or ())


def _identity(data: Data, row: Mapping[str, Any], problems: SeedProblems, path: Place) -> None:
    """Who can be chosen with `as`; with an `accessKey` they can ask for tokens too."""
    email = str(row["email"])
    data.store.put(IDENTITY, {"id": email}, email)
    key = row.get("accessKey")
    if key is None:
        return
    problems.check_fields(key, ("id", "secret", "expiresIn"), (*path, "accessKey"))
    user = data.store.named(USER, email)
    if user is None:
        raise unknown_name(USER, email, "who has an access key is an employee", ("accessKey",))
    seconds = int(key.get("expiresIn", EXPIRES_IN))
    AccessKeys(data).add(user, str(key["id"]), str(key["secret"]), seconds)


def _role(data: Data, row: Mapping[str, Any]) -> None:
    name = row["name"]
    body: Body = {
        "displayName": name,
        "description": row.get("description", ""),
        "status": str(row.get("status", "active")).upper(),
        "applications": tree(row.get("permissions") or {}),
    }
    if row.get("internal") or row.get("roleName") not in (None, name):
        body["internal"] = 1
        body["roleName"] = row.get("roleName") or _INTERNAL_NAMES.get(name, name)
    data.add_role(body, "the seed")


def _employee(data: Data, row: Mapping[str, Any], roles: Mapping[str, str]) -> None:
    email, primary = str(row["email"]), row["primaryRole"]
    first = row.get("firstName") or email.partition(".")[0].title()
    status = DELETED if row.get("active") is False else row.get("status", ACTIVE)
    if status not in USER_STATUSES:
        raise Refusal(400, f"status is one of {', '.join(USER_STATUSES)}", {"path": ("status",)})
    if data.user_named(email) is not None:
        raise Refusal(400, "two employees have this e-mail", {"path": ("email",)})
    data.refuse_name(email, None)
    secondary = row.get("secondaryRoles") or ()
    body: Body = {
        "id": data.new_user_id(email),
        "userName": email,
        "emailAddress": email,
        "firstName": first,
        "lastName": row.get("lastName") or "Example",
        "fullName": f"{first} {row.get('lastName') or 'Example'}",
        "assignedGroup": "",
        "emailToBeVerified": "",
        "rank": 3,
        "customAttributes": {"desk": "B4"},
        "roleUUID": _id(roles, primary, ("primaryRole",)),
        "secondaryRoleIds": [
            _id(roles, name, ("secondaryRoles", number)) for number, name in enumerate(secondary)
        ],
        "status": status,
        **(row.get("fields") or {}),
    }
    if row.get("keepsActive"):
        body["keepsActive"] = True
    data.put_user(body, "the seed")


def _id(roles: Mapping[str, str], name: Any, path: Place) -> str:
    if name not in roles:
        raise unknown_name(ROLE, name, f"there is no role `{name}`", path)
    return roles[name]
