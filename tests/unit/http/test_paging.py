"""What a list has to prove before anybody concludes that something is not in it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import TenantError
from reconciler.http.paging import Page, Part, Row, list_from_offsets, whole_list


def page(ids: str, *, pages: int = 3, records: int = 5, number: int | None = None) -> Page:
    return Page(tuple({"id": each} for each in ids), pages, records, number)


def read(pages: Sequence[Page], limit: int = 1) -> tuple[Row, ...]:
    async def answer(number: int) -> Page:
        return pages[number]

    return asyncio.run(whole_list("queue", answer, limit=limit))


@pytest.mark.parametrize("limit", [1, 2, 8])
def test_all_rows_of_all_pages_come_in_their_order(limit: int) -> None:
    pages = [page("ab", number=0), page("cd", number=1), page("e", number=2)]
    assert [row["id"] for row in read(pages, limit)] == list("abcde")


def test_an_empty_list_is_complete() -> None:
    assert read([page("", pages=1, records=0)]) == ()
    assert read([page("", pages=0, records=0)]) == ()


@pytest.mark.parametrize(
    ("pages", "told"),
    [
        ([page("ab"), page("cd"), page("")], "page 2 of 3 has no rows"),
        ([page("ab"), page("cd"), page("d")], "4 of 5 came"),
        ([page("ab"), page("cd"), page("ef")], "6 of 5 came"),
        ([page("ab"), page("ab"), page("e")], "3 of 5 came"),
        ([page("ab", pages=1)], "2 of 5 came"),
        ([page("abcde", pages=1, records=0)], "came"),
        ([page("ab"), page("cd", records=6), page("ef", records=6)], "page 1 of 6"),
        ([page("ab"), page("cd", pages=4), page("e")], "page 1 of 5"),
        ([page("ab", number=0), page("cd", number=0)], "page 0 came in place of page 1"),
        ([page("ab", pages=10**9), page("cd", pages=10**9), page("", pages=10**9)], "cannot hold"),
        ([page("", pages=10**9, records=0)], "1,000,000,000 pages cannot hold 0 rows"),
    ],
)
def test_what_proves_nothing_is_an_error(pages: list[Page], told: str) -> None:
    with pytest.raises(TenantError, match=told) as caught:
        read(pages)
    assert (caught.value.told.code, caught.value.outcome) == ("TEN120", "partial")


@given(
    rows=st.lists(st.integers(0, 30), unique=True, min_size=1, max_size=30),
    size=st.integers(1, 7),
    limit=st.integers(1, 4),
    loses=st.integers(0, 29),
)
def test_a_lost_row_is_never_overlooked(rows: list[int], size: int, limit: int, loses: int) -> None:
    pages = -(-len(rows) // size)
    whole = [
        Page(tuple({"id": each} for each in rows[n * size : n * size + size]), pages, len(rows), n)
        for n in range(pages)
    ]
    assert [row["id"] for row in read(whole, limit)] == rows
    hit, at = whole[loses % pages], loses % pages
    whole[at] = Page(hit.rows[1:], pages, len(rows), at)
    with pytest.raises(TenantError):
        read(whole, limit)


def from_offsets(total: int, *, most: int, loses: int | None = None) -> list[object]:
    """A list that gives at most so many rows at a time, though ten are asked for."""

    async def part(start: int) -> Part:
        rows = [{"id": n} for n in range(start, min(start + most, total)) if n != loses]
        return Part(tuple(rows), total, f"t-{start}")

    found = asyncio.run(list_from_offsets("people", part, size=10, limit=3))
    return [row["id"] for row in found]


@pytest.mark.parametrize("total", [0, 1, 4, 5, 23])
@pytest.mark.parametrize("most", [4, 10])
def test_parts_are_as_long_as_the_first_one(total: int, most: int) -> None:
    assert from_offsets(total, most=most) == list(range(total))


def test_a_row_that_no_part_has_makes_the_list_incomplete() -> None:
    with pytest.raises(TenantError, match="the list of people is not complete: 22 of 23 came"):
        from_offsets(23, most=10, loses=17)
