"""Side effects with plain data: what a plan adds for them, whom they concern, what it asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.groups import Groups
from reconciler.model.guard import Allowance, Bounds, Thresholds
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.ownership import Row
from reconciler.model.plan import Basis, Operation, Plan, TenantRead
from reconciler.model.value import Ref, Values
from reconciler.planning import planner
from reconciler.planning.merge_plans import Part, joined
from reconciler.planning.planned_object import TenantInput
from reconciler.rules.world import Known
from reconciler.vendors.webexcc.facts import WebexFacts
from reconciler.vendors.webexcc.group import group_kind
from reconciler.vendors.webexcc.vendor import VENDOR
from tests.rules.judging import resource

FACTS = {"Sales": {"id": 1}, "Sales/EMEA": {"id": 2}, "Later": {"id": 3}, "Stock": {"id": 9}}
LISTS = ("editable", "viewable", "hidden")


def profile(key: str, analyzer: str, **lists: str) -> LiveObject:
    folders = {n: frozenset(map(Ref, lists.get(n, "").split())) for n in LISTS}
    values: Values = {
        "name": key,
        "description": "",
        "profileType": "supervisor",
        "fullAccess": False,
        "permissions": {"analyzer": analyzer},
        "analyzerFolders": folders,
        "resources": "all",
    }
    return LiveObject(group_kind("UserProfile"), key, key, values, f"d-{key}")


def user(name: str, holds: str, *, active: bool = True) -> LiveObject:
    values: Values = {"userProfile": Ref(holds)}
    email = f"{name}@x.example"
    return LiveObject(group_kind("User"), email, email, values, f"d-{name}", active=active)


LEAD, OTHER = profile("lead", "view", viewable="1", hidden="2"), profile("other", "none")
OURS = Row.of(
    address="t/webexcc/UserProfile/lead",
    object_id="lead",
    name="lead",
    applied={},
    prevent_destroy=False,
    adopted=False,
)
LOWER = profile("lead", "edit", editable="1", hidden="2")


def turned(analyzer: str = "edit", **more: Any) -> Mapping[str, Any]:
    return {"permissions": {"analyzer": analyzer}} | more


def plan(
    spec: Mapping[str, Any],
    *live: LiveObject,
    moves: Mapping[str, str] | None = None,
    also: Mapping[str, Mapping[str, Any]] | None = None,
    partial: Mapping[str, str] | None = None,
    allow: Allowance = Allowance(),  # noqa: B008
) -> Plan:
    """The plan that changes the profile `lead` and `also` others, and moves some people."""
    kinds = ("ResourceCollection", "UserProfile", "User")
    objects = {key: tuple(o for o in live if o.kind == key) for key in map(group_kind, kinds)}
    snapshot = Snapshot(
        "org", objects, {}, hidden={group_kind(k): why for k, why in (partial or {}).items()}
    )
    declared = [resource("UserProfile", "lead", {"id": "lead", **spec})]
    declared += [
        resource("User", f"{name}@x.example", {"userProfile": to})
        for name, to in (moves or {}).items()
    ]
    declared += [resource("UserProfile", name, each) for name, each in (also or {}).items()]
    facts = WebexFacts.model_validate({"analyzerFolders": FACTS})
    known = Known({"webexcc": facts})
    given = TenantInput("t", Groups((VENDOR,)), tuple(declared), {OURS.address: OURS}, known)
    made = planner.plan(given, snapshot)
    read = TenantRead("t", "webexcc", "org", 1, 1, previous_name="")
    part = Part(read, Basis("", "", "org", {}), made, made.diagnostics)
    return joined((part,), bounds=Bounds(Thresholds(people="100%"), allow))


def steps(made: Plan) -> list[list[str]]:
    def told(operation: Operation) -> str:
        return operation.addresses[0].rpartition("/")[2] + (" again" if operation.mends else "")

    return [[told(operation) for operation in step.operations] for step in made.steps]


def test_what_is_to_be_otherwise_is_written_again() -> None:
    made = plan(turned(analyzerFolders={"viewable": ["Sales"], "hidden": ["Sales/EMEA"]}), LEAD)
    first, again = made.operations()
    assert steps(made) == [["lead"], ["lead again"]]
    assert (first.disturbs, first.mends) == (("analyzerFolders",), "")
    assert (again.disturbs, again.mends, again.after) == ((), first.id, (first.id,))
    assert again.request == replace(
        first.request,
        expect=None,
        values={
            "analyzerFolders": {
                "editable": [],
                "viewable": [{"id": "1", "name": "Sales"}],
                "hidden": [{"id": "2", "name": "Sales/EMEA"}],
            }
        },
    )
    (told,) = made.side_effects
    assert (told.caused_by, told.mended_by, told.rule) == (first.id, again.id, "WCC120")
    assert (made.summary.change, made.summary.writes) == (1, 2)


def test_what_is_not_mentioned_stays_as_it_is() -> None:
    *_, again = plan(turned(), LEAD).operations()
    assert again.mends
    assert [each["id"] for each in again.request.values["analyzerFolders"]["viewable"]] == ["1"]


@pytest.mark.parametrize(
    ("spec", "live"),
    [
        (turned(analyzerFolders={"editable": ["Sales", "Sales/EMEA"]}), LEAD),
        (turned(), profile("lead", "view")),
        (turned("view", analyzerFolders={"viewable": ["Sales", "Sales/EMEA"]}), LOWER),
        (turned("view", analyzerFolders={"hidden": ["Sales"]}), profile("lead", "none")),
        ({"description": "only that"}, LEAD),
    ],
    ids=["as it turns", "nothing to turn", "as it turns down", "from none", "left alone"],
)
def test_what_becomes_as_it_is_to_be_is_written_once(
    spec: Mapping[str, Any], live: LiveObject
) -> None:
    made = plan(spec, live, user("ann", "lead"))
    assert not made.errored
    assert steps(made) == [["lead"]]
    assert not made.side_effects
    assert not made.blocked


def test_a_new_profile_has_no_side_effect() -> None:
    folders = {"viewable": ["Sales"]}
    spec = turned(profileType="supervisor", resources="all", analyzerFolders=folders)
    declared = resource("UserProfile", "lead", spec)
    facts = WebexFacts.model_validate({"analyzerFolders": FACTS})
    snapshot = Snapshot("org", {group_kind("UserProfile"): ()}, {})
    made = planner.plan(
        TenantInput("t", Groups((VENDOR,)), (declared,), known=Known({"webexcc": facts})), snapshot
    )
    assert [[op.mends for op in step.operations] for step in made.steps] == [[""]]
    assert not made.side_effects


def test_people_who_hold_it_make_a_moment_that_needs_leave() -> None:
    people = (user("ann", "lead"), user("bob", "lead"), user("cyd", "other"))
    made = plan(turned(), LEAD, OTHER, *people)
    (told,) = made.side_effects
    assert (told.people, told.window) == (2, "edit Sales, Sales/EMEA")
    assert (made.outcome, made.blocked) == ("blocked", ("transient",))
    (found,) = (each for each in made.findings if each.code == "PLN145")
    assert found.summary == (
        "2 people could briefly do more than before and after: edit Sales, Sales/EMEA (WCC120)"
    )
    assert found.address == "t/webexcc/UserProfile/lead"
    assert "`--allow transient`" in found.hint
    allowed = plan(turned(), LEAD, OTHER, *people, allow=Allowance(transient=True))
    assert (allowed.outcome, allowed.allowed) == ("changes", Allowance(transient=True))
    assert allowed.steps == made.steps


def test_from_edit_to_view_a_folder_in_a_folder_opens() -> None:
    made = plan(
        turned("view", analyzerFolders={"viewable": ["Sales"], "hidden": ["Sales/EMEA"]}),
        LOWER,
        user("ann", "lead"),
    )
    assert [(each.people, each.window) for each in made.side_effects] == [(1, "view Sales/EMEA")]


@pytest.mark.parametrize(
    ("people", "moves", "expected"),
    [
        ([], {}, [["lead"], ["lead again"]]),
        ([user("ann", "lead", active=False)], {}, [["lead"], ["lead again"]]),
        (
            [user("ann", "lead")],
            {"ann": "other"},
            [["ann@x.example"], ["lead"], ["lead again"]],
        ),
        (
            [user("ann", "other")],
            {"ann": "lead"},
            [["lead"], ["lead again"], ["ann@x.example"]],
        ),
    ],
    ids=["nobody", "nobody active", "who leaves", "who joins"],
)
def test_nobody_is_concerned(
    people: list[LiveObject], moves: Mapping[str, str], expected: list[list[str]]
) -> None:
    made = plan(turned(), LEAD, OTHER, *people, moves=moves)
    assert steps(made) == expected
    assert [(each.people, each.window) for each in made.side_effects] == [(0, "")]
    assert not made.blocked


def test_who_cannot_leave_before_is_counted() -> None:
    """They go to a profile that takes the last place of a collection, once theirs has left it."""
    reach: Values = {"collections": frozenset({Ref("c")}), "default": Ref("c")}
    everything = dict.fromkeys(("queue", "site", "team", "channel"), "all")
    shared: Values = {"name": "c", "description": "", "resources": everything}
    full = [profile(f"p{n}", "none") for n in range(14)]
    limited = [replace(each, values={**each.values, "resources": reach}) for each in (LEAD, *full)]
    following = {
        "profileType": "supervisor",
        "permissions": {},
        "resources": {"collections": ["c"], "default": "c"},
    }
    made = plan(
        turned(resources="all"),
        LiveObject(group_kind("ResourceCollection"), "c", "c", shared, "d-c"),
        *limited,
        user("ann", "lead"),
        moves={"ann": "next"},
        also={"next": following},
    )
    assert steps(made) == [["lead"], ["lead again"], ["next"], ["ann@x.example"]]
    assert [each.people for each in made.side_effects] == [1]
    assert made.blocked == ("transient",)


def test_what_an_identity_does_not_see_is_not_checked() -> None:
    hidden = {"User": "a sees a part"}
    made = plan(turned(), LEAD, partial=hidden)
    (found,) = (each for each in made.findings if each.code == "PLN145")
    assert (found.severity, made.blocked) == ("info", ())
    assert found.summary.endswith(": a sees a part")


def test_a_plan_with_errors_tells_no_side_effects() -> None:
    made = plan(turned(profileType="premium-agent"), LEAD, user("ann", "lead"))
    assert made.errored
    assert not made.side_effects
    assert not [each for each in made.findings if each.code == "PLN145"]
