"""Whether a document is formatted already, judged by its lines: most are.

It says yes only of what is written in the plainest way: a key or a member a line, values within
their line. Of all else it says no, and `formatting` looks at it closely, which takes far longer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Order: TypeAlias = "Mapping[str, Order]"
"""The keys of a mapping in the order in which they stand, each with that of what it holds."""

NO_ORDER: Order = {}
_STEP = 2

_BLANKS = re.compile(r"[ \t]\n|\t|\n\n\n|\n\n(?:---|\Z)|\A\n")
_LINE = re.compile(r"( *)(?:(#.*)|(- )?(?:([A-Za-z0-9_][\w.@/-]*):(?= |\Z))?(?: ?(\S.*))?)")
_NO_SPECIAL = r"[^\s\[\]{}\"'#&*!|>%@`,?:-]"
_PLAIN = rf"{_NO_SPECIAL}(?:[^\s\[\]{{}}\"'#:]|(?<=\S)[#:](?=\S)| (?=[^\s#]))*"
_QUOTED = r"\"[^\"\\]*\"|'[^']*'"
_VALUE = re.compile(rf"({_PLAIN}|{_QUOTED}|[\[{{][^#]*[\]}}])(?: +#.*)?")
_STRINGS = re.compile(_QUOTED)
_KEY = re.compile(r"([A-Za-z0-9_][\w.@/-]*): ")


@dataclass(slots=True)
class _Level:
    """A mapping or a list that is open: how far in, and which key of the order came last."""

    indent: int
    is_list: bool
    order: Order
    ranks: dict[str, int] = field(default_factory=dict)
    last: int = -1

    def takes(self, key: str) -> bool:
        """Whether a key may come next."""
        if not self.order:
            return True
        if not self.ranks:
            self.ranks = {each: number for number, each in enumerate(self.order)}
        rank = self.ranks.get(key, len(self.ranks))
        fits, self.last = rank >= self.last, rank
        return fits


def is_laid_out(text: str, order: Order) -> bool:
    """Whether formatting the document would surely change nothing."""
    if _BLANKS.search(text):
        return False
    reading = _Reading(order)
    lines = text.removeprefix("---\n").removesuffix("\n").split("\n")
    return all(map(reading.takes, lines)) and reading.may_end


class _Reading:
    """The lines of a document, one after the other, as long as each is where it would be set."""

    def __init__(self, order: Order) -> None:
        self._levels = [_Level(0, is_list=False, order=order)]
        self._opening: Order | None = None  # after a key alone: the order of what it holds
        self._comment: int | None = None

    @property
    def may_end(self) -> bool:
        """Whether nothing is begun and not ended."""
        return self._opening is None and self._comment is None

    def takes(self, line: str) -> bool:
        """Whether a line may come next."""
        if not line:
            return self._opening is None
        found = _LINE.fullmatch(line)
        if found is None:
            return False
        indent, comment = len(found[1]), found[2]
        if self._comment not in (None, indent):
            return False
        if comment:
            self._comment = indent
            return self._opening is None
        self._comment = None
        level = self._level(indent, is_list=bool(found[3]))
        self._opening = None
        if level is None:
            return False
        return self._takes_value(level, found[4], found[5])

    def _level(self, indent: int, *, is_list: bool) -> _Level | None:
        """The level that a line is of, None where it is of none that is open."""
        levels = self._levels
        if self._opening is not None:
            if indent != levels[-1].indent + _STEP:
                return None
            levels.append(_Level(indent, is_list, NO_ORDER if is_list else self._opening))
            return levels[-1]
        while levels and levels[-1].indent > indent:
            levels.pop()
        if not levels or levels[-1].indent != indent or levels[-1].is_list != is_list:
            return None
        return levels[-1]

    def _takes_value(self, level: _Level, key: str | None, value: str | None) -> bool:
        if level.is_list:
            return key is None and value is not None and _is_simple(value, NO_ORDER)
        if key is None or not level.takes(key):
            return False
        within = level.order.get(key, NO_ORDER)
        if value is None:
            self._opening = within
            return True
        return _is_simple(value, within)


def _is_simple(value: str, order: Order) -> bool:
    """Whether a value is whole in its line, and keys in brackets are in order."""
    found = _VALUE.fullmatch(value)
    if found is None:
        return False
    if value[0] not in "[{":
        return True
    inner = _STRINGS.sub("_", found[1])
    if '"' in inner or "'" in inner or not _is_closed(inner):
        return False
    return not order or value[0] == "[" or _in_order(inner, order)


def _is_closed(inner: str) -> bool:
    """Whether its brackets close one another, and nothing follows the last one."""
    open_: list[str] = []
    for at, each in enumerate(inner):
        if each in "[{":
            open_.append("]" if each == "[" else "}")
        elif each in "]}":
            if not open_ or open_.pop() != each:
                return False
            if not open_ and at + 1 < len(inner):
                return False
    return not open_


def _in_order(inner: str, order: Order) -> bool:
    """Whether the keys of a mapping in brackets, as far as they are plain, are in order."""
    level = _Level(0, is_list=False, order=order)
    depth = 0
    at = 0
    while at < len(inner):
        each = inner[at]
        if each in "[{":
            depth += 1
        elif each in "]}":
            depth -= 1
        if depth == 1 and each in "{,":
            found = _KEY.match(inner, at + 1 + (inner[at + 1 : at + 2] == " "))
            if found is None or not level.takes(found[1]):
                return False
        at += 1
    return True
