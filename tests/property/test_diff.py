"""What differs between two values in normal form; DeepDiff is the second witness."""

from __future__ import annotations

from typing import Any

from deepdiff import DeepDiff
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.value import Ref
from reconciler.planning.diff import differences

NAMES = st.sampled_from(["a", "b", "c", "name", "root", "x.y", "['a']"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(0, 3), NAMES, NAMES.map(Ref), st.just(""))
SETS = st.frozensets(NAMES, max_size=4)
VALUES = st.dictionaries(
    NAMES,
    st.one_of(SCALARS, SETS, st.dictionaries(NAMES, st.one_of(SCALARS, SETS), max_size=4)),
    max_size=5,
)
_OPS = {"_added": "add", "_removed": "remove"}


def by_deepdiff(before: Any, after: Any) -> set[tuple[str, tuple[str, ...], str, str, bool]]:
    found = set()
    for how, levels in DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0).items():
        op = next((op for ending, op in _OPS.items() if how.endswith(ending)), "change")
        member = how.startswith("set_item")
        for level in levels:
            path = tuple(map(str, (level.up if member else level).path(output_format="list")))
            sides = (
                "" if op == "add" else repr(level.t1),
                "" if op == "remove" else repr(level.t2),
            )
            found.add((op, path, *sides, member))
    return found


@given(VALUES, VALUES)
def test_it_is_what_deepdiff_finds(before: Any, after: Any) -> None:
    found = [
        (
            each.op,
            each.path,
            "" if each.op == "add" else repr(each.before),
            "" if each.op == "remove" else repr(each.after),
            each.member,
        )
        for each in differences((), before, after)
    ]
    assert len(found) == len(set(found))
    assert set(found) == by_deepdiff(before, after)


@given(VALUES)
def test_nothing_differs_from_itself(values: Any) -> None:
    assert list(differences((), values, values)) == []


def test_a_map_that_shares_no_key_is_compared_key_by_key() -> None:
    """Every right that comes or goes is a line of its own, however little stays."""
    before = {"permissions": {"queue": "view"}}
    after = {"permissions": {"team": "edit", "user": "view"}}
    assert [(each.op, ".".join(each.path)) for each in differences((), before, after)] == [
        ("remove", "permissions.queue"),
        ("add", "permissions.team"),
        ("add", "permissions.user"),
    ]
