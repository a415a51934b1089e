"""A limit on requests in a rolling window, as vendors have it: 429 with Retry-After."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.contract.connection import AsgiApp
from reconciler.model.rate import Rate
from reconciler.sandbox.asgi import Receive, Scope, Send, answer, give, header


def limited(
    app: AsgiApp,
    calls: int = 300,
    seconds: float = 60.0,
    clock: Callable[[], float] = time.monotonic,
) -> AsgiApp:
    """The application, with so many calls per bearer token in any so many seconds.

    A call over the limit is a 429 without a body, is not processed, and takes no slot. Its
    Retry-After says in whole seconds when there will be one; who asks earlier gets another 429.
    A call without a bearer token belongs to nobody and is let through, to be refused inside.
    """
    windows: defaultdict[str, _Window] = defaultdict(_Window)

    async def limiting(scope: Scope, receive: Receive, send: Send) -> None:
        caller = header(scope, "authorization") if scope["type"] == "http" else ""
        wait = windows[caller].wait(Rate(calls, seconds), clock()) if caller else 0
        if wait:
            await give(answer(429, headers=(("retry-after", str(wait)),)), send)
        else:
            await app(scope, receive, send)

    return limiting


@dataclass(slots=True)
class _Window:
    """The times of the latest calls, and until when the caller was asked to wait."""

    came: deque[float] = field(default_factory=deque)
    closed_until: float = -math.inf

    def wait(self, rate: Rate, now: float) -> int:
        """0 where a call may pass, which takes a slot; else the whole seconds until it may."""
        while self.came and self.came[0] <= now - rate.seconds:
            self.came.popleft()
        if len(self.came) >= rate.requests:
            free = self.came[len(self.came) - rate.requests] + rate.seconds
            self.closed_until = max(self.closed_until, now + math.ceil(free - now))
        if now < self.closed_until:
            # what a sum of floats adds is no second more
            return max(1, math.ceil(round(self.closed_until - now, 6)))
        self.came.append(now)
        return 0
