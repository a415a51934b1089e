"""Retry requests: only where repeating is safe, and never for ever.

- 429 was not processed: again after everybody has waited as asked. A POST is looked up before that,
  as a proxy in between may have answered for a tenant that did process it.
- What never reached the tenant is sent again.
- A read is sent again after 5xx, a lost connection, or an answer that was cut off.
- A write whose answer is lost is not: it may have landed. `surely` finds out by reading.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from reconciler.contract.connection import Pace
from reconciler.errors import AnotherObjectError, TenantError, UnknownOutcomeError
from reconciler.http.answers import CONFLICTS, TOO_MANY, Answer, Failure
from reconciler.http.visibility import until_visible

T = TypeVar("T")

ATTEMPTS = 5
"""So many times a request is sent that fails by chance."""

DEADLINE_SECONDS = 300.0
"""So long after its first failure a request is given up, and a write after its first lost answer;
no single answer may take longer to come in whole.
"""

_FIRST, _MOST = 1.0, 30.0


def jitter(attempt: int) -> float:
    """Seconds to wait after so many attempts: anything up to a limit that doubles each time."""
    most = min(_MOST, _FIRST * 2 ** min(attempt - 1, 10))
    return random.uniform(0.0, most)  # noqa: S311 - spreads load, hides nothing


class Attempts:
    """The attempts at one request."""

    def __init__(self, *, reads: bool, pace: Pace) -> None:
        self._reads = reads
        self._pace = pace
        self._began: float | None = None
        self.count = 0

    async def after(self, failure: Failure) -> None:
        """Wait until the next attempt; raises the failure's error where there is none."""
        failure.error.attempts = self.count
        now = self._pace.now()
        self._began = now if self._began is None else self._began
        left = self._began + DEADLINE_SECONDS - now
        if failure.error.status == TOO_MANY:
            self._hold(failure, left)
            return
        if failure.lost and not self._reads:
            raise UnknownOutcomeError.of(failure.error) from None
        wait = max(jitter(self.count), failure.retry_after or 0.0)
        if not failure.passing or self.count >= ATTEMPTS or wait > left:
            if self.count > 1:
                failure.error.add(f"It was sent {self.count} times.")
            raise failure.error
        await self._pace.sleep(wait)

    def _hold(self, failure: Failure, left: float) -> None:
        """Everybody waits; the next turn comes when the tenant wants it to."""
        told = failure.retry_after or None  # `0` says nothing
        wait = _FIRST + jitter(self.count) if told is None else told
        header = ", Retry-After" if told is not None else ""
        if wait > left:
            waited = DEADLINE_SECONDS - left
            asks = f"now it asks for {told:.0f} s more" if told is not None else "it does not end"
            given_up = TenantError(
                "TEN107",
                f"{failure.error.told.summary}; {self.count} attempts in {waited:.0f} s, {asks}",
                status=TOO_MANY,
                tracking_id=failure.error.tracking_id,
                hint="something else uses up the tenant's requests: find it, set a lower `rate`, "
                "or run it again later; what is done stays done",
                lasting=True,
            )
            given_up.attempts = self.count
            raise given_up
        self._pace.hold(wait, f"the tenant limits the rate (429{header})")


class Landed(Generic[T]):
    """The outcome of a write: the tenant's answer, or, where that was lost, what a read found.

    `attempts` says how many times the write was sent.
    """

    def __init__(self, answer: Answer | None, found: T | None, attempts: int) -> None:
        self.answer = answer
        self.found = found
        self.attempts = attempts


class _LandedAfterAllError(Exception):
    """A write that was answered 429 is in the tenant all the same."""

    def __init__(self, found: Any, attempts: int) -> None:
        super().__init__()
        self.found = found
        self.attempts = attempts


_LOOK_UP: ContextVar[Callable[[TenantError], Awaitable[None]] | None] = ContextVar(
    "look_up", default=None
)


async def look_up(limited: TenantError) -> None:
    """Check, before a write that was answered 429 is sent again, that it did not land.

    Does nothing for a write that is not made by `surely`.
    """
    if (look := _LOOK_UP.get()) is not None:
        await look(limited)


async def surely(
    write: Callable[[], Awaitable[Answer]],
    landed: Callable[[], Awaitable[T | None]],
    pace: Pace,
    *,
    repeatable: bool,
    waiting: Callable[[str], None] = lambda _reason: None,
) -> Landed[T]:
    """A write whose outcome is known in the end.

    `landed` reads what the tenant has, None where the write certainly did not land; it raises where
    something else is there. Only after that the write is repeated, and one that is not `repeatable`
    (a create: it may still be on its way) only after an answer of the tenant's. Raises
    UnknownOutcomeError where the tenant does not say.
    """
    sending = _Sending(write, landed, pace, waiting)
    until: float | None = None
    while True:
        try:
            return await sending.sent()
        except UnknownOutcomeError as lost:
            until = until or pace.now() + DEADLINE_SECONDS
            await pace.sleep(jitter(sending.rounds))
            found = await sending.read(lost)
            if found is not None:
                return Landed(None, found, sending.attempts)
            answered = lost.status is not None
            is_over = sending.rounds >= ATTEMPTS or pace.now() >= until
            if is_over or not (repeatable or answered):
                raise
            sending.is_doubtful = True


class _Sending(Generic[T]):
    """The rounds of one write: `is_doubtful` once an earlier attempt may have landed."""

    def __init__(
        self,
        write: Callable[[], Awaitable[Answer]],
        landed: Callable[[], Awaitable[T | None]],
        pace: Pace,
        waiting: Callable[[str], None],
    ) -> None:
        self._write = write
        self._landed = landed
        self._pace = pace
        self._waiting = waiting
        self.rounds = self.attempts = 0
        self.is_doubtful = False

    async def sent(self) -> Landed[T]:
        """One round; raises UnknownOutcomeError where its answer is lost."""
        self.rounds += 1
        token = _LOOK_UP.set(self._look_up)
        try:
            answer = await self._write()
        except _LandedAfterAllError as landed:
            found: T = landed.found
            return Landed(None, found, self.attempts + landed.attempts)
        except UnknownOutcomeError as lost:
            self.attempts = lost.attempts = self.attempts + lost.attempts
            raise
        except TenantError as refused:
            self.attempts = refused.attempts = self.attempts + refused.attempts
            # what an earlier attempt did may be what this one stumbles over
            there = await self._after(refused) if self.is_doubtful else None
            if there is None:
                raise
            return Landed(None, there, self.attempts)
        finally:
            _LOOK_UP.reset(token)
        return Landed(answer, None, self.attempts + answer.attempts)

    async def read(self, lost: TenantError) -> T | None:
        """The result of the write; raises `lost` where that cannot be read."""
        try:
            return await self._landed()
        except AnotherObjectError as error:
            error.attempts = lost.attempts
            raise
        except TenantError as error:
            raise lost from error

    async def _after(self, refused: TenantError) -> T | None:
        unknown = UnknownOutcomeError.of(refused)
        if refused.status not in CONFLICTS:
            return await self.read(unknown)
        # reads may not show the earlier attempt yet with which this one conflicts
        return await until_visible(
            lambda: self.read(unknown),
            lambda found: found is not None,
            self._pace,
            self._waiting,
            "an earlier attempt to appear",
        )

    async def _look_up(self, limited: TenantError) -> None:
        self.is_doubtful = True
        found = await self.read(UnknownOutcomeError.of(limited))
        if found is not None:
            raise _LandedAfterAllError(found, limited.attempts)
