"""Check that a saved plan shows what it does: operations against changes and counts.

What needs the tenant to be known is not decided here: an apply derives the plan again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from reconciler.model.change import Action, AttributeChange, Change
from reconciler.model.diagnostic import Severity
from reconciler.model.plan import Operation, Plan, Seen
from reconciler.model.value import Json
from reconciler.planning.batches import calls

_SENT = {Action.CREATE: Action.CREATE, Action.DELETE: Action.DELETE}
_HIDDEN = {"hidden": True}
_NOT_SEEN = Seen(None, None, None)


def contradictions(plan: Plan) -> Iterator[str]:
    """Each place where a plan does another thing than it shows, in words."""
    if {each.name for each in plan.tenants} != set(plan.basis):
        yield "basis: its tenants are not those of the plan"
    yield from _verdict(plan)
    yield from _counts(plan)
    if plan.errored:
        return
    whole = _Whole(plan)
    for change in plan.changes:
        for said in whole.of(change):
            yield f"{change.address}: {said}"
    yield from _beside(plan, whole)


def _verdict(plan: Plan) -> Iterator[str]:
    """Outcome, errors and guards."""
    stops = any(each.severity == Severity.ERROR for each in plan.findings)
    if plan.errored and (plan.steps or plan.records):
        yield "errored: a plan with errors has no operations and no records"
    if stops != (plan.errored or bool(plan.blocked)):
        yield "errored: it does not go with the findings"
    if plan.complete != (not plan.errored and not plan.targets):
        yield "complete: it does not go with targets and errors"
    expected = "blocked" if plan.blocked else "changes" if plan.differs else "no_changes"
    if not plan.errored and plan.outcome != expected:
        yield f"outcome: expected `{expected}`, got `{plan.outcome}`"


def _counts(plan: Plan) -> Iterator[str]:
    """The numbers that follow from the changes."""
    counted: dict[Action, int] = defaultdict(int)
    for change in plan.changes:
        if change.by == "api":
            counted[change.action] += 1
    expected = replace(
        plan.summary,
        add=counted[Action.CREATE],
        change=counted[Action.UPDATE],
        destroy=counted[Action.DELETE],
        deactivate=counted[Action.DEACTIVATE],
        reactivate=counted[Action.REACTIVATE],
        adopt=counted[Action.ADOPT],
        move=counted[Action.MOVE],
        forget=counted[Action.FORGET],
        by_hand=len(plan.runbook),
        writes=plan.summary.writes if plan.errored else calls(plan.operations()),
    )
    if plan.summary != expected:
        yield "summary: the counts are not those of the changes"
    radius = plan.blast_radius
    for name in ("destroy", "people", "users"):
        total = sum(getattr(each, name) for each in radius.tenants.values())
        if getattr(radius, name) != total:
            yield f"blast_radius.{name}: expected {total}, got {getattr(radius, name)}"


@dataclass(frozen=True)
class _Whole:
    """A plan's operations by address."""

    plan: Plan

    @cached_property
    def operations(self) -> Mapping[str, list[Operation]]:
        """The operations, by address."""
        found: dict[str, list[Operation]] = defaultdict(list)
        for each in self.plan.operations():
            found[each.addresses[0]].append(each)
        return found

    @cached_property
    def address_of(self) -> Mapping[str, str]:
        """The address of each operation."""
        return {each.id: each.addresses[0] for each in self.plan.operations()}

    @cached_property
    def step_of(self) -> Mapping[str, int]:
        """The number of the step of each operation."""
        return {op.id: step.number for step in self.plan.steps for op in step.operations}

    def of(self, change: Change) -> Iterator[str]:
        """What one change shows and its operations do otherwise."""
        every = self.operations.get(change.address, [])
        first = [each for each in every if not each.mends]
        if bool(first) != change.writes or (every and not first):
            yield "its operations are not those of a change that is shown in this step"
            return
        for operation in first:
            yield from self._call(change, operation)
        if len({each.by for each in first}) != len(first):
            yield "it is written twice"
        if first and (change.by == "hand") != all(each.by == "hand" for each in first):
            yield "by: it does not go with its operations"
        written = [each for each in first if each.request.action is not Action.DELETE]
        if written:
            yield from _values(change, written)

    def _call(self, change: Change, each: Operation) -> Iterator[str]:
        request = each.request
        if self.step_of[each.id] != change.step:
            yield f"step {change.step} is shown, and it is done in step {self.step_of[each.id]}"
        if request.action is not _SENT.get(change.action, Action.UPDATE):
            yield f"`{change.action}` is shown, and a {request.action} is sent"
        if request.object_id != change.object_id:
            yield "it is written to another object than is shown"
        basis = self.plan.basis.get(change.tenant)
        seen = basis.objects.get(change.address, _NOT_SEEN) if basis else _NOT_SEEN
        wanted = seen.digest if each.by == "api" else None
        if request.expect != wanted or seen.id != change.object_id:
            yield "what it expects is not what the plan saw"
        waits = {self.address_of[before] for before in each.after}
        if waits != set(change.waits_for):
            yield "it waits for other objects than is shown"


def _values(change: Change, operations: Iterable[Operation]) -> Iterator[str]:
    """Compare what is written with what is shown of it."""
    values: dict[str, Json] = {}
    for each in operations:
        values |= each.request.values
    shown = {each.path.partition(".")[0] for each in change.attributes}
    after = change.after if isinstance(change.after, dict) else {}
    before = change.before if isinstance(change.before, dict) else {}
    for key, value in values.items():
        if key in after and _plain(value) == _plain(after[key]):
            continue
        if key in after and key not in shown and key not in before:
            yield f"{key}: another value is written than is shown"
        elif key not in shown and key not in after:
            yield f"{key} is written and not shown"
    for attribute in change.attributes:
        key, *path = attribute.path.split(".")
        if key in values and not _has(values[key], path, attribute):
            yield f"{attribute.path}: another value is written than is shown"
        elif key not in values and change.action is not Action.CREATE:
            yield f"{attribute.path} is shown and not written"


_MISSING = object()


def _has(value: Json, path: list[str], each: AttributeChange) -> bool:
    """Whether a written value is as an attribute shows it; what is hidden cannot be compared."""
    found = _leaf(value, path)
    if each.member:
        members = [_plain(item) for item in found] if isinstance(found, list) else []
        if each.op == "remove":
            return _plain(each.before) not in members
        return _plain(each.after) in members
    if found is _MISSING:
        return each.op == "remove" or each.after is None
    return each.op == "remove" or each.after == _HIDDEN or _plain(found) == _plain(each.after)


def _leaf(value: Json, path: list[str]) -> object:
    """The value at a path whose keys may have dots in them."""
    if not path:
        return value
    if not isinstance(value, dict):
        return _MISSING
    for size in range(1, len(path) + 1):
        key = ".".join(path[:size])
        if key in value and (found := _leaf(value[key], path[size:])) is not _MISSING:
            return found
    return _MISSING


def _plain(value: Json) -> Json:
    """A value by its ids, whatever the names."""
    if isinstance(value, dict):
        if value.keys() in ({"id", "name"}, {"address", "name"}):
            return {key: each for key, each in value.items() if key != "name"}
        return {key: _plain(each) for key, each in value.items() if each != _HIDDEN}
    if isinstance(value, list):
        kept = (_plain(each) for each in value if each != _HIDDEN)
        return sorted(kept, key=repr)
    return value


def _beside(plan: Plan, whole: _Whole) -> Iterator[str]:
    """Records, restores, side effects and the runbook."""
    changing = {each.address for each in plan.changes}
    for record in plan.records:
        if record.address in changing:
            yield f"{record.address}: it is changed, and its record is rewritten besides"
    restores = {each.id: each for each in plan.operations() if each.mends}
    ended = {each.mended_by for each in plan.side_effects if each.mended_by}
    if ended != restores.keys():
        yield "side_effects: they are not those that the operations restore"
    for effect in plan.side_effects:
        restore = restores.get(effect.mended_by)
        if whole.address_of.get(effect.caused_by) != effect.address or (
            restore is not None and restore.mends != effect.caused_by
        ):
            yield f"{effect.address}: a side effect is shown of another operation"
    by_hand = {each.id: each for each in plan.operations() if each.by == "hand"}
    if sorted(by_hand) != sorted(each.operation for each in plan.runbook):
        yield "runbook: its steps are not those that are done by hand"
        return
    for step in plan.runbook:
        waiting = {e.addresses[0] for e in plan.operations() if step.operation in e.after}
        if by_hand[step.operation].addresses[0] != step.address or waiting != set(step.waiting):
            yield f"{step.address}: the runbook does not go with the operations"
