"""The emulated tenant as the core opens it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.contract.connection import AsgiApp
from reconciler.sandbox.app import Answer, Call, Endpoint, Handler, asgi
from reconciler.sandbox.errors import Refusal, SandboxError
from reconciler.sandbox.seed import keep_settings, settings
from reconciler.sandbox.store import Store
from reconciler.vendors.webexcc.sandbox import console
from reconciler.vendors.webexcc.sandbox import seed as seeds
from reconciler.vendors.webexcc.sandbox.acl import Acl
from reconciler.vendors.webexcc.sandbox.attach import Attach
from reconciler.vendors.webexcc.sandbox.audit import Audit
from reconciler.vendors.webexcc.sandbox.bulk import Bulk
from reconciler.vendors.webexcc.sandbox.collections import Collections
from reconciler.vendors.webexcc.sandbox.data import IDENTITY, PROFILE, USER, Data, links
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


def _now() -> datetime:
    return datetime.now(UTC)


def _settings(seed: Mapping[str, Any]) -> Mapping[str, Any]:
    organization, _ = seeds.settings(seed)
    return {"organization": organization, "quirks": seed.get("quirks")}


class WebexSandbox:
    """One organization on one database file, filled from its seed where it is empty."""

    actions = console.ACTIONS
    signs_in_with: tuple[str, ...] = ("token", "serviceApp")

    def __init__(
        self, database: Path, seed: Mapping[str, Any], clock: Callable[[], datetime] = _now
    ) -> None:
        self._store = Store(database, links)
        try:
            found = settings(self._store, seed, _settings)
            self.organization, quirks = found["organization"], seeds.quirks(found)
            self._data = Data(self._store, self.organization, clock, quirks)
            self._open(seed)
            keep_settings(self._store, seed, found)
        except BaseException:
            self._store.close()
            raise

    def _open(self, seed: Mapping[str, Any]) -> None:
        known = self._store.get("meta", "organization")
        if known is None:
            seeds.fill(self._data, seed)
            self._store.put(
                "meta", {"id": "organization", "value": self.organization}, "organization"
            )
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

    def token(self, identity: str | None) -> str:
        """The token of a seeded identity, by default the first full administrator's."""
        found = self._identity(identity)
        if not found["token"]:
            raise SandboxError(
                "PRJ126",
                f"the sandbox has no token for `{found['id']}`, only a service app",
                hint="add a `token` to the identity in the seed, or choose another",
            )
        return str(found["token"])

    def act(self, action: str, arguments: Mapping[str, str], identity: str | None) -> str:
        """Do what a person would do in the console; answers with what was done."""
        return console.act(self._data, action, arguments, str(self._identity(identity)["id"]))

    def _identity(self, wanted: str | None) -> Mapping[str, Any]:
        identities = self._store.rows(IDENTITY)
        for each in identities:
            if each["id"] == wanted or (wanted is None and self._is_full(each["id"])):
                return each
        known = ", ".join(each["id"] for each in identities)
        raise SandboxError(
            "PRJ126",
            f"the sandbox has no identity `{wanted}`"
            if wanted
            else "no identity of the sandbox is a full administrator",
            hint=f"its seed lists {known or 'none'}",
        )

    def _is_full(self, email: str) -> bool:
        user = self._store.named(USER, email)
        profile = self._store.get(PROFILE, user["userProfileId"]) if user else None
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
