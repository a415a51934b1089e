"""The lists of one reading, side by side: each whole, or refused where a reading can go on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from reconciler.errors import TenantError, UnexpectedAnswerError
from reconciler.http.parallel import InParallel

T = TypeVar("T")

UNREADABLE = frozenset({402, 403, 404})
"""How a list is refused that the tenant does not have, or that nobody gave a right to read."""


def is_unreadable(error: TenantError) -> bool:
    """Whether a list cannot be read at all: where nothing needs it, a reading goes on without."""
    return error.status in UNREADABLE or isinstance(error, UnexpectedAnswerError)


@dataclass(frozen=True, slots=True)
class WholeLists(Generic[T]):
    """The lists of a reading by kind or type, empty where they were refused, and the refusals."""

    rows: dict[str, tuple[T, ...]]
    refused: Mapping[str, TenantError]


async def read_lists(
    kinds: Sequence[str],
    read: Callable[[str], Awaitable[tuple[T, ...]]],
    may_be_refused: Callable[[str, TenantError], bool],
    in_parallel: InParallel,
) -> WholeLists[T]:
    """Read the list of each kind or type.

    `may_be_refused` says whether a reading can go on after that refusal of that list; every other
    one is raised.
    """
    rows: dict[str, tuple[T, ...]] = {}
    refused: dict[str, TenantError] = {}

    async def one(kind: str) -> None:
        try:
            rows[kind] = await read(kind)
        except TenantError as error:
            if not may_be_refused(kind, error):
                raise
            rows[kind], refused[kind] = (), error

    await in_parallel("lists", kinds, one)
    return WholeLists(rows, refused)
