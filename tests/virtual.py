"""Time that passes as soon as everybody waits for it, so that no test has to."""

from __future__ import annotations

import asyncio
import heapq
import itertools

from reconciler.http.pacing import Pacing
from reconciler.model.rate import Rate

_TICKS = 60
"""So many turns of the event loop others get to come to their own sleep before time goes on."""


class VirtualPacing(Pacing):
    """The queue of a tenant on a clock of its own; `slept` has every wait."""

    def __init__(self, rate: Rate | None = None) -> None:
        self.time = 1000.0
        self.slept: list[float] = []
        self._sleepers: list[tuple[float, int]] = []
        self._numbers = itertools.count()
        super().__init__(rate)

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        mine = (self.time + seconds, next(self._numbers))
        heapq.heappush(self._sleepers, mine)
        while True:
            for _ in range(_TICKS):
                await asyncio.sleep(0)
            if self._sleepers[0] == mine:
                heapq.heappop(self._sleepers)
                self.time = max(self.time, mine[0])
                return
