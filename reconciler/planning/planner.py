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
from reconciler.planning.administrators import administrators
from reconciler.planning.item import (
    Item,
    TenantInput,
    from_manifest,
    narrowed,
    others,
    removed_from_git,
    unclaimed,
    world_of,
)
from reconciler.planning.judging import rules_of
from reconciler.planning.lockouts import lockouts
from reconciler.planning.lookalikes import lookalikes
from reconciler.planning.match import LiveIndex, match
from reconciler.planning.prune import prune
from reconciler.planning.reach import Reach, reach
from reconciler.planning.refusals import error, notes, refusals, taken_names
from reconciler.planning.resolve import Directory
from reconciler.planning.rights import forbidden
from reconciler.planning.view import View
from reconciler.rules.world import Expected


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


def plan(given: TenantInput, snapshot: Snapshot) -> TenantPlan:
    """The plan of one tenant that was read; with errors but guards' it has no steps."""
    kinds = given.groups.kinds
    live = LiveIndex(snapshot)
    view = View(snapshot, given.rows)
    matches, problems = match(given.resources, kinds, live, given.rows, view.hides)
    directory = Directory(matches, given.groups, given.known.facts, snapshot, view)
    clear = [from_manifest(each, directory, given) for each in matches if each.is_clear]
    items, absent = absent_people.set_aside(copies.filled(clear, snapshot), given)
    rows = tuple(unclaimed(given, matches))
    removed = tuple(removed_from_git(rows, kinds, live, view))
    pruning = prune(given, matches, (*items, *absent, *removed), snapshot, view)
    removed = (*removed, *pruning.items)
    unmanaged = _unmanaged(others(snapshot, (*items, *removed)))
    if given.targets is not None:
        items, removed = narrowed(items, removed, given.targets)
    everything = (*items, *removed)
    world = world_of(
        everything,
        others(snapshot, everything),
        snapshot=snapshot,
        known=given.known,
    )
    guides = runbook.guides(everything, world)
    wholly = {i.address for i in everything if runbook.is_all(i, guides.get(i.address))}
    judged = [item.resource for item in items if item.resource is not None]
    locked_out = lockouts(given, everything, world, snapshot)
    becoming = administrators(given, everything, world, snapshot)
    diagnostics = [
        *problems,
        *directory.problems,
        *rules_of(given, judged, world),
        *forbidden(everything, world, given.tenant, wholly),
        *refusals(items, removed, world, kinds),
        *taken_names(items, world),
        *notes(items, removed, given),
        *absent_people.notes(absent),
        *replacements.notes(everything, snapshot, directory),
        *pruning.notes,
        *locked_out.diagnostics,
        *becoming.notes,
        *hidden.notes(matches, rows, live, view, given.tenant),
        *lookalikes(given.tenant, world.everything(), snapshot.inventory, given.resources),
    ]
    predicted = side_effects.predicted(
        (item for item in everything if item.address not in wholly), given.known
    )
    schedule, problem = _scheduled(everything, snapshot, predicted.keys())
    diagnostics.extend(problem)
    errored = has_errors(each for each in diagnostics if not each.guard)
    effects = (
        side_effects.SideEffects()
        if errored
        else side_effects.side_effects(given, predicted, schedule, world, snapshot)
    )
    diagnostics.extend(effects.diagnostics)
    steps = (
        ()
        if errored
        else assemble.steps(
            given.tenant,
            schedule,
            everything,
            side_effects.made(predicted),
            directory,
            world,
            guides,
        )
    )
    changing = sorted((item for item in everything if item.changes), key=_listing(schedule))
    return TenantPlan(
        changes=tuple(
            assemble.change(
                item,
                schedule,
                directory,
                reverting=given.revert is not None,
                guide=guides.get(item.address),
            )
            for item in changing
        ),
        steps=steps,
        records=() if given.revert is not None else tuple(assemble.records(items, directory)),
        diagnostics=tuple(diagnostics),
        seen=basis.seen(changing, items, world, snapshot, given, locked_out.counted),
        standing=basis.standing(matches, given.rows, live),
        unmanaged={} if given.revert is not None else unmanaged,
        no_op=len(everything) - len(changing),
        reach=replace(
            reach(
                given,
                (*everything, *absent),
                world,
                snapshot,
                runbook.withheld(everything, guides, schedule.waits),
            ),
            administrators=becoming.gained,
        ),
        limits=tuple(limits.near(given.groups, world, given.tenant)),
        side_effects=effects.told,
        runbook=runbook.told(steps, guides),
        absent=tuple(item.address for item in absent),
    )


def standing(given: TenantInput, snapshot: Snapshot) -> Mapping[str, str]:
    """The digest of the live body behind each manifest and record."""
    kinds, live = given.groups.kinds, LiveIndex(snapshot)
    hides = View(snapshot, given.rows).hides
    matches, _ = match(given.resources, kinds, live, given.rows, hides)
    return basis.standing(matches, given.rows, live)


def _listing(schedule: order.Schedule) -> Callable[[Item], tuple[float, int, int, Address]]:
    """The order of execution; what is only recorded comes last."""

    def key(item: Item) -> tuple[float, int, int, Address]:
        step, place = schedule.places.get(item.address, (inf, 0))
        return (step, place, item.kind.order, item.address)

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
