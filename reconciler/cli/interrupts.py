"""Ctrl-C and SIGTERM, from the first moment of a command to its last: one line, 130 or 143."""

from __future__ import annotations

import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn, TypeVar

from reconciler.signals import exit_code_of, heeded, word_of

T = TypeVar("T")

NOTHING_WRITTEN = "nothing was written"


class SignalledError(BaseException):
    """Somebody wants the command to end; `said` is what that means for what it was doing.

    No KeyboardInterrupt, as libraries make something else of that.
    """

    def __init__(self, number: int, said: str = "") -> None:
        super().__init__(number)
        self.number = number
        self.said = said

    @property
    def exit_code(self) -> int:
        """130 or 143, as shells have it."""
        return exit_code_of(self.number)

    @property
    def told(self) -> str:
        """The line that says so."""
        word = word_of(self.number).capitalize()
        return f"{word}: {self.said}." if self.said else f"{word}."


def raise_signals() -> None:
    """From now on SIGINT and SIGTERM raise SignalledError, where they are heeded."""
    _handle(_raised)


def let_signals_end_it() -> None:
    """From now on they end the process without a word: its last lines are written."""
    _handle(signal.SIG_DFL)


def _handle(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> None:
    for each in heeded():
        signal.signal(each, handler)


def _raised(number: int, _frame: FrameType | None) -> NoReturn:
    raise SignalledError(number)


@contextmanager
def meaning(said: str) -> Iterator[None]:
    """A signal within the block means this."""
    try:
        yield
    except SignalledError as signalled:
        signalled.said = signalled.said or said
        raise


def run(doing: Coroutine[Any, Any, T]) -> T:
    """What a coroutine that only reads gives; a signal cancels it, wherever it waits.

    Raises SignalledError then, also where it was done before it heard of that.
    """
    import asyncio  # noqa: PLC0415 - `validate` starts without it

    from reconciler.engine.stopping import Stop  # noqa: PLC0415 - with it comes asyncio

    stop = Stop()

    async def stoppable() -> T:
        with stop.on_signals():
            return await doing

    try:
        done = asyncio.run(stoppable())
    except (asyncio.CancelledError, KeyboardInterrupt):
        if stop.signal is None:
            raise
    if stop.signal is not None:
        raise SignalledError(stop.signal)
    return done
