"""What an apply of a saved plan refuses, lets pass and lists: on the command line and below it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.errors import ReconcilerError
from reconciler.model.change import Action
from reconciler.model.guard import Allowance
from reconciler.model.plan import BlockedError, dump, load
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from tests import saved
from tests.workshop import COLLECTION, PROFILE, SEED, USER, Terminal, Workshop

Document = dict[str, Any]
OTHER = {"name": "Other", "queue": "Billing EN", "site": "Berlin", "team": "all", "channel": "all"}


@pytest.fixture
def plan(tmp_path: Path) -> saved.Saved:
    return saved.webexcc(tmp_path)


def refusal(plan: saved.Saved, document: Document) -> ReconcilerError:
    """Why an edited plan is refused; nothing is written."""
    here = Workshop(plan.root)
    with pytest.raises(ReconcilerError) as refused:
        here.apply(load(json.dumps(document).encode()), allow=plan.allow)
    assert not here.writes()
    return refused.value


def change(document: Document, name: str) -> Document:
    found: list[Document] = [each for each in document["changes"] if each["name"] == name]
    (only,) = found
    return only


def operation(document: Document, address: str) -> Document:
    operations: list[Document] = [op for s in document["steps"] for op in s["operations"]]
    return next(op for op in operations if op["addresses"][0].endswith(address))


def _value(d: Document) -> None:
    operation(d, "UserProfile/auditor")["request"]["values"]["permissions"]["queue"] = "edit"


def _object(d: Document) -> None:
    other = change(d, "Old")["object_id"]
    operation(d, "UserProfile/lead")["request"]["object_id"] = other


def _same_name(d: Document) -> None:
    operation(d, "kim@northwind.example")["request"]["values"]["userProfile"] = {
        "id": change(d, "Billing lead")["object_id"], "name": "auditor"}  # fmt: skip


def _expectation(d: Document) -> None:
    operation(d, "UserProfile/lead")["request"]["expect"] = "0" * 32


def _endpoint(d: Document) -> None:
    operation(d, "UserProfile/lead")["request"]["path"] = "/elsewhere"


def _true_for_one(d: Document) -> None:
    operation(d, "UserProfile/lead")["request"]["values"]["fullAccess"] = 1


def _no_waiting(d: Document) -> None:
    operation(d, "kim@northwind.example")["after"] = []


def _a_deletion_less(d: Document) -> None:
    """Coherently: no change, no operation, no basis, and the right counts."""
    gone = change(d, "Old")
    d["changes"].remove(gone)
    for step in d["steps"]:
        step["operations"] = [o for o in step["operations"] if o["addresses"] != [gone["address"]]]
    d["steps"] = [step for step in d["steps"] if step["operations"]]
    del d["basis"]["test"]["objects"][gone["address"]]
    d["summary"] |= {"destroy": 0, "writes": d["summary"]["writes"] - 1}


def _an_owner(d: Document) -> None:
    d["records"].append(
        {"address": "test/webexcc/UserProfile/x", "object_id": "1", "name": "x", "applied": {},
         "prevent_destroy": False, "adopted": False}
    )  # fmt: skip


EDITS: dict[str, tuple[Callable[[Document], None], str]] = {
    "a value": (_value, "operation.request.values.permissions.queue: the plan says `edit`, not"),
    "the object": (_object, "operation.request.object_id: the plan says"),
    "an id behind a name": (_same_name, "values.userProfile"),
    "what is expected": (_expectation, "operation.request.expect: the plan says `0000"),
    "the endpoint": (_endpoint, "operation.request.path: the plan says `/elsewhere`, not"),
    "a number for a flag": (_true_for_one, "fullAccess: the plan says `1`"),
    "what is waited for": (_no_waiting, "operation.after"),
    "a deletion less": (_a_deletion_less, "UserProfile/old: the plan leaves out that an apply"),
    "a record more": (_an_owner, "the plan says that an apply rewrites the record of it, and"),
    "no basis": (lambda d: d["basis"]["test"].update(objects={}), "does not name it in its basis"),
    "no basis at all": (lambda d: d.update(basis={}), "does not say what it was made from"),
    "the mode": (lambda d: d.update(mode="revert"), "and nothing asks for that"),
    "an unknown target": (lambda d: d.update(targets=["User/nope"]), "`User/nope`"),
    "a target": (lambda d: d.update(targets=["UserProfile/lead"]), "and nothing asks for that"),
    "the version": (lambda d: d.update(tool_version="9.9"), "was made by version 9.9"),
    "the findings": (lambda d: d.update(findings=[]), "the plan leaves out"),
    "the counts": (lambda d: d["summary"].update(add=0), "summary.add: the plan says `0`, not"),
    "an override": (lambda d: d["allowed"].update(lockout=True), "allowed.lockout"),
}


@pytest.mark.parametrize(("edit", "said"), EDITS.values(), ids=EDITS.keys())
def test_an_edit_is_refused_with_the_first_difference(
    plan: saved.Saved, edit: Callable[[Document], None], said: str
) -> None:
    document = json.loads(json.dumps(plan.document))
    edit(document)
    error = refusal(plan, document)
    assert (error.told.code, error.outcome) == ("RUN103", "stale")
    assert said in error.told.detail


def test_a_dropped_deletion_is_refused_also_where_somebody_changed_something_else(
    plan: saved.Saved,
) -> None:
    here = Workshop(plan.root)
    here.act("create-collection", **OTHER)
    document = json.loads(json.dumps(plan.document))
    _a_deletion_less(document)
    assert "UserProfile/old: the plan leaves out" in refusal(plan, document).told.detail


def test_a_guard_that_the_plan_does_not_name_stops_it(tmp_path: Path) -> None:
    plan = saved.webexcc_blocked(tmp_path)
    document = json.loads(json.dumps(plan.document))
    document |= {"blocked": [], "outcome": "changes"}
    here = Workshop(plan.root)
    with pytest.raises(BlockedError, match="RUN141") as refused:
        here.apply(load(json.dumps(document).encode()))
    assert refused.value.findings
    assert not here.writes()


def test_an_override_is_for_the_numbers_of_now(tmp_path: Path) -> None:
    plan = saved.webexcc_blocked(tmp_path)
    document = json.loads(json.dumps(plan.document))
    radius = document["blast_radius"]
    radius["destroy"] = radius["tenants"]["test"]["destroy"] = 0
    here = Workshop(plan.root)
    with pytest.raises(ReconcilerError) as refused:
        here.apply(load(json.dumps(document).encode()), allow=Allowance(destroy=0))
    assert refused.value.told.code in {"RUN103", "RUN141"}
    assert not here.writes()


@pytest.fixture
def settled(tmp_path: Path) -> Workshop:
    """Sam, a profile and a collection are managed, and another profile is to be changed."""
    here = Workshop(tmp_path)
    here.manifests(COLLECTION, PROFILE, saved.OLD, USER)
    here.planned_and_applied()
    here.manifests(
        COLLECTION, PROFILE, saved.OLD.replace("call-monitoring: edit", "call-monitoring: view"),
        USER,
    )  # fmt: skip
    return here


def test_what_somebody_changed_elsewhere_stops_nothing_and_is_listed(
    settled: Workshop, terminal: Terminal
) -> None:
    assert terminal("plan", "--out", "a.plan").code == 0
    settled.act("move-user", user="sam@northwind.example", profile="Supervisor Profile")
    said = terminal("apply", "a.plan", "--format", "json")
    assert said.code == 0, said.out
    assert "no part of this plan: webexcc/User/sam@northwind.example" in said.err
    summary = json.loads(said.out.splitlines()[-1])
    assert summary["elsewhere"] == ["test/webexcc/User/sam@northwind.example"]
    assert (summary["outcome"], summary["done"]) == ("done", 1)
    # and it is still there for the next plan
    (left,) = settled.plan().changes
    assert left.address == "test/webexcc/User/sam@northwind.example"


def test_an_edit_is_refused_also_where_somebody_changed_something_elsewhere(
    settled: Workshop,
) -> None:
    document = json.loads(dump(settled.plan()))
    operation(document, "old")["request"]["values"]["permissions"]["queue"] = "none"
    settled.act("move-user", user="sam@northwind.example", profile="Supervisor Profile")
    settled.writes()
    with pytest.raises(ReconcilerError, match="RUN103"):
        settled.apply(load(json.dumps(document).encode()))
    assert not settled.writes()


def test_a_change_of_what_nobody_manages_stops_nothing(settled: Workshop) -> None:
    plan = settled.plan()
    settled.act("create-collection", **OTHER)
    (ledger,) = settled.apply(plan)
    assert (ledger.outcome, ledger.elsewhere) == ("done", ())


def test_a_first_apply_that_could_not_begin_does_not_spoil_the_plan(tmp_path: Path) -> None:
    """The state that it leaves is an empty one; the plan was made without any."""
    here = Workshop(tmp_path)
    here.manifests(COLLECTION, PROFILE, USER)
    plan = here.plan()
    fails = here.around

    def refusing(_app: Any) -> Any:
        raise RuntimeError("no connection")

    here.around = refusing
    with pytest.raises(RuntimeError):
        here.apply(plan)
    here.around = fails
    assert [each.outcome for each in here.apply(plan)] == ["done"]


TWO = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  one: {vendor: webexcc, manifests: ["access/*.yaml"], sandbox: {seed: seed.yaml}}
  two: {vendor: webexcc, manifests: ["access/*.yaml"], sandbox: {seed: seed.yaml}}
"""


def test_of_several_tenants_all_are_compared_before_one_is_written_to(tmp_path: Path) -> None:
    here = Workshop(tmp_path)
    here.write("reconciler.yaml", TWO)
    here.write("seed.yaml", SEED)
    here.manifests(COLLECTION, PROFILE)
    plan = here.plan()
    document = json.loads(dump(plan))
    last = next(o for s in document["steps"] if s["tenant"] == "two" for o in s["operations"])
    last["request"]["values"]["name"] = "Another"
    with pytest.raises(ReconcilerError) as refused:
        here.apply(load(json.dumps(document).encode()))
    assert refused.value.told.code == "RUN103"
    assert "two/webexcc/" in refused.value.told.detail
    assert not here.writes()
    assert [each.outcome for each in here.apply(plan)] == ["done", "done"]
    assert all(each.already_applied for each in here.apply(plan))


def test_a_plan_under_way_is_known_and_another_one_is_not(tmp_path: Path) -> None:
    """The first run verified it; what that run wrote does not count against it."""
    here = Workshop(tmp_path)
    here.manifests(COLLECTION, PROFILE, USER)
    plan = here.plan()
    assert {each.action for each in plan.changes} == {Action.CREATE, Action.ADOPT}
    refused: list[str] = []

    def once(method: str, path: str) -> None:
        if method == "POST" and "user-profile" in path and not refused:
            refused.append(path)
            raise ConnectionError

    here.before = once
    (ledger,) = here.apply(plan)
    assert ledger.outcome == "partial"
    document = json.loads(dump(plan))
    operation(document, "lead")["request"]["values"]["permissions"]["queue"] = "none"
    here.writes()
    with pytest.raises(ReconcilerError, match="RUN103"):
        here.apply(load(json.dumps(document).encode()))
    assert not here.writes()
    assert [each.outcome for each in here.apply(load(dump(plan)))] == ["done"]


def test_a_revert_of_targets_is_derived_with_them(settled: Workshop, terminal: Terminal) -> None:
    settled.act("edit-profile", profile="Billing lead", queue="none")
    settled.act("edit-collection", collection="Billing", queue="Sales EN")
    assert terminal("drift", "UserProfile/lead", "--revert", "--out", "r.plan").code == 2
    made = load((terminal.root / "r.plan").read_bytes())
    assert made.targets == ("UserProfile/lead",)
    assert terminal("apply", "r.plan").code == 0
    assert {each.address for each in settled.drift().differences if each.state == "drifted"} == {
        "test/webexcc/ResourceCollection/billing"
    }


def test_a_plan_that_is_needed_again_and_breaks_off_goes_on_where_it_was(
    workshop: Workshop,
) -> None:
    """What its first run did is not taken for what the second one did."""
    second = PROFILE.replace("name: lead", "name: second").replace("Billing lead", "Second")
    workshop.manifests(COLLECTION, PROFILE, second)
    workshop.planned_and_applied()

    def drift() -> None:
        for name in ("Billing lead", "Second"):
            workshop.act("edit-profile", profile=name, queue="view")

    drift()
    plan = workshop.plan()
    assert [each.outcome for each in workshop.apply(plan)] == ["done"]
    drift()
    workshop.parallelism = 1
    again = workshop.plan()
    workshop.around = lambda app: faulty(app, [fault("400 on='PUT *' nth=2 times=always")])
    assert [each.outcome for each in workshop.apply(again)] == ["partial"]
    workshop.around = lambda app: app
    workshop.calls.clear()
    (ledger,) = workshop.apply(again)
    assert ledger.outcome == "done"
    assert len([each for each in workshop.calls if each.method == "PUT"]) == 1
    assert workshop.plan().outcome == "no_changes"
