"""The queue of all requests to one tenant: no more in any window than it takes.

The window rolls: a request is let out when fewer than the limit went out in the last so many
seconds. The tenant may take less than it should, as others use it too. So every 429 lowers the
limit by a fifth, and each window that passes without one raises it by a tenth of the rate.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable

from reconciler.model.rate import Rate

_LOWERED = 0.8
_RAISED = 0.1

SHOWN_FROM_SECONDS = 2.0
"""A longer wait is shown with its reason."""


class Pacing:
    """Hands out turns; without a rate it only holds back while the tenant wants that."""

    def __init__(self, rate: Rate | None = None) -> None:
        self._rate = rate
        self._show: Callable[[str], None] = lambda _text: None
        self._why = ""
        self._shown_until = float("-inf")
        self._limit = float(rate.requests) if rate else 0.0
        self._sent: deque[float] = deque()
        self._closed_until = float("-inf")
        self._learned_at = float("-inf")

    @property
    def limit(self) -> int | None:
        """The number of requests that go out in a window at present, None for any number."""
        return max(1, int(self._limit)) if self._rate else None

    @property
    def held(self) -> float:
        """For how many seconds the tenant still wants nothing."""
        return max(0.0, self._closed_until - self.now())

    def show_waits(self, show: Callable[[str], None]) -> None:
        """Call this with the reason of each long wait."""
        self._show = show

    async def turn(self) -> None:
        """Wait until one more request may go out, and count it."""
        while (wait := self._wait()) > 0:
            self._show_wait(wait)
            await self.sleep(wait)
        if self._rate:
            self._sent.append(self.now())

    def hold(self, seconds: float, why: str = "") -> None:
        """Let nothing out for so long, and less than before afterwards."""
        now = self.now()
        self._why = why or self._why
        if self._rate and now >= self._closed_until:  # of several at once, one teaches
            self._limit = max(1.0, self._limit * _LOWERED)
            self._learned_at = now
        self._closed_until = max(self._closed_until, now + seconds)

    def now(self) -> float:
        """Seconds on the monotonic clock."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Let time pass for others."""
        await asyncio.sleep(seconds)

    def _show_wait(self, wait: float) -> None:
        """Show a long wait once, however many requests wait for the same."""
        now = self.now()
        if wait <= SHOWN_FROM_SECONDS or now + wait <= self._shown_until + SHOWN_FROM_SECONDS:
            return
        self._shown_until = now + wait
        limit = f"the limit of {self._rate} requests is used up"
        why = self._why or "the tenant limits the rate" if now < self._closed_until else limit
        self._show(f"waiting {math.ceil(wait - 0.001)} s: {why}")

    def _wait(self) -> float:
        now = self.now()
        if now < self._closed_until:
            return self._closed_until - now
        if self._rate is None or self.limit is None:
            return 0.0
        self._recover(self._rate, now)
        while self._sent and self._sent[0] <= now - self._rate.seconds:
            self._sent.popleft()
        if len(self._sent) < self.limit:
            return 0.0
        oldest = self._sent[len(self._sent) - self.limit]
        return max(oldest + self._rate.seconds - now, 0.001)

    def _recover(self, rate: Rate, now: float) -> None:
        windows = (now - max(self._learned_at, self._closed_until)) // rate.seconds
        if self._limit < rate.requests and windows >= 1:
            raised = self._limit + windows * _RAISED * rate.requests
            self._limit = min(float(rate.requests), raised)
            self._learned_at = now
