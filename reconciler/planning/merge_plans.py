"""The parts of several tenants joined into one plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from reconciler import __version__
from reconciler.model import plan as plans
from reconciler.model.change import Action, Change
from reconciler.model.diagnostic import Diagnostic, dotted, open_and_suppressed
from reconciler.model.guard import NOTHING_EARLIER, UNASKED_ONLY, Allowance, Bounds, Earlier
from reconciler.model.plan import Basis, Finding, Plan, Step, Summary, TenantRead
from reconciler.model.set_aside import Base, SetAside
from reconciler.planning import guards
from reconciler.planning.batches import calls
from reconciler.planning.planner import TenantPlan


@dataclass(frozen=True, slots=True)
class Part:
    """One tenant's share: how it was read, what it was computed from, what is planned, and what
    `earlier` applies did in the window.
    """

    read: TenantRead
    basis: Basis
    plan: TenantPlan
    diagnostics: tuple[Diagnostic, ...]
    earlier: Earlier = field(default_factory=lambda: NOTHING_EARLIER)


def joined(  # noqa: PLR0913 - the parts of a plan
    parts: tuple[Part, ...],
    refused: tuple[Diagnostic, ...] = (),
    *,
    mode: plans.Mode = "normal",
    targets: tuple[str, ...] = (),
    bounds: Bounds = UNASKED_ONLY,
    set_aside: tuple[SetAside, ...] = (),
    base: Base | None = None,
) -> Plan:
    """One plan, tenant after tenant, weighed by its guards; with another error it has no steps."""
    every = (*refused, *(d for part in parts for d in part.diagnostics))
    reaches = {part.read.name: part.plan.reach for part in parts}
    earlier = {part.read.name: part.earlier for part in parts}
    judged = guards.judged(reaches, every, bounds, earlier)
    diagnostics, suppressed = open_and_suppressed(judged.diagnostics)
    errored = judged.errored
    steps, changes = _numbered(parts)
    records = () if errored else tuple(r for part in parts for r in part.plan.records)
    is_renamed = any(part.read.previous_name for part in parts)
    return Plan(
        format_version=plans.FORMAT_VERSION,
        tool_version=__version__,
        mode=mode,
        basis={part.read.name: part.basis for part in parts},
        tenants=tuple(part.read for part in parts),
        steps=() if errored else steps,
        changes=changes,
        records=records,
        findings=tuple(finding(each) for each in diagnostics),
        suppressed=tuple(finding(each) for each in suppressed),
        summary=_summary(changes, parts),
        outcome=_outcome(
            judged,
            differs=bool(changes or records) or is_renamed,
        ),
        complete=not errored and not targets,
        errored=errored,
        targets=targets,
        blast_radius=judged.radius,
        allowed=judged.allowed,
        blocked=judged.blocked,
        limits=tuple(each for part in parts for each in part.plan.limits),
        side_effects=()
        if errored
        else tuple(each for part in parts for each in part.plan.side_effects),
        runbook=() if errored else tuple(each for part in parts for each in part.plan.runbook),
        set_aside=(*set_aside, *_overrides(judged.allowed)),
        base=base,
    )


def _overrides(allowed: Allowance) -> tuple[SetAside, ...]:
    return (SetAside("override", f"--allow {allowed}"),) if str(allowed) else ()


def _outcome(judged: guards.Judged, *, differs: bool) -> plans.Outcome:
    if judged.errored and not (judged.doubts and judged.blocked):
        return "error"
    if judged.blocked:
        return "blocked"
    return "changes" if differs else "no_changes"


def _numbered(parts: Iterable[Part]) -> tuple[tuple[Step, ...], tuple[Change, ...]]:
    """Steps are counted through all tenants."""
    steps: list[Step] = []
    changes: list[Change] = []
    offset = 0
    for part in parts:
        steps.extend(replace(step, number=step.number + offset) for step in part.plan.steps)
        changes.extend(
            replace(change, step=change.step + offset) if change.step else change
            for change in part.plan.changes
        )
        numbers = (step.number for step in part.plan.steps)
        planned = (change.step or 0 for change in part.plan.changes)
        offset += max((*numbers, *planned), default=0)
    return tuple(steps), tuple(changes)


def _summary(changes: tuple[Change, ...], parts: tuple[Part, ...]) -> Summary:
    def count(action: Action) -> int:
        # what is wholly done by hand is counted there alone
        return sum(1 for each in changes if each.action is action and each.by == "api")

    return Summary(
        add=count(Action.CREATE),
        change=count(Action.UPDATE),
        destroy=count(Action.DELETE),
        deactivate=count(Action.DEACTIVATE),
        reactivate=count(Action.REACTIVATE),
        adopt=count(Action.ADOPT),
        move=count(Action.MOVE),
        forget=count(Action.FORGET),
        by_hand=sum(len(part.plan.runbook) for part in parts),
        no_op=sum(part.plan.no_op for part in parts),
        writes=sum(_writes(part.plan) for part in parts),
    )


def _writes(what: TenantPlan) -> int:
    """The calls that write; with errors nobody made operations of the changes."""
    operations = [operation for step in what.steps for operation in step.operations]
    return calls(operations) if operations else sum(1 for each in what.changes if each.writes)


def finding(diagnostic: Diagnostic) -> Finding:
    """A diagnostic as plans and reports carry it."""
    place = diagnostic.position
    file = place.file if place else diagnostic.origin.file if diagnostic.origin else ""
    return Finding(
        severity=diagnostic.severity,
        code=diagnostic.code,
        summary=diagnostic.summary,
        detail=diagnostic.detail,
        hint=diagnostic.hint,
        address=str(diagnostic.address or ""),
        tenant=diagnostic.tenant,
        file=file,
        line=place.line if place else None,
        column=place.column if place else None,
        path=dotted(diagnostic.path),
        source=diagnostic.source,
        suppressed=str(diagnostic.suppression or ""),
        consequence_of=diagnostic.consequence_of,
    )
