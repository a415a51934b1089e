"""The emulated tenant as the core opens it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.contract.connection import AsgiApp
from reconciler.sandbox.app import Endpoint, asgi
from reconciler.sandbox.console import Arguments
from reconciler.sandbox.store import Body
from reconciler.sandbox.tenant import Clock, EmulatedTenant
from reconciler.vendors.cxone.sandbox import console, front
from reconciler.vendors.cxone.sandbox import seed as seeds
from reconciler.vendors.cxone.sandbox.access_keys import AccessKeys
from reconciler.vendors.cxone.sandbox.acd import Acd
from reconciler.vendors.cxone.sandbox.data import Data
from reconciler.vendors.cxone.sandbox.discovery import CONFIGURATION, Tenants, configuration
from reconciler.vendors.cxone.sandbox.errors import of_acd, of_scim, of_userhub
from reconciler.vendors.cxone.sandbox.roles import Roles
from reconciler.vendors.cxone.sandbox.scim import Scim
from reconciler.vendors.cxone.sandbox.teams import Teams
from reconciler.vendors.cxone.sandbox.tokens import ACCESS_KEY, REFRESH, Tokens
from reconciler.vendors.cxone.sandbox.users import Users


class CxoneSandbox(EmulatedTenant):
    """One tenant on one database file, filled from its seed where it is empty."""

    actions = console.ACTIONS
    signs_in_with: tuple[str, ...] = ("accessKey",)

    def settings(self, seed: Mapping[str, Any]) -> Mapping[str, Any]:
        """See `EmulatedTenant`."""
        return seeds.settings(seed)

    def open(self, found: Mapping[str, Any], clock: Clock) -> None:
        """See `EmulatedTenant`."""
        self._assumed = seeds.assumed(found)
        self._data = Data(self.store, self.organization, clock, seeds.quirks_of(found))
        self._tokens = Tokens(self._data)

    def fill(self, seed: Mapping[str, Any]) -> None:
        """See `EmulatedTenant`."""
        seeds.fill(self._data, seed)

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

    def usual_identity(self, identities: Sequence[Body]) -> Body | None:
        """The first one of the seed."""
        return next(iter(identities), None)

    def token_of(self, identity: Body) -> str:
        """A JWT with the claims of the identity."""
        return self._tokens.embedded(str(identity["id"]))

    def acting(self, identity: str | None) -> str:
        """Whoever is named: employees sign in to the pages, and no seed lists them all."""
        return identity or super().acting(None)

    def carry_out(self, action: str, arguments: Arguments, identity: str) -> str:
        """See `EmulatedTenant`."""
        return console.carry_out(self._data, action, arguments, identity)
