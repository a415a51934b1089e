"""Lists whose pages have no total: nothing in an answer proves that the list is whole.

An answer has neither a total nor a page number. Other clients begin at page 0; a tenant may count
from 1, though, and answer page 0 as page 1, or refuse it. So the pages themselves are compared: a
short page is the last one, and a page that comes again needs an explanation.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TypeAlias

from reconciler.errors import TenantError
from reconciler.http.paging import IncompleteListError, Row

SIZE = 100
_ROUNDS = 3
"""So often the list is read where somebody changes it meanwhile."""
_ROUND = 10

Ask: TypeAlias = Callable[[int, int], Awaitable[list[Row]]]
"""Fetches a page: its number and its size; each row has an id."""


@dataclass
class UncountedPages:
    """Reads whole lists of `what`; remembers at which page the tenant begins.

    `identifier` is the field of the rows' ids.
    """

    what: str
    identifier: str
    first: int = 0

    async def every(self, ask: Ask) -> list[Row]:
        """Every row once, by its id. Raises IncompleteListError where that cannot be all.

        A tenant that repeats its last full page instead of an empty one is asked again for pages of
        another size: the last of them is short, unless the tenant does not heed page numbers.
        """
        for _ in range(_ROUNDS):
            found = await self._read(ask, SIZE)
            if found.is_mixed:
                continue
            if found.is_repeated:
                other = await self._read(ask, SIZE - 1)
                if other.is_mixed or (other.heeds_sizes and other.is_repeated):
                    continue
                found.rows |= other.rows
            return list(found.rows.values())
        raise IncompleteListError(
            "TEN120",
            f"the list of {self.what} is not complete: its pages repeat {self.what}, so that "
            "others may be missing",
            hint=f"run it again: somebody may have changed {self.what} while they were read",
        )

    async def _read(self, ask: Ask, size: int) -> _Pages:
        pages, number = _Pages(size, self.identifier), self.first
        while not pages.is_over:
            pages.add(await self._page(ask, number, size), number)
            number = max(number, self.first) + 1
        return pages

    async def _page(self, ask: Ask, number: int, size: int) -> list[Row]:
        try:
            return await ask(number, size)
        except TenantError as refused:
            if number != 0 or refused.status != HTTPStatus.BAD_REQUEST:
                raise
        # a tenant that counts from 1 may refuse page 0; if it refuses page 1 too, that is why
        rows = await ask(1, size)
        self.first = 1
        return rows


@dataclass
class _Pages:
    """The pages of one reading, and what they show of how the tenant counts them.

    `full` is how many rows a page has that is not the last one.
    """

    size: int
    identifier: str
    rows: dict[str, Row] = field(default_factory=dict)
    is_over: bool = False
    is_repeated: bool = False
    is_mixed: bool = False
    heeds_sizes: bool = True
    _full: int = 0
    _seen: list[frozenset[str]] = field(default_factory=list)

    def add(self, rows: list[Row], number: int) -> None:
        """Take the next page in; a row that comes twice counts once."""
        if not self._seen:
            self._full = len(rows) if self._may_be_capped(rows) else self.size
        new = {str(row[self.identifier]): row for row in rows}
        ids, is_known = frozenset(new), not self.rows.keys().isdisjoint(new)
        comes_again = bool(ids) and ids in self._seen
        self.heeds_sizes = self.heeds_sizes and len(rows) <= self.size
        self.is_mixed = is_known and not comes_again  # the list moved while it was read
        is_first_again = comes_again and number == 1 and len(self._seen) == 1
        self.is_over = self.is_mixed or len(rows) < self._full
        if comes_again and not is_first_again:  # page 0 and page 1 may be the same one
            self.is_over = True
            self.is_repeated = self._full == self.size
        self._seen.append(ids)
        self.rows |= new

    def _may_be_capped(self, rows: list[Row]) -> bool:
        """Return whether a page could be full though it is short: services cap at round numbers."""
        return 0 < len(rows) < self.size and len(rows) % _ROUND == 0
