"""A tenant that has another name in the project file than in the state."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from reconciler.engine.prepare import prepare
from reconciler.errors import LockedError
from reconciler.model.change import Action
from reconciler.model.plan import dump, load
from reconciler.planning.plan_consistency import contradictions
from reconciler.state.sql import create_state
from tests.workshop import COLLECTION, ORGANIZATION, PROFILE, PROJECT, USER, Workshop

NEW = PROJECT.replace("  test:", "  emea:")
SPARE = COLLECTION.replace("billing", "spare").replace("Billing\n", "Spare\n")
OPEN = "UPDATE operation SET outcome = NULL, finished = NULL"
RENAMED = "tenant `test` of the state is called `emea` now: both are the same organization"


@pytest.fixture
def here(workshop: Workshop) -> Workshop:
    """A tenant that was applied as `test` and is called `emea` since then."""
    workshop.write("reconciler.yaml", PROJECT + "thresholds: {people: 100%}\n")
    workshop.manifests(COLLECTION, SPARE, PROFILE, USER)
    workshop.planned_and_applied()
    rename(workshop)
    return workshop


def rename(workshop: Workshop, project: str = NEW) -> None:
    workshop.write("reconciler.yaml", project + "thresholds: {people: 100%}\n")
    sandboxes = workshop.root / ".reconciler/sandbox"
    (sandboxes / "test.db").rename(sandboxes / "emea.db")


def test_a_plan_says_so_and_differs_in_nothing_else(here: Workshop) -> None:
    plan = here.plan()
    assert (plan.outcome, plan.differs, plan.changes, plan.records) == ("changes", True, (), ())
    assert [each.previous_name for each in plan.tenants] == ["test"]
    assert RENAMED in [each.summary for each in plan.findings]
    assert not list(contradictions(plan))


def test_an_apply_moves_all_of_it_and_writes_nothing_to_the_tenant(here: Workshop) -> None:
    plan = here.plan()
    here.writes()
    (ledger,) = here.apply(plan)
    assert ledger.outcome == "done"
    assert here.writes() == []
    again = here.plan()
    assert (again.outcome, [each.previous_name for each in again.tenants]) == ("no_changes", [""])
    (prepared,) = prepare(here.work())
    assert {row.split("/")[0] for row in prepared.rows} == {"emea"}
    assert len(prepared.rows) == 4


def test_what_left_git_meanwhile_is_still_deleted(here: Workshop) -> None:
    here.manifests(COLLECTION, PROFILE, USER)
    plan = here.plan()
    assert Action.DELETE in {change.action for change in plan.changes}
    assert [each.outcome for each in here.apply(plan)] == ["done"]
    assert here.plan().outcome == "no_changes"


def test_a_saved_plan_moves_it_as_well(here: Workshop) -> None:
    plan = load(dump(here.plan()))
    assert [each.outcome for each in here.apply(plan, saved=True)] == ["done"]
    assert here.plan().outcome == "no_changes"


def test_drift_is_that_of_the_old_name(here: Workshop) -> None:
    found = here.drift()
    assert not found.differences
    assert RENAMED in [each.summary for each in found.notes]
    here.drift()
    assert [each.outcome for each in here.apply(here.plan())] == ["done"]
    assert not here.drift().differences


def test_operations_without_an_outcome_are_understood(here: Workshop) -> None:
    with closing(sqlite3.connect(here.root / ".reconciler/state.db")) as database:
        database.execute(OPEN)
        database.execute("DELETE FROM ownership")
        database.commit()
    assert here.plan().changes == ()
    assert [each.outcome for each in here.apply(here.plan())] == ["done"]
    assert here.plan().outcome == "no_changes"
    (prepared,) = prepare(here.work())
    assert len(prepared.rows) == 4


def test_another_organization_is_another_tenant(workshop: Workshop) -> None:
    workshop.write("reconciler.yaml", PROJECT + "thresholds: {people: 100%}\n")
    workshop.manifests(COLLECTION, PROFILE, USER)
    workshop.planned_and_applied()
    seed = (workshop.root / "seed.yaml").read_text("utf-8")
    other = ORGANIZATION.replace("5c0f1f0e", "6d1a2b3c")
    workshop.write("seed.yaml", seed.replace(ORGANIZATION, other))
    workshop.write("reconciler.yaml", NEW + "thresholds: {people: 100%}\n")
    assert [each.previous_name for each in workshop.plan().tenants] == [""]


def test_a_tenant_that_the_state_knows_is_not_renamed(here: Workshop) -> None:
    here.apply(here.plan())
    with closing(sqlite3.connect(here.root / ".reconciler/state.db")) as database:
        database.execute("INSERT INTO tenant VALUES ('older', ?)", (f"sandbox {ORGANIZATION}",))
        database.commit()
    assert here.plan().outcome == "no_changes"


def test_a_sandbox_is_not_the_tenant_that_it_emulates(here: Workshop) -> None:
    with closing(sqlite3.connect(here.root / ".reconciler/state.db")) as database:
        (recorded,) = database.execute("SELECT organization FROM tenant").fetchone()
        assert recorded == f"sandbox {ORGANIZATION}"
        database.execute("UPDATE tenant SET organization = ?", (ORGANIZATION,))
        database.commit()
    assert [each.previous_name for each in here.plan().tenants] == [""]


def test_a_lock_on_the_old_name_stops_the_move(here: Workshop) -> None:
    plan = here.plan()
    state = create_state(here.work().project.state, here.root)
    try:
        with state.lock("test", "apply"), pytest.raises(LockedError):
            here.apply(plan)
    finally:
        state.close()
