from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.manifests.excerpt import excerpt
from reconciler.manifests.tree import measured


def holds(value: Any) -> bool:
    """A judge that refuses everything with a null in it."""
    return type(None) in measured(value).types


def nulls(value: Any) -> int:
    if isinstance(value, (dict, list)):
        return sum(map(nulls, value.values() if isinstance(value, dict) else value))
    return value is None


def test_what_is_not_refused_has_no_excerpt() -> None:
    assert excerpt({"a": [1] * 100_000}, holds) is None


def test_of_what_is_all_wrong_the_beginning_is_enough() -> None:
    assert excerpt({"a": [None] * 100_000}, holds) == {"a": [None] * 64}


def test_one_mistake_far_behind_is_found_where_it_stands() -> None:
    found = excerpt({"a": [1] * 70_000 + [None] + [1] * 1000}, holds)
    assert found is not None
    assert found["a"][:70_001] == [1] * 70_000 + [None]


def test_many_mistakes_far_behind_are_told_in_part() -> None:
    found = excerpt({"a": [1] * 70_000 + [None] * 50_000}, holds)
    assert found is not None
    assert 0 < nulls(found) <= 64


@given(st.integers(0, 3000), st.integers(1, 3000), st.integers(0, 3000))
def test_an_excerpt_is_refused_short_and_a_beginning(before: int, wrong: int, after: int) -> None:
    value = {"a": {f"k{n}": n for n in range(after)}, "b": [1] * before + [None] * wrong}
    found = excerpt(value, holds)
    assert found is not None
    assert holds(found)
    assert nulls(found) <= 64
    assert found["b"] == value["b"][: len(found["b"])]  # type: ignore[index]
    assert list(found["a"]) == list(value["a"])[: len(found["a"])]
