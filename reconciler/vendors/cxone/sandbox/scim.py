"""SCIM: users from an identity provider, with their primary role and nothing of the others.

There is no delete: who leaves is made inactive. New users get the role Agent where none is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.cxone.sandbox import query
from reconciler.vendors.cxone.sandbox.data import ACTIVE, DELETED, ROLE, USER, Data, is_active
from reconciler.vendors.cxone.sandbox.users import Users

USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User"
NICE = "urn:ietf:params:scim:schemas:extension:nice:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
DEFAULT_ROLE = "Agent"
_FILTER = re.compile(r'\s*userName\s+eq\s+"([^"]*)"\s*', re.IGNORECASE)


class Scim:
    """SCIM's users."""

    def __init__(self, data: Data, users: Users) -> None:
        self._data, self._users = data, users

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation, at both of its places."""
        for base in ("/scim/v2", "/basic-auth/scim/v2"):
            yield Endpoint("GET", f"{base}/Schemas", self.schemas)
            yield Endpoint("GET", f"{base}/Users", self.all)
            yield Endpoint("POST", f"{base}/Users", self.create)
            yield Endpoint("GET", f"{base}/Users/{{userId}}", self.get)
            yield Endpoint("PUT", f"{base}/Users/{{userId}}", self.replace)
            yield Endpoint("PATCH", f"{base}/Users/{{userId}}", self.patch)

    def schemas(self, _call: Call) -> Answer:
        """What a user's resource is made of."""
        rows = [{"id": USER_SCHEMA, "name": "User"}, {"id": NICE, "name": "NICE User"}]
        return Answer(200, {"schemas": [LIST], "totalResults": len(rows), "Resources": rows})

    def all(self, call: Call) -> Answer:
        """All users, or the one of a name."""
        rows = self._data.store.rows(USER)
        if asked := call.query.get("filter"):
            named = _FILTER.fullmatch(asked)
            if named is None:
                raise Refusal(400, "only `userName eq` is a filter", {"code": "BAD_REQUEST"})
            rows = [each for each in rows if each["userName"] == named[1]]
        start = max(query.whole(call.query.get("startIndex"), 1), 1)
        part = rows[start - 1 : start - 1 + query.whole(call.query.get("count"), 100)]
        told = {"schemas": [LIST], "totalResults": len(rows), "startIndex": start}
        return Answer(200, told | {"Resources": [self._shown(each) for each in part]})

    def get(self, call: Call) -> Answer:
        """One user."""
        return Answer(200, self._shown(self._data.user(call.path["userId"])))

    def create(self, call: Call) -> Answer:
        """A new user; fails where no role is named and the tenant has no Agent."""
        given = _object(call.body)
        role = _role(given) or DEFAULT_ROLE
        if self._data.store.named(ROLE, role) is None and not self._data.store.get(ROLE, role):
            raise Refusal(400, f"there is no role {role}", {"code": "ROLE_NOT_FOUND"})
        name = given.get("name") or {}
        with self._data.store.transaction():
            made = self._users.add(
                {
                    "userName": given.get("userName"),
                    "emailAddress": _mail(given) or given.get("userName"),
                    "firstName": name.get("givenName"),
                    "lastName": name.get("familyName"),
                    "role": role,
                    "status": ACTIVE if given.get("active", True) else DELETED,
                },
                call.identity,
            )
        return Answer(201, self._shown(made))

    def replace(self, call: Call) -> Answer:
        """A user's fields as the body has them; what SCIM does not know of stays."""
        return Answer(200, self._changed(call, _object(call.body)))

    def patch(self, call: Call) -> Answer:
        """Some of a user's fields; an operation needs no `op`."""
        given: Body = {}
        for each in _object(call.body).get("Operations") or ():
            path, value = each.get("path"), each.get("value")
            given |= value if path is None and isinstance(value, dict) else {str(path): value}
        return Answer(200, self._changed(call, given))

    def _changed(self, call: Call, given: Mapping[str, Any]) -> Body:
        with self._data.store.transaction():
            user = self._data.user(call.path["userId"])
            whole = dict(user)
            if "userName" in given:
                whole["userName"] = given["userName"]
            if mail := _mail(given):
                whole["emailAddress"] = mail
            if role := _role(given):
                whole["roleUUID"] = self._data.role_named(role)["id"]
            if "active" in given and bool(given["active"]) != is_active(user):
                whole["status"] = ACTIVE if given["active"] else DELETED
            return self._shown(self._users.change(user, whole, call.identity))

    def _shown(self, user: Body) -> Body:
        role = self._data.role(user["roleUUID"])
        team = {"display": "", "value": user.get("teamId", "")}
        sign_in = {"display": "", "value": user.get("loginAuthenticatorId", "")}
        return {
            "schemas": [USER_SCHEMA, NICE],
            "id": user["id"],
            "userName": user["userName"],
            "name": {"givenName": user["firstName"], "familyName": user["lastName"]},
            "emails": [{"type": "work", "value": user["emailAddress"], "primary": True}],
            "active": is_active(user),
            "timeZone": user.get("timeZone", "UTC"),
            "roles": [{"display": role["displayName"], "value": role["id"], "primary": True}],
            NICE: {"team": team, "loginAuthenticator": sign_in},
        }


def _object(body: Any) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise Refusal(400, "the body is no object", {"code": "BAD_REQUEST"})
    return body


def _role(given: Mapping[str, Any]) -> str | None:
    """The role of a resource, by its id, else by its name."""
    for each in given.get("roles") or ():
        if found := each.get("value") or each.get("display"):
            return str(found)
    return None


def _mail(given: Mapping[str, Any]) -> str | None:
    for each in given.get("emails") or ():
        if each.get("value"):
            return str(each["value"])
    return None
