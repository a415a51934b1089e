from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.model.address import Address, GroupKind
from reconciler.model.change import Action
from reconciler.model.value import Ref, Value, Values
from reconciler.planning.order import Counts, ImpossibleOrderError, Write, schedule
from tests.contract.tiny import VENDOR

DOOR, KEY = VENDOR.kinds


def write(
    kind: str, name: str, action: Action, before: Values | None = None, after: Values | None = None
) -> Write:
    return Write(
        address=Address("t", "tiny", kind, name),
        key=Ref(name),
        kind={"Door": DOOR, "Key": KEY}[kind],
        action=action,
        name_before=str((before or {}).get("name", name)) if before is not None else None,
        name_after=str((after or {}).get("name", name)) if after is not None else None,
        before=before or {},
        after=after or {},
    )


def names(writes: list[Write]) -> list[list[str]]:
    return [[each.address.name for each in step] for step in schedule(writes, Counts({}, {})).steps]


def test_what_is_referred_to_is_created_first() -> None:
    key = write("Key", "master", Action.CREATE, None, {"doors": frozenset({Ref("front")})})
    door = write("Door", "front", Action.CREATE, None, {})
    assert names([key, door]) == [["front"], ["master"]]


def test_what_is_deleted_is_let_go_first() -> None:
    key = write("Key", "master", Action.UPDATE, {"doors": frozenset({Ref("front")})}, {})
    door = write("Door", "front", Action.DELETE, {}, None)
    assert names([door, key]) == [["master"], ["front"]]


def test_a_name_is_freed_before_it_is_taken() -> None:
    first = write("Door", "a", Action.UPDATE, {"name": "Front"}, {"name": "Side"})
    second = write("Door", "b", Action.CREATE, None, {"name": "Front"})
    assert names([second, first]) == [["a"], ["b"]]


def test_names_that_are_swapped_have_no_order() -> None:
    first = write("Door", "a", Action.UPDATE, {"name": "Front"}, {"name": "Side"})
    second = write("Door", "b", Action.UPDATE, {"name": "Side"}, {"name": "Front"})
    with pytest.raises(ImpossibleOrderError) as caught:
        names([first, second])
    assert {each.name for each in caught.value.addresses} == {"a", "b"}


def test_what_needs_nothing_of_one_another_shares_a_step() -> None:
    doors = [write("Door", name, Action.CREATE, None, {}) for name in "cab"]
    assert names(doors) == [["a", "b", "c"]]


def at_the_limit(limit: int, there: int, *writes: Write) -> list[list[str]]:
    """Steps in a tenant that holds so many doors, and no more than `limit`."""
    limited = replace(DOOR, shape=replace(DOOR.shape, count_limit=limit))
    changed = [replace(each, kind=limited) for each in writes]
    steps = schedule(changed, Counts({GroupKind("tiny", "Door"): there}, {})).steps
    return [[each.address.name for each in step] for step in steps]


def test_at_the_limit_of_a_kind_deletions_come_first() -> None:
    new = [write("Door", name, Action.CREATE, None, {}) for name in ("new-1", "new-2")]
    old = write("Door", "old", Action.DELETE, {}, None)
    assert at_the_limit(10, 8, *new, old) == [["new-1", "new-2", "old"]]
    assert at_the_limit(10, 9, *new, old) == [["new-1", "old"], ["new-2"]]
    assert at_the_limit(10, 10, *new, old) == [["old"], ["new-1", "new-2"]]
    assert at_the_limit(10, 12, *new) == [["new-1", "new-2"]]


def test_at_the_limit_what_needs_the_new_one_to_let_go_of_the_old_has_no_order() -> None:
    key = write(
        "Key",
        "master",
        Action.UPDATE,
        {"doors": frozenset({Ref("old")})},
        {"doors": frozenset({Ref("new")})},
    )
    new = write("Door", "new", Action.CREATE, None, {})
    old = write("Door", "old", Action.DELETE, {}, None)
    limited = replace(DOOR, shape=replace(DOOR.shape, count_limit=5))
    writes = [replace(new, kind=limited), replace(old, kind=limited), key]
    with pytest.raises(ImpossibleOrderError):
        schedule(writes, Counts({GroupKind("tiny", "Door"): 5}, {}))
    assert len(schedule(writes, Counts({GroupKind("tiny", "Door"): 4}, {})).steps) == 3


def front(**values: Value) -> Write:
    return write("Door", "front", Action.UPDATE, {"open": 1}, {"open": 2, **values})


def key_to(name: str, before: str, after: str) -> Write:
    had, has = ({"doors": frozenset({Ref(door)})} for door in (before, after))
    return write("Key", name, Action.UPDATE, had, has)


def told(writes: list[Write], *disturbed: str) -> list[list[str]]:
    addresses = [each.address for each in writes if each.address.name in disturbed]
    return [
        [f"{each.address.name}{' again' if each.mends else ''}" for each in step]
        for step in schedule(writes, Counts({}, {}), addresses).steps
    ]


def test_what_is_disturbed_is_written_again_in_the_next_step() -> None:
    door = write("Door", "a", Action.UPDATE, {}, {"open": 1})
    assert told([front(), door], "front") == [["a", "front"], ["front again"]]
    assert told([front(), door], "front", "a") == [["a", "front"], ["a again", "front again"]]


def test_who_leaves_it_leaves_before_and_who_joins_it_joins_after_both() -> None:
    leaves, joins = key_to("one", "front", "back"), key_to("two", "back", "front")
    assert told([front(), joins, leaves], "front") == [
        ["one"],
        ["front"],
        ["front again"],
        ["two"],
    ]
    assert told([front(), joins, leaves]) == [["front", "one", "two"]]


def test_what_waits_for_it_waits_for_both_writes() -> None:
    renamed = write("Door", "front", Action.UPDATE, {"name": "Front"}, {"name": "Side"})
    taking = write("Door", "new", Action.CREATE, None, {"name": "Front"})
    assert told([renamed, taking], "front") == [["front"], ["front again"], ["new"]]


def test_an_order_that_has_to_be_goes_before() -> None:
    # the key leaves the door for one that takes over its name: it cannot leave before
    renamed = write("Door", "front", Action.UPDATE, {"name": "Front"}, {"name": "Side"})
    taking = write("Door", "new", Action.CREATE, None, {"name": "Front"})
    leaves = key_to("one", "front", "new")
    assert told([renamed, taking, leaves], "front") == [
        ["front"],
        ["front again"],
        ["new"],
        ["one"],
    ]
    # and here it leaves one that goes before its name can be taken: it cannot join after
    gone = write("Door", "old", Action.DELETE, {"name": "Side"}, None)
    joins = key_to("two", "old", "front")
    assert told([renamed, gone, joins], "front") == [["two"], ["old"], ["front"], ["front again"]]
