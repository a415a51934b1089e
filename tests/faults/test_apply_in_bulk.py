"""An apply with batches: each operation has its own record, and the plan after it is empty."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from reconciler.contract.connection import AsgiApp
from reconciler.engine.events import Ledger
from reconciler.http.tokens import FixedToken
from reconciler.model.plan import Plan
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from tests.bulk import collection, collections, described, seeded
from tests.virtual import VirtualPacing
from tests.workshop import ORGANIZATION, Workshop

COUNT = 4
BULK = ("PATCH", f"/organization/{ORGANIZATION}/resource-collection/bulk")


class Broken(Exception):
    """The process dies here."""


@pytest.fixture
def tenant(workshop: Workshop) -> Workshop:
    """A tenant of four collections, on a clock on which waiting takes no time."""
    seeded(workshop, COUNT)
    workshop.kept["test"] = (VirtualPacing(), FixedToken("root-token"))
    return workshop


def planned(tenant: Workshop, count: int = COUNT) -> Plan:
    tenant.manifests(*collections(count, "later"))
    plan = tenant.plan()
    assert not plan.errored, plan.findings
    tenant.writes()
    return plan


def with_faults(tenant: Workshop, *faults: str) -> Ledger:
    plan = planned(tenant)
    tenant.around = lambda app: faulty(app, [fault(each) for each in faults])
    (ledger,) = tenant.apply(plan)
    tenant.around = lambda app: app
    return ledger


def rows(root: Path, run: str) -> list[dict[str, Any]]:
    connection = sqlite3.connect(root / ".reconciler" / "state.db")
    connection.row_factory = sqlite3.Row
    try:
        asked = "SELECT * FROM operation WHERE run = ? ORDER BY address"
        return [dict(each) for each in connection.execute(asked, (run,))]
    finally:
        connection.close()


def as_git_has_it(tenant: Workshop) -> None:
    assert set(described(tenant).values()) == {"later"}
    assert tenant.plan().outcome == "no_changes"
    assert not tenant.drift().drifted


def test_one_call_and_a_row_of_the_journal_for_each(tenant: Workshop) -> None:
    plan = planned(tenant)
    (ledger,) = tenant.apply(plan)
    assert tenant.writes() == [BULK]
    assert ledger.outcome == "done"
    found = rows(tenant.root, ledger.run)
    assert [each["outcome"] for each in found] == ["done"] * COUNT
    assert len({each["digest"] for each in found}) == COUNT
    assert len({each["tracking_id"] for each in found}) == 1
    assert [json.loads(each["after"]) for each in found] == [{"description": "later"}] * COUNT
    assert {each.type for each in tenant.events} == {"apply_start", "apply_complete"}
    assert len(ledger.done) == COUNT
    as_git_has_it(tenant)


def test_two_batches(tenant: Workshop) -> None:
    seeded(tenant, 26)
    (ledger,) = tenant.apply(planned(tenant, 26))
    assert ledger.outcome == "done"
    assert tenant.writes() == [BULK, BULK]
    as_git_has_it(tenant)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("loss", ["429 retryAfter=2", "500", "503", "dropped", "half-answer"])
def test_a_bad_network(tenant: Workshop, loss: str, when: str) -> None:
    ledger = with_faults(tenant, f'{loss} on="PATCH *" times=3 when={when}')
    assert ledger.outcome == "done", ledger.failed
    as_git_has_it(tenant)


def test_every_intent_is_there_before_the_call(tenant: Workshop) -> None:
    plan = planned(tenant)
    seen: list[list[str | None]] = []

    def before(method: str, _path: str) -> None:
        if method == "PATCH":
            (run,) = {each["run"] for each in all_rows(tenant.root)}
            seen.append([each["outcome"] for each in rows(tenant.root, run)])

    tenant.before = before
    tenant.apply(plan)
    assert seen == [[None] * COUNT]


def all_rows(root: Path) -> list[dict[str, Any]]:
    connection = sqlite3.connect(root / ".reconciler" / "state.db")
    try:
        return [{"run": run} for (run,) in connection.execute("SELECT run FROM operation")]
    finally:
        connection.close()


@pytest.mark.parametrize("landed", [False, True])
def test_the_run_after_a_crash_finishes_the_work(tenant: Workshop, landed: bool) -> None:
    plan = planned(tenant)

    def dies(app: AsgiApp) -> AsgiApp:
        async def around(scope: Any, receive: Any, send: Any) -> None:
            if scope["method"] != "PATCH":
                await app(scope, receive, send)
                return
            if landed:

                async def unheard(_message: Any) -> None:
                    return None

                await app(scope, receive, unheard)
            raise Broken

        return around

    tenant.around = dies
    with pytest.raises(Broken):
        tenant.apply(plan)
    tenant.around = lambda app: app
    tenant.writes()
    tenant.planned_and_applied()
    assert tenant.writes() == ([] if landed else [BULK])
    as_git_has_it(tenant)


def test_one_that_somebody_changed_fails_alone(tenant: Workshop) -> None:
    plan = planned(tenant)
    colleague = {"collection": "C 01", "queue": "Billing DE"}

    def meanwhile(method: str, path: str) -> None:
        # after the plan was compared, and just before the object is read for its write
        if method == "GET" and "/resource-collection/" in path:
            counted[path] = counted.get(path, 0) + 1
            if max(counted.values()) == 2 and colleague:
                given = dict(colleague)
                colleague.clear()
                tenant.act("edit-collection", **given)

    counted: dict[str, int] = {}
    tenant.before = meanwhile
    (ledger,) = tenant.apply(plan, saved=False)
    assert [(each.address[-3:], each.code) for each in ledger.failed] == [("c01", "RUN104")]
    assert len(ledger.done) == COUNT - 1
    outcomes = {each["address"][-3:]: each["outcome"] for each in rows(tenant.root, ledger.run)}
    assert outcomes == {"c00": "done", "c01": "failed", "c02": "done", "c03": "done"}
    tenant.before = lambda _method, _path: None
    tenant.planned_and_applied()
    as_git_has_it(tenant)


def taken_meanwhile(tenant: Workshop, name: str) -> None:
    """Somebody makes a collection of that name just before the first bulk call."""
    bulk = iter([True])

    def meanwhile(method: str, _path: str) -> None:
        if method == "PATCH" and next(bulk, False):
            everything = dict.fromkeys(("site", "team", "queue", "channel"), "all")
            tenant.act("create-collection", name=name, **everything)

    tenant.before = meanwhile


def test_one_that_is_refused_fails_alone(tenant: Workshop) -> None:
    """A name that somebody took since the plan was made."""
    tenant.manifests(*collections(COUNT))
    tenant.planned_and_applied()
    tenant.manifests(*collections(COUNT))
    tenant.planned_and_applied()
    tenant.manifests(collection(0, name="Taken"), *collections(COUNT, "later")[1:])
    plan = tenant.plan()
    taken_meanwhile(tenant, "Taken")
    (ledger,) = tenant.apply(plan)
    assert [(each.address[-3:], each.code) for each in ledger.failed] == [("c00", "TEN105")]
    assert ledger.failed[0].tracking_id
    assert len(ledger.done) == COUNT - 1


def test_one_that_waits_in_vain_is_left_out(tenant: Workshop) -> None:
    """The batch of the second step: one of it needs the name that a failed one did not free."""
    seeded(tenant, 8)
    tenant.manifests(*collections(8))
    tenant.planned_and_applied()
    tenant.manifests(
        collection(0, "later", name="New 0"),
        collection(1, "later", name="New 1"),
        collection(2, "later", name="New 2"),
        collection(3, "later", name="C 00"),
        collection(4, "later", name="C 01"),
        collection(5, "later", name="C 02"),
        *collections(8)[6:],
    )
    plan = tenant.plan()
    assert [len({each.batch for each in step.operations}) for step in plan.steps] == [1, 1]
    tenant.writes()
    taken_meanwhile(tenant, "New 1")
    (ledger,) = tenant.apply(plan)
    assert [each.address[-3:] for each in ledger.failed] == ["c01"]
    assert [(each.address[-3:], each.message) for each in ledger.not_started] == [
        ("c04", "webexcc/ResourceCollection/c01 failed")
    ]
    assert sorted(each.address[-3:] for each in ledger.done) == ["c00", "c02", "c03", "c05"]
    assert tenant.writes() == [BULK, BULK]


def test_a_right_that_is_lost_on_the_way_costs_the_batch_alone(tenant: Workshop) -> None:
    ledger = with_faults(tenant, '403 on="PATCH *" times=always')
    assert ledger.outcome == "done"
    assert {attempts for _, _, attempts in tenant.journal(ledger.run)} == {2}
    as_git_has_it(tenant)


def test_without_a_connection_all_of_the_batch_is_unknown(tenant: Workshop) -> None:
    ledger = with_faults(tenant, 'dropped on="PATCH *" times=always')
    assert ledger.outcome == "partial"
    assert {each.code for each in ledger.unknown} == {"TEN111"}
    tenant.planned_and_applied()
    as_git_has_it(tenant)
