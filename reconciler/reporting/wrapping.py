"""Headers cut between words where a terminal is narrower: it would break them in mid-word.

Headers are lines that begin at the margin, comments (`# ...`) and what is said below a finding
(`= help: ...`). Values are left alone: a line of theirs that is broken reads as two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.reporting.cells import width

LEAST = 40
"""In a terminal that is narrower nothing is gained."""

_ESCAPES = re.compile("\x1b\\[[0-9;]*m")
_COMMENT = re.compile(r"( *)(#|=|-->|help:|error  |warning|info   ) ")
_DEEPER = "  "


def wrapped(text: str, room: int | None) -> str:
    """The text with its headers in lines of `room` cells; unchanged where no terminal says so."""
    if room is None or room < LEAST:
        return text
    return "\n".join(part for line in text.split("\n") for part in _parts(line, room))


def _parts(line: str, room: int) -> Iterator[str]:
    plain = _ESCAPES.sub("", line)
    comment = _COMMENT.match(plain)
    if width(plain) <= room or (comment is None and plain[:1] in (" ", "!")):
        yield line
        return
    lead = _DEEPER * 2
    if comment:
        lead = comment[1] + ("# " if comment[2] == "#" else "  ") + _DEEPER
    current = ""
    used = 0
    for gap, word in re.findall(r"( *)([^ ]+)", line):
        long = width(_ESCAPES.sub("", word))
        if current and used + len(gap) + long > room:
            yield current
            current, used = lead + word, len(lead) + long
        else:
            current, used = current + gap + word, used + len(gap) + long
    yield current
