"""The emulated tenant as the core opens it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.sandbox.app import Endpoint, asgi
from reconciler.sandbox.errors import Refusal, SandboxError
from reconciler.sandbox.store import Store
from reconciler.vendor import AsgiApp
from reconciler.vendors.cxone.sandbox import console
from reconciler.vendors.cxone.sandbox import seed as seeds
from reconciler.vendors.cxone.sandbox.data import IDENTITY, USER, Data
from reconciler.vendors.cxone.sandbox.roles import Roles
from reconciler.vendors.cxone.sandbox.users import Users

UNAUTHORIZED = 401


def _now() -> datetime:
    return datetime.now(UTC)


class CxoneSandbox:
    """One tenant on one database file, filled from its seed where it is empty."""

    actions: Mapping[str, str] = console.ACTIONS

    def __init__(
        self, database: Path, seed: Mapping[str, Any], clock: Callable[[], datetime] = _now
    ) -> None:
        self.organization, self._assumed = seeds.organization(seed), seeds.assumed(seed)
        self._store = Store(database)
        self._data = Data(self._store, self.organization, clock)
        try:
            self._open(seed)
        except BaseException:
            self._store.close()
            raise

    def _open(self, seed: Mapping[str, Any]) -> None:
        known = self._store.get("meta", "organization")
        if known is None:
            seeds.fill(self._data, seed)
            body = {"id": "organization", "value": self.organization}
            self._store.put("meta", body, "organization")
        elif known["value"] != self.organization:
            raise SandboxError(
                "PRJ125",
                "the sandbox's data is of another organization than its seed",
                hint="start it over: reconciler sandbox reset",
            )

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    def app(self) -> AsgiApp:
        """The tenant's API, to be called in-process."""
        return asgi(self.endpoints(), self._whose, worded)

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation that the API has."""
        yield from Roles(self._data, self._assumed).endpoints()
        yield from Users(self._data).endpoints()

    def token(self, identity: str | None) -> str:
        """The token of a seeded identity, by default the first one: a JWT with its claims."""
        rows = self._store.rows(IDENTITY)
        found = next((each for each in rows if identity in (None, each["id"])), None)
        if found is None:
            known = ", ".join(each["id"] for each in rows)
            raise SandboxError(
                "PRJ126",
                f"the sandbox has no identity `{identity}`",
                hint=f"its seed lists {known or 'none'}",
            )
        user = self._store.named(USER, found["id"])
        claims = {
            "userName": found["id"],
            "userId": user["id"] if user else "",
            "tenantId": self.organization,
        }
        parts = [{"alg": "none"}, claims]
        return ".".join([*map(_encoded, parts), "sandbox"])

    def _whose(self, token: str) -> str | None:
        try:
            header, claims, signature = token.split(".")
            name = json.loads(base64.urlsafe_b64decode(claims + "=="))["userName"]
        except (ValueError, KeyError):
            return None
        known = header and signature == "sandbox" and self._store.get(IDENTITY, str(name))
        return str(name) if known else None

    def act(self, action: str, arguments: Mapping[str, str], identity: str | None) -> str:
        """Do what a person would do in CXone; answers with what was done."""
        rows = self._store.rows(IDENTITY)
        who = identity or (rows[0]["id"] if rows else "nobody")
        return console.act(self._data, action, arguments, who)


def worded(refusal: Refusal, _tracking_id: str) -> Any:
    """The body that goes with a refusal: UserHub's, and the gateway's for a bad token."""
    if refusal.status == UNAUTHORIZED:
        return {"status": 401, "error": "Unauthorized", "message": refusal.reason, "path": ""}
    return {
        "code": refusal.facts.get("code", "BAD_REQUEST"),
        "details": refusal.reason,
        "hostname": "sandbox",
        "entityType": "",
        "errors": "",
    }


def _encoded(part: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
