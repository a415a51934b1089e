from __future__ import annotations

import pytest

from reconciler.manifests.parse import parse
from reconciler.manifests.tree import MOST_DEPTH, MOST_NODES, Measured, measured, strings


def test_a_tree_is_measured() -> None:
    found = measured({"a": [1, {"b": None}], "c": "d", 3: True})
    assert found == Measured({int, type(None), str, bool}, {"a", "b", "c", 3}, nodes=7, depth=3)


def test_a_scalar_has_no_depth() -> None:
    assert measured("a") == Measured({str}, set(), nodes=1, depth=0)
    assert measured([]) == Measured(set(), set(), nodes=1, depth=1)


def test_what_is_beyond_a_limit_is_not_looked_at() -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    assert measured(deep).depth == MOST_DEPTH + 1
    assert measured([1] * 2_000_000).nodes == MOST_NODES + 1


def test_strings_are_keys_and_values() -> None:
    assert sorted(strings({"a": ["b", 1, {"c": "d"}], "e": None})) == ["a", "b", "c", "d", "e"]


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("around", ["{}", "- {}", "a: {}", "--- {}"])
def test_so_deep_and_no_deeper(around: str) -> None:
    left = MOST_DEPTH - (around[0] in "-a" and around[:3] != "---")
    documents, problems = parse("f", around.format("[" * left + "]" * left).encode())
    assert (len(documents), len(problems)) == (1, 0)
    documents, problems = parse("f", around.format("[" * (left + 1) + "]" * (left + 1)).encode())
    assert [each.code for each in problems] == ["YML107"]


def test_so_many_and_no_more() -> None:
    items = b"[" + b"a," * (MOST_NODES - 1) + b"]"
    assert [each.size for each in parse("f", items)[0]] == [MOST_NODES]
    assert [each.code for each in parse("f", b"[a," + items[1:])[1]] == ["YML105"]


def test_aliases_count_as_often_as_they_stand_there() -> None:
    # the list and its items, a hundred times, the two mappings' values and the outer list
    text = "a: &a [" + "x, " * 98 + "]\nb: [" + "*a, " * 99 + "]"
    assert [each.size for each in parse("f", text.encode())[0]] == [1 + 99 + 1 + 99 * 99]
