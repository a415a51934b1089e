"""Scenarios that an apply has to survive, one after another; those of the lock, of guards, of the
state and of signals are in files of their own.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections import Counter
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from reconciler.contract.connection import AsgiApp
from reconciler.engine.events import Ledger
from reconciler.errors import StalePlanError
from reconciler.http.tokens import FixedToken
from reconciler.model.plan import Plan, dump
from reconciler.model.rate import Rate
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from tests.killed import PLAN, Assassin, Log, Order, calls
from tests.virtual import VirtualPacing
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

PASSES = (COLLECTION, PROFILE, USER)
VIEW = (COLLECTION, PROFILE.replace("queue: edit", "queue: view"), USER)
EVERYBODY = "thresholds: {people: 100%}\n"
forks = pytest.mark.skipif(sys.platform == "win32", reason="processes fork and are killed")


def collections(number: int) -> list[str]:
    return [
        COLLECTION.replace("name: billing", f"name: c{n}").replace("Billing\n", f"C{n}\n")
        for n in range(number)
    ]


def profiles(number: int) -> list[str]:
    return [
        PROFILE.replace("name: lead", f"name: p{n}")
        .replace("Billing lead", f"P{n}")
        .replace("billing", f"c{n}")
        for n in range(number)
    ]


def user(person: str, profile: str) -> str:
    return USER.replace("sam@", f"{person}@").replace("lead", profile)


TWELVE = (*collections(5), *profiles(5), user("sam", "p1"), user("kim", "p3"))
TWENTY = (*collections(10), *profiles(8), user("sam", "p0"), user("kim", "p5"))


@pytest.fixture
def pace(workshop: Workshop) -> VirtualPacing:
    """The tenant's queue, on a clock on which waiting takes no time."""
    made = VirtualPacing()
    workshop.kept["test"] = (made, FixedToken("root-token"))
    return made


def goes_wrong(here: Workshop, *faults: str) -> None:
    here.around = lambda app: faulty(app, [fault(each) for each in faults])


def goes_well(here: Workshop) -> None:
    here.around = lambda app: app


def planned(here: Workshop, *manifests: str) -> Plan:
    here.manifests(*manifests)
    plan = here.plan()
    assert not plan.errored, plan.findings
    here.writes()
    return plan


def applied(here: Workshop, plan: Plan) -> Ledger:
    (ledger,) = here.apply(plan)
    return ledger


JOURNAL = 3 + 2 * len(TWELVE)
"""The start of the run, intent and outcome of each operation, one by one, the records, the end."""


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a plan of twelve operations."""
    here = Workshop(tmp_path_factory.mktemp("twelve"))
    here.write("reconciler.yaml", (here.root / "reconciler.yaml").read_text("utf-8") + EVERYBODY)
    (here.root / PLAN).write_bytes(dump(planned(here, *TWELVE)))
    return here.root


def dies_and_is_resumed(
    root: Path, assassin: Assassin, at: tuple[int, str], parallelism: int = 1
) -> None:
    died = assassin.apply(Order(str(root), (), *at, parallelism=parallelism))
    assert died.killed
    here = Workshop(root)
    here.calls = Log(root)
    if at == (1, "before"):
        here.planned_and_applied()
    else:
        outcomes = [each.outcome for each in here.resume()]
        assert outcomes == ([] if at == (JOURNAL, "after") else ["done"])
    assert not here.plan().differs
    landed = [c for c in calls(root) if c.method == "POST"]
    assert [c.status for c in landed] == [201] * 10
    bodies = here.bodies()
    assert Counter(row["name"] for row in bodies["resource-collection"]) == Counter(
        f"C{n}" for n in range(5)
    )
    assert {f"P{n}" for n in range(5)} < {row["name"] for row in bodies["user-profile"]}
    with closing(sqlite3.connect(root / ".reconciler" / "state.db")) as state:
        assert state.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@forks
@pytest.mark.parametrize("kill_at", range(1, JOURNAL + 1))
def test_a1_killed_at_each_write_to_the_journal_it_is_resumed(
    twelve: Path, tmp_path: Path, assassin: Assassin, kill_at: int
) -> None:
    shutil.copytree(twelve, tmp_path / "case")
    when = "before" if kill_at % 2 else "after"
    dies_and_is_resumed(tmp_path / "case", assassin, (kill_at, when))


@forks
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kill_at", [2, 3, 4, 5])
def test_a1_killed_with_several_under_way_it_is_resumed(
    twelve: Path, tmp_path: Path, assassin: Assassin, kill_at: int, when: str
) -> None:
    shutil.copytree(twelve, tmp_path / "case")
    dies_and_is_resumed(tmp_path / "case", assassin, (kill_at, when), parallelism=8)


@forks
@pytest.mark.soak
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kill_at", range(1, JOURNAL + 1))
def test_a1_before_and_after_each(
    twelve: Path, tmp_path: Path, assassin: Assassin, kill_at: int, when: str
) -> None:
    shutil.copytree(twelve, tmp_path / "case")
    dies_and_is_resumed(tmp_path / "case", assassin, (kill_at, when))


def test_a3_a_create_whose_answer_is_lost_is_found_and_its_id_adopted(
    workshop: Workshop, pace: VirtualPacing
) -> None:
    plan = planned(workshop, *PASSES)
    goes_wrong(workshop, 'dropped on="POST *" when=after times=2')
    assert applied(workshop, plan).outcome == "done"
    assert [method for method, _ in workshop.writes()] == ["POST", "POST", "PATCH"]
    bodies = workshop.bodies()
    ids = {row["id"] for kind in bodies for row in bodies[kind]}
    with closing(sqlite3.connect(workshop.root / ".reconciler" / "state.db")) as state:
        owned = {each for (each,) in state.execute("SELECT object_id FROM ownership")}
    assert len(owned) == 3
    assert owned < ids
    assert not workshop.plan().differs


def late(app: AsgiApp) -> AsgiApp:
    """Three times a PUT does not reach the tenant, and nobody says so."""
    left = [3]

    async def around(scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "PUT" and left[0]:
            left[0] -= 1
            raise TimeoutError
        await app(scope, receive, send)

    return around


@pytest.mark.parametrize("wrong", ["500", "502", "503", "timeout"])
def test_a4_what_fails_three_times_is_repeated_with_growing_waits(
    workshop: Workshop, pace: VirtualPacing, wrong: str
) -> None:
    workshop.manifests(*PASSES)
    workshop.planned_and_applied()
    plan = planned(workshop, *VIEW)
    pace.slept.clear()
    if wrong == "timeout":
        workshop.around = late
    else:
        goes_wrong(workshop, f'{wrong} on="PUT *" times=3')
    ledger = applied(workshop, plan)
    assert ledger.outcome == "done", ledger.failed
    assert workshop.journal(ledger.run) == {("UserProfile/lead", "done", 4)}
    assert len(pace.slept) == 3
    assert all(wait <= 2**number for number, wait in enumerate(pace.slept))
    goes_well(workshop)
    assert not workshop.plan().differs


@pytest.mark.parametrize("told", ["retryAfter=20", "retryAfter=date:20", ""])
def test_a5_429_is_waited_for_as_told_and_no_window_has_more_calls_than_it_may(
    workshop: Workshop, told: str
) -> None:
    plan = planned(workshop, *PASSES)
    rate = Rate(5, 10.0)
    pace = VirtualPacing(rate)
    workshop.kept["test"] = (pace, FixedToken("root-token"))
    sent: list[tuple[float, str]] = []

    def timed(app: AsgiApp) -> AsgiApp:
        wrong = faulty(app, [fault(f'429 on="POST *" {told} times=2')])

        async def around(scope: Any, receive: Any, send: Any) -> None:
            sent.append((pace.now(), scope["method"]))
            await wrong(scope, receive, send)

        return around

    workshop.around = timed
    assert applied(workshop, plan).outcome == "done"
    moments = [moment for moment, _ in sent]
    for first, after in zip(moments, moments[rate.requests :], strict=False):
        assert after - first >= rate.seconds - 0.001
    posts = [moment for moment, method in sent if method == "POST"]
    assert len(posts) == 4
    waits = [after - before for before, after in pairwise(posts)][:2]
    least, most = (0.8 * 20, 1.2 * 20) if told else (1.0, float("inf"))
    assert all(least <= wait <= most for wait in waits)


def test_a6_429_for_ever_ends_with_what_remains_and_can_be_resumed(
    workshop: Workshop, pace: VirtualPacing
) -> None:
    plan = planned(workshop, *PASSES)
    goes_wrong(workshop, '429 on="POST */user-profile" retryAfter=20 times=always')
    began = pace.now()
    ledger = applied(workshop, plan)
    assert ledger.outcome == "partial"
    assert [event.code for event in ledger.failed] == ["TEN107"]
    assert pace.now() - began <= 330
    assert [event.address for event in ledger.not_started] == [
        "test/webexcc/User/sam@northwind.example"
    ]
    goes_well(workshop)
    remaining = workshop.plan()
    assert (remaining.summary.add, remaining.summary.writes) == (1, 2)
    workshop.writes()
    assert [each.outcome for each in workshop.resume()] == ["done"]
    assert [method for method, _ in workshop.writes()] == ["POST", "PATCH"]
    assert not workshop.plan().differs


@pytest.mark.parametrize("saved", [True, False])
def test_a7_what_another_admin_changed_is_named_and_not_written_over(
    workshop: Workshop,
    saved: bool,
) -> None:
    workshop.manifests(*PASSES)
    workshop.planned_and_applied()
    plan = planned(workshop, *VIEW)
    workshop.act("edit-profile", profile="Billing lead", queue="none")
    before = workshop.bodies()
    with pytest.raises(StalePlanError) as refused:
        workshop.apply(plan, saved=saved)
    assert (refused.value.outcome, refused.value.told.code) == ("stale", "RUN103")
    assert refused.value.told.detail == (
        "webexcc/UserProfile/lead was changed in the tenant: permissions.queue edit -> none"
    )
    assert not workshop.writes()
    assert workshop.bodies() == before


def test_a8_a_plan_of_manifests_that_were_edited_is_refused(workshop: Workshop) -> None:
    plan = planned(workshop, *PASSES)
    workshop.manifests(*VIEW)
    with pytest.raises(StalePlanError) as refused:
        workshop.apply(plan)
    assert refused.value.outcome == "stale"
    assert refused.value.told.detail == "the manifests of test were edited"
    assert not workshop.writes()


@pytest.mark.parametrize("how", ["resume", "plan"])
@pytest.mark.parametrize("nth", [1, 6])
def test_a12_what_needs_the_one_that_failed_waits_and_all_else_is_done(
    workshop: Workshop, pace: VirtualPacing, nth: int, how: str
) -> None:
    project = (workshop.root / "reconciler.yaml").read_text("utf-8")
    workshop.write("reconciler.yaml", project + EVERYBODY)
    plan = planned(workshop, *TWENTY)
    assert plan.summary.writes == 20
    goes_wrong(workshop, f'400 on="POST */user-profile" nth={nth}')
    ledger = applied(workshop, plan)
    (failed,) = ledger.failed
    after = {each.id: each.after for each in plan.operations()}
    dependants = {each for each, waits in after.items() if failed.operation in waits}
    assert len(dependants) == 1  # a user moves to the profile
    assert {event.operation for event in ledger.not_started} == dependants
    assert len(ledger.done) == 18
    assert ledger.outcome == "partial"
    assert "400" in failed.message
    short = failed.address.removeprefix("test/")
    assert [event.message for event in ledger.not_started] == [f"{short} failed"]
    goes_well(workshop)
    workshop.writes()
    if how == "resume":
        (again,) = workshop.resume()
        assert (again.outcome, again.earlier) == ("done", 18)
    else:
        assert workshop.planned_and_applied().summary.writes == 2
    assert [method for method, _ in workshop.writes()] == ["POST", "PATCH"]
    assert not workshop.plan().differs


def test_a16_what_a_manifest_leaves_out_is_left_alone(workshop: Workshop) -> None:
    teams = "Billing Berlin"
    workshop.act("move-user", user="sam@northwind.example", site="Berlin", teams=teams)
    (before,) = (r for r in workshop.bodies()["user"] if r["email"].startswith("sam@"))
    assert before["teamIds"]
    plan = planned(workshop, *PASSES)
    (change,) = (each for each in plan.changes if each.kind == "User")
    assert {each.path.partition(".")[0] for each in change.attributes} == {"userProfile"}
    assert applied(workshop, plan).outcome == "done"
    (after,) = (r for r in workshop.bodies()["user"] if r["email"].startswith("sam@"))
    assert after["teamIds"] == before["teamIds"]
    assert after["siteId"] == before["siteId"]
    workshop.act("move-user", user="sam@northwind.example", site="Lisbon", teams="Sales Lisbon")
    assert not workshop.plan().differs
    assert not workshop.drift().drifted
