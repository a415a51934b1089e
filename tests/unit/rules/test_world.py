from __future__ import annotations

from reconciler.model.address import Address, GroupKind
from reconciler.model.live import Snapshot
from reconciler.model.value import Ref, Values
from reconciler.rules.world import Expected, World


def thing(name: str, kind: str, before: Values, *, ours: bool) -> Expected:
    address = Address("t", "tiny", kind, name) if ours else None
    return Expected(Ref(name), GroupKind("tiny", kind), name, {}, before, address)


WORLD = World(
    (
        thing("b", "Door", {"locks": {"new": 1}}, ours=True),
        thing("a", "Door", {"locks": {"old": 1}, "name": "a"}, ours=True),
        thing("z", "Door", {"locks": {"old": 2, "odd": 1}}, ours=False),
        thing("k", "Key", {"locks": {"key": 1}}, ours=False),
    ),
    snapshot=Snapshot("org", {}, {}),
    group="tiny",
)


def test_what_nobody_manages_is_counted_first() -> None:
    assert [each.name for each in WORLD.all_of("Door")] == ["z", "a", "b"]
    assert [each.name for each in WORLD.all_of("Key")] == ["k"]
    assert WORLD.all_of("Window") == ()


def test_the_names_that_the_tenant_has_in_a_map() -> None:
    assert WORLD.keys_in_tenant("Door", "locks") == {"new", "old", "odd"}
    assert WORLD.keys_in_tenant("Key", "locks") == {"key"}
    assert WORLD.keys_in_tenant("Door", "name") == frozenset()
