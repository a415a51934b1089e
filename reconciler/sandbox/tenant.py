"""An emulated tenant as the core opens it; each vendor says what is its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reconciler.contract.connection import AsgiApp
from reconciler.sandbox.console import Arguments, act
from reconciler.sandbox.errors import SandboxError
from reconciler.sandbox.seed import keep_settings, settings
from reconciler.sandbox.store import Body, Store

IDENTITY = "identity"
"""The kind of those who may sign in, each by its e-mail."""

Clock = Callable[[], datetime]


def now() -> datetime:
    """The time of this machine."""
    return datetime.now(UTC)


class EmulatedTenant(ABC):
    """One tenant on one database file, filled from its seed where it is empty.

    A vendor gives `actions` (each with what it takes), `signs_in_with` (see `Sandbox`), and the
    methods below.
    """

    actions: Mapping[str, str]
    signs_in_with: tuple[str, ...]

    def __init__(self, database: Path, seed: Mapping[str, Any], clock: Clock = now) -> None:
        self.store = Store(database, self.refers)
        try:
            found = settings(self.store, seed, self.settings)
            self.organization: str = found["organization"]
            self.open(found, clock)
            self._fill(seed)
            keep_settings(self.store, seed, found)
        except BaseException:
            self.store.close()
            raise

    def refers(self, _kind: str, _body: Body) -> Iterable[tuple[str, str]]:
        """Kind and id of each thing that a body refers to; none where no answer needs them."""
        return ()

    @abstractmethod
    def settings(self, seed: Mapping[str, Any]) -> Mapping[str, Any]:
        """The settings from the seed at each opening, its `organization` for one; SeedError."""

    @abstractmethod
    def open(self, found: Mapping[str, Any], clock: Clock) -> None:
        """Make what stands on the store, with these settings."""

    @abstractmethod
    def fill(self, seed: Mapping[str, Any]) -> None:
        """Put the whole seed into the empty store; raises SeedError, storing nothing."""

    @abstractmethod
    def app(self) -> AsgiApp:
        """The tenant's API, to be called in-process."""

    @abstractmethod
    def usual_identity(self, identities: Sequence[Body]) -> Body | None:
        """The default identity."""

    @abstractmethod
    def token_of(self, identity: Body) -> str:
        """The token of an identity; raises SandboxError (PRJ126) where it has none."""

    @abstractmethod
    def carry_out(self, action: str, arguments: Arguments, identity: str) -> str:
        """Do one of the actions; answers with what was done, refuses like the API does."""

    def token(self, identity: str | None) -> str:
        """The token of a seeded identity, by default the usual one's."""
        return self.token_of(self._identity(identity))

    def act(self, action: str, arguments: Mapping[str, str], identity: str | None) -> str:
        """Do what a person would do in the vendor's console; answers with what was done."""
        who = self.acting(identity)
        return act(
            self.store,
            self.actions,
            action,
            who,
            lambda: self.carry_out(action, Arguments(arguments), who),
        )

    def acting(self, identity: str | None) -> str:
        """The e-mail of who acts in the console; raises SandboxError (PRJ126)."""
        return str(self._identity(identity)["id"])

    def close(self) -> None:
        """Let go of the database."""
        self.store.close()

    def _fill(self, seed: Mapping[str, Any]) -> None:
        known = self.store.get("meta", "organization")
        if known is None:
            self.fill(seed)
            body: Body = {"id": "organization", "value": self.organization}
            self.store.put("meta", body, "organization")
        elif known["value"] != self.organization:
            raise SandboxError(
                "PRJ175",
                "the sandbox's data is of another organization than its seed",
                hint="start it over: reconciler sandbox reset",
            )

    def _identity(self, wanted: str | None) -> Body:
        identities = self.store.rows(IDENTITY)
        found = (
            self.usual_identity(identities)
            if wanted is None
            else next((each for each in identities if each["id"] == wanted), None)
        )
        if found is not None:
            return found
        known = ", ".join(each["id"] for each in identities)
        raise SandboxError(
            "PRJ126",
            f"the sandbox has no identity `{wanted}`"
            if wanted
            else "no identity of the sandbox is a full administrator",
            hint=f"its seed lists {known or 'none'}",
        )
