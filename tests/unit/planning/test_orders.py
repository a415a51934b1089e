"""What an apply is given of a plan: operations with their objects, and records without a write."""

from __future__ import annotations

from dataclasses import replace

from reconciler.model.change import Action, Change, Reason
from reconciler.model.orders import Orders
from reconciler.model.plan import FORMAT_VERSION, Operation, Plan, Request, Step, Summary
from reconciler.model.runbook import Guide, RunbookStep
from reconciler.planning.orders import orders

LEAD, GONE, OLD = (f"prod/webexcc/UserProfile/{name}" for name in ("lead", "gone", "old"))
ELSEWHERE = "test/webexcc/UserProfile/lead"

EMPTY = Plan(
    format_version=FORMAT_VERSION,
    tool_version="1",
    mode="normal",
    basis={},
    tenants=(),
    steps=(),
    changes=(),
    records=(),
    findings=(),
    suppressed=(),
    summary=Summary(),
    outcome="changes",
    complete=True,
    errored=False,
)


def change(address: str, action: Action, **facts: object) -> Change:
    tenant, _, kind, name = address.split("/")
    made = Change(address, tenant, kind, name, action, Reason.GIT)
    return replace(made, **facts)  # type: ignore[arg-type]


def step(number: int, address: str, action: Action) -> Step:
    tenant = address.split("/", maxsplit=1)[0]
    operation = Operation(f"{tenant}:{number}", (address,), Request(action, "PUT", "/x", "1"))
    return Step(number, tenant, (operation,))


def made(*changes: Change, steps: tuple[Step, ...] = (), **facts: object) -> Orders:
    plan = replace(EMPTY, changes=changes, steps=steps, **facts)  # type: ignore[arg-type]
    return orders(plan, "prod")


def test_an_operation_comes_with_its_object() -> None:
    found = made(
        change(LEAD, Action.UPDATE, step=1, object_id="1", before={"a": 1}, after={"a": 2}),
        change(ELSEWHERE, Action.UPDATE, step=2, object_id="2"),
        steps=(step(1, LEAD, Action.UPDATE), step(2, ELSEWHERE, Action.UPDATE)),
    )
    (operation,) = found.operations()
    lead = found.object_of(operation)
    assert (lead.name, lead.before, lead.record.declared) == ("lead", {"a": 1}, {"a": 2})
    assert found.objects.keys() == {LEAD}
    assert found.recorded == ()
    assert found.names() == {"1": "lead", "2": "lead"}


def test_what_is_switched_off_has_left_git_without_a_manifest_alone() -> None:
    for after, left_git in (({"active": False}, False), (None, True)):
        off = change(LEAD, Action.DEACTIVATE, step=1, object_id="1", after=after)
        found = made(off, steps=(step(1, LEAD, Action.UPDATE),))
        assert found.objects[LEAD].left_git is left_git


def test_what_a_person_enters_stands_in_the_record_update() -> None:
    guide = Guide("title", "who", (), "done", attributes=("b",))
    found = made(
        change(LEAD, Action.CREATE, step=1, after={"a": 1, "b": 2}, taken=("a",)),
        steps=(step(1, LEAD, Action.CREATE),),
        runbook=(RunbookStep("prod:1:hand", LEAD, "prod", guide),),
    )
    record = found.objects[LEAD].record
    assert (record.by_hand, record.taken) == (("b",), ("a",))


def test_records_without_a_write_keep_the_order_of_the_changes() -> None:
    found = made(
        change(GONE, Action.FORGET),
        change(LEAD, Action.MOVE, object_id="1", previous_address=OLD),
        change(ELSEWHERE, Action.ADOPT, object_id="2"),
    )
    assert [(each.address, each.forgets) for each in found.recorded] == [
        (GONE, True),
        (LEAD, False),
    ]


def test_a_revert_keeps_what_was_applied() -> None:
    found = made(change(LEAD, Action.ADOPT, object_id="1"), mode="revert")
    (update,) = found.recorded
    assert (update.adopts, update.reverts) == (True, True)
