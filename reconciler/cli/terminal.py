"""What the terminal can show: colour, and a line of progress, only where a person watches."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from reconciler.reporting.paint import Paint, ansi, plain

_OFTEN = 0.1
_ERASED = "\r\x1b[K"


def paint_for(stream: TextIO, *, no_color: bool) -> Paint:
    """ANSI colours on a terminal, unless the flag, NO_COLOR or TERM=dumb says otherwise."""
    wanted = not no_color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return ansi if wanted and stream.isatty() else plain


class StatusLine:
    """The line below all others, on stderr: it is erased before something is printed above it.

    Nothing is shown where nobody watches: without a terminal, with TERM=dumb, where it is not
    `wanted`.
    """

    def __init__(self, *, wanted: bool) -> None:
        self._stream = sys.stderr
        self._on = wanted and self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._shown = False
        self._next = 0.0

    @property
    def due(self) -> bool:
        """Whether it may be drawn now: it is not drawn more often than anybody sees."""
        return self._on and time.monotonic() >= self._next

    @property
    def columns(self) -> int:
        """How much fits: the terminal's last column stays free, or it would begin a new line."""
        try:
            columns = os.get_terminal_size(self._stream.fileno()).columns
        except (OSError, ValueError):
            columns = 0
        return (columns or 80) - 1

    def show(self, text: str) -> None:
        """Draw the line again; control characters have been escaped."""
        if not self._on:
            return
        self._next = time.monotonic() + _OFTEN
        self._draw(_ERASED + text[: self.columns])
        self._shown = bool(text)
        if self._shown:
            _SHOWN.add(self)

    def clear(self) -> None:
        """Erase it, so that something can be printed."""
        if self._shown:
            self._draw(_ERASED)
            self._shown = False
            _SHOWN.discard(self)

    def _draw(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, UnicodeError):
            self._on = self._shown = False  # a line that cannot be drawn stops no apply


_SHOWN: set[StatusLine] = set()


def clear_status() -> None:
    """Erase whichever status line is shown, so that something can be printed."""
    for line in list(_SHOWN):
        line.clear()


def room(stream: TextIO) -> int | None:
    """How many characters a line has, None where no person watches."""
    return shutil.get_terminal_size().columns if stream.isatty() else None


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A counter on stderr for long reads; nothing where no terminal is."""
    line = StatusLine(wanted=not quiet)

    def told(what: str, done: int, total: int) -> None:
        if done >= total:
            line.clear()
        elif line.due:
            line.show(f"Reading {what}: {done} of {total}")

    try:
        yield told
    finally:
        line.clear()
