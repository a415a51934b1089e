"""The tenant's data, and what every part of the service needs to get at it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body, Store

PROFILE, COLLECTION, USER = "user-profile", "resource-collection", "user"
SITE, TEAM, QUEUE, CHANNEL = "site", "team", "queue", "channel"
FOLDER = "analyzer-folder"
IDENTITY = "identity"

MOST_COLLECTIONS = 1000


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs from tenant to tenant: its limits, and permissions that others lack."""

    most_collections: int = MOST_COLLECTIONS
    permissions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Data:
    """The store with what the service adds to each body: ids, versions, times."""

    store: Store
    organization: str
    clock: Callable[[], datetime]

    @property
    def settings(self) -> Settings:
        """The tenant's settings, as its seed has them."""
        found = self.store.get("meta", "settings")
        if found is None:
            return Settings()
        return Settings(found["most_collections"], tuple(found["permissions"]))

    def one(self, kind: str, object_id: str) -> Body:
        """The body of that id; refuses with 404."""
        found = self.store.get(kind, object_id)
        if found is None:
            raise Refusal(404, f"there is no {kind} {object_id}", {"entity": kind})
        return found

    def add(self, kind: str, body: Body) -> Body:
        """Store a new body; the same tenant, made the same way, has the same ids."""
        made = self.store.get("meta", "made") or {"id": "made", "count": 0}
        made["count"] += 1
        self.store.put("meta", made, "made")
        name = str(body.get("name") or body.get("email"))
        now = self._now()
        whole = body | {
            "organizationId": self.organization,
            "id": str(uuid.uuid5(uuid.UUID(self.organization), f"{kind}/{name}/{made['count']}")),
            "version": 0,
            "createdTime": now,
            "lastUpdatedTime": now,
        }
        self.store.put(kind, whole, name)
        return whole

    def change(self, kind: str, body: Body) -> Body:
        """Store a body anew, one version up."""
        whole = body | {"version": body["version"] + 1, "lastUpdatedTime": self._now()}
        self.store.put(kind, whole, str(body.get("name") or body.get("email")))
        return whole

    def refuse_taken_name(self, kind: str, name: str, but: str | None = None) -> None:
        """409 where another body of the kind carries the name."""
        other = self.store.named(kind, name)
        if other is not None and other["id"] != but:
            raise Refusal(409, f"{name} is already there", {"entity": kind})

    def log(self, identity: str, text: str) -> None:
        """Write down who did what in the console."""
        number = len(self.store.rows("console")) + 1
        at = self.clock().isoformat()
        line: dict[str, Any] = {"id": f"{number:06}", "at": at, "by": identity, "what": text}
        self.store.put("console", line, text)

    def _now(self) -> int:
        return int(self.clock().timestamp() * 1000)


def public(body: Body, *hidden: str) -> Body:
    """A body as a list shows it: without the arrays that only an item answer has."""
    return {key: value for key, value in body.items() if key not in hidden}
