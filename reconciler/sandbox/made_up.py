"""Made-up tenants of any size: how many objects, which choices, and how a seed names them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from reconciler.contract.sandbox import Generated

FEWEST = 3
"""One object of each kind, for a system that has three."""


@dataclass(frozen=True, slots=True)
class Size:
    """The number of managed objects, and the number that makes one of several such tenants."""

    objects: int
    number: int = 1

    def chance(self, part: str) -> random.Random:
        """Choices for one part of the tenant, which no other part moves."""
        return random.Random(f"{self.number}/{part}")  # noqa: S311 - repeatable, no secret


S = TypeVar("S", bound=Size)


def generated(
    size: S,
    beginning: Callable[[S], Mapping[str, Any]],
    seed: Callable[[S], Mapping[str, Any]],
    manifests: Callable[[S], Iterator[str]],
) -> Generated:
    """The tenant in all its forms; `beginning` is what its short seed has beside `generate`."""
    section = {"objects": size.objects, "seed": size.number}
    short = {**beginning(size), "generate": section}
    return Generated(lambda: seed(size), short, lambda: manifests(size))


def size_of(section: Any, make: Callable[[int, int], S]) -> S:
    """The size that `generate: {objects: N, seed: K}` means; raises ValueError."""
    if not isinstance(section, Mapping) or set(section) - {"objects", "seed"}:
        raise ValueError("write {objects: NUMBER, seed: NUMBER}")
    objects, number = section.get("objects"), section.get("seed", 1)
    if type(objects) is not int or objects < FEWEST or type(number) is not int:
        raise ValueError(f"objects is a number from {FEWEST} on, seed a number")
    return make(objects, number)
