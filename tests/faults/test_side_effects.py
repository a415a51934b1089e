"""What the tenant changes by itself with our writes is put right: also after a fault in between."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from reconciler import pipeline
from reconciler.engine.stopping import Stop
from reconciler.errors import StalePlanError
from reconciler.model.guard import Allowance
from reconciler.model.plan import BlockedError, Plan, dump, load
from tests.folders import FACTS, FIELDS, FOLDERS
from tests.folders import lead as folders_of_lead
from tests.workshop import PROJECT, SEED, Workshop

KEEPS = "quirks: {analyzerKeepsSentFolders: true}\n"
DECLARED: tuple[list[int], ...] = ([], [12], [31])
TURNED: tuple[list[int], ...] = ([12, 31], [], [])
TRANSIENT = Allowance(transient=True)
SAM, KIM = "sam@northwind.example", "kim@northwind.example"


def lead(analyzer: str, folders: str = "{viewable: [Sales], hidden: [Sales/EMEA]}") -> str:
    return folders_of_lead(f"  analyzerFolders: {folders}\n", analyzer)


def holds(person: str) -> str:
    return f"""\
---
apiVersion: webexcc/v1
kind: User
metadata: {{name: {person}}}
spec: {{userProfile: lead}}
"""


def made(workshop: Workshop, seed: str = "") -> Workshop:
    """A tenant in which Sam holds a profile at view on Analyzer."""
    workshop.write("seed.yaml", seed + FOLDERS + SEED)
    workshop.write("reconciler.yaml", PROJECT.replace("tenants:", EVERYBODY) + FACTS)
    workshop.manifests(lead("view"), holds(SAM))
    workshop.planned_and_applied()
    workshop.writes()
    return workshop


EVERYBODY = "thresholds: {people: 100%}\ntenants:"


@pytest.fixture
def here(workshop: Workshop) -> Workshop:
    return made(workshop)


def lists(here: Workshop) -> tuple[Any, ...]:
    (body,) = (each for each in here.bodies()["user-profile"] if each["name"] == "lead")
    return tuple(body[field] for field in FIELDS)


def raised(here: Workshop) -> Plan:
    """The plan that raises Analyzer to edit, as it is read from its file."""
    here.manifests(lead("edit"), holds(SAM))
    return load(dump(here.plan()))


READ_BACK, SECOND_WRITE = 1, 2
"""The reads after the first write: the one of what it left, and the one before the second."""


def after_the_first_write(here: Workshop, read: int, then: Callable[[], None]) -> None:
    """Do something once the tenant has taken the first write, before that read of what it has."""
    puts = gets = 0

    def meddle(method: str, _path: str) -> None:
        nonlocal puts, gets
        gets += method == "GET" and puts == 1
        puts += method == "PUT"
        if gets == read:
            assert lists(here) == TURNED
            here.before = lambda _method, _path: None
            then()

    here.before = meddle


@pytest.mark.parametrize(("seed", "puts"), [("", 2), (KEEPS, 1)], ids=["turns", "keeps"])
def test_the_tenant_equals_git_whether_it_turns_or_keeps(
    workshop: Workshop, seed: str, puts: int
) -> None:
    here = made(workshop, seed)
    plan = raised(here)
    assert len(list(plan.operations())) == 2
    (ledger,) = here.apply(plan, allow=TRANSIENT)
    assert ledger.outcome == "done"
    assert [method for method, _ in here.writes()] == ["PUT"] * puts
    assert lists(here) == DECLARED
    assert here.plan().outcome == "no_changes"
    assert not here.drift().drifted


def test_a_moment_with_people_needs_leave(here: Workshop) -> None:
    plan = raised(here)
    assert plan.blocked == ("transient",)
    with pytest.raises(BlockedError) as caught:
        here.apply(plan)
    assert caught.value.wanted == "transient"
    assert [each.code for each in caught.value.findings] == ["PLN145"]
    assert not here.writes()
    assert lists(here) == DECLARED


def test_without_people_it_needs_none(here: Workshop) -> None:
    here.act("move-user", user=SAM, profile="Supervisor Profile")
    here.manifests(lead("edit"))
    here.planned_and_applied()
    assert lists(here) == DECLARED


def test_who_joins_waits_for_the_second_write(here: Workshop) -> None:
    here.act("move-user", user=SAM, profile="Supervisor Profile")
    here.manifests(lead("edit"), holds(SAM), holds(KIM))
    plan = here.plan()
    assert not plan.blocked
    here.apply(plan)
    assert [method for method, _ in here.writes()] == ["PUT", "PUT", "PATCH", "PATCH"]
    assert here.plan().outcome == "no_changes"


def test_it_is_taken_back_to_view(here: Workshop) -> None:
    here.apply(raised(here), allow=TRANSIENT)
    here.manifests(lead("view"), holds(SAM))
    plan = here.plan()
    assert [(each.people, each.window) for each in plan.side_effects] == [(1, "view Sales/EMEA")]
    here.apply(plan, allow=TRANSIENT)
    assert lists(here) == DECLARED
    assert here.plan().outcome == "no_changes"


def test_a_revert_puts_right_what_it_turns(here: Workshop) -> None:
    here.act("edit-profile", profile="lead", analyzer="edit")
    assert lists(here) == TURNED
    found = here.drift()
    assert found.revert is not None
    here.apply(found.revert, allow=TRANSIENT)
    assert lists(here) == DECLARED
    assert not here.drift().drifted


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(params=[READ_BACK, SECOND_WRITE], ids=["before it is read back", "afterwards"])
def killed(here: Workshop, request: pytest.FixtureRequest) -> Workshop:
    """A tenant whose folders have turned, and the run that was to put them right is gone."""

    def kill() -> None:
        raise Killed

    plan = raised(here)
    after_the_first_write(here, request.param, kill)
    with pytest.raises(Killed):
        here.apply(plan, allow=TRANSIENT)
    assert lists(here) == TURNED
    here.writes()
    return here


def test_killed_in_between_the_next_plan_puts_it_right(killed: Workshop) -> None:
    again = killed.plan()
    assert [(a.op, a.path) for a in again.changes[0].attributes] == [
        ("remove", "analyzerFolders.editable"),
        ("remove", "analyzerFolders.editable"),
        ("add", "analyzerFolders.hidden"),
        ("add", "analyzerFolders.viewable"),
    ]
    assert not again.side_effects
    killed.apply(again)
    assert [method for method, _ in killed.writes()] == ["PUT"]
    assert lists(killed) == DECLARED
    assert killed.plan().outcome == "no_changes"


def test_killed_in_between_the_same_plan_is_carried_on(killed: Workshop) -> None:
    left = pipeline.resumable(killed.work())
    assert left is not None
    (ledger,) = killed.apply(load(left.plan), allow=TRANSIENT)
    assert ledger.outcome == "done"
    assert [method for method, _ in killed.writes()] == ["PUT"]
    assert lists(killed) == DECLARED
    assert killed.plan().outcome == "no_changes"


def test_somebody_s_edit_in_between_is_not_written_over(here: Workshop) -> None:
    plan = raised(here)
    by_hand = {"profile": "lead", "description": "by hand"}
    after_the_first_write(here, SECOND_WRITE, lambda: here.act("edit-profile", **by_hand))
    (ledger,) = here.apply(plan, allow=TRANSIENT)
    assert ledger.outcome == "partial"
    (failed,) = ledger.failed
    assert (failed.code, failed.address) == ("RUN104", plan.changes[0].address)
    assert lists(here) == TURNED
    here.planned_and_applied()
    assert lists(here) == DECLARED


def test_who_asks_it_to_end_in_between_gets_it_put_right(here: Workshop) -> None:
    """What is under way is finished, and a moment of wider access is under way."""
    plan = raised(here)
    stop = Stop()
    after_the_first_write(here, READ_BACK, stop.ask)
    work = here.work(allow=TRANSIENT)
    applied = pipeline.apply(work, plan, saved=True, report=here.events.append, stop=stop)
    (ledger,) = asyncio.run(applied)
    assert stop.asked
    assert not ledger.not_started
    assert lists(here) == DECLARED


def test_what_the_tenant_does_not_take_keeps_nothing_open(workshop: Workshop) -> None:
    here = made(workshop, "quirks: {ignoredFields: [user-profile.description]}\n")
    raising = lead("edit").replace("spec:\n", "spec:\n  description: new\n")
    here.manifests(raising, holds(SAM))
    (ledger,) = here.apply(here.plan(), allow=TRANSIENT)
    assert [each.code for each in ledger.failed] == ["RUN105"]
    assert lists(here) == DECLARED


def test_a_saved_plan_that_moved_on_is_refused(here: Workshop) -> None:
    plan = raised(here)
    here.act("edit-profile", profile="lead", description="by hand")
    with pytest.raises(StalePlanError):
        here.apply(plan, allow=TRANSIENT)
    assert not here.writes()


def test_a_plan_that_was_applied_says_so(here: Workshop) -> None:
    plan = raised(here)
    here.apply(plan, allow=TRANSIENT)
    (ledger,) = here.apply(plan, allow=TRANSIENT)
    assert ledger.already_applied
    assert [method for method, _ in here.writes()] == ["PUT", "PUT"]
