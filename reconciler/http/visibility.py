"""Waiting until reads show a write that the tenant accepted.

Many services answer a write before all of their replicas have it. A read that shows the state from
before a write of reconciler says nothing about the tenant, so it is repeated for a limited time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from reconciler.contract.connection import Pace

T = TypeVar("T")

VISIBLE_SECONDS = 60.0
"""A write that no read shows after this time is reported as it is read."""

_FIRST, _MOST = 0.5, 5.0


async def until_visible(
    read: Callable[[], Awaitable[T]],
    is_visible: Callable[[T], bool],
    pace: Pace,
    waiting: Callable[[str], None],
    what: str,
) -> T:
    """Read until the answer shows the write; return the last answer when the time is up.

    `waiting` gets the reason once, `what` the write is: `Role r-1 to appear`.
    """
    began, delay, is_reported = pace.now(), _FIRST, False
    while True:
        answer = await read()
        left = began + VISIBLE_SECONDS - pace.now()
        if left <= 0 or is_visible(answer):
            return answer
        if not is_reported:
            waiting(f"waiting for {what}")
            is_reported = True
        await pace.sleep(min(delay, left))
        delay = min(_MOST, delay * 2)
