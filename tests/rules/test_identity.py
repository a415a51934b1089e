"""Rules about who applies: a delegated administrator, a full one, a machine account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from reconciler.groups import Groups
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.live import Identity, InventoryItem, LiveObject, Snapshot
from reconciler.model.ownership import Row
from reconciler.model.value import HIDDEN, Ref, Value, to_json
from reconciler.planning import planner
from reconciler.planning.planned_object import TenantInput
from reconciler.vendors.webexcc.group import group_kind
from reconciler.vendors.webexcc.vendor import VENDOR
from tests.rules.judging import profile, resource

DANA = "dana@northwind.example"
EDITS = {"user-profile": "edit", "resource-collection": "edit", "user": "edit"}
SITE = group_kind("site")
WHOLE = {"site": "all", "team": "all", "channel": "all"}


def collection(key: str, queue: Value) -> LiveObject:
    values: dict[str, Value] = {
        "name": key,
        "description": "",
        "resources": WHOLE | {"queue": queue},
    }
    return LiveObject(group_kind("ResourceCollection"), key, key, values, "d")


def profile_of(key: str, *collections: str, levels: Mapping[str, str] | None = None) -> LiveObject:
    limited: Value = {
        "collections": frozenset(map(Ref, collections)),
        "default": Ref(collections[0]) if collections else None,
    }
    values: dict[str, Value] = {
        "name": key,
        "description": "",
        "profileType": "licensed-administrator",
        "fullAccess": False,
        "permissions": dict(levels or {}),
        "analyzerFolders": {name: frozenset[str]() for name in ("editable", "viewable", "hidden")},
        "resources": limited if collections else "all",
    }
    return LiveObject(group_kind("UserProfile"), key, key, values, "d")


def tenant(
    *own: str,
    levels: Mapping[str, str] | None = None,
    machine: bool = False,
    more: tuple[LiveObject, ...] = (),
    partial: Mapping[str, str] | None = None,
) -> Snapshot:
    """Two collections, and Dana on those that are named; on all resources where none is."""
    danas = profile_of("danas", *own, levels=EDITS if levels is None else levels)
    user: dict[str, Value] = {"userProfile": Ref("danas"), "site": HIDDEN, "teams": frozenset()}
    objects = [
        collection("mine", frozenset({Ref("q1"), Ref("q2")})),
        collection("second", frozenset({Ref("q2")})),
        collection("other", "all"),
        danas,
        LiveObject(group_kind("User"), DANA, DANA, user, "d"),
        *more,
    ]
    kinds = ("ResourceCollection", "UserProfile", "User")
    queues = tuple(InventoryItem(group_kind("queue"), f"q{n}", f"Queue {n}") for n in (1, 2, 3))
    rights = None if machine else danas
    return Snapshot(
        "org",
        {k: tuple(each for each in objects if each.kind == k) for k in map(group_kind, kinds)},
        {
            group_kind("queue"): queues,
            group_kind("site"): (InventoryItem(group_kind("site"), "s1", "Berlin"),),
        },
        identities={"webexcc": Identity(DANA, None if machine else Ref(DANA), rights)},
        hidden={group_kind(kind): why for kind, why in (partial or {}).items()},
    )


def planned(
    live: Snapshot, *resources: Any, owned: tuple[LiveObject, ...] = ()
) -> list[Diagnostic]:
    rows = {
        f"t/{each.kind}/{each.id}": Row.of(
            address=f"t/{each.kind}/{each.id}",
            object_id=each.id,
            name=each.name,
            applied=to_json(each.values, str),
            prevent_destroy=False,
            adopted=False,
        )
        for each in owned
    }
    given = TenantInput("t", Groups((VENDOR,)), resources, rows=rows)
    return [each for each in planner.plan(given, live).diagnostics if each.code[:3] == "WCC"]


def said(found: list[Diagnostic]) -> list[str]:
    return sorted(f"{each.code} {each.severity}: {each.summary}" for each in found)


def on_collections(*names: str) -> dict[str, Any]:
    resources = {"collections": list(names), "default": names[0]}
    return profile("supervisor", {"call-monitoring": "view"}) | {"resources": resources}


def test_who_has_no_edit_writes_nothing_of_the_kind_and_is_told_once() -> None:
    live = tenant(levels={"user-profile": "view", "user": "edit"})
    found = planned(
        live, *(resource("UserProfile", f"p{n}", on_collections("other")) for n in range(3))
    )
    forbidden = [each for each in found if each.code == "WCC145"]
    assert said(forbidden) == [
        f"WCC145 error: {DANA} has no edit on user-profile, so cannot write: "
        "webexcc/UserProfile/p0, webexcc/UserProfile/p1, webexcc/UserProfile/p2"
    ]
    assert forbidden[0].source == "D1, Create a user profile"


def test_what_is_not_written_needs_no_right() -> None:
    live = tenant(levels={"user-profile": "view"}, more=(profile_of("lead", "other"),))
    assert planned(live, resource("UserProfile", "lead", {"id": "lead"})) == []


def test_deleting_needs_edit_too() -> None:
    lead = profile_of("lead", "other")
    live = tenant(levels={"user-profile": "view"}, more=(lead,))
    (found,) = planned(live, owned=(lead,))
    assert (found.code, found.summary.rpartition(": ")[2]) == ("WCC145", "webexcc/UserProfile/lead")


def test_a_delegated_administrator_deletes_no_collection() -> None:
    gone = collection("gone", "all")
    (found,) = planned(tenant("mine", more=(gone,)), owned=(gone,))
    assert said([found]) == [
        f"WCC134 error: {DANA} is limited to collections, so cannot delete: "
        "webexcc/ResourceCollection/gone"
    ]
    assert planned(tenant(more=(gone,)), owned=(gone,)) == []


@pytest.mark.parametrize(
    ("own", "levels", "why"),
    [
        (("mine",), EDITS, "is limited to collections"),
        ((), {"resource-collection": "view"}, "has no edit on resource-collection"),
        ((), EDITS, ""),
    ],
)
def test_who_may_make_a_collection(
    own: tuple[str, ...], levels: Mapping[str, str], why: str
) -> None:
    new = resource("ResourceCollection", "new", {"resources": WHOLE | {"queue": "all"}})
    expected = [f"WCC134 error: {DANA} {why}, so cannot create one"] if why else []
    assert said(planned(tenant(*own, levels=levels), new)) == expected


def test_a_collection_of_others_is_not_changed() -> None:
    other = resource("ResourceCollection", "other", {"description": "ours now"})
    (found,) = planned(tenant("mine"), other)
    assert (found.code, str(found.severity), found.guard) == ("WCC134", "error", "")


@pytest.mark.parametrize(
    ("own", "after", "seen"),
    [
        (("mine",), on_collections("mine"), True),
        (("mine",), on_collections("other"), False),
        (("mine",), on_collections("other") | {"resources": "all"}, False),
        ((), on_collections("other"), True),
    ],
)
def test_a_new_profile_is_seen_by_who_makes_it(
    own: tuple[str, ...], after: dict[str, Any], seen: bool
) -> None:
    found = planned(tenant(*own), resource("UserProfile", "new", after))
    locked = [each for each in found if each.code == "WCC126"]
    assert (locked == []) == seen
    assert {each.guard for each in locked} <= {"lockout"}


def test_so_is_one_that_is_changed_but_not_one_that_was_never_seen() -> None:
    lead = profile_of("lead", "mine", levels={"call-monitoring": "view"})
    strange = profile_of("strange", "other", levels={"call-monitoring": "view"})
    live = tenant("mine", more=(lead, strange))
    moved = {"resources": {"collections": ["other"], "default": "other"}}
    found = planned(
        live,
        resource("UserProfile", "lead", moved),
        resource("UserProfile", "strange", {"description": "x"}),
    )
    assert [(e.code, e.address.name if e.address else "") for e in found if e.guard] == [
        ("WCC126", "lead")
    ]


@pytest.mark.parametrize(
    ("own", "queues", "lost"),
    [
        (("mine",), ["Queue 2"], "queue `Queue 1`"),
        (("mine",), ["Queue 3"], "queue `Queue 1`, queue `Queue 2`"),
        (("mine", "second"), ["Queue 1"], ""),
        (("mine",), "all", ""),
        (("mine",), ["Queue 1", "Queue 2", "Queue 3"], ""),
        (("mine", "other"), ["Queue 3"], ""),
        ((), ["Queue 3"], ""),
    ],
)
def test_a_resource_stays_in_sight(own: tuple[str, ...], queues: Any, lost: str) -> None:
    mine = resource("ResourceCollection", "mine", {"resources": WHOLE | {"queue": queues}})
    found = planned(tenant(*own), mine)
    expected = f"{DANA} would no longer see {lost}: no other of their collections holds it"
    assert [each.summary for each in found] == ([expected] if lost else [])
    assert all(each.guard == "lockout" and each.code == "WCC152" for each in found)


def test_all_that_becomes_selected_leaves_the_rest_out_of_sight() -> None:
    queues = {"resources": WHOLE | {"queue": ["Queue 2"]}}
    (found,) = planned(tenant("other"), resource("ResourceCollection", "other", queues))
    assert "queue `Queue 1`, queue `Queue 3`" in found.summary


def test_a_hidden_value_that_is_replaced_is_told() -> None:
    (found,) = planned(tenant("mine"), resource("User", DANA, {"site": "Berlin"}))
    assert (found.code, str(found.severity), found.path) == ("WCC138", "info", ("spec", "site"))


def test_who_may_not_read_profiles_manages_none() -> None:
    live = tenant(levels={"user": "edit"}, more=(profile_of("lead", "other"),))
    (found,) = planned(live, resource("UserProfile", "lead", {}))
    assert (found.code, str(found.severity)) == ("WCC155", "error")


def test_what_a_partial_view_leaves_unknown_is_not_checked() -> None:
    a_part = f"{DANA} sees a part"
    partial = {"UserProfile": a_part}
    found = planned(
        tenant("mine", partial=partial), resource("UserProfile", "new", on_collections("mine"))
    )
    assert said(found) == [
        f"WCC123 info: not checked: how many user profiles a collection is mapped to: {a_part}",
        f"WCC155 info: not checked: whether a new user profile's name is free: {a_part}",
    ]


def test_a_machine_account_is_told_once_a_rule() -> None:
    live = tenant(machine=True)
    found = planned(
        live,
        resource("UserProfile", "a", on_collections("mine")),
        resource("UserProfile", "b", on_collections("mine")),
        resource("ResourceCollection", "mine", {"resources": WHOLE | {"queue": "all"}}),
        resource("ResourceCollection", "second", {"resources": WHOLE | {"queue": "all"}}),
    )
    reason = "not checked: the rights of who applies: no API returns those of a machine account"
    assert said(found) == [
        f"{code} info: {reason}"
        for code in ("WCC126", "WCC134", "WCC145", "WCC152", "WCC154", "WCC155")
    ]


def test_without_an_identity_nothing_is_said() -> None:
    live = tenant()
    unknown = Snapshot(live.organization, live.objects, live.inventory)
    assert planned(unknown, resource("UserProfile", "new", on_collections("mine"))) == []
