"""Track what a call to the tenant has sent: while that is nothing, it can be cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_CALL: ContextVar[Call | None] = ContextVar("call", default=None)


class Call:
    """The writes of one operation, or of several that go out together, while they are sent.

    `given_up` once it was ended without anything that may have landed, `left` where something may.
    `report` gets the reason when it has to wait for the tenant.
    """

    def __init__(self, report: Callable[[str], None] = lambda _reason: None) -> None:
        self.report = report
        self.given_up = False
        self.left = False
        self._task: asyncio.Task[object] | None = None
        self._sent = 0
        self._wanted = True

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Send within the block; it ends early, and quietly, where it is given up or left."""
        self._task = asyncio.current_task()
        assert self._task is not None  # noqa: S101 - this is called by one
        token = _CALL.set(self)
        try:
            yield
        except asyncio.CancelledError:
            # somebody else may want more of this task to end than this block
            if not (self.given_up or self.left) or self._task.uncancel() > 0:
                raise
        finally:
            _CALL.reset(token)
            self._task = None

    def give_up(self) -> None:
        """End it now if nothing was sent that may have landed, or else as soon as that is so."""
        self._wanted = False
        if not self._sent and self._task is not None and not self.given_up:
            self.given_up = True
            self._task.cancel()

    def leave(self) -> None:
        """End it now, whatever was sent."""
        self.give_up()
        if not self.given_up and self._task is not None:
            self.left = True
            self._task.cancel()

    def sends(self) -> None:
        """A write goes out; raises CancelledError where it must not any more."""
        if self.given_up or self.left:
            raise asyncio.CancelledError
        self._sent += 1

    def unsent(self) -> None:
        """The write that went out last surely was not processed."""
        self._sent -= 1
        if not self._wanted:
            self.give_up()


def sends() -> None:
    """A write of the call that is under way goes out."""
    if (call := _CALL.get()) is not None:
        call.sends()


def waits(reason: str) -> None:
    """The call that is under way waits for the tenant."""
    if (call := _CALL.get()) is not None:
        call.report(reason)


def unsent() -> None:
    """A write of the call that is under way surely was not processed."""
    if (call := _CALL.get()) is not None:
        call.unsent()
