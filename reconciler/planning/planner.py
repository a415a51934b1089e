"""The planner: desired, live and last applied of one tenant become changes and steps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import inf

from reconciler.model.address import Address, GroupKind
from reconciler.model.change import Change
from reconciler.model.diagnostic import Diagnostic, has_errors
from reconciler.model.live import Snapshot
from reconciler.model.plan import Headroom, Record, Seen, SideEffect, Step
from reconciler.model.runbook import RunbookStep
from reconciler.planning import (
    absent_people,
    assemble,
    basis,
    copies,
    hidden,
    limits,
    order,
    replacements,
    runbook,
    side_effects,
)
from reconciler.planning.administrators import Administrators, administrators
from reconciler.planning.judging import rules_of
from reconciler.planning.lockouts import Lockouts, lockouts
from reconciler.planning.lookalikes import lookalikes
from reconciler.planning.matched_tenant import MatchedTenant, matched
from reconciler.planning.planned_object import (
    Item,
    TenantInput,
    narrowed,
    others,
)
from reconciler.planning.prune import prune
from reconciler.planning.reach import Reach, reach
from reconciler.planning.refusals import error, notes, refusals, taken_names
from reconciler.planning.rights import forbidden
from reconciler.rules.world import Expected, World


@dataclass(frozen=True, slots=True)
class TenantPlan:
    """One tenant's part of a plan; `seen` is what a stale plan is compared by.

    `standing` has the digest of the live body behind each manifest and record; `absent` are the
    people whom the tenant does not have.
    """

    changes: tuple[Change, ...] = ()
    steps: tuple[Step, ...] = ()
    records: tuple[Record, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    seen: Mapping[str, Seen] = field(default_factory=dict)
    standing: Mapping[str, str] = field(default_factory=dict)
    unmanaged: Mapping[GroupKind, tuple[str, ...]] = field(default_factory=dict)
    no_op: int = 0
    reach: Reach = field(default_factory=Reach)
    limits: tuple[Headroom, ...] = ()
    side_effects: tuple[SideEffect, ...] = ()
    runbook: tuple[RunbookStep, ...] = ()
    absent: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class _Objects:
    """The objects of a plan: of manifests, out of Git, and people whom the tenant lacks."""

    items: list[Item]
    removed: tuple[Item, ...]
    absent: tuple[Item, ...]
    unmanaged: Mapping[GroupKind, tuple[str, ...]]
    notes: tuple[Diagnostic, ...]

    @property
    def everything(self) -> tuple[Item, ...]:
        """Every object that the plan considers."""
        return (*self.items, *self.removed)


@dataclass(frozen=True, slots=True)
class _Judgement:
    """The tenant as the plan leaves it, and what is to be said of that."""

    world: World
    guides: runbook.Guides
    by_hand: frozenset[Address]
    lockouts: Lockouts
    administrators: Administrators
    diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class _Order:
    """The writes in their order; `disturbed` is what the vendor itself makes of some of them."""

    schedule: order.Schedule
    disturbed: side_effects.Predicted
    errored: bool
    diagnostics: tuple[Diagnostic, ...]


def plan(given: TenantInput, snapshot: Snapshot) -> TenantPlan:
    """The plan of one tenant that was read; with errors but guards' it has no steps."""
    tenant = matched(given, snapshot)
    objects = _objects(tenant, snapshot)
    judgement = _judge(tenant, objects, snapshot)
    ordered = _order(given, objects, judgement, snapshot)
    effects = _predict(given, ordered, judgement, snapshot)
    return _assemble(tenant, objects, judgement, ordered, effects, snapshot)


def _objects(tenant: MatchedTenant, snapshot: Snapshot) -> _Objects:
    """The objects that the plan considers, narrowed to its targets."""
    given = tenant.given
    clear = tenant.objects(each for each in tenant.matches if each.is_clear)
    items, absent = absent_people.set_aside(copies.filled(clear, snapshot), given)
    removed = tuple(tenant.removed_from_git())
    pruning = prune(given, tenant.matches, (*items, *absent, *removed), snapshot, tenant.view)
    removed = (*removed, *pruning.items)
    unmanaged = _unmanaged(others(snapshot, (*items, *removed)))
    if given.targets is not None:
        items, removed = narrowed(items, removed, given.targets)
    return _Objects(items, removed, tuple(absent), unmanaged, pruning.notes)


def _judge(tenant: MatchedTenant, objects: _Objects, snapshot: Snapshot) -> _Judgement:
    """The findings of rules, guards and the vendor's refusals about the tenant as it will be."""
    given, everything = tenant.given, objects.everything
    world = tenant.world(everything)
    guides = runbook.guides(everything, world)
    wholly = frozenset(i.address for i in everything if runbook.is_all(i, guides.get(i.address)))
    judged = [item.resource for item in objects.items if item.resource is not None]
    locked_out = lockouts(given, everything, world, snapshot)
    becoming = administrators(given, everything, world, snapshot)
    diagnostics = (
        *tenant.problems,
        *tenant.directory.problems,
        *rules_of(given, judged, world),
        *forbidden(everything, world, given.tenant, wholly),
        *refusals(objects.items, objects.removed, world, tenant.kinds),
        *taken_names(objects.items, world),
        *notes(objects.items, objects.removed, given),
        *absent_people.notes(objects.absent),
        *replacements.notes(everything, snapshot, tenant.directory),
        *objects.notes,
        *locked_out.diagnostics,
        *becoming.notes,
        *hidden.notes(tenant.matches, tenant.unclaimed, tenant.live, tenant.view, given.tenant),
        *lookalikes(given.tenant, world.everything(), snapshot.inventory, given.resources),
    )
    return _Judgement(world, guides, wholly, locked_out, becoming, diagnostics)


def _order(
    given: TenantInput, objects: _Objects, judgement: _Judgement, snapshot: Snapshot
) -> _Order:
    """The order of the writes; what the vendor disturbs is written once more after it."""
    by_api = (item for item in objects.everything if item.address not in judgement.by_hand)
    disturbed = side_effects.predicted(by_api, given.known)
    schedule, problem = _scheduled(objects.everything, snapshot, disturbed.keys())
    every = (*judgement.diagnostics, *problem)
    errored = has_errors(each for each in every if not each.guard)
    return _Order(schedule, disturbed, errored, problem)


def _predict(
    given: TenantInput, ordered: _Order, judgement: _Judgement, snapshot: Snapshot
) -> side_effects.SideEffects:
    """Predict the side effects of the writes, and whom they concern."""
    if ordered.errored:
        return side_effects.SideEffects()
    return side_effects.side_effects(
        given, ordered.disturbed, ordered.schedule, judgement.world, snapshot
    )


def _assemble(  # noqa: PLR0913, PLR0917 - what the stages before came to
    tenant: MatchedTenant,
    objects: _Objects,
    judgement: _Judgement,
    ordered: _Order,
    effects: side_effects.SideEffects,
    snapshot: Snapshot,
) -> TenantPlan:
    """The plan as plain data."""
    given, directory, world = tenant.given, tenant.directory, judgement.world
    everything, schedule, guides = objects.everything, ordered.schedule, judgement.guides
    reverting = given.revert is not None
    made = side_effects.made(ordered.disturbed)
    steps = (
        ()
        if ordered.errored
        else assemble.steps(given.tenant, schedule, everything, made, directory, world, guides)
    )
    changing = sorted((item for item in everything if item.changes), key=_listing(schedule))
    withheld = runbook.withheld(everything, guides, schedule.waits)
    reached = reach(given, (*everything, *objects.absent), world, snapshot, withheld)
    return TenantPlan(
        changes=tuple(
            assemble.change(
                item, schedule, directory, reverting=reverting, guide=guides.get(item.address)
            )
            for item in changing
        ),
        steps=steps,
        records=() if reverting else tuple(assemble.records(objects.items, directory)),
        diagnostics=(*judgement.diagnostics, *ordered.diagnostics, *effects.diagnostics),
        seen=basis.seen(
            changing, objects.items, world, snapshot, given, judgement.lockouts.counted
        ),
        standing=basis.standing(tenant.matches, given.rows, tenant.live),
        unmanaged={} if reverting else objects.unmanaged,
        no_op=len(everything) - len(changing),
        reach=replace(reached, administrators=judgement.administrators.gained),
        limits=tuple(limits.near(given.groups, world, given.tenant)),
        side_effects=effects.told,
        runbook=runbook.told(steps, guides),
        absent=tuple(item.address for item in objects.absent),
    )


def standing(given: TenantInput, snapshot: Snapshot) -> Mapping[str, str]:
    """The digest of the live body behind each manifest and record."""
    tenant = matched(given, snapshot)
    return basis.standing(tenant.matches, given.rows, tenant.live)


def _listing(schedule: order.Schedule) -> Callable[[Item], tuple[float, int, int, Address]]:
    """The order of execution; what is only recorded comes last."""

    def key(item: Item) -> tuple[float, int, int, Address]:
        step, place = schedule.places.get(item.address, (inf, 0))
        return (step, place, item.kind.shape.order, item.address)

    return key


def _scheduled(
    items: tuple[Item, ...], snapshot: Snapshot, disturbed: Collection[Address]
) -> tuple[order.Schedule, tuple[Diagnostic, ...]]:
    writes = [assemble.write(item) for item in items if item.writes]
    if not writes:
        return order.Schedule((), {}), ()
    try:
        return order.schedule(writes, assemble.counts_now(snapshot), disturbed), ()
    except order.ImpossibleOrderError as impossible:
        by_address = {item.address: item for item in items}
        return order.Schedule((), {}), (
            error(
                by_address[impossible.addresses[0]],
                "PLN125",
                f"no order of writes works: {impossible}",
                hint="make the change in two plans: free the name or the place first",
            ),
        )


def _unmanaged(rest: Iterable[Expected]) -> Mapping[GroupKind, tuple[str, ...]]:
    found: dict[GroupKind, list[str]] = {}
    for each in rest:
        found.setdefault(each.kind, []).append(each.name)
    return {kind: tuple(sorted(names)) for kind, names in sorted(found.items())}
