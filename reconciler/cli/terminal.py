"""What the terminal can show: colour and progress, only where a person watches."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from reconciler.reporting.paint import Paint, ansi, plain


def paint_for(stream: TextIO, *, no_color: bool) -> Paint:
    """ANSI colours on a terminal, unless the flag, NO_COLOR or TERM=dumb says otherwise."""
    wanted = not no_color and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return ansi if wanted and stream.isatty() else plain


def room(stream: TextIO) -> int | None:
    """How many characters a line has, None where no person watches."""
    return shutil.get_terminal_size().columns if stream.isatty() else None


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A counter on stderr for long reads; nothing where no terminal is."""
    if quiet or os.environ.get("TERM") == "dumb" or not sys.stderr.isatty():
        yield lambda _what, _done, _all: None
        return
    from rich.console import Console  # noqa: PLC0415 - for a terminal only
    from rich.progress import Progress, TaskID  # noqa: PLC0415

    with Progress(transient=True, console=Console(stderr=True, markup=False)) as bar:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(f"Reading {what}", total=total)
            bar.update(tasks[what], completed=done)

        yield told
