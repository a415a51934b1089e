"""The tenant's data, and what the service refuses: its rules, in its own words."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body, Store
from reconciler.vendors.cxone.sandbox import quirks as of_tenant
from reconciler.vendors.cxone.sandbox.quirks import USUAL, Quirks
from reconciler.vendors.cxone.sandbox.trees import flat, grown, strings

ROLE, USER, SPENT, HISTORY = "role", "user", "spent-name", "history"
PERMISSION, TEAM, GROUP = "permission", "team", "group"
TAKEN = "taken-name"
"""The names of users, case put aside."""
GONE = "removed-user"
DEFAULT_ROLE = "Agent"
"""The role that a new user has where nobody names one."""
NAME_TAKEN = "USER_ALREADY_EXISTS"
"""The `details` of a refusal, as real tenants word it."""
USER_STATUSES = ("UNREGISTERED", "PENDING", "ACTIVE", "BLOCKED", "DELETED")
ACTIVE, INACTIVE, DRAFT = "ACTIVE", "INACTIVE", "DRAFT"
DELETED = "DELETED"
FORBIDDEN_IN_NAMES = frozenset('/\\+!?<>#&,%"')
LONGEST_NAME, LONGEST_DESCRIPTION, MOST_SECONDARY = 50, 200, 10
EDIT_ROLES = "admin/role-management/edit"
"""The permission that lets a role be changed."""

NEEDS_VIEW = ("edit", "create", "delete", "deactivate")
"""Actions with which viewing comes, whether it was chosen or not."""

_OF_ROLES = ("displayName", "description", "status", "applications")
_OF_USERS = ("userName", "roleUUID", "secondaryRoleIds", "status")

FIRST_ACTIVE = ("UNREGISTERED", "PENDING", "ACTIVE", "BLOCKED")
"""How a user who is not deactivated may stand."""


@dataclass(frozen=True, slots=True)
class Data:
    """The store with the service's rules: each change is checked, and then kept."""

    store: Store
    organization: str
    clock: Callable[[], datetime]
    quirks: Quirks = USUAL

    def role(self, role_id: str) -> Body:
        """One role; refuses with 404."""
        found = self.store.get(ROLE, role_id)
        if found is None:
            raise Refusal(404, f"there is no role {role_id}", {"code": "ROLE_NOT_FOUND"})
        return found

    def user(self, user_id: str) -> Body:
        """One user; refuses with 404."""
        found = self.store.get(USER, user_id)
        if found is None:
            raise Refusal(404, f"there is no user {user_id}", {"code": "USER_NOT_FOUND"})
        return found

    def holders(self, role_id: str) -> Iterator[Body]:
        """The holders of a role, as primary or as secondary."""
        for user in self.store.rows(USER):
            if role_id in held(user):
                yield user

    # --- roles

    def add_role(self, body: Mapping[str, Any], by: str) -> Body:
        """A new role."""
        name = self._free_name(body.get("displayName") or body.get("roleName"), None)
        # only the vendor's own roles have an internal name that differs from the one that is shown
        internal = str(body.get("roleName") or name) if body.get("internal") else name
        made = {
            "id": self._new_role_id(name),
            "description": "",
            "status": DRAFT,
            "applications": [],
            "permissions": [],
            "modifiable": 1,
            "internal": 0,
            "sequence": self.store.next("role"),
            **{key: value for key, value in body.items() if key not in ("roleId", "id")},
            "roleName": internal,
            "displayName": name,
        }
        return self._keep_role(made | {"roleId": made["id"]}, by)

    def change_role(self, current: Body, body: Mapping[str, Any], by: str) -> Body:
        """A role replaced whole."""
        wanted = body.get("displayName") or body.get("roleName")
        name = current["displayName"]
        if wanted != name:
            name = self._free_name(wanted, current)
        internal = current["roleName"] if current["internal"] else name
        whole = {**current, **body, "id": current["id"], "roleId": current["roleId"],
                 "internal": current["internal"], "roleName": internal,
                 "displayName": name}  # fmt: skip
        if current["status"] == ACTIVE and whole["status"] != ACTIVE:
            using = sorted(u["userName"] for u in self.holders(current["id"]) if is_active(u))
            refuse_unless(
                not using, "ROLE_IN_USE", f"active employees hold the role: {', '.join(using[:10])}"
            )
        return self._keep_role(whole, by)

    def _new_role_id(self, name: str) -> str:
        """An id of version 1, as the service has them; the same name gives the same one."""
        seeded = uuid.uuid5(uuid.UUID(self.organization), f"role/{name.casefold()}")
        return str(uuid.UUID(bytes=seeded.bytes, version=1))

    def _keep_role(self, body: Body, by: str) -> Body:
        refuse_unless(
            body["status"] in (ACTIVE, INACTIVE, DRAFT), "ROLE_STATUS_INVALID", "no such status"
        )
        refuse_unless(
            len(str(body.get("description") or "")) <= LONGEST_DESCRIPTION,
            "ROLE_DESCRIPTION_INVALID", "the description is too long",
        )  # fmt: skip
        held = flat(body["applications"])
        held |= {f"{e.rpartition('/')[0]}/view" for e in held if e.rpartition("/")[2] in NEEDS_VIEW}
        kept = {
            **body,
            "applications": grown(held),
            "permissions": strings(held),
            "lastModifiedTime": self.clock().isoformat(),
        }
        before = self.store.get(ROLE, body["id"])
        self.store.put(ROLE, kept, body["displayName"])
        spent = body["displayName"].casefold()
        for each in dict.fromkeys((spent, str(body["roleName"]).casefold())):
            self.store.put(SPENT, {"id": each, "role": body["id"]}, each)
        self._remember(f"role/{body['id']}", by, _changes(_OF_ROLES, before, kept))
        return kept

    def _free_name(self, name: Any, current: Body | None) -> str:
        fine = (
            isinstance(name, str)
            and 0 < len(name.strip()) <= LONGEST_NAME
            and len(name) <= LONGEST_NAME
            and not FORBIDDEN_IN_NAMES & set(name)
        )
        refuse_unless(fine, "ROLE_NAME_INVALID", f"{name!r} is no name of a role")
        spent = self.store.get(SPENT, str(name).casefold())
        same = (
            current is not None and str(current["displayName"]).casefold() == str(name).casefold()
        )
        refuse_unless(
            spent is None or same, "ROLE_NAME_EXISTS", f"the name {name} is or was another role's"
        )
        return str(name)

    # --- users

    def put_user(self, user: Body, by: str) -> Body:
        """A user with other roles, checked against what an employee may hold."""
        roles = [self.store.get(ROLE, each) for each in held(user)]
        refuse_unless(None not in roles, "ROLE_NOT_FOUND", "there is no such role")
        refuse_unless(
            len(user["secondaryRoleIds"]) <= MOST_SECONDARY,
            "SECONDARY_ROLE_LIMIT", f"more than {MOST_SECONDARY} secondary roles",
        )  # fmt: skip
        off = [role["displayName"] for role in roles if role and role["status"] != ACTIVE]
        refuse_unless(
            not (off and is_active(user)), "ROLE_NOT_ACTIVE", f"not active: {', '.join(off)}"
        )
        primary = self.role(user["roleUUID"])
        kept = {**user, "role": primary["roleName"]}
        before = self.store.get(USER, user["id"])
        self.store.put(USER, kept, user["userName"])
        folded = str(user["userName"]).casefold()
        self.store.put(TAKEN, {"id": folded, "user": user["id"]}, folded)
        self._remember(f"user/{user['id']}", by, _changes(_OF_USERS, before, kept))
        return kept

    def new_user_id(self, name: str) -> str:
        """An id that no user has or had; the same tenant, made the same way, has the same ids."""
        number = 0
        while True:
            again = f"/{number}" if number else ""
            made = str(uuid.uuid5(uuid.UUID(self.organization), f"user/{name}{again}"))
            if self.store.get(USER, made) is None and self.store.get(GONE, made) is None:
                return made
            number += 1

    def remove_user(self, user: Body) -> None:
        """Remove a user for good; their id is never given again."""
        self.store.remove(USER, user["id"])
        self.store.put(GONE, {"id": user["id"]}, user["userName"])

    def refuse_own(self, user: Body, changed: Mapping[str, Any], by: str) -> None:
        """Nobody changes the roles that they hold themselves."""
        own = user["userName"] == by and set(held(user)) != set(held(changed))
        refuse_unless(not own, "OWN_ROLE", "nobody can change their own role")

    def refuse_name(self, name: Any, user: Mapping[str, Any] | None) -> None:
        """A user's name is an e-mail, nobody else's, and not changed before they have signed in."""
        refuse_unless(
            isinstance(name, str) and re.fullmatch(r"[^@\s]+@[^@\s]+", name),
            "USER_NAME_INVALID", f"{name!r} is no e-mail",
        )  # fmt: skip
        other, mine = self.user_named(name), user["id"] if user else None
        refuse_unless(other is None or other["id"] == mine, "BAD_REQUEST", NAME_TAKEN)
        kept = user is None or user["userName"] == name or user["status"] != "PENDING"
        refuse_unless(kept, "USER_PENDING", "a pending user's name cannot change")

    def user_named(self, name: str) -> Body | None:
        """The user of that name, in whatever case; None where there is none."""
        found = self.store.named(USER, name)
        folded = self.store.get(TAKEN, name.casefold())
        if found is None and folded is not None:
            other = self.store.get(USER, folded["user"])
            # a user who was renamed or removed since then has the name no more
            if other is not None and str(other["userName"]).casefold() == name.casefold():
                return other
        return found

    def role_written(self, given: Any) -> Body:
        """The role that `role` of a user means on writes: its internal name; else 400."""
        takes, text = self.quirks.written_role, str(given)
        key = "displayName" if takes == of_tenant.DISPLAY_NAME else "roleName"
        found = next((each for each in self.store.rows(ROLE) if each[key] == text), None)
        if found is None and takes == of_tenant.NAME_OR_ID:
            found = self.store.get(ROLE, text)
        refuse_unless(found, "ROLE_NOT_FOUND", f"there is no role {given}")
        return found or {}

    def role_meant(self, given: Any) -> Body:
        """A role by its id, the name that is shown, or its internal name."""
        found = self.store.get(ROLE, str(given)) or self.store.named(ROLE, str(given))
        if found is None:
            roles = self.store.rows(ROLE)
            found = next((each for each in roles if each["roleName"] == str(given)), None)
        refuse_unless(found, "ROLE_NOT_FOUND", f"there is no role {given}")
        return found or {}

    def number(self, what: str, object_id: str) -> int:
        """The number that ACD has for something, given when it is first asked for."""
        kept = self.store.get(f"number of {what}", object_id)
        if kept is None:
            kept = {"id": object_id, "number": self.store.next(f"number of {what}")}
            self.store.put(f"number of {what}", kept, str(kept["number"]))
        return int(kept["number"])

    def numbered(self, what: str, number: Any) -> str | None:
        """The body with that number, None where there is none."""
        kept = self.store.named(f"number of {what}", str(number))
        return str(kept["id"]) if kept else None

    # --- what there is, and what was done

    def catalogue(self) -> set[str]:
        """Every permission that some role has, or that the seed names besides."""
        found = {each["id"] for each in self.store.rows(PERMISSION)}
        for role in self.store.rows(ROLE):
            found |= flat(role["applications"])
        return found

    def history(self, what: str, since: str | None, until: str | None) -> list[Body]:
        """The changes of one thing within a period, the newest first."""
        rows = [
            {key: each[key] for key in each if key not in ("id", "of")}
            for each in reversed(self.store.rows(HISTORY))
            if each["of"] == what
        ]
        first, last = (datetime.fromisoformat(t) if t else None for t in (since, until))
        return [
            each
            for each in rows
            if (first is None or first <= datetime.fromisoformat(each["modifiedTime"]))
            and (last is None or datetime.fromisoformat(each["modifiedTime"]) <= last)
        ]

    def _remember(self, what: str, by: str, changes: Iterable[Body]) -> None:
        at = self.clock().isoformat()
        for each in changes:
            line = {"id": f"{self.store.next('history'):08}", "of": what, **each}
            self.store.put(HISTORY, {**line, "modifiedBy": by, "modifiedTime": at}, what)

    def may(self, identity: str, permission: str) -> bool:
        """Return whether the roles of an identity allow something."""
        user = next((u for u in self.store.rows(USER) if u["userName"] == identity), None)
        if user is None:
            return False
        roles = (self.store.get(ROLE, each) for each in held(user))
        return any(permission in flat(role["applications"]) for role in roles if role)


def _changes(fields: Iterable[str], before: Body | None, after: Body) -> Iterator[Body]:
    """The changes from before, as a history shows them."""
    for field in fields:
        old, new = (_shown(each.get(field)) if each else "" for each in (before, after))
        if old != new:
            yield {"attribute": field, "previousValue": old, "changedValue": new}


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(sorted(flat(value) if value and isinstance(value[0], dict) else value))
    return "" if value is None else str(value)


def held(user: Mapping[str, Any]) -> list[str]:
    """The ids of the roles that a user holds, the primary one first."""
    primary = [user["roleUUID"]] if user.get("roleUUID") else []
    return [*primary, *(user.get("secondaryRoleIds") or ())]


def is_active(user: Mapping[str, Any]) -> bool:
    """Return whether a user counts as active: all but those who were deactivated."""
    return bool(user["status"] != DELETED)


def refuse_unless(fine: object, code: str, details: str) -> None:
    """400 in the shape of UserHub, unless all is well."""
    if not fine:
        raise Refusal(400, details, {"code": code})


def shown(body: Mapping[str, Any], hidden: Iterable[str] = ("id",)) -> Body:
    """A body as answers show it."""
    left_out = set(hidden)
    return {key: value for key, value in body.items() if key not in left_out}
