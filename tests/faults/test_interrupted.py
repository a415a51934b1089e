"""What became of the world between an apply that was killed and the run after it."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.errors import StalePlanError, UsageError
from reconciler.model.address import Address
from reconciler.model.plan import dump, load
from reconciler.planning.recovery import OF_OLD
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from reconciler.state.database import engine_of
from reconciler.state.sql import SqlState, create_state
from tests.killed import PLAN, Assassin, Died, Log, Order, calls
from tests.workshop import COLLECTION, PROFILE, SEED, USER, Workshop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes fork and are killed")

PASSES = (COLLECTION, PROFILE, USER)
EQUAL = {
    "name": "Billing",
    "queue": "Billing EN",
    "site": "Berlin",
    "team": "Billing Berlin",
    "channel": "all",
}
INTENDED, LANDED = (2, "after"), (3, "before")
STATE = "sqlite:///.reconciler/state.db"


@pytest.fixture
def here(workshop: Workshop) -> Workshop:
    workshop.calls = Log(workshop.root)
    return workshop


def killed(here: Workshop, assassin: Assassin, at: tuple[int, str], *manifests: str) -> Died:
    """An apply of these that is killed at its n-th write to the journal, before or after it."""
    here.manifests(*manifests)
    plan = here.plan()
    assert not plan.errored, plan.findings
    (here.root / PLAN).write_bytes(dump(plan))
    died = assassin.apply(Order(str(here.root), (), *at, parallelism=1))
    assert died.killed
    return died


def converges(here: Workshop) -> None:
    here.planned_and_applied()
    assert not here.plan().differs
    assert not here.drift().drifted


def billings(here: Workshop) -> list[str]:
    return [row["id"] for row in here.bodies()["resource-collection"] if row["name"] == "Billing"]


def created(here: Workshop) -> int:
    return sum(c.method == "POST" and c.status < 300 for c in calls(here.root))


def journal(here: Workshop) -> list[tuple[str, str | None, str | None]]:
    with closing(sqlite3.connect(here.root / ".reconciler" / "state.db")) as state:
        return state.execute("SELECT action, outcome, error FROM operation").fetchall()


def owned(here: Workshop) -> list[str]:
    state = create_state(STATE, here.root)
    try:
        return sorted(Address.parse(each).short for each in state.rows("test"))
    finally:
        state.close()


def test_a_name_that_somebody_took_for_the_same_is_ours(here: Workshop, assassin: Assassin) -> None:
    """Nobody can tell who made it; it is what Git wants, and would be adopted by its name."""
    killed(here, assassin, INTENDED, COLLECTION)
    here.act("create-collection", **EQUAL)
    assert [each.outcome for each in here.resume()] == ["done"]
    assert created(here) == 0
    assert len(billings(here)) == 1
    assert owned(here) == ["webexcc/ResourceCollection/billing"]
    converges(here)


def test_a_name_that_somebody_took_for_something_else_is_not_taken_for_ours(
    here: Workshop, assassin: Assassin
) -> None:
    killed(here, assassin, INTENDED, COLLECTION)
    here.act("create-collection", **EQUAL | {"queue": "Sales EN"})
    with pytest.raises(StalePlanError) as refused:
        here.resume()
    assert "exists in the tenant by now" in refused.value.told.detail
    assert not owned(here)
    plan = here.plan()
    assert plan.summary.adopt == 1
    converges(here)
    assert created(here) == 0
    assert len(billings(here)) == 1


def test_manifests_that_were_edited_meanwhile_are_not_resumed_over(
    here: Workshop, assassin: Assassin
) -> None:
    killed(here, assassin, (5, "before"), *PASSES)
    here.manifests(COLLECTION, PROFILE.replace("queue: edit", "queue: view"), USER)
    before = len(calls(here.root))
    with pytest.raises(StalePlanError) as refused:
        here.resume()
    assert refused.value.told.detail == "the manifests of test were edited"
    assert {c.method for c in calls(here.root)[before:]} == {"GET"}
    converges(here)
    assert created(here) == 2


def test_a_change_of_somebody_else_is_not_resumed_over(here: Workshop, assassin: Assassin) -> None:
    here.manifests(*PASSES)
    here.planned_and_applied()
    edited = (COLLECTION.replace("[Billing EN]", "[Sales EN]"), PROFILE.replace("edit,", "view,"))
    killed(here, assassin, (4, "before"), *edited, USER)
    here.act("edit-profile", profile="Billing lead", queue="none")
    with pytest.raises(StalePlanError) as refused:
        here.resume()
    assert "permissions.queue edit -> none" in refused.value.told.detail
    converges(here)


def test_after_another_plan_the_old_one_is_not_resumed(here: Workshop, assassin: Assassin) -> None:
    killed(here, assassin, LANDED, *PASSES)
    old = load((here.root / PLAN).read_bytes())
    here.manifests(COLLECTION)
    converges(here)
    assert here.resume() == ()
    here.manifests(*PASSES)
    with pytest.raises(StalePlanError):
        here.apply(old)
    converges(here)
    assert created(here) == 2


def test_without_its_state_nothing_is_made_a_second_time(
    here: Workshop, assassin: Assassin
) -> None:
    killed(here, assassin, LANDED, *PASSES)
    here.lose_the_state()
    assert here.resume() == ()
    plan = here.plan()
    assert (plan.summary.adopt, plan.summary.add) == (2, 1)
    converges(here)
    assert created(here) == 2


@pytest.mark.parametrize("at", [INTENDED, LANDED])
def test_the_journal_of_an_older_version_is_understood_as_far_as_it_goes(
    here: Workshop, assassin: Assassin, at: tuple[int, str]
) -> None:
    killed(here, assassin, at, *PASSES)
    with closing(sqlite3.connect(here.root / ".reconciler" / "state.db")) as state:
        state.execute("UPDATE run SET plan = NULL, token = NULL")
        state.execute(
            'UPDATE operation SET keep = NULL, "drop" = NULL, before = NULL, after = NULL'
        )
        state.commit()
    assert here.resume() == ()
    converges(here)
    assert created(here) == 2
    assert ("create", "failed", OF_OLD) in journal(here)


def test_a_tenant_that_left_the_project_is_told(here: Workshop, assassin: Assassin) -> None:
    killed(here, assassin, INTENDED, *PASSES)
    project = (here.root / "reconciler.yaml").read_text("utf-8")
    here.write("reconciler.yaml", project.replace("  test:", "  other:"))
    assert here.resume() == ()
    with pytest.raises(UsageError) as refused:
        here.apply(load((here.root / PLAN).read_bytes()))
    assert refused.value.told.code == "PRJ103"


def test_a_lock_that_is_taken_away_stops_its_holder(here: Workshop) -> None:
    """What is under way is in the journal, and the next run finds out."""
    here.manifests(*PASSES)
    plan = here.plan()

    def unlock(method: str, path: str) -> None:
        if method == "POST" and "user-profile" in path:
            here.before = lambda _method, _path: None
            state = create_state(STATE, here.root)
            assert state.unlock("test", force=True) is not None
            state.close()

    here.before = unlock
    (ledger,) = here.apply(plan)
    assert [event.code for event in ledger.failed] == ["RUN111"]
    assert created(here) == 2  # the second was past the check
    converges(here)
    assert created(here) == 2
    assert len(owned(here)) == 3


def test_what_was_adopted_beside_a_failure_does_not_make_the_rest_stale(here: Workshop) -> None:
    here.act("create-collection", **EQUAL)
    here.manifests(*PASSES)
    plan = here.plan()
    assert {each.action for each in plan.changes if not each.writes} == {"adopt"}
    here.around = lambda app: faulty(app, [fault('400 on="POST */user-profile"')])
    (ledger,) = here.apply(plan)
    assert ledger.outcome == "partial"
    assert "webexcc/ResourceCollection/billing" in owned(here)
    here.around = lambda app: app
    assert [each.outcome for each in here.resume()] == ["done"]
    assert not here.plan().differs


TENANTS = """\
  other:
    vendor: webexcc
    manifests: ["access/*.yaml"]
    sandbox: {seed: seed.yaml}
"""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kill_at", [7, 9, 10, 12, 14, 17])
def test_of_two_tenants_only_the_rest_is_resumed(
    here: Workshop, assassin: Assassin, kill_at: int, when: str
) -> None:
    project = (here.root / "reconciler.yaml").read_text("utf-8")
    here.write("reconciler.yaml", project + TENANTS + "thresholds: {people: 100%}\n")
    killed(here, assassin, (kill_at, when), *PASSES)
    here.resume()
    assert created(here) <= 4
    here.apply(here.plan())
    assert not here.plan().differs
    assert created(here) == 4
    assert here.resume() == ()


def test_a_clock_that_was_set_back_does_not_bring_an_older_run_back(tmp_path: Path) -> None:
    now = [datetime(2026, 11, 23, 9, 30, tzinfo=UTC)]
    state = create_state(STATE, tmp_path)
    state.close()
    state = SqlState(engine_of(tmp_path / ".reconciler" / "state.db"), lambda: now[0])
    with state.lock("test", "apply") as lease:
        state.start_run("test", "apply", "old", lease=lease, plan=b"old")
    now[0] -= timedelta(hours=1)
    with state.lock("test", "apply") as lease:
        second = state.start_run("test", "apply", "new", lease=lease, plan=b"new")
    found = state.resumable(["test"])
    assert found is not None
    assert (found.run, found.plan) == (second, b"new")
    with state.lock("test", "apply") as lease:
        third = state.start_run("test", "apply", "new", lease=lease, plan=b"new")
        state.finish_run(third, "done")
    assert state.resumable(["test"]) is None
    assert state.finished_run("test", "new") == third
    state.close()


DELEGATE = "dee@northwind.example"
LIMITED = f"""\
  - {{name: Delegate, type: licensed-administrator, permissions: {{user: edit, \
user-profile: edit, resource-collection: edit, queue: view, site: view, team: view, \
channel: view}}, resources: {{collections: [Own], default: Own}}}}
users:
  - {{email: {DELEGATE}, profile: Delegate}}
"""


@pytest.mark.parametrize("at", [INTENDED, LANDED])
def test_who_sees_a_part_only_does_not_take_what_is_hidden_for_deleted(
    tmp_path: Path, assassin: Assassin, at: tuple[int, str]
) -> None:
    own = (
        "collections:\n  - {name: Own, resources: "
        "{queue: [Billing EN], site: [Berlin], team: [Billing Berlin], channel: all}}\n"
    )
    seed = SEED.replace("profiles:\n", f"{own}profiles:\n").replace("users:\n", LIMITED)
    seed = seed.replace(
        "token: root-token}", f"token: root-token}}, {{email: {DELEGATE}, token: d}}"
    )
    (tmp_path / "seed.yaml").write_text(seed, encoding="utf-8")
    here = Workshop(tmp_path)
    sales = COLLECTION.replace("name: billing", "name: sales").replace("Billing\n", "Sales\n")
    here.manifests(COLLECTION, sales)
    here.planned_and_applied()
    killed(here, assassin, at, COLLECTION)
    project = (here.root / "reconciler.yaml").read_text("utf-8")
    limited = project.replace("seed: seed.yaml}", f"seed: seed.yaml, as: {DELEGATE}}}")
    here.write("reconciler.yaml", limited)
    with pytest.raises(StalePlanError):
        here.resume()
    assert "webexcc/ResourceCollection/sales" in owned(here)
    assert ("delete", None, None) in journal(here)
    here.write("reconciler.yaml", project)
    converges(here)
    assert owned(here) == ["webexcc/ResourceCollection/billing"]
    names = {row["name"] for row in here.bodies()["resource-collection"]}
    assert names == {"Own", "Billing"}
