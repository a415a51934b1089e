"""Users: searched, read whole, made, replaced whole; deactivated and revived, never deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.store import Body
from reconciler.vendors.cxone.sandbox import query
from reconciler.vendors.cxone.sandbox.data import (
    DELETED,
    USER,
    USER_STATUSES,
    Data,
    refuse_unless,
)

BASE = "/user-management"
NEW = ("firstName", "lastName", "emailAddress", "role")
REQUIRED = ("id", "firstName", "lastName", "emailAddress", "assignedGroup", "role", "userName",
            "emailToBeVerified")  # fmt: skip
_DONE = {"success": True, "message": "", "error": "", "msg": ""}


class Users:
    """UserHub's users."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation on them."""
        yield Endpoint("GET", f"{BASE}/v1/users", self.all)
        yield Endpoint("POST", f"{BASE}/v1/users", self.create)
        yield Endpoint("PUT", f"{BASE}/v1/users", self.put)
        yield Endpoint("POST", f"{BASE}/v1/users/deactivate", self.deactivate)
        yield Endpoint("GET", f"{BASE}/v1/users/{{userId}}", self.get)
        yield Endpoint("GET", f"{BASE}/v1/users/{{userId}}/identities", self.identity)
        yield Endpoint("PUT", f"{BASE}/v1/users/{{userId}}/login-authenticator", self.authenticator)
        yield Endpoint("POST", f"{BASE}/v1/users/{{userId}}/revive", self.revive)
        yield Endpoint("GET", f"{BASE}/v2/users/identities", self.identities)
        yield Endpoint("POST", f"{BASE}/v2/users/inviteByEmail", self.invite_by_email)
        yield Endpoint("POST", f"{BASE}/v2/users/inviteById", self.invite_by_id)
        yield Endpoint("POST", f"{BASE}/v2/users/search", self.search)
        yield Endpoint("GET", f"{BASE}/v3/users/{{userId}}", self.get)

    def all(self, call: Call) -> Answer:
        """All users at once; those who were deactivated where they are asked for."""
        asked = call.query
        wanted = asked.get("fullNameContains", "").casefold()
        rows = [
            each
            for each in self._data.store.rows(USER)
            if (each["status"] != DELETED or asked.get("includeDeleted") == "true")
            and wanted in str(each.get("fullName") or "").casefold()
            and not (asked.get("excludeImpersonated") == "true" and each.get("impersonated"))
            and not (asked.get("onlyImpersonated") == "true" and not each.get("impersonated"))
        ]
        return Answer(200, {"users": rows})

    def search(self, call: Call) -> Answer:
        """A part of the users, with how many there are; deactivated ones too."""
        body = call.body if isinstance(call.body, dict) else {}
        if body.get("filter") or body.get("orderBy") not in (None, {}, {"userName": "ASC"}):
            rows = query.found(self._data.store.rows(USER), body)
            total, part = len(rows), query.part(rows, body)
        else:
            ids = self._data.store.kept("ids by name", USER, self._by_name)
            total = len(ids)
            part = [self._data.user(each) for each in query.part(ids, body)]
        told = {"skip": query.whole(body.get("skip"), 0), "top": query.whole(body.get("top"), 100)}
        shown = [query.only(each, body.get("fields")) for each in part]
        return Answer(200, {"totalRecords": total, **told, "users": shown})

    def _by_name(self) -> list[str]:
        """The ids of all users in the order of their names: made once, each page reads its own."""
        rows = sorted(self._data.store.rows(USER), key=lambda each: str(each["userName"]))
        return [each["id"] for each in rows]

    def get(self, call: Call) -> Answer:
        """One user, whole."""
        return Answer(200, {"user": self._data.user(call.path["userId"])})

    def identity(self, call: Call) -> Answer:
        """The short identity of a user."""
        user = self._data.user(call.path["userId"])
        return Answer(200, {"user": {"id": user["id"], "fullName": user.get("fullName", "")}})

    def identities(self, call: Call) -> Answer:
        """A part of the users, in short, with the ways to the others."""
        rows = sorted(self._data.store.rows(USER), key=lambda each: each["userName"])
        skip, top = query.whole(call.query.get("skip"), 0), query.whole(call.query.get("top"), 100)
        shown = [
            {"id": e["id"], "displayName": e.get("fullName", ""), "status": e["status"]}
            for e in rows[skip : skip + top]
        ]
        links = linked(f"{BASE}/v2/users/identities", skip, top, len(rows))
        return Answer(200, {"totalRecords": len(rows), "users": shown, "_links": links})

    def create(self, call: Call) -> Answer:
        """A new user, who is yet to sign in where no status is given."""
        body = call.body if isinstance(call.body, dict) else {}
        with self._data.store.transaction():
            made = self.add(body, call.identity)
        return Answer(200, _DONE | {"uuid": made["id"]})

    def add(self, given: Mapping[str, Any], by: str, role: Body | None = None) -> Body:
        """A user, kept; refuses with 400. Without a `role` it is the one that is written."""
        needed = NEW if role is None else NEW[:-1]
        missing = [each for each in needed if not given.get(each)]
        refuse_unless(not missing, "BAD_REQUEST", f"missing: {', '.join(missing)}")
        name = given.get("userName") or given["emailAddress"]
        self._data.refuse_name(name, None)
        status = given.get("status", "PENDING")
        refuse_unless(status in USER_STATUSES, "BAD_REQUEST", f"{status} is no status")
        made: Body = {
            "assignedGroup": "",
            "emailToBeVerified": "",
            "fullName": f"{given['firstName']} {given['lastName']}",
            "secondaryRoleIds": [],
            **given,
            "id": self._data.new_user_id(name),
            "userName": name,
            "roleUUID": (role or self._data.role_written(given["role"]))["id"],
            "status": status,
        }
        return self._data.put_user(made, by)

    def put(self, call: Call) -> Answer:
        """A user replaced whole: what the body does not have is lost."""
        body = call.body if isinstance(call.body, dict) else {}
        missing = [each for each in REQUIRED if body.get(each) is None]
        refuse_unless(not missing, "BAD_REQUEST", f"missing: {', '.join(missing)}")
        with self._data.store.transaction():
            current = self._data.user(str(body["id"]))
            # `roleUUID` is in answers alone: a write says which role by its name
            role = self._data.role_written(body["role"])["id"]
            if self._data.quirks.ignores_role:
                role = current["roleUUID"]
            whole = {**body, "roleUUID": role, "status": current["status"]}
            whole.setdefault("secondaryRoleIds", [])
            self.change(current, whole, call.identity)
        return Answer(200, _DONE)

    def change(self, current: Body, whole: Body, by: str) -> Body:
        """Store the desired user; refuses with 400."""
        self._data.refuse_own(current, whole, by)
        self._data.refuse_name(whole["userName"], current)
        return self._data.put_user(whole, by)

    def deactivate(self, call: Call) -> Answer:
        """Several at once; those that cannot be are reported with 200."""
        body = call.body if isinstance(call.body, dict) else {}
        left = []
        with self._data.store.transaction():
            for user_id in body.get("userIds") or ():
                user = self._data.store.get(USER, user_id)
                if user is None or user["userName"] == call.identity or user.get("keepsActive"):
                    left.append(user_id)
                    continue
                self._data.put_user({**user, "status": DELETED}, call.identity)
        return Answer(200, {"notDeletedUserIds": left})

    def revive(self, call: Call) -> Answer:
        """Active again, where all roles are."""
        with self._data.store.transaction():
            user = self._data.user(call.path["userId"])
            self._data.put_user({**user, "status": "ACTIVE"}, call.identity)
        return Answer(200, {"success": True, "uuid": user["id"]})

    def authenticator(self, call: Call) -> Answer:
        """The way a user signs in."""
        body = call.body if isinstance(call.body, dict) else {}
        refuse_unless(body.get("authenticatorId"), "BAD_REQUEST", "missing: authenticatorId")
        with self._data.store.transaction():
            user = self._data.user(call.path["userId"])
            changed = {**user, "loginAuthenticatorId": body["authenticatorId"]}
            self._data.put_user(changed, call.identity)
        return Answer(200, {"success": True, "message": ""})

    def invite_by_id(self, call: Call) -> Answer:
        """An invitation to each of these users; nothing of them changes."""
        body = call.body if isinstance(call.body, dict) else {}
        for each in body.get("inviteUserIds") or ():
            self._data.user(str(each))
        return Answer(200, {"success": True})

    def invite_by_email(self, call: Call) -> Answer:
        """The same by their e-mails."""
        body = call.body if isinstance(call.body, dict) else {}
        known = {each.get("emailAddress") for each in self._data.store.rows(USER)}
        strangers = [e for e in body.get("emailAddressesList") or () if e not in known]
        refuse_unless(not strangers, "USER_NOT_FOUND", f"no users: {', '.join(strangers)}")
        return Answer(200, {"success": True})


def linked(path: str, skip: int, top: int, total: int) -> Body:
    """The ways from one part of a list to the others."""

    def at(start: int) -> str:
        return f"{path}?skip={start}&top={top}"

    return {
        "self": at(skip),
        "next": at(skip + top) if skip + top < total else None,
        "previous": at(max(skip - top, 0)) if skip else None,
    }
