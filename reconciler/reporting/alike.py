"""Findings that say the same of many objects, shown together: one mistake reads as one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

FEW = 3
"""So many are shown each for itself; of more the first whole, and so many other places."""

T = TypeVar("T")


def together(found: Iterable[T], what: Callable[[T], Hashable]) -> list[list[T]]:
    """Those that say the same (`what`) as one list, at the place of the first, where they are more
    than a few; each of the others in a list of its own.
    """
    groups: dict[Hashable, list[T]] = {}
    each_in: list[tuple[T, list[T]]] = []
    for each in found:
        group = groups.setdefault(what(each), [])
        group.append(each)
        each_in.append((each, group))
    shown: list[list[T]] = []
    for each, group in each_in:
        if len(group) <= FEW:
            shown.append([each])
        elif each is group[0]:
            shown.append(group)
    return shown


def first_places(places: list[str]) -> list[str]:
    """The first few, and how many more there are."""
    left = len(places) - FEW
    return places if left <= 0 else [*places[:FEW], f"{left} more; all of them with -v"]
