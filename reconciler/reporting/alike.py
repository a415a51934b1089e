"""Findings that say the same of many objects, and those that follow from one: shown together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

FEW = 3
"""So many are shown each for itself; of more the first whole, and so many other places."""

WEIGHTS = ("error", "warning", "info")

T = TypeVar("T")


class _Marked(Protocol):
    """A finding with its code and place, and those of the one that it follows from."""

    @property
    def severity(self) -> str: ...
    @property
    def mark(self) -> str: ...
    @property
    def consequence_of(self) -> str: ...


F = TypeVar("F", bound=_Marked)


@dataclass(frozen=True, slots=True)
class Slip(Generic[F]):
    """A finding with those that say the same, and what else follows from it."""

    alike: list[F]
    following: list[F]


def split(found: Iterable[F]) -> tuple[list[F], dict[str, list[F]]]:
    """The findings that a person has to correct, and the others by the mark of their slip."""
    every = list(found)
    marks = {each.mark for each in every if not each.consequence_of}
    slips: list[F] = []
    following: dict[str, list[F]] = {}
    for each in every:
        if each.consequence_of in marks:
            following.setdefault(each.consequence_of, []).append(each)
        else:
            slips.append(each)
    return slips, following


def slips(found: Iterable[F], what: Callable[[F], Hashable]) -> list[Slip[F]]:
    """The slips in the order of their findings; what says the same (`what`) is one of them."""
    first, following = split(found)
    result = []
    for alike in together(first, what):
        rest = [other for each in alike for other in following.pop(each.mark, ())]
        said = what(alike[0])
        same = [each for each in rest if what(each) == said]
        result.append(Slip([*alike, *same], [each for each in rest if what(each) != said]))
    return result


def counted(severities: Iterable[str], more: str = " more") -> str:
    """`24 more errors, 1 more warning`."""
    counts = Counter(map(str, severities))
    return ", ".join(
        f"{n}{more} {word}{'s' if n != 1 else ''}" for word in WEIGHTS if (n := counts[word])
    )


def follow(following: list[F]) -> str:
    """`and 24 more errors follow from this one; all of them with -v`, empty for none."""
    if not following:
        return ""
    verb = "follows" if len(following) == 1 else "follow"
    said = counted(each.severity for each in following)
    return f"and {said} {verb} from this one; all of them with -v"


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
