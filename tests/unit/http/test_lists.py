"""Lists side by side: a refusal that nothing minds is kept, every other one is raised."""

from __future__ import annotations

import asyncio

import pytest

from reconciler.contract.connection import Endpoint
from reconciler.errors import TenantError
from reconciler.http.items import RowReader
from reconciler.http.lists import WholeLists, is_unreadable, read_lists
from reconciler.http.paging import Row
from reconciler.http.parallel import InParallel
from reconciler.http.shape import shape_check
from reconciler.http.tokens import FixedToken
from reconciler.model.address import GroupKind
from reconciler.model.live import InventoryItem

DOCUMENTED = shape_check("documented", "update it")


def read(refusals: dict[str, TenantError], shown: list[tuple[str, int, int]]) -> WholeLists[str]:
    endpoint = Endpoint("t", "o", FixedToken("x"), progress=lambda *each: shown.append(each))

    async def rows(kind: str) -> tuple[str, ...]:
        if kind in refusals:
            raise refusals[kind]
        return (kind,)

    return asyncio.run(
        read_lists(
            ("queue", "team"),
            rows,
            lambda kind, error: kind == "team" and is_unreadable(error),
            InParallel(endpoint),
        )
    )


def test_each_list_is_read_and_counted() -> None:
    shown: list[tuple[str, int, int]] = []
    lists = read({}, shown)
    assert (lists.rows, lists.refused) == ({"queue": ("queue",), "team": ("team",)}, {})
    assert shown == [("lists", 1, 2), ("lists", 2, 2)]


@pytest.mark.parametrize("status", [402, 403, 404])
def test_a_list_that_may_be_refused_is_empty_then(status: int) -> None:
    refused = TenantError("TEN100", "no", status=status)
    lists = read({"team": refused}, [])
    assert (lists.rows["team"], lists.refused) == ((), {"team": refused})


@pytest.mark.parametrize(("kind", "status"), [("queue", 403), ("team", 500)])
def test_every_other_refusal_is_raised(kind: str, status: int) -> None:
    refused = TenantError("TEN100", "no", status=status)
    with pytest.raises(TenantError) as caught:
        read({kind: refused}, [])
    assert caught.value is refused


def test_a_row_of_odd_shape_is_set_aside_by_its_id_and_its_name() -> None:
    def item(row: Row) -> InventoryItem:
        return InventoryItem(GroupKind("acme", "queue"), row["key"], row["title"].strip())

    rows = RowReader("acme", DOCUMENTED, ("label", "name"))
    made = rows.of_rows(
        "queue",
        "GET queues",
        [
            {"key": "q-1", "title": "Main"},
            {"key": "q-2", "name": "Odd"},
            {"key": "q-3", "title": 5},
        ],
        item,
        identifier="key",
    )
    assert [each.id for each in made] == ["q-1"]
    assert [(each.id, each.name) for each in rows.unknown] == [("q-2", "Odd"), ("q-3", "")]
    assert rows.unknown[0].reason == (
        "GET queues: q-2: the answer is not of the documented shape: `title` is missing"
    )
    assert rows.is_odd("queue")
    assert not rows.is_odd("team")
