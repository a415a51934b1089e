"""The beginning of a huge value that already shows what is wrong with it.

A document may hold a million values; if all are wrong, reporting each would take minutes and
gigabytes, and nobody would read it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

LARGE = 2_000
"""So many values may all be wrong, and are all reported."""

_FEW = 64
_GROWTH = 8


def excerpt(value: Any, refuses: Callable[[Any], bool]) -> Any | None:
    """The value with long lists and mappings cut, so far as it is refused; None where it is not.

    Cut at the end only: what is left stands where it stood.
    """
    width, widest = _FEW, _widest(value)
    while not refuses(_cut(value, width)):
        if width >= widest:
            return None
        width *= _GROWTH
    accepted = 0 if width == _FEW else width // _GROWTH
    while width - accepted > _FEW:
        middle = (width + accepted) // 2
        if refuses(_cut(value, middle)):
            width = middle
        else:
            accepted = middle
    return _cut(value, width)


def _cut(value: Any, width: int) -> Any:
    """Recursive: no document is nested deeper than 64 levels."""
    if isinstance(value, dict):
        return {key: _cut(each, width) for key, each in list(value.items())[:width]}
    if isinstance(value, list):
        return [_cut(each, width) for each in value[:width]]
    return value


def _widest(value: Any) -> int:
    widest, left = 0, [value]
    while left:
        each = left.pop()
        if isinstance(each, (dict, list)):
            widest = max(widest, len(each))
            left.extend(each.values() if isinstance(each, dict) else each)
    return widest
