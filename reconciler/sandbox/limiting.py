"""A limit on requests in a rolling window, as vendors have it: 429 with Retry-After."""

from __future__ import annotations

import math
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from reconciler.sandbox.asgi import Receive, Scope, Send, answer, give, header
from reconciler.sandbox.errors import SandboxError
from reconciler.vendor import AsgiApp

_UNITS = {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0}
_RATE = re.compile(r"(?P<calls>[1-9]\d{0,8})/(?P<unit>s|sec|min|h)")


@dataclass(frozen=True, slots=True)
class Rate:
    """So many calls in any so many seconds."""

    calls: int = 300
    seconds: float = 60.0

    def __str__(self) -> str:
        unit = next((u for u, s in _UNITS.items() if s == self.seconds), f"{self.seconds:g}s")
        return f"{self.calls}/{unit}"


def rate(text: str) -> Rate | None:
    """`300/min` or `5/s` as a Rate, None for `off`; raises SandboxError (PRJ151)."""
    if text == "off":
        return None
    found = _RATE.fullmatch(text)
    if found is None:
        raise SandboxError(
            "PRJ151", f"`{text}` is no rate", hint="write it like `300/min` or `5/s`, or `off`"
        )
    return Rate(int(found["calls"]), _UNITS[found["unit"]])


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
    """When the latest calls came, and until when the caller was told to wait."""

    came: deque[float] = field(default_factory=deque)
    closed_until: float = -math.inf

    def wait(self, rate: Rate, now: float) -> int:
        """0 where a call may pass, which takes a slot; else the whole seconds until it may."""
        while self.came and self.came[0] <= now - rate.seconds:
            self.came.popleft()
        if len(self.came) >= rate.calls:
            free = self.came[len(self.came) - rate.calls] + rate.seconds
            self.closed_until = max(self.closed_until, now + math.ceil(free - now))
        if now < self.closed_until:
            return max(1, math.ceil(self.closed_until - now))
        self.came.append(now)
        return 0
