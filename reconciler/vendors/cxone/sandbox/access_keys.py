"""Access keys of users: create, switch off and on, delete. The secret is shown once.

The bodies of lists are not documented, nor who may have whose: here everybody may.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.cxone.sandbox.data import USER, Data, refuse_unless
from reconciler.vendors.cxone.sandbox.tokens import EXPIRES_IN, KEY, digest

_OURS = ("id", "secretDigest", "expiresIn")
PATH = "/access-key-management/v1/access-keys"


class AccessKeys:
    """The access keys of a tenant."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation on them."""
        yield Endpoint("GET", PATH, self.all)
        yield Endpoint("POST", PATH, self.create)
        yield Endpoint("PATCH", PATH, self.change)
        yield Endpoint("GET", f"{PATH}/{{accessKeyId}}", self.get)
        yield Endpoint("DELETE", f"{PATH}/{{accessKeyId}}", self.remove)

    def all(self, _call: Call) -> Answer:
        """Every key, without its secret."""
        rows = self._data.store.rows(KEY)
        return Answer(200, {"accessKeys": [_shown(each) for each in rows]})

    def create(self, call: Call) -> Answer:
        """A new key, of the caller where nobody else is named; the only answer with its secret."""
        body = call.body if isinstance(call.body, dict) else {}
        with self._data.store.transaction():
            user = (
                self._data.user(str(body["userId"]))
                if body.get("userId")
                else self._data.store.named(USER, call.identity)
            )
            refuse_unless(user, "USER_NOT_FOUND", "the caller is no user")
            made, secret = self.add(user or {}), secrets.token_urlsafe(24)
            kept = made | {"secretDigest": digest(secret)}
            self._data.store.put(KEY, kept, kept["id"])
        return Answer(201, _shown(kept) | {"accessKeySecret": secret})

    def add(
        self,
        user: Mapping[str, Any],
        key_id: str = "",
        secret: str = "",
        expires_in: int = EXPIRES_IN,
    ) -> Body:
        """A key of a user, kept; refuses with 400 an id that is taken.

        Its tokens are good for `expires_in` seconds.
        """
        key_id = key_id or secrets.token_hex(16).upper()
        refuse_unless(self._data.store.get(KEY, key_id) is None, "BAD_REQUEST", "the id is taken")
        kept: Body = {
            "id": key_id,
            "secretDigest": digest(secret),
            "userId": user["id"],
            "tenantId": self._data.organization,
            "agentId": self._data.number("agent", user["id"]),
            "billingId": 1,
            "isActive": True,
            "expiresIn": expires_in,
            "lastUsedDate": None,
        }
        self._data.store.put(KEY, kept, key_id)
        return kept

    def change(self, call: Call) -> Answer:
        """A key switched off or on."""
        body = call.body if isinstance(call.body, dict) else {}
        refuse_unless(isinstance(body.get("isActive"), bool), "BAD_REQUEST", "isActive is missing")
        key = self._key(str(body.get("accessKeyId")))
        kept = {**key, "isActive": body["isActive"]}
        self._data.store.put(KEY, kept, key["id"])
        return Answer(200, _shown(kept))

    def get(self, call: Call) -> Answer:
        """One key."""
        return Answer(200, _shown(self._key(call.path["accessKeyId"])))

    def remove(self, call: Call) -> Answer:
        """A key is gone; tokens that it gave go on to their end."""
        self._data.store.remove(KEY, self._key(call.path["accessKeyId"])["id"])
        return Answer(204)

    def _key(self, key_id: str) -> Body:
        found = self._data.store.get(KEY, key_id)
        if found is None:
            raise Refusal(404, f"there is no access key {key_id}", {"code": "NOT_FOUND"})
        return found


def _shown(key: Mapping[str, Any]) -> Body:
    shown = {name: key[name] for name in key if name not in _OURS}
    return {"accessKeyId": key["id"], **shown}
