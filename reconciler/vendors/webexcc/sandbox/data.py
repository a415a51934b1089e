"""The tenant's data, and what every part of the service needs to get at it."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body, Store
from reconciler.vendors.webexcc.sandbox.quirks import USUAL, Quirks
from reconciler.vendors.webexcc.sandbox.resource_types import (
    CHANNEL,
    DESKTOP_PROFILE,
    FUNCTION,
    MULTIMEDIA,
    QUEUE,
    SITE,
    SKILL_PROFILE,
    TEAM,
    TYPES,
    values_at,
)

__all__ = (
    "CHANNEL", "COLLECTION", "FOLDER", "LINKS", "MOST_COLLECTIONS", "PERSON",
    "PROFILE", "QUEUE", "SITE", "TEAM", "USER", "Data", "Settings", "links", "machine_id",
    "public", "time_text", "webex_id",
)  # fmt: skip

PROFILE, COLLECTION, USER = "user-profile", "resource-collection", "user"
FOLDER = "analyzer-folder"
PERSON = "person"
"""A user's person in Webex: kept by Control Hub, known here by its id alone."""

MOST_COLLECTIONS = 1000

LINKS: Mapping[str, Mapping[str, str]] = {
    USER: {
        "userProfileId": PROFILE,
        "siteId": SITE,
        "teamIds": TEAM,
        "skillProfileId": SKILL_PROFILE,
        "agentProfileId": DESKTOP_PROFILE,
        "multimediaProfileId": MULTIMEDIA,
        "ciUserId": PERSON,
    },
    PROFILE: {"resourceCollections": COLLECTION},
} | {each.name: each.links for each in TYPES.values()}
"""Where a body of a kind refers to others: dotted path of the field -> their kind."""

_HEX_IDS = ("flow", "sub-flow", FUNCTION)
"""What has the 24 hexadecimal digits of an ObjectId for an id."""


def links(kind: str, body: Body) -> Iterator[tuple[str, str]]:
    """The other objects that a body names: their kind and id."""
    if kind == COLLECTION:
        for row in body["resources"]:
            yield from ((row["name"], each) for each in row.get("ids", ()))
    for path, target in LINKS.get(kind, {}).items():
        yield from ((target, each) for each in values_at(body, path))


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a tenant: limits, permissions that others lack, add-ons."""

    most_collections: int = MOST_COLLECTIONS
    permissions: tuple[str, ...] = ()
    add_ons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Data:
    """The store with what the service adds to each body: ids, versions, times."""

    store: Store
    organization: str
    clock: Callable[[], datetime]
    quirks: Quirks = USUAL

    @property
    def settings(self) -> Settings:
        """The tenant's settings, as its seed has them."""
        found = self.store.get("meta", "settings")
        if found is None:
            return Settings()
        add_ons = tuple(found.get("add_ons", ()))
        return Settings(found["most_collections"], tuple(found["permissions"]), add_ons)

    def one(self, kind: str, object_id: str) -> Body:
        """The body of that id; refuses with 404."""
        found = self.store.get(kind, object_id)
        if found is None:
            raise Refusal(404, f"there is no {kind} {object_id}", {"entity": kind})
        return found

    def add(self, kind: str, body: Body, made_id: str | None = None) -> Body:
        """Store a new body; the same tenant, made the same way, has the same ids."""
        name = str(body.get("name") or body.get("email"))
        now = self.now()
        whole = body | {
            "organizationId": self.organization,
            "id": made_id or self._new_id(kind, name),
            "version": 0,
            "createdTime": now,
            "lastUpdatedTime": now,
        }
        self.store.put(kind, whole, name)
        return whole

    def _new_id(self, kind: str, name: str) -> str:
        # counted by kind, so that more of one kind leaves the ids of all others as they are
        count = self.store.next(f"made/{kind}")
        found = uuid.uuid5(uuid.UUID(self.organization), f"{kind}/{name}/{count}")
        return found.hex[:24] if kind in _HEX_IDS else str(found)

    def change(self, kind: str, body: Body) -> Body:
        """Replace a stored body, one version up."""
        whole = body | {"version": body["version"] + 1, "lastUpdatedTime": self.now()}
        self.store.put(kind, whole, str(body.get("name") or body.get("email")))
        return whole

    def refuse_taken_name(self, kind: str, name: str, but: str | None = None) -> None:
        """409 where another body of the kind carries the name; `but` is who is renamed."""
        if but is not None and not self.quirks.rename_conflict:
            return
        other = self.store.named(kind, name)
        if other is not None and other["id"] != but:
            raise Refusal(409, f"{name} is already there", {"entity": kind})

    def log(self, identity: str, text: str) -> None:
        """Write down who did what in the console."""
        number = self.store.count("console") + 1
        at = self.clock().isoformat()
        line: dict[str, Any] = {"id": f"{number:06}", "at": at, "by": identity, "what": text}
        self.store.put("console", line, text)

    def now(self) -> int:
        """The time of the tenant, in milliseconds."""
        return int(self.clock().timestamp() * 1000)


def public(body: Body, *hidden: str) -> Body:
    """A body as answers show it: without what has no value, and without what a list leaves out."""
    return {key: value for key, value in body.items() if value is not None and key not in hidden}


def webex_id(kind: str, number: str) -> str:
    """An id as Webex writes it beyond the contact center: base64url, without padding."""
    raw = f"ciscospark://us/{kind}/{number}".encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def machine_id(organization: str, identity: str) -> str:
    """The Webex id of a machine account."""
    return str(uuid.uuid5(uuid.UUID(organization), f"machine/{identity}"))


def time_text(milliseconds: int) -> str:
    """A moment as Webex writes it beyond the contact center."""
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
