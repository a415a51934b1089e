"""The emulated tenant as the core opens it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from reconciler.contract.connection import AsgiApp
from reconciler.sandbox.app import Answer, Call, Endpoint, Handler, asgi
from reconciler.sandbox.console import Arguments
from reconciler.sandbox.errors import Refusal, SandboxError
from reconciler.sandbox.store import Body
from reconciler.sandbox.tenant import Clock, EmulatedTenant
from reconciler.vendors.webexcc.sandbox import console
from reconciler.vendors.webexcc.sandbox import seed as seeds
from reconciler.vendors.webexcc.sandbox.acl import Acl
from reconciler.vendors.webexcc.sandbox.attach import Attach
from reconciler.vendors.webexcc.sandbox.audit import Audit
from reconciler.vendors.webexcc.sandbox.bulk import Bulk
from reconciler.vendors.webexcc.sandbox.collections import Collections
from reconciler.vendors.webexcc.sandbox.data import PROFILE, USER, Data, links
from reconciler.vendors.webexcc.sandbox.errors import worded
from reconciler.vendors.webexcc.sandbox.flows import Flows
from reconciler.vendors.webexcc.sandbox.guard import guarded
from reconciler.vendors.webexcc.sandbox.inventory import Inventory
from reconciler.vendors.webexcc.sandbox.people import People
from reconciler.vendors.webexcc.sandbox.profiles import Profiles
from reconciler.vendors.webexcc.sandbox.quirky import quirky
from reconciler.vendors.webexcc.sandbox.references import References
from reconciler.vendors.webexcc.sandbox.tokens import Tokens
from reconciler.vendors.webexcc.sandbox.users import Users


class WebexSandbox(EmulatedTenant):
    """One organization on one database file, filled from its seed where it is empty."""

    actions = console.ACTIONS
    signs_in_with: tuple[str, ...] = ("token", "serviceApp")

    def refers(self, kind: str, body: Body) -> Iterable[tuple[str, str]]:
        """See `EmulatedTenant`."""
        return links(kind, body)

    def settings(self, seed: Mapping[str, Any]) -> Mapping[str, Any]:
        """See `EmulatedTenant`."""
        return seeds.settings(seed)

    def open(self, found: Mapping[str, Any], clock: Clock) -> None:
        """See `EmulatedTenant`."""
        self._data = Data(self.store, self.organization, clock, seeds.quirks_of(found))

    def fill(self, seed: Mapping[str, Any]) -> None:
        """See `EmulatedTenant`."""
        seeds.fill(self._data, seed)

    def app(self) -> AsgiApp:
        """The tenant's API, to be called in-process; what each endpoint needs is in guard.py."""
        endpoints = [
            Endpoint(each.method, each.path, self._of_this_organization(guarded(self._data, each)))
            for each in self.endpoints()
        ]
        tokens = Tokens(self._data)
        app = quirky(asgi(endpoints, tokens.identity, worded), self._data.quirks, self._data.clock)
        return tokens.endpoint(app)

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation that the API has, but that of tokens."""
        parts = (
            Profiles(self._data), Collections(self._data), Users(self._data), People(self._data),
            Inventory(self._data), Flows(self._data), Bulk(self._data), Attach(self._data),
            References(self._data), Acl(self._data), Audit(self._data),
        )  # fmt: skip
        for part in parts:
            yield from part.endpoints()

    def usual_identity(self, identities: Sequence[Body]) -> Body | None:
        """The first full administrator."""
        return next((each for each in identities if self._is_full(each["id"])), None)

    def token_of(self, identity: Body) -> str:
        """See `EmulatedTenant`; who has a service app alone has none."""
        if not identity["token"]:
            raise SandboxError(
                "PRJ126",
                f"the sandbox has no token for `{identity['id']}`, only a service app",
                hint="add a `token` to the identity in the seed, or choose another",
            )
        return str(identity["token"])

    def carry_out(self, action: str, arguments: Arguments, identity: str) -> str:
        """See `EmulatedTenant`."""
        return console.carry_out(self._data, action, arguments, identity)

    def _is_full(self, email: str) -> bool:
        user = self.store.named(USER, email)
        profile = self.store.get(PROFILE, user["userProfileId"]) if user else None
        return profile is not None and (
            profile["profileType"],
            profile["permissionAccessLevel"],
            profile["resourceAccessLevel"],
        ) == ("ADMINISTRATOR", "ALL", "ALL")

    def _of_this_organization(self, handler: Handler) -> Handler:
        def answer(call: Call) -> Answer:
            named = call.path.get("orgid") or call.path.get("orgId") or self.organization
            if named != self.organization:
                raise Refusal(403, "the token belongs to another organization")
            return handler(call)

        return answer
