"""The orders of an apply, from a plan: each operation with what the plan says of its object."""

from __future__ import annotations

from functools import partial

from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.orders import OrderedObject, Orders, RecordUpdate
from reconciler.model.plan import Mode, Plan
from reconciler.planning.staleness import names_in


def orders(plan: Plan, tenant: str) -> Orders:
    """What an apply of the plan does in one tenant."""
    by_hand = {each.address: each.guide.attributes for each in plan.runbook}
    steps = tuple(step for step in plan.steps if step.tenant == tenant)
    written = {each.addresses[0] for step in steps for each in step.operations}
    objects: dict[str, OrderedObject] = {}
    recorded: list[RecordUpdate] = []
    for change in plan.changes:
        if change.tenant != tenant:
            continue
        update = _record(change, plan.mode, by_hand.get(change.address, ()))
        if change.address in written:
            objects[change.address] = _object(change, update)
        if not change.writes and (update.forgets or update.object_id is not None):
            recorded.append(update)
    return Orders(
        tenant=tenant,
        steps=steps,
        objects=objects,
        recorded=tuple(recorded),
        rewritten=tuple(r for r in plan.records if Address.parse(r.address).tenant == tenant),
        names=partial(names_in, plan),
    )


def _object(change: Change, update: RecordUpdate) -> OrderedObject:
    return OrderedObject(
        address=change.address,
        name=change.name,
        before=change.before,
        left_git=change.action is Action.DEACTIVATE and change.after is None,
        record=update,
    )


def _record(change: Change, mode: Mode, by_hand: tuple[str, ...]) -> RecordUpdate:
    return RecordUpdate(
        address=change.address,
        object_id=change.object_id,
        name=change.name,
        declared=change.after,
        previous_address=change.previous_address,
        prevent_destroy=change.prevent_destroy,
        adopts=change.action is Action.ADOPT,
        forgets=change.action is Action.FORGET,
        reverts=mode == "revert",
        by_hand=by_hand,
        taken=change.taken,
    )
