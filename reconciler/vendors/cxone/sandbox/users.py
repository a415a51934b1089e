"""Users: searched, read whole, replaced whole; deactivated and revived, never deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.store import Body
from reconciler.vendors.cxone.sandbox.data import DELETED, USER, Data, held, refuse_unless

BASE = "/user-management"
REQUIRED = ("id", "firstName", "lastName", "emailAddress", "assignedGroup", "role", "userName",
            "emailToBeVerified")  # fmt: skip


class Users:
    """UserHub's users."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation on them."""
        yield Endpoint("POST", f"{BASE}/v2/users/search", self.search)
        yield Endpoint("GET", f"{BASE}/v3/users/{{userId}}", self.get)
        yield Endpoint("PUT", f"{BASE}/v1/users", self.put)
        yield Endpoint("POST", f"{BASE}/v1/users/deactivate", self.deactivate)
        yield Endpoint("POST", f"{BASE}/v1/users/{{userId}}/revive", self.revive)

    def search(self, call: Call) -> Answer:
        """A part of the users, with how many there are; deactivated ones too."""
        body = call.body if isinstance(call.body, dict) else {}
        rows = sorted(self._data.store.rows(USER), key=lambda each: each["userName"])
        skip, top = int(body.get("skip") or 0), int(body.get("top") or 100)
        fields = body.get("fields") or None
        part = [_only(each, fields) for each in rows[skip : skip + top]]
        told = {"totalRecords": len(rows), "skip": skip, "top": top, "users": part}
        return Answer(200, told)

    def get(self, call: Call) -> Answer:
        """One user, whole."""
        return Answer(200, {"user": self._data.user(call.path["userId"])})

    def put(self, call: Call) -> Answer:
        """A user replaced whole: what the body does not have is lost."""
        body = call.body if isinstance(call.body, dict) else {}
        missing = [each for each in REQUIRED if body.get(each) is None]
        refuse_unless(not missing, "BAD_REQUEST", f"missing: {', '.join(missing)}")
        with self._data.store.transaction():
            current = self._data.user(str(body["id"]))
            self._refuse_own(call, current, body)
            role = body.get("roleUUID") or body["role"]
            whole = {**body, "roleUUID": role, "status": current["status"]}
            whole.setdefault("secondaryRoleIds", [])
            self._data.put_user(whole, call.identity)
        return Answer(200, {"success": True, "message": "", "error": "", "msg": ""})

    def _refuse_own(self, call: Call, current: Body, body: dict[str, Any]) -> None:
        changed = set(held(current)) != set(held({**body, "roleUUID": body.get("roleUUID")}))
        refuse_unless(
            not (changed and current["userName"] == call.identity),
            "OWN_ROLE",
            "nobody can change their own role",
        )

    def deactivate(self, call: Call) -> Answer:
        """Several at once; those that cannot be are told with 200."""
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


def _only(user: Body, fields: Any) -> Body:
    return dict(user) if not fields else {k: user[k] for k in fields if k in user}
