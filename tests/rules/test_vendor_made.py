"""Drift that the vendor made by itself, told apart from what people did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.groups import Groups
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.drift import Difference
from reconciler.model.live import Identity, InventoryItem, LiveObject, Snapshot
from reconciler.model.ownership import Row
from reconciler.model.value import Ref, Value, Values, to_json
from reconciler.planning import drift, planner
from reconciler.planning.planned_object import TenantInput
from reconciler.rules.world import Known
from reconciler.vendors.webexcc.facts import WebexFacts
from reconciler.vendors.webexcc.group import group_kind
from reconciler.vendors.webexcc.vendor import VENDOR
from tests.rules.judging import resource

FOLDERS = {"Sales": {"id": 1}, "Old": {"id": 2}, "Later": {"id": 3}, "Sales/EMEA": {"id": 4}}
QUEUES = {"Queue 1": "q1", "Queue 2": "q2", "Fresh": "q3"}
REST: Values = {"site": "all", "team": "all", "channel": "all"}


def ids(*keys: str) -> frozenset[str]:
    return frozenset(map(Ref, keys))


def collection(key: str, **types: Value) -> LiveObject:
    values: Values = {"name": key, "description": "", "resources": {**REST, **types}}
    return LiveObject(group_kind("ResourceCollection"), key, key, values, "d")


def profile(
    key: str,
    resources: Value = "all",
    folders: Mapping[str, frozenset[str]] | None = None,
    kind: str = "supervisor",
    **levels: Value,
) -> LiveObject:
    values: Values = {
        "name": key,
        "description": "",
        "profileType": kind,
        "fullAccess": False,
        "permissions": {name.replace("_", "-"): level for name, level in levels.items()},
        "analyzerFolders": {
            n: (folders or {}).get(n, ids()) for n in ("editable", "viewable", "hidden")
        },
        "resources": resources,
    }
    return LiveObject(group_kind("UserProfile"), key, key, values, "d")


def on(*collections: str) -> Value:
    return {"collections": ids(*collections), "default": Ref(collections[0])}


def snapshot(*objects: LiveObject) -> Snapshot:
    kinds = ("ResourceCollection", "UserProfile", "User")
    queues = tuple(InventoryItem(group_kind("queue"), key, name) for name, key in QUEUES.items())
    return Snapshot(
        "org",
        {k: tuple(o for o in objects if o.kind == k) for k in map(group_kind, kinds)},
        {group_kind("queue"): queues},
    )


def given(applied: LiveObject, spec: Mapping[str, Any] | None = None) -> TenantInput:
    """One object that was applied like this, and what Git says of it today: the same."""
    address = f"t/{applied.kind}/{applied.id}"
    row = Row.of(
        address=address,
        object_id=applied.id,
        name=applied.name,
        applied=to_json(applied.values, str),
        prevent_destroy=False,
        adopted=False,
    )
    declared = resource(applied.kind.name, applied.id, {"id": applied.id} | dict(spec or {}))
    facts = WebexFacts.model_validate({"analyzerFolders": FOLDERS})
    return TenantInput(
        "t",
        Groups((VENDOR,)),
        (declared,),
        rows={address: row},
        known=Known({"webexcc": facts}),
    )


def drifted(applied: LiveObject, *live: LiveObject) -> list[Difference]:
    found = drift.find(given(applied), snapshot(*live), stateless=False)
    return [each for each in found.differences if each.state == "drifted"]


def told(found: list[Difference]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (each.origin, each.rule, tuple(f"{a.op} {a.path}" for a in each.attributes))
        for each in found
    ]


MINE = collection("mine", queue=ids("q1", "q2"), function="none")
FRESH = collection("mine", queue=ids("q1", "q2", "q3"), function="none")
CREATOR = profile("creator", on("mine"), queue="edit", function="edit")
BY_THE_VENDOR = [("vendor", "WCC133", ("add resources.queue",))]
BY_NOBODY_KNOWN = [("unknown", "WCC156", ("add resources.queue",))]


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ((CREATOR,), BY_THE_VENDOR),
        ((), BY_NOBODY_KNOWN),
        ((profile("viewer", on("mine"), queue="view"),), BY_NOBODY_KNOWN),
        ((profile("elsewhere", on("other", "mine"), queue="edit"),), BY_NOBODY_KNOWN),
        ((CREATOR, collection("other", queue=ids("q3"))), BY_NOBODY_KNOWN),
    ],
    ids=[
        "a creator's default",
        "nobody on it",
        "who may not create",
        "no default",
        "elsewhere too",
    ],
)
def test_what_came_into_a_default_collection(
    around: tuple[LiveObject, ...], expected: list[Any]
) -> None:
    assert told(drifted(MINE, FRESH, *around)) == expected


def test_what_people_did_beside_it_stands_apart() -> None:
    live = collection("mine", queue=ids("q1", "q3"), function="none")
    assert told(drifted(MINE, live, CREATOR)) == [
        ("vendor", "WCC133", ("add resources.queue",)),
        ("unknown", "WCC156", ("remove resources.queue",)),
    ]


def test_none_that_turned_to_selected() -> None:
    live = collection("mine", queue=ids("q1", "q2"), function=ids("f1"))
    assert told(drifted(MINE, live, CREATOR)) == [
        ("vendor", "WCC132", ("change resources.function",))
    ]
    assert told(drifted(MINE, live)) == [("unknown", "WCC156", ("change resources.function",))]


def test_who_changed_a_collection_is_unknown_and_the_reason_is_told() -> None:
    (found,) = drifted(MINE, collection("mine", queue="all", function="none"))
    assert (found.origin, found.rule) == ("unknown", "WCC156")
    assert found.why == "the vendor keeps no audit trail of resource collections"


def test_who_changed_a_profile_is_unknown_without_a_reason() -> None:
    (found,) = drifted(profile("lead", queue="view"), profile("lead", queue="edit"))
    assert (found.origin, found.rule, found.why) == ("unknown", "", "")


def folders(**lists: frozenset[str]) -> Mapping[str, frozenset[str]]:
    return lists


@pytest.mark.parametrize(
    ("level", "live", "expected"),
    [
        ("view", folders(viewable=ids("1", "3")), [("vendor", "WCC119")]),
        ("edit", folders(viewable=ids("1"), editable=ids("3")), [("vendor", "WCC119")]),
        ("view", folders(viewable=ids("1"), hidden=ids("3")), [("unknown", "")]),
        ("view", folders(hidden=ids("1")), [("unknown", "")]),
    ],
)
def test_a_folder_that_came_later(
    level: str, live: Mapping[str, frozenset[str]], expected: list[tuple[str, str]]
) -> None:
    applied = profile("lead", folders=folders(viewable=ids("1")), analyzer=level)
    found = drifted(applied, profile("lead", folders=live, analyzer=level))
    assert [(each.origin, each.rule) for each in found] == expected


def test_folders_that_turned_with_analyzer() -> None:
    applied = profile("lead", folders=folders(viewable=ids("1"), hidden=ids("2")), analyzer="view")
    live = profile("lead", folders=folders(editable=ids("1", "2")), analyzer="edit")
    found = {each.rule: each for each in drifted(applied, live)}
    assert found.keys() == {"WCC120", ""}
    assert {a.path.partition(".")[0] for a in found["WCC120"].attributes} == {"analyzerFolders"}
    assert [a.path for a in found[""].attributes] == ["permissions.analyzer"]
    assert found[""].origin == "unknown"


def test_a_migration_gives_a_profile_a_collection() -> None:
    made = collection("Former", queue=ids("q1"))
    (found,) = drifted(profile("lead"), profile("lead", on("Former")), made)
    assert (found.origin, found.rule) == ("vendor", "WCC143")
    with_more = collection("Former", queue=ids("q1"), function="all")
    (found,) = drifted(profile("lead"), profile("lead", on("Former")), with_more)
    assert (found.origin, found.rule) == ("unknown", "")


def user(profile_: str) -> LiveObject:
    values: Values = {"userProfile": Ref(profile_), "site": None, "teams": ids()}
    return LiveObject(
        group_kind("User"), "sam@northwind.example", "sam@northwind.example", values, "d"
    )


@pytest.mark.parametrize(("to", "rule"), [("agent", "WCC149"), ("chief", "")])
def test_an_administrator_with_a_standard_licence(to: str, rule: str) -> None:
    profiles = (
        profile("root", kind="licensed-administrator"),
        profile("chief", kind="licensed-administrator"),
        profile("agent", kind="standard-agent"),
    )
    (found,) = drifted(user("root"), user(to), *profiles)
    assert found.rule == rule


def planned(applied: LiveObject, spec: Mapping[str, Any], *live: LiveObject) -> list[Diagnostic]:
    plan = planner.plan(given(applied, spec), snapshot(*live))
    return [each for each in plan.diagnostics if each.code[:3] == "WCC"]


def test_a_plan_that_takes_it_back_names_it() -> None:
    queues = {"resources": {**REST, "queue": ["Queue 1", "Queue 2"]}}
    (found,) = planned(MINE, queues, FRESH, CREATOR)
    assert (found.code, str(found.severity)) == ("WCC133", "warning")
    assert found.path == ("spec", "resources", "queue")


def test_a_plan_that_keeps_it_says_nothing() -> None:
    queues = {"resources": {**REST, "queue": ["Queue 1", "Queue 2", "Fresh"]}}
    more = {"description": "with the new one"}
    assert planned(MINE, queues | more, FRESH, CREATOR) == []


def test_what_git_takes_out_is_not_the_vendors() -> None:
    queues = {"resources": {**REST, "queue": ["Queue 1"]}}
    assert planned(MINE, queues, MINE, CREATOR) == []


def test_the_moment_of_wider_access_is_named() -> None:
    live = profile("lead", folders=folders(viewable=ids("1"), hidden=ids("2")), analyzer="view")
    spec = {
        "permissions": {"analyzer": "edit"},
        "analyzerFolders": {"viewable": ["Sales"], "hidden": ["Old"]},
    }
    (found,) = planned(live, spec, live)
    assert (found.code, str(found.severity)) == ("WCC120", "warning")
    assert found.summary.startswith(
        "changing Analyzer from view to edit turns every folder to edit; wanted otherwise: "
        "Old (hidden) and Sales (viewable); "
    )
    assert found.summary.endswith("its users may edit Old, Sales, Sales/EMEA")
    assert planned(live, {"permissions": {"analyzer": "edit"}, "analyzerFolders": {}}, live) == []


@pytest.mark.parametrize(
    ("was", "hidden", "told"),
    [
        ("4", "Sales/EMEA", True),  # a folder in a folder turns to view for a moment
        ("2", "Old", False),  # one at the top does not
        ("4", "Later", False),  # it was open before
    ],
)
def test_from_edit_to_view_what_is_hidden_is_opened_where_it_is_in_another_folder(
    was: str, hidden: str, told: bool
) -> None:
    live = profile("lead", folders=folders(hidden=ids(was)), analyzer="edit")
    spec = {"permissions": {"analyzer": "view"}, "analyzerFolders": {"hidden": [hidden]}}
    assert [each.code for each in planned(live, spec, live)] == (["WCC120"] if told else [])


def test_licences_are_not_checked_where_a_user_gets_another_profile() -> None:
    kinds = {"lead": "supervisor", "head": "supervisor", "chief": "licensed-administrator"}
    profiles = [profile(name, kind=kind) for name, kind in kinds.items()]

    def unchecked(to: str) -> list[str]:
        found = planned(user("lead"), {"userProfile": to}, user("lead"), *profiles)
        return [each.code for each in found if each.summary.startswith("not checked: licences")]

    assert unchecked("head") == ["WCC148"]
    assert unchecked("chief") == ["WCC148", "WCC149"]
    assert planned(user("lead"), {"userProfile": "lead"}, user("lead"), *profiles) == []


def test_who_applies_does_not_matter_to_drift() -> None:
    live = replace(snapshot(FRESH, CREATOR), identities={"webexcc": Identity("robot")})
    found = drift.find(given(MINE), live, stateless=False).differences
    assert told(list(found)) == BY_THE_VENDOR
