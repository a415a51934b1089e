"""The signals that ask a command to end, and what shells make of them."""

from __future__ import annotations

import signal
from collections.abc import Iterator

_WORDS = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated"}


def word_of(number: int) -> str:
    """What the signal did: `interrupted` or `terminated`."""
    return _WORDS[signal.Signals(number)]


def exit_code_of(number: int) -> int:
    """130 or 143, as shells have it."""
    return 128 + number


def heeded() -> Iterator[signal.Signals]:
    """Those that are to be handled; one that is ignored stays so.

    A shell without job control lets what it starts in the background ignore Ctrl-C.
    """
    return (each for each in _WORDS if signal.getsignal(each) is not signal.SIG_IGN)
