"""When a request is sent again: only where repeating it is safe, and never for ever.

- 429 was not processed: again, whatever the method, after everybody has waited as told.
- What never reached the tenant is sent again.
- A read is sent again after 5xx, a lost connection, or an answer that was cut off.
- A write whose answer is lost is not: it may have landed. `surely` finds out by reading.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from reconciler.errors import TenantError, UnknownOutcomeError
from reconciler.http.answers import TOO_MANY, Answer, Failure
from reconciler.vendor import Pace

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
        told = failure.retry_after or None  # `0` tells nothing
        wait = _FIRST + jitter(self.count) if told is None else told
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
            )
            given_up.attempts = self.count
            raise given_up
        self._pace.hold(wait)


class Landed(Generic[T]):
    """What a write came to: the tenant's answer, or, where that was lost, what a read found.

    `attempts` says how many times the write was sent.
    """

    def __init__(self, answer: Answer | None, found: T | None, attempts: int) -> None:
        self.answer = answer
        self.found = found
        self.attempts = attempts


async def surely(
    write: Callable[[], Awaitable[Answer]],
    landed: Callable[[], Awaitable[T | None]],
    pace: Pace,
    *,
    repeatable: bool,
) -> Landed[T]:
    """A write whose outcome is known in the end.

    `landed` reads what the tenant has, None where the write certainly did not land; it raises where
    something else is there. Only after that the write is repeated, and one that is not `repeatable`
    (a create: it may still be on its way) only after an answer of the tenant's. Raises
    UnknownOutcomeError where the tenant does not say.
    """
    rounds = sent = 0
    until: float | None = None
    while True:
        rounds += 1
        try:
            answer = await write()
            return Landed(answer, None, sent + answer.attempts)
        except UnknownOutcomeError as lost:
            sent = lost.attempts = sent + lost.attempts
            until = until or pace.now() + DEADLINE_SECONDS
            await pace.sleep(jitter(rounds))
            found = await _read(landed, lost)
            if found is not None:
                return Landed(None, found, sent)
            answered = lost.status is not None
            late = pace.now() >= until
            if rounds >= ATTEMPTS or late or not (repeatable or answered):
                raise
        except TenantError as refused:
            sent = refused.attempts = sent + refused.attempts
            # what an earlier attempt did may be what this one stumbles over
            found = await _read(landed, refused) if rounds > 1 else None
            if found is None:
                raise
            return Landed(None, found, sent)


async def _read(landed: Callable[[], Awaitable[T | None]], lost: TenantError) -> T | None:
    try:
        return await landed()
    except TenantError as error:
        if error.told.code == "TEN116":
            error.attempts = lost.attempts
            raise
        raise lost from error
