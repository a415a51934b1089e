"""Lists that prove that they are complete."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.errors import TenantError

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, with what the vendor says about the whole."""

    rows: tuple[Row, ...]
    pages: int
    records: int


async def whole_list(what: str, page: Callable[[int], Awaitable[Page]]) -> tuple[Row, ...]:
    """All rows of the pages 0 … n - 1.

    Raises TenantError (TEN120) where a row is missing or comes twice: the order of rows is not
    promised, so a list that changed while it was read may have lost one, and what is lost must
    never be taken for deleted.
    """
    first = await page(0)
    rows = list(first.rows)
    for number in range(1, first.pages):
        rows.extend((await page(number)).rows)
    ids = {row["id"] for row in rows}
    if len(rows) != first.records or len(ids) != len(rows):
        raise TenantError(
            "TEN120",
            f"the list of {what} is not complete: {len(ids)} of {first.records} came",
            detail="Rows were missing or came twice; perhaps somebody changed the tenant "
            "while it was read.",
            hint="run it again",
        )
    return tuple(rows)
