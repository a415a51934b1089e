"""SCIM: users from an identity provider, with their primary role and nothing of the others.

There is no delete: who leaves is made inactive. New users get the role Agent where none is named.
Refusals are in SCIM's own shape.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.cxone.sandbox import query
from reconciler.vendors.cxone.sandbox.data import (
    ACTIVE,
    DEFAULT_ROLE,
    DELETED,
    NAME_TAKEN,
    USER,
    Data,
    is_active,
)
from reconciler.vendors.cxone.sandbox.scim_patch import NICE, USER_SCHEMA, fields, patched, refusal
from reconciler.vendors.cxone.sandbox.users import Users

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PLACES = ("/scim/", "/basic-auth/scim/")
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
                raise refusal("only `userName eq` is a filter", "invalidFilter")
            wanted = named[1].casefold()
            rows = [each for each in rows if str(each["userName"]).casefold() == wanted]
        start = max(query.whole(call.query.get("startIndex"), 1), 1)
        part = rows[start - 1 : start - 1 + query.whole(call.query.get("count"), 100)]
        told = {"schemas": [LIST], "totalResults": len(rows), "startIndex": start}
        return Answer(200, told | {"Resources": [self._shown(each) for each in part]})

    def get(self, call: Call) -> Answer:
        """One user."""
        return Answer(200, self._shown(self._data.user(call.path["userId"])))

    def create(self, call: Call) -> Answer:
        """A new user; fails where no role is named and the tenant has no Agent."""
        given = fields(_object(call.body))
        role = self._data.role_meant(given.pop("role", DEFAULT_ROLE))
        with self._data.store.transaction(), _taken_is_a_conflict():
            made = self._users.add(
                {
                    "emailAddress": given.get("userName"),
                    **given,
                    "status": ACTIVE if given.pop("active", True) else DELETED,
                },
                call.identity,
                role,
            )
        return Answer(201, self._shown(made))

    def replace(self, call: Call) -> Answer:
        """A user's fields as the body has them; what SCIM does not know of stays."""
        return Answer(200, self._changed(call, fields(_object(call.body))))

    def patch(self, call: Call) -> Answer:
        """Some of a user's fields; an operation needs no `op`."""
        return Answer(200, self._changed(call, patched(_object(call.body))))

    def _changed(self, call: Call, given: Mapping[str, Any]) -> Body:
        with self._data.store.transaction(), _taken_is_a_conflict():
            user = self._data.user(call.path["userId"])
            others = {key: given[key] for key in given if key not in ("role", "active")}
            whole = {**user, **others}
            if "role" in given:
                whole["roleUUID"] = self._data.role_meant(given["role"])["id"]
            if "active" in given and given["active"] != is_active(user):
                whole["status"] = ACTIVE if given["active"] else DELETED
            whole["fullName"] = f"{whole['firstName']} {whole['lastName']}"
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
        raise refusal("the body is no object", "invalidSyntax")
    return body


@contextmanager
def _taken_is_a_conflict() -> Iterator[None]:
    """A name that another user has is a 409 here."""
    try:
        yield
    except Refusal as refused:
        if refused.reason != NAME_TAKEN:
            raise
        raise Refusal(409, refused.reason, {"scimType": "uniqueness"}) from refused
