"""The store: rows that are read when they are looked at, in an order that is never stale."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "tenant.db")
    yield made
    made.close()


def put(store: Store, *names: str, kind: str = "hat") -> None:
    for name in names:
        store.put(kind, {"id": f"id-{name}", "name": name}, name)


def names(rows: Iterable[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


def test_lazy_rows_are_the_rows(store: Store) -> None:
    put(store, "c", "a")
    put(store, "x", kind="shoe")
    put(store, "b")
    rows = store.listing("hat")
    assert names(rows) == names(store.rows("hat")) == ["c", "a", "b"]
    assert len(rows) == store.count("hat") == 3
    assert rows[0]["name"] == "c"
    assert rows[-1]["name"] == "b"
    for outside in (3, -4):
        with pytest.raises(IndexError):
            rows[outside]
    assert names(rows[1:]) == ["a", "b"]
    assert names(rows.named("a")) == ["a"]
    assert rows.named("x") == []


@given(st.data())
def test_a_slice_of_lazy_rows_is_that_of_a_list(data: st.DataObject) -> None:
    with closing(Store(Path(":memory:"))) as store:
        count = data.draw(st.integers(0, 7))
        for number in range(count):
            put(store, f"n{number}", kind=data.draw(st.sampled_from(["hat", "shoe"])))
        start, stop = data.draw(st.integers(0, 9)), data.draw(st.integers(0, 9))
        whole = store.rows("hat")
        assert store.listing("hat")[start:stop] == whole[start:stop]


def test_rows_follow_every_change_also_of_others_and_of_what_was_taken_back(
    store: Store, tmp_path: Path
) -> None:
    put(store, "a", "b")
    rows = store.listing("hat")
    assert len(rows) == 2
    store.remove("hat", "id-a")
    assert names(rows[:5]) == ["b"]
    other = Store(tmp_path / "tenant.db")
    put(other, "c")
    other.close()
    assert names(rows[:5]) == ["b", "c"]

    def taken_back() -> None:
        with store.transaction():
            put(store, "d")
            assert names(rows[:5]) == ["b", "c", "d"]
            raise RuntimeError("taken back")

    with pytest.raises(RuntimeError, match="taken back"):
        taken_back()
    assert len(rows) == 2
    assert names(rows[:5]) == ["b", "c"]


def test_counters_count_from_one_and_each_by_itself(store: Store) -> None:
    assert [store.next("hat"), store.next("hat"), store.next("shoe")] == [1, 2, 1]
    assert store.id_named("hat", "nobody") is None
    put(store, "a")
    assert store.id_named("hat", "a") == "id-a"


def test_a_wiped_store_is_empty_for_whoever_has_it_open(store: Store, tmp_path: Path) -> None:
    put(store, "a")
    assert store.next("hat") == 1
    other = Store(tmp_path / "tenant.db")
    other.wipe()
    other.close()
    assert store.rows("hat") == []
    assert len(store.listing("hat")) == 0
    assert store.next("hat") == 1


def test_what_is_made_of_the_data_is_made_again_after_a_change(tmp_path: Path) -> None:
    database = tmp_path / "tenant.db"
    store, other = Store(database), Store(database)

    def count(of: Store = store) -> int:
        return of.kept("how many", "thing", lambda: of.count("thing"))

    assert count() == count() == 0
    store.put("thing", {"id": "1"}, "one")
    assert count() == 1
    other.put("thing", {"id": "2"}, "two")
    assert count() == 2

    def given_up() -> None:
        with store.transaction():
            store.put("thing", {"id": "3"}, "three")
            assert count() == 3
            raise RuntimeError

    with pytest.raises(RuntimeError):
        given_up()
    assert count() == 2
    store.close()
    other.close()
    store.close()
    other.close()
