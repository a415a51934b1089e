"""How near a plan comes to limits: counted after the plan, told from 80 % on."""

from __future__ import annotations

import pytest

from reconciler.groups import Groups
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.plan import Headroom
from reconciler.model.value import Ref, Value
from reconciler.planning import planner
from reconciler.planning.planned_object import TenantInput
from reconciler.vendors.webexcc.group import group_kind
from reconciler.vendors.webexcc.vendor import VENDOR
from tests.rules.judging import profile, resource

KINDS = tuple(map(group_kind, ("ResourceCollection", "UserProfile", "User")))
MINE = "t/webexcc/ResourceCollection/mine"


def collection(key: str, queues: int = 1) -> LiveObject:
    chosen = frozenset(Ref(f"q{n}") for n in range(queues))
    resources: Value = {"queue": chosen, "site": "all", "team": "all", "channel": "all"}
    return LiveObject(
        group_kind("ResourceCollection"), key, key, {"name": key, "resources": resources}, "d"
    )


def holder(key: str, of: str) -> LiveObject:
    resources: Value = {"collections": frozenset({Ref(of)}), "default": Ref(of)}
    return LiveObject(
        group_kind("UserProfile"), key, key, {"name": key, "resources": resources}, "d"
    )


def near(*live: LiveObject, new: int = 0, onto: str = "mine") -> list[tuple[str, str, int, int]]:
    kinds = ("ResourceCollection", "UserProfile", "User")
    snapshot = Snapshot(
        "org", {k: tuple(o for o in live if o.kind == k) for k in map(group_kind, kinds)}, {}
    )
    resources = {"collections": [onto], "default": onto}
    ours = [
        resource("UserProfile", f"new-{n}", profile("supervisor", {}) | {"resources": resources})
        for n in range(new)
    ]
    mine = resource("ResourceCollection", "mine", {})
    plan = planner.plan(TenantInput("t", Groups((VENDOR,)), (mine, *ours)), snapshot)
    return [(each.rule, each.subject, each.used, each.percent) for each in plan.limits]


@pytest.mark.parametrize(
    ("there", "new", "told"),
    [
        (11, 0, []),
        (10, 1, []),
        (10, 2, [("WCC123", MINE, 12, 80)]),
        (15, 0, [("WCC123", MINE, 15, 100)]),
        (15, 1, [("WCC123", MINE, 16, 106)]),
    ],
)
def test_the_profiles_of_a_collection(there: int, new: int, told: list[object]) -> None:
    holders = (holder(f"old-{n}", "mine") for n in range(there))
    assert near(collection("mine"), *holders, new=new) == told


@pytest.mark.parametrize(("queues", "told"), [(279, []), (280, [("WCC130", MINE, 280, 80)])])
def test_the_resources_of_a_collection(queues: int, told: list[object]) -> None:
    assert near(collection("mine", queues)) == told


@pytest.mark.parametrize(("others", "told"), [(798, False), (799, True)])
def test_the_collections_of_a_tenant(others: int, told: bool) -> None:
    found = near(collection("mine"), *(collection(f"c{n}") for n in range(others)))
    assert found == ([("WCC146", "the tenant", 800, 80)] if told else [])


def test_what_nobody_manages_counts_too_and_the_fullest_comes_first() -> None:
    holders = [holder(f"m{n}", "mine") for n in range(12)]
    holders += [holder(f"o{n}", "others") for n in range(14)]
    assert near(collection("mine"), collection("others"), *holders) == [
        ("WCC123", "collection others", 14, 93),
        ("WCC123", MINE, 12, 80),
    ]


def test_a_headroom_says_what_is_counted_and_of_which_tenant() -> None:
    live = (collection("mine", 350),)
    kinds = ("ResourceCollection", "UserProfile", "User")
    snapshot = Snapshot(
        "org", {k: tuple(o for o in live if o.kind == k) for k in map(group_kind, kinds)}, {}
    )
    given = TenantInput("t", Groups((VENDOR,)), (resource("ResourceCollection", "mine", {}),))
    assert planner.plan(given, snapshot).limits == (
        Headroom("WCC130", "resources selected by name", MINE, "t", 350, 350, 100),
    )
