"""What a tree of plain values holds, looked at level by level: no depth overflows a stack."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MOST_DEPTH = 64
MOST_NODES = 1_000_000


@dataclass(slots=True)
class Measured:
    """The types of scalars, and the keys, in a tree; its number of values, how deep it is nested.

    What is beyond a limit is reported as one more than the limit, and not followed further.
    """

    types: set[type]
    keys: set[Any]
    nodes: int
    depth: int


def measured(value: Any) -> Measured:
    """Measure a value that holds no alias of itself."""
    types: set[type] = set()
    keys: set[Any] = set()
    nodes = depth = 0
    level = [value]
    while level and depth <= MOST_DEPTH and nodes <= MOST_NODES:
        nodes += len(level)
        below: list[Any] = []
        contained = False
        for each in level:
            kind = type(each)
            if kind is dict:
                contained = True
                keys.update(each)
                below += each.values()
            elif kind is list:
                contained = True
                below += each
            else:
                types.add(kind)
        depth += contained
        level = below
    return Measured(types, keys, min(nodes, MOST_NODES + 1), depth)


def strings(value: Any) -> Iterator[str]:
    """Every text in a value, keys included."""
    left = [value]
    while left:
        each = left.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            yield from each
            left += each.values()
        elif isinstance(each, list):
            left += each
