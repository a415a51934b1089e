"""Widths in terminal cells, and source lines cut to what a terminal shows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from reconciler.reporting.escape import safe

ROOM = 150
"""So much of a line is shown at most, wherever it is shown."""


def width(text: str) -> int:
    """How many cells a terminal gives to a text that is safe to print."""
    return len(text) if text.isascii() else sum(_cells(char) for char in text)


def around(before: str, marked: str, after: str, room: int = ROOM) -> tuple[str, str, str]:
    """The three parts of a line, safe to print; of a wide line what stands around the mark."""
    # a character takes one cell at least, so what is left out here has no room anyway
    before, marked, after = before[-room - 1 :], marked[: room + 1], after[: room + 1]
    shown = safe(before), safe(marked), safe(after)
    if sum(_cost(part) for part in shown) <= room:
        return shown
    mark = _head(marked, room * 3 // 5)
    spare = max(room - _cost(mark) - _cost(shown[2]), room // 5)
    lead = _tail(before, spare)
    rest = "" if mark != shown[1] else _head(after, room - _cost(mark) - _cost(lead))
    return lead, mark, rest


def _head(text: str, room: int) -> str:
    taken = _taken(text, room)
    return "".join(taken) if len(taken) == len(text) else "".join(taken[:-1]) + "…"


def _tail(text: str, room: int) -> str:
    taken = _taken(reversed(text), room)
    kept = reversed(taken if len(taken) == len(text) else taken[:-1])
    return ("" if len(taken) == len(text) else "…") + "".join(kept)


def _taken(chars: Iterable[str], room: int) -> list[str]:
    """As many characters, escaped each, as there is room for."""
    taken: list[str] = []
    for char in chars:
        shown = safe(char)
        room -= _cost(shown)
        if room < 0:
            break
        taken.append(shown)
    return taken


def _cost(text: str) -> int:
    """The width with one cell at least for each character: a pile of accents is long too."""
    return sum(max(_cells(char), 1) for char in text)


def _cells(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
