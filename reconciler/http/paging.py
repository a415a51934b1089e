"""Lists that prove that they are complete.

Three ways of paging are known: numbered pages and parts from an offset, both with a total, and
pages without one (`uncounted_pages.py`).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from reconciler.errors import TenantError
from reconciler.http.parallel import in_parallel

Row = Mapping[str, Any]
T = TypeVar("T")


class IncompleteListError(TenantError):
    """A list whose pages do not prove that they are all of it, each row once."""

    outcome = "partial"


async def complete(read: Callable[[], Awaitable[T]]) -> T:
    """A list, read once more where it changed while it was read; raises IncompleteListError."""
    try:
        return await read()
    except IncompleteListError:
        return await read()


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list, with what the vendor says about itself and about the whole.

    `number` is the page that the answer says to be, None where it says nothing; `tracking_id` is
    the answer's, for what is said about a list that is not complete.
    """

    rows: tuple[Row, ...]
    pages: int
    records: int
    number: int | None = None
    tracking_id: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of a list from an offset, with how many there are in all."""

    rows: tuple[Row, ...]
    total: int
    tracking_id: str = ""


async def list_from_offsets(
    what: str, part: Callable[[int], Awaitable[Part]], *, size: int, limit: int = 1
) -> tuple[Row, ...]:
    """All rows of a list that is asked for by offset, `size` rows at a time; see `whole_list`.

    A service may give fewer than were asked for: all parts are as long as the first one.
    """
    first = await part(0)
    length = len(first.rows) or size

    async def page(number: int) -> Page:
        found = await part(number * length) if number else first
        pages = -(-found.total // length)
        return Page(found.rows, pages, found.total, tracking_id=found.tracking_id)

    return await whole_list(what, page, limit=limit)


async def whole_list(
    what: str, page: Callable[[int], Awaitable[Page]], *, limit: int = 1
) -> tuple[Row, ...]:
    """All rows of the pages 0 … n - 1, at most `limit` pages under way at once.

    Raises TenantError (TEN120) where the pages do not prove that this is all, each row once: the
    order of rows is not promised, so a list that changed while it was read may have lost one, and
    what is lost must never be taken for deleted. The outcome is `partial` then, as where a later
    page fails. Totals that differ between pages, a page that
    comes in place of another and pages without rows are refused at once.
    """
    first = await page(0)
    _refuse_another(what, first, first, 0)
    if first.pages > max(first.records, 1):  # none of which would ever have a row
        raise _incomplete(what, f"{first.pages:,} pages cannot hold {first.records:,} rows")
    rows = list(first.rows)
    for start in range(1, first.pages, limit):
        numbers = range(start, min(start + limit, first.pages))
        try:
            pages = await in_parallel(numbers, page, limit=limit)
        except TenantError as error:
            error.outcome = "partial"
            error.add(
                f"The list of {what} was read in part only: what the tenant has of it is unknown, "
                "so nothing is concluded from it."
            )
            raise
        for number, each in zip(numbers, pages, strict=True):
            _refuse_another(what, each, first, number)
            rows.extend(each.rows)
    ids = {row["id"] for row in rows}
    if len(rows) != first.records or len(ids) != len(rows):
        raise _incomplete(
            what,
            f"{len(ids)} of {first.records} came",
            "Rows were missing or came twice; perhaps somebody changed the tenant while it "
            "was read.",
            first.tracking_id,
        )
    return tuple(rows)


def _refuse_another(what: str, page: Page, first: Page, number: int) -> None:
    """Where a page is not the one that was asked for, of the list that the first one began."""
    if page.number is not None and page.number != number:
        raise _incomplete(what, f"page {page.number} came in place of page {number}")
    if (page.pages, page.records) != (first.pages, first.records):
        raise _incomplete(
            what,
            f"page 0 reported {first.records} rows, page {number} of {page.records}",
            "Somebody changed the tenant while it was read.",
            page.tracking_id,
        )
    if not page.rows and number < first.pages and first.records:
        raise _incomplete(what, f"page {number} of {first.pages} has no rows")


def _incomplete(
    what: str, how: str, detail: str = "", tracking_id: str = ""
) -> IncompleteListError:
    return IncompleteListError(
        "TEN120",
        f"the list of {what} is not complete: {how}",
        tracking_id=tracking_id,
        detail=detail,
        hint="run it again",
    )
