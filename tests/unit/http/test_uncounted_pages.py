"""A list without a total: every way in which tenants count pages is understood, or refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import TenantError
from reconciler.http.uncounted_pages import UncountedPages
from tests.examples import examples

FROM_ZERO, ZERO_IS_ONE, ZERO_REFUSED = "from 0", "page 0 is page 1", "page 0 is refused"


@dataclass
class Tenant:
    """A tenant that counts its pages in one of the ways, and what it was asked."""

    total: int
    counts: str = FROM_ZERO
    repeats_last: bool = False
    cap: int = 1000
    fixed_size: int | None = None
    ignores_numbers: bool = False
    twice: bool = False
    asked: list[tuple[int, int]] = field(default_factory=list)
    change: Callable[[int, list[str]], list[str]] = lambda _request, ids: ids

    async def page(self, number: int, size: int) -> list[Any]:
        self.asked.append((number, size))
        if number == 0 and self.counts == ZERO_REFUSED:
            raise TenantError("TEN100", "400 Bad Request", status=400)
        ids = self.change(len(self.asked), [f"r{n:05}" for n in range(self.total)])
        first = 0 if self.counts == FROM_ZERO else 1
        size = self.fixed_size or min(size, self.cap)
        start = 0 if self.ignores_numbers else max(number - first, 0) * size
        if self.repeats_last and start >= len(ids):
            start = max(len(ids) - 1, 0) // size * size
        rows = [{"roleId": each} for each in ids[start : start + size]]
        return rows[:1] + rows if self.twice and rows else rows

    def read(self, pages: UncountedPages | None = None) -> list[str]:
        found = asyncio.run((pages or UncountedPages("roles", "roleId")).every(self.page))
        return [row["roleId"] for row in found]


@given(
    total=st.integers(0, 420) | st.sampled_from([99, 100, 101, 198, 199, 200, 201, 297, 300]),
    counts=st.sampled_from([FROM_ZERO, ZERO_IS_ONE, ZERO_REFUSED]),
    repeats_last=st.booleans(),
    cap=st.sampled_from([20, 50, 100, 1000]),
    twice=st.booleans(),
)
@examples(300)
def test_every_role_comes_once_however_pages_are_counted(
    total: int, counts: str, repeats_last: bool, cap: int, twice: bool
) -> None:
    tenant = Tenant(total, counts, repeats_last, cap, twice=twice and cap == 1000)
    assert sorted(tenant.read()) == [f"r{n:05}" for n in range(total)]


def test_the_first_page_is_0_and_a_short_page_is_the_last() -> None:
    tenant = Tenant(203)
    tenant.read()
    assert tenant.asked == [(0, 100), (1, 100), (2, 100)]


def test_a_tenant_that_refuses_page_0_is_asked_for_it_once() -> None:
    tenant, pages = Tenant(3, ZERO_REFUSED), UncountedPages("roles", "roleId")
    assert len(tenant.read(pages)) == len(tenant.read(pages)) == 3
    assert tenant.asked == [(0, 100), (1, 100), (1, 100)]


def test_a_refusal_that_has_nothing_to_do_with_page_0_stands() -> None:
    async def forbidden(_number: int, _size: int) -> list[Any]:
        raise TenantError("TEN103", "403 Forbidden", status=403)

    async def bad(_number: int, _size: int) -> list[Any]:
        raise TenantError("TEN100", "400 Bad Request", status=400)

    for ask, code in ((forbidden, "TEN103"), (bad, "TEN100")):
        with pytest.raises(TenantError) as caught:
            asyncio.run(UncountedPages("roles", "roleId").every(ask))
        assert caught.value.told.code == code


@pytest.mark.parametrize("total", [101, 150, 250, 1000])
def test_a_tenant_that_does_not_heed_page_numbers_is_refused(total: int) -> None:
    """Its first page comes again and again, and nobody knows what else there is."""
    with pytest.raises(TenantError, match="not complete") as caught:
        Tenant(total, ignores_numbers=True).read()
    assert caught.value.told.code == "TEN120"


def test_a_repeated_page_ends_a_list_whose_pages_are_always_of_one_size() -> None:
    """Nothing more can be proven: the tenant heeds no size, and repeats its last page."""
    assert len(Tenant(200, repeats_last=True, fixed_size=100).read()) == 200


def test_a_list_that_moves_while_it_is_read_is_read_again() -> None:
    """A role that comes in at the front pushes another one onto the next page."""

    def moving(request: int, ids: list[str]) -> list[str]:
        return ids if request == 1 else ["new", *ids]

    found = Tenant(150, change=moving).read()
    assert sorted(found) == sorted(["new", *(f"r{n:05}" for n in range(150))])


def test_a_list_that_never_rests_is_refused() -> None:
    def moving(request: int, ids: list[str]) -> list[str]:
        return [f"new{n}" for n in range(request, 0, -1)] + ids

    with pytest.raises(TenantError, match="not complete"):
        Tenant(150, change=moving).read()
