"""The emulated tenant as the core opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.contract.connection import AsgiApp
from reconciler.sandbox.app import Endpoint, asgi
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.seed import keep_settings, settings
from reconciler.sandbox.store import Store
from reconciler.vendors.cxone.sandbox import console, front
from reconciler.vendors.cxone.sandbox import seed as seeds
from reconciler.vendors.cxone.sandbox.access_keys import AccessKeys
from reconciler.vendors.cxone.sandbox.acd import Acd
from reconciler.vendors.cxone.sandbox.data import IDENTITY, Data
from reconciler.vendors.cxone.sandbox.discovery import CONFIGURATION, Tenants, configuration
from reconciler.vendors.cxone.sandbox.errors import of_acd, of_scim, of_userhub
from reconciler.vendors.cxone.sandbox.roles import Roles
from reconciler.vendors.cxone.sandbox.scim import Scim
from reconciler.vendors.cxone.sandbox.teams import Teams
from reconciler.vendors.cxone.sandbox.tokens import ACCESS_KEY, REFRESH, Tokens
from reconciler.vendors.cxone.sandbox.users import Users


def _now() -> datetime:
    return datetime.now(UTC)


def _settings(seed: Mapping[str, Any]) -> Mapping[str, Any]:
    found = seeds.settings(seed)
    return {
        "organization": found.organization,
        "assumed": sorted(found.assumed),
        "quirks": seed.get("quirks"),
    }


class CxoneSandbox:
    """One tenant on one database file, filled from its seed where it is empty."""

    actions: Mapping[str, str] = console.ACTIONS
    signs_in_with: tuple[str, ...] = ("accessKey",)

    def __init__(
        self, database: Path, seed: Mapping[str, Any], clock: Callable[[], datetime] = _now
    ) -> None:
        self._store = Store(database)
        try:
            found = settings(self._store, seed, _settings)
            self.organization, self._assumed = found["organization"], seeds.assumed(found)
            self._data = Data(self._store, self.organization, clock, seeds.quirks(found))
            self._tokens = Tokens(self._data)
            self._open(seed)
            keep_settings(self._store, seed, found)
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
                "PRJ175",
                "the sandbox's data is of another organization than its seed",
                hint="start it over: reconciler sandbox reset",
            )

    def close(self) -> None:
        """Let go of the database."""
        self._store.close()

    def app(self) -> AsgiApp:
        """The tenant's API, to be called in-process."""
        tokens = self._tokens
        open_: front.Open = {
            ("POST", ACCESS_KEY): tokens.of_key,
            ("POST", REFRESH): tokens.refreshed,
            ("GET", CONFIGURATION): configuration,
        }
        acd = Acd(self._data, Users(self._data)).endpoints()
        return front.fronted(
            asgi(self.endpoints(), tokens.identity, of_userhub),
            asgi(acd, tokens.identity, of_acd),
            asgi(Scim(self._data, Users(self._data)).endpoints(), tokens.identity, of_scim),
            open_,
            lambda: self._data.clock().isoformat(),
        )

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation that the API has, but ACD's, SCIM's and what needs no token."""
        users = Users(self._data)
        yield from Roles(self._data, self._assumed).endpoints()
        yield from users.endpoints()
        yield from Teams(self._data).endpoints()
        yield from AccessKeys(self._data).endpoints()
        yield from Tenants(self._data).endpoints()

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
        return self._tokens.embedded(str(found["id"]))

    def act(self, action: str, arguments: Mapping[str, str], identity: str | None) -> str:
        """Do what a person would do in CXone; answers with what was done."""
        rows = self._store.rows(IDENTITY)
        who = identity or (rows[0]["id"] if rows else "nobody")
        return console.act(self._data, action, arguments, who)
