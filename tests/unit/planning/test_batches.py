"""Which updates a plan puts into one call, and who may make it (WCC135)."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Any

import pytest

from reconciler.model.change import Action
from reconciler.model.plan import Operation, Plan, dump, load
from reconciler.reporting import text
from reconciler.reporting.paint import plain
from tests.bulk import OWN, RIGHTS, ann_applies, collection, collections, seeded
from tests.workshop import Workshop

BULK = ("PATCH", "/organization/{orgid}/resource-collection/bulk")


def planned_by_ann(workshop: Workshop, permissions: str, **given: Any) -> Plan:
    seeded(workshop, 4, more=OWN)
    ann_applies(workshop, permissions, **given)
    workshop.manifests(*collections(4, "later"))
    return workshop.plan()


def sizes(plan: Plan) -> list[int]:
    """How many operations each batch has, in the order of the batches."""
    return list(Counter(each.batch for each in plan.operations() if each.batch).values())


def operation(plan: Plan, name: str) -> Operation:
    return next(each for each in plan.operations() if each.addresses[0].endswith(f"/{name}"))


def last_line(plan: Plan) -> str:
    said = text.plan(plan, text.Style(plain))
    return next(line for line in said.splitlines() if line.startswith("Plan:"))


@pytest.mark.parametrize(
    ("count", "expected", "said"),
    [
        (1, [], "(1 API write)"),
        (2, [], "(2 API writes)"),
        (3, [3], "(1 API write, in bulk for 3 objects)"),
        (25, [25], "(1 API write, in bulk for 25 objects)"),
        (26, [13, 13], "(2 API writes, in bulk for 26 objects)"),
        (51, [17, 17, 17], "(3 API writes, in bulk for 51 objects)"),
    ],
)
def test_three_or_more_go_together(
    workshop: Workshop, count: int, expected: list[int], said: str
) -> None:
    seeded(workshop, count)
    workshop.manifests(*collections(count, "later"))
    plan = workshop.plan()
    assert sizes(plan) == expected
    assert plan.summary.change + plan.summary.adopt == count
    assert plan.summary.writes == (len(expected) or count)
    assert last_line(plan).endswith(f"{said}.")
    for each in plan.operations():
        assert ((each.request.method, each.request.path) == BULK) == bool(each.batch)
        assert each.request.object_id
        assert each.request.expect
    assert len({each.id for each in plan.operations()}) == count
    assert load(dump(plan)) == plan
    assert dump(workshop.plan()) == dump(plan)


def test_batches_are_filled_in_the_order_of_the_plan(workshop: Workshop) -> None:
    seeded(workshop, 30)
    workshop.manifests(*collections(30, "later"))
    plan = workshop.plan()
    assert [batch for batch, _ in groupby(each.batch for each in plan.operations())] == [
        "test:batch-1",
        "test:batch-2",
    ]


def test_only_updates_of_one_step_go_together(workshop: Workshop) -> None:
    """Who takes the name of another waits for it; what is made or deleted goes by itself."""
    seeded(workshop, 5)
    workshop.manifests(*collections(5))
    workshop.planned_and_applied()
    given = [
        collection(0, "later", name="C 01"),  # in the second step
        collection(1, "later", name="Other"),
        collection(2, "later"),
        collection(3, "later"),
        collection(9, "later"),  # which is new, and 4 is gone
    ]
    workshop.manifests(*given)
    plan = workshop.plan()
    assert sizes(plan) == [3]
    assert {operation(plan, name).batch for name in ("c01", "c02", "c03")} == {"test:batch-1"}
    assert {operation(plan, name).batch for name in ("c00", "c04", "c09")} == {""}
    assert operation(plan, "c00").after == (operation(plan, "c01").id,)
    assert operation(plan, "c09").request.action is Action.CREATE
    assert plan.summary.writes == 4
    assert last_line(plan).endswith("(4 API writes, 1 of them in bulk for 3 objects).")


def test_no_batch_waits_for_itself(workshop: Workshop) -> None:
    """Names handed on in a row: each waits for the next, so none goes with another."""
    seeded(workshop, 4)
    workshop.manifests(*collections(4))
    workshop.planned_and_applied()
    workshop.manifests(
        *(collection(number, name=f"C {number + 1:02}") for number in range(3)),
        collection(3, name="C 99"),
    )
    plan = workshop.plan()
    assert len(plan.steps) == 4
    assert sizes(plan) == []


@pytest.mark.parametrize(
    ("permissions", "resources", "expected"),
    [
        (RIGHTS, "all", [4]),
        ("all", "all", [4]),
        (RIGHTS.replace("tenant-setting: edit", "tenant-setting: view"), "all", []),
        (RIGHTS.replace("tenant-setting: edit, ", ""), "all", []),
        (RIGHTS, "{collections: [Own, C 00, C 01, C 02, C 03], default: Own}", []),
    ],
)
def test_it_takes_all_three_rights(
    workshop: Workshop, permissions: str, resources: str, expected: list[int]
) -> None:
    plan = planned_by_ann(workshop, permissions, resources=resources)
    assert not plan.errored, plan.findings
    assert sizes(plan) == expected
    assert plan.summary.adopt == 4


def test_without_edit_on_collections_nothing_is_planned_at_all(workshop: Workshop) -> None:
    plan = planned_by_ann(workshop, RIGHTS.replace("collection: edit", "collection: view"))
    assert plan.errored
    assert "WCC145" in {each.code for each in plan.findings}
    assert not plan.steps


def test_full_access_of_a_supervisor_has_no_tenant_settings(workshop: Workshop) -> None:
    assert sizes(planned_by_ann(workshop, "all", kind="supervisor")) == []


def test_nobody_knows_the_rights_of_a_machine_account(workshop: Workshop) -> None:
    plan = planned_by_ann(workshop, RIGHTS, machine=True)
    assert plan.summary.writes == 4
    assert sizes(plan) == []
