"""Stop a run: the first signal finishes what is under way, the second one stops at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from types import FrameType

from reconciler.signals import exit_code_of, heeded, word_of

GRACE_SECONDS = 60.0
"""So long what may have landed in the tenant has to end, once a run is asked to."""

_LOOK_SECONDS = 0.1
_AT_ONCE = 2


class Stop:
    """The wish of somebody to end the run, and the signal of it.

    `tell` is called at the first signal, where something is under way that has to end.
    """

    def __init__(self, tell: Callable[[str], None] = lambda _text: None) -> None:
        self.signal: signal.Signals | None = None
        self._tell = tell
        self._at_work = False
        self._event = asyncio.Event()

    @property
    def asked(self) -> bool:
        """Return whether nothing more is to be started."""
        return self.signal is not None

    @property
    def word(self) -> str:
        """What happened: `interrupted` or `terminated`; empty where nobody asked."""
        return word_of(self.signal) if self.signal else ""

    @property
    def exit_code(self) -> int:
        """130 or 143, as shells have it; 0 where nobody asked."""
        return exit_code_of(self.signal) if self.signal else 0

    def ask(self, by: signal.Signals = signal.SIGINT) -> None:
        """Let what is under way end, and nothing else begin."""
        self.signal = self.signal or by
        self._event.set()

    async def wait(self) -> None:
        """Until somebody asks."""
        await self._event.wait()

    def pause(self, seconds: float) -> None:
        """Sleep, with the event loop; raises CancelledError as soon as somebody asks."""
        until = monotonic() + seconds
        while not self.asked and (left := until - monotonic()) > 0:
            sleep(min(left, _LOOK_SECONDS))
        if self.asked:
            raise asyncio.CancelledError

    @property
    def gave_up(self) -> bool:
        """Return whether somebody asked before anything was sent that has to end well."""
        return self.asked and not self._at_work

    def at_work(self, yes: bool) -> None:
        """From now on a first signal does not cancel: what is under way has to end well."""
        self._at_work = yes

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Within the block, in a running event loop, a signal cancels the task that is in it.

        `at_work` the first one asks, and the second one cancels. One more ends it wherever it is
        (KeyboardInterrupt), as code that does not come back to the loop hears of no cancelling.
        """
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - this is called by one
        count = cancelled = 0

        def came() -> None:
            nonlocal cancelled
            self._event.set()
            if count > 1 or not self._at_work:
                cancelled += 1
                task.cancel()
                return
            self._tell(
                f"{self.word.capitalize()}: calls that are already sent finish within "
                f"{GRACE_SECONDS:.0f} s, and nothing else starts. Once more stops at once."
            )

        def handle(number: int, _frame: FrameType | None) -> None:
            # a handler runs between any two instructions: the loop does the rest in its turn
            nonlocal count
            count += 1
            self.signal = self.signal or signal.Signals(number)
            if cancelled or (count >= _AT_ONCE and not self._at_work):
                raise KeyboardInterrupt
            loop.call_soon_threadsafe(came)

        with handled(handle):
            yield


@contextmanager
def handled(handle: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Within the block SIGINT and SIGTERM are handled by this, where they are heeded."""
    before: dict[signal.Signals, object] = {}
    try:
        for each in heeded():
            before[each] = signal.signal(each, handle)
    except ValueError:  # only the main thread gets signals
        pass
    try:
        yield
    finally:
        for each, was in before.items():
            signal.signal(each, was)  # type: ignore[arg-type]
