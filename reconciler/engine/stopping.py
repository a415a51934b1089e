"""How a run is asked to end: once, and it finishes what is under way; twice, and it stops there."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}


class Stop:
    """Whether somebody wants the run to end, and by which signal; `tell` is told of the first."""

    def __init__(self, tell: Callable[[str], None] = lambda _text: None) -> None:
        self.signal: signal.Signals | None = None
        self._tell = tell

    @property
    def asked(self) -> bool:
        """Whether nothing more is to be started."""
        return self.signal is not None

    @property
    def word(self) -> str:
        """What happened: `interrupted` or `terminated`; empty where nobody asked."""
        return _WORDS[self.signal] if self.signal else ""

    @property
    def exit_code(self) -> int:
        """130 or 143, as shells have it; 0 where nobody asked."""
        return 128 + self.signal if self.signal else 0

    def ask(self, by: signal.Signals = signal.SIGINT) -> None:
        """Let what is under way end, and nothing else begin."""
        self.signal = self.signal or by

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Within the block, in a running event loop, the first signal asks, the second one cancels
        the task that is in the block.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - this is called by one

        def came(number: signal.Signals) -> None:
            if self.asked:
                task.cancel()
                return
            self.ask(number)
            self._tell(
                f"{self.word.capitalize()}: what is under way is finished, nothing else is begun. "
                "Once more stops at once."
            )

        def handle(number: int, _frame: FrameType | None) -> None:
            # a handler runs between any two instructions: the loop does the rest in its turn
            loop.call_soon_threadsafe(came, signal.Signals(number))

        try:
            before = {each: signal.signal(each, handle) for each in _SIGNALS}
        except ValueError:  # only the main thread gets signals
            yield
            return
        try:
            yield
        finally:
            for each, was in before.items():
                signal.signal(each, was)
