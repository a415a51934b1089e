"""Connections to a tenant: what they are opened with, and what they do.

- `read` proves that each list was complete, or raises; absence is only ever concluded from a
  complete list.
- A reader has no way to write: `plan` and `drift` are given nothing else.
- A writer re-reads what it writes and answers with the object as the tenant then has it.
"""

from __future__ import annotations

from collections.abc import (
    Awaitable,
    Callable,
    Collection,
    Coroutine,
    Mapping,
    MutableMapping,
    Sequence,
)
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from reconciler.errors import ReconcilerError
from reconciler.model.audit import AuditEvent
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.resource import Resource
from reconciler.model.value import Json, Values

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")

AsgiApp = Callable[
    [
        MutableMapping[str, Any],
        Callable[[], Awaitable[MutableMapping[str, Any]]],
        Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ],
    Awaitable[None],
]


class TokenSource(Protocol):
    """The source of a tenant's access token; neither it nor the token is ever shown."""

    async def token(self) -> str:
        """The token to send; raises ProjectError or TenantError where there is none."""

    async def renewed(self, refused: str) -> str | None:
        """Another token after the tenant refused this one, None where there is no other."""


class Pace(Protocol):
    """The one queue of all requests to a tenant, and the clock that it goes by."""

    async def turn(self) -> None:
        """Wait until one more request may be sent, and count it."""

    def hold(self, seconds: float, why: str = "") -> None:
        """Let nobody have a turn for so long: the tenant said that there were too many.

        `why` is the reason that a person is shown who waits for it.
        """

    def now(self) -> float:
        """Seconds on a clock that never jumps."""

    async def sleep(self, seconds: float) -> None:
        """Let time pass."""


class Once:
    """Answers that the groups of one organization ask for once and share: a token's owner, say."""

    def __init__(self) -> None:
        self._asking: dict[str, asyncio.Task[Any]] = {}

    async def of(self, what: str, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The answer to `what`; the first caller's `ask` gets it, and raises for all of them.

        Who stops waiting does not stop the others.
        """
        import asyncio  # noqa: PLC0415 - `validate` starts without it

        if what not in self._asking:
            self._asking[what] = asyncio.create_task(ask())
        answer: T = await asyncio.shield(self._asking[what])
        return answer


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of a tenant and its credentials; the token is never shown.

    Either the `region` gives the hosts, or the tenant is a sandbox that answers for all of them:
    `app` in this process, or `url` on this machine. `assumed` are the endpoints to use that the
    vendor has not published. Without a `pace` requests go out as they come. `permit` is asked right
    before each write is sent, and raises where it must not be; `unsent` is called where the tenant
    surely did not process it after all. `waiting` is called with the reason when a write has to
    wait for the tenant. What the groups of the organization ask together is asked `once`.
    """

    tenant: str
    organization: str
    token: TokenSource = field(repr=False)
    region: str | None = None
    app: AsgiApp | None = None
    url: str | None = None
    parallelism: int = 8
    pace: Pace | None = None
    assumed: frozenset[str] = frozenset()
    progress: Callable[[str, int, int], None] = field(default=lambda _what, _done, _all: None)
    permit: Callable[[], None] = field(default=lambda: None, repr=False)
    unsent: Callable[[], None] = field(default=lambda: None, repr=False)
    waiting: Callable[[str], None] = field(default=lambda _reason: None, repr=False)
    once: Once = field(default_factory=Once, repr=False, compare=False)


class AuditReader(Protocol):
    """A connection to a vendor's audit log, which can only read."""

    async def events(self, since: datetime, until: datetime) -> tuple[AuditEvent, ...]:
        """Every event from `since` to `until` (UTC) that changed something, the oldest first.

        Raises TenantError where it cannot be read, or does not prove that it is complete.
        """


class Reader(Protocol):
    """A connection that can only read."""

    async def read(self, resources: tuple[Resource[Any], ...], remembered: Json = None) -> Snapshot:
        """Everything that the kinds of this vendor need to be judged; raises TenantError.

        `remembered` is the `Snapshot.memory` of an earlier reading: what a list shows to be of the
        same version need not be read again. A reader is free to make nothing of it.
        """


@dataclass(frozen=True, slots=True)
class Written:
    """The object as the tenant has it after a write (None once deleted).

    `attempts` says how many times the write was sent.
    """

    live: LiveObject | None
    tracking_id: str
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class Update:
    """One of several updates: the object, the attributes to give it, the digest it must have."""

    object_id: str
    values: Values
    expect: str


class Writer(Protocol):
    """A connection that carries out operations, one object each, or a batch of them in one call.

    Where the answer to a write is lost, the writer finds out by reading whether it landed; what it
    cannot find out it raises as UnknownOutcomeError.
    """

    async def fetch(self, kind: str, object_id: str) -> LiveObject | None:
        """The object as it is now, None where the tenant answers that it is gone."""

    async def find(self, kind: str, name: str) -> LiveObject | None:
        """The object that carries this vendor name, None where there is none."""

    async def taken(self, kind: str, names: Collection[str]) -> Mapping[str, str]:
        """The ones of these vendor names that objects carry, each with the id of its object."""

    async def create(self, kind: str, values: Values) -> Written:
        """Make the object with these attributes."""

    async def update(self, kind: str, object_id: str, values: Values, expect: str) -> Written:
        """Give the object these attributes and leave the others.

        Raises StalePlanError where the object's digest is no longer `expect`.
        """

    async def update_many(
        self, kind: str, updates: Sequence[Update]
    ) -> list[Written | ReconcilerError]:
        """Do these updates in one call; asked for kinds that have `bulk`, and for no others.

        Answers one by one, in the order given, with what `update` would answer or raise: one that
        fails keeps none of the others back. The objects are different ones.
        """

    async def delete(self, kind: str, object_id: str, expect: str) -> Written:
        """Remove the object; raises StalePlanError like `update`."""
