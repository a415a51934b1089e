"""An apply that meets trouble: it stops cleanly, says what is left, and the next one finishes."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.errors import LockedError, StalePlanError, StateError, TenantError
from reconciler.model.change import Action
from reconciler.model.plan import dump
from reconciler.state.sql import create_state
from tests.systems import needs_signals
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

PASSES = (COLLECTION, PROFILE, USER)


class Broken(Exception):
    """The process dies here."""


def dies_at(number: int) -> Callable[[str, str], None]:
    """Breaks in before the n-th write is sent."""
    seen = [0]

    def before(method: str, _path: str) -> None:
        seen[0] += method != "GET"
        if seen[0] == number and method != "GET":
            raise Broken

    return before


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_run_after_a_crash_finishes_the_work(workshop: Workshop, number: int) -> None:
    workshop.manifests(*PASSES)
    plan = workshop.plan()
    workshop.before = dies_at(number)
    with pytest.raises(Broken):
        workshop.apply(plan)
    workshop.before = lambda _method, _path: None
    workshop.planned_and_applied()
    assert workshop.plan().outcome == "no_changes"
    names = [row["name"] for row in workshop.bodies()["resource-collection"]]
    assert names == ["Billing"]


def test_a_refusal_stops_what_depends_on_it_and_nothing_else(workshop: Workshop) -> None:
    other = COLLECTION.replace("name: billing", "name: sales").replace("Billing\n", "Sales\n")
    workshop.manifests(*PASSES, other)
    plan = workshop.plan()

    def refuse(method: str, path: str) -> None:
        if method == "POST" and path.endswith("user-profile"):
            raise TenantError("TEN100", "POST user-profile: 500 out of order", tracking_id="t-1")

    workshop.before = refuse
    (ledger,) = workshop.apply(plan)
    assert ledger.outcome == "partial"
    assert [e.address for e in ledger.done] == [
        "test/webexcc/ResourceCollection/billing",
        "test/webexcc/ResourceCollection/sales",
    ]
    assert [(e.code, e.tracking_id) for e in ledger.failed] == [("TEN100", "t-1")]
    assert [e.message for e in ledger.not_started] == ["webexcc/UserProfile/lead failed"]
    workshop.before = lambda _method, _path: None
    again = workshop.planned_and_applied()
    assert again.summary.add == 1


def test_without_a_connection_nothing_more_is_sent(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    plan = workshop.plan()
    workshop.writes()

    def cut(method: str, path: str) -> None:
        if method == "POST":
            raise TenantError("TEN111", f"{method} {path}: the connection failed")

    workshop.before = cut
    (ledger,) = workshop.apply(plan)
    assert len(ledger.failed) == 1
    assert len(ledger.not_started) == 2
    assert not workshop.writes()


def test_a_plan_is_stale_once_the_tenant_moved_on(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    workshop.planned_and_applied()
    workshop.manifests(COLLECTION, PROFILE.replace("queue: edit", "queue: view"), USER)
    plan = workshop.plan()
    workshop.act("edit-profile", profile="Billing lead", team="edit")
    workshop.writes()
    with pytest.raises(StalePlanError) as caught:
        workshop.apply(plan)
    assert caught.value.told.detail == (
        "webexcc/UserProfile/lead was changed in the tenant: permissions.team none -> edit"
    )
    assert not workshop.writes()


def test_a_plan_is_stale_once_the_manifests_moved_on(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    plan = workshop.plan()
    workshop.manifests(COLLECTION)
    with pytest.raises(StalePlanError, match="RUN103"):
        workshop.apply(plan)


def test_a_plan_is_stale_once_its_tenant_in_the_project_moved_on(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    plan = workshop.plan()
    project = (workshop.root / "reconciler.yaml").read_text()
    workshop.write("reconciler.yaml", project + "    unmanaged: report\n")
    with pytest.raises(StalePlanError) as caught:
        workshop.apply(plan)
    assert caught.value.told.detail == "tenant test was edited in reconciler.yaml"


def test_a_plan_is_stale_once_somebody_made_the_same_object(workshop: Workshop) -> None:
    workshop.manifests(COLLECTION)
    plan = workshop.plan()
    workshop.planned_and_applied()
    workshop.lose_the_state()
    with pytest.raises(StalePlanError) as caught:
        workshop.apply(plan)
    assert "exists in the tenant by now" in caught.value.told.detail


def test_a_change_just_before_its_write_is_not_overwritten(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    workshop.planned_and_applied()
    workshop.manifests(
        COLLECTION.replace("[Billing EN]", "[Billing EN, Billing DE]"),
        PROFILE.replace("queue: edit", "queue: view"),
        USER,
    )
    plan = workshop.plan()

    def meddle(method: str, path: str) -> None:
        if method == "PUT" and "resource-collection" in path:
            workshop.before = lambda _method, _path: None
            workshop.act("edit-profile", profile="Billing lead", team="edit")

    workshop.before = meddle
    (ledger,) = workshop.apply(plan)
    assert [(e.address, e.code) for e in ledger.failed] == [
        ("test/webexcc/UserProfile/lead", "RUN104")
    ]
    assert [e.address for e in ledger.done] == ["test/webexcc/ResourceCollection/billing"]


def test_a_done_plan_is_not_done_again(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    plan = workshop.planned_and_applied()
    workshop.writes()
    (ledger,) = workshop.apply(plan)
    assert ledger.already_applied
    assert ledger.outcome == "done"
    assert not workshop.writes()


def test_a_tenant_that_is_locked_is_left_alone(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    plan = workshop.plan()
    state = create_state("sqlite:///.reconciler/state.db", workshop.root)
    with state.lock("test", "apply"), pytest.raises(LockedError) as caught:
        workshop.apply(plan)
    state.close()
    assert str(os.getpid()) in caught.value.told.detail
    assert not workshop.writes()
    assert workshop.apply(plan)[0].outcome == "done"


@needs_signals
def test_the_lock_of_a_dead_process_is_taken_over(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    plan = workshop.plan()
    script = (
        "import os, sys; from pathlib import Path; from reconciler.state.sql import create_state\n"
        "with create_state('sqlite:///.reconciler/state.db', Path(sys.argv[1])).lock("
        "'test', 'apply'): os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(workshop.root)], check=False)
    assert workshop.apply(plan)[0].outcome == "done"


def test_every_operation_is_journalled(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    plan = workshop.planned_and_applied()
    connection = sqlite3.connect(workshop.root / ".reconciler" / "state.db")
    rows = connection.execute("SELECT id, action, outcome, tracking_id FROM operation").fetchall()
    (run,) = connection.execute("SELECT outcome FROM run").fetchall()
    connection.close()
    assert run == ("done",)
    assert [row[:3] for row in rows] == [
        (op.id, str(op.request.action), "done") for op in plan.operations()
    ]
    assert all(row[3] for row in rows)


def test_the_intent_is_committed_before_the_call(workshop: Workshop) -> None:
    workshop.manifests(COLLECTION)
    plan = workshop.plan()
    seen: list[tuple[str, str | None]] = []

    def look(method: str, _path: str) -> None:
        if method == "POST":
            connection = sqlite3.connect(workshop.root / ".reconciler" / "state.db")
            seen.extend(connection.execute("SELECT action, outcome FROM operation"))
            connection.close()

    workshop.before = look
    workshop.apply(plan)
    assert seen == [("create", None)]


def test_a_damaged_state_stops_before_the_tenant_is_asked(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    plan = workshop.planned_and_applied()
    workshop.lose_the_state()
    (workshop.root / ".reconciler" / "state.db").write_bytes(b"no database at all " * 200)
    workshop.calls.clear()
    for attempt in (workshop.plan, lambda: workshop.apply(plan)):
        with pytest.raises(StateError) as caught:
            attempt()
        assert caught.value.told.code == "RUN121"
    assert not workshop.calls


def test_a_state_from_a_newer_version_is_refused(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    workshop.planned_and_applied()
    connection = sqlite3.connect(workshop.root / ".reconciler" / "state.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    with pytest.raises(StateError) as caught:
        workshop.plan()
    assert caught.value.told.code == "RUN124"


def test_a_lost_state_deletes_nothing_and_adopts_by_name(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    workshop.planned_and_applied()
    before = workshop.bodies()
    workshop.lose_the_state()
    workshop.manifests(COLLECTION, PROFILE)
    plan = workshop.planned_and_applied()
    assert {c.action for c in plan.changes} == {Action.ADOPT}
    assert "PLN134" in {f.code for f in plan.findings}
    assert workshop.bodies() == before


def test_no_manifest_at_all_is_never_remove_all(workshop: Workshop) -> None:
    workshop.manifests(*PASSES)
    workshop.planned_and_applied()
    workshop.manifests()
    plan = workshop.plan()
    assert plan.errored
    assert not plan.steps
    assert "PLN101" in {f.code for f in plan.findings}


def test_prevent_destroy_outlives_its_manifest(workshop: Workshop) -> None:
    kept = COLLECTION.replace(
        "{name: billing}", "{name: billing, lifecycle: {preventDestroy: true}}"
    )
    workshop.manifests(kept, USER.replace("lead", "Supervisor Profile"))
    workshop.planned_and_applied()
    workshop.manifests(USER.replace("lead", "Supervisor Profile"))
    plan = workshop.plan()
    assert plan.errored
    assert "PLN110" in {f.code for f in plan.findings}


def test_an_object_that_vanished_is_planned_anew(workshop: Workshop) -> None:
    workshop.manifests(COLLECTION, PROFILE)
    workshop.planned_and_applied()
    # the tenant is started over: all that we made is gone
    for file in (workshop.root / ".reconciler" / "sandbox").iterdir():
        file.unlink()
    plan = workshop.plan()
    assert {(c.action, str(c.reason)) for c in plan.changes} == {(Action.CREATE, "vanished")}


def test_a_plan_is_stale_once_its_object_is_gone(workshop: Workshop) -> None:
    workshop.manifests(COLLECTION)
    workshop.planned_and_applied()
    workshop.manifests(COLLECTION.replace("[Berlin]", "[Berlin, Lisbon]"))
    plan = workshop.plan()
    for file in (workshop.root / ".reconciler" / "sandbox").iterdir():
        file.unlink()
    with pytest.raises(StalePlanError) as caught:
        workshop.apply(plan)
    assert "is gone from the tenant" in caught.value.told.detail


def test_no_token_reaches_plan_state_or_output(workshop: Workshop, tmp_path: Path) -> None:
    workshop.manifests(*PASSES)
    workshop.planned_and_applied()
    assert b"root-token" not in dump(workshop.plan())
    state = (tmp_path / ".reconciler" / "state.db").read_bytes()
    assert b"root-token" not in state
    assert "root-token" not in json.dumps([str(event) for event in workshop.events])


@pytest.mark.parametrize("count", [3, 30])
def test_a_name_that_is_taken_by_now_is_found_among_many(workshop: Workshop, count: int) -> None:
    """Before anything is written, whether few names are asked for or a list is read."""
    desk = COLLECTION.replace("name: billing", "name: desk-{0}")
    desk = desk.replace("name: Billing\n", "name: Desk {0}\n")
    workshop.manifests(*(desk.replace("{0}", str(number)) for number in range(count)))
    plan = workshop.plan()
    everything = dict.fromkeys(("site", "team", "queue", "channel"), "all")
    workshop.act("create-collection", name="Desk 2", **everything)
    workshop.writes()
    with pytest.raises(StalePlanError) as caught:
        workshop.apply(plan, saved=False)
    assert caught.value.told.detail == (
        "webexcc/ResourceCollection/desk-2 exists in the tenant by now"
    )
    assert not workshop.writes()
