"""Side effects of the vendor on a plan's writes, and the people who can do more meanwhile.

Each vendor predicts it (`Lifecycle.side_effects`); where the desired values are others, a second
write restores them, in the step after the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.contract.lifecycle import Disturbance
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.live import Snapshot
from reconciler.model.plan import SideEffect
from reconciler.model.value import Ref, Values, refs
from reconciler.planning import assemble, diff, order
from reconciler.planning.planned_object import Item, TenantInput
from reconciler.planning.reach import shown
from reconciler.rules.world import Expected, Known, World

Predicted = Mapping[Address, tuple[Disturbance, ...]]
"""What the vendor makes of objects, where the desired values are others."""


@dataclass(frozen=True, slots=True)
class SideEffects:
    """The side effects that a plan shows, and what its guards have to weigh."""

    told: tuple[SideEffect, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def predicted(items: Iterable[Item], known: Known) -> Predicted:
    """The objects that an update leaves other than desired; a create leaves none."""
    found: dict[Address, tuple[Disturbance, ...]] = {}
    for item in items:
        if item.live is not None and item.writes and not item.gone:
            made = item.kind.lifecycle.disturbances(
                item.before, item.after, known.facts_of(item.kind.group)
            )
            if wrong := tuple(each for each in made if _is_wrong(each, item.after)):
                found[item.address] = wrong
    return found


def _is_wrong(each: Disturbance, after: Values) -> bool:
    wanted = {name: after[name] for name in each.values if name in after}
    return bool(diff.differing(each.values, wanted))


def made(disturbances: Predicted) -> Mapping[Address, Values]:
    """The attributes that the vendor changes of each object, as it will leave them."""
    return {
        address: {name: value for each in found for name, value in each.values.items()}
        for address, found in disturbances.items()
    }


def side_effects(
    given: TenantInput,
    disturbances: Predicted,
    schedule: order.Schedule,
    world: World,
    snapshot: Snapshot,
) -> SideEffects:
    """The side effects to show; where people may briefly do more, an override is needed."""
    if not disturbances:
        return SideEffects()
    ids = assemble.operation_ids(given.tenant, schedule)
    told: list[SideEffect] = []
    diagnostics: list[Diagnostic] = []
    for address in sorted(disturbances, key=lambda each: schedule.places[each]):
        wider = [each for each in disturbances[address] if each.wider]
        who = _people(given, address, schedule, world) if wider else ()
        people = len(who)
        told.extend(
            SideEffect(
                rule=each.rule,
                address=str(address),
                tenant=given.tenant,
                summary=each.summary,
                caused_by=ids[address, False],
                mended_by=ids[address, True],
                window=each.wider if people else "",
                people=people if each.wider else 0,
                who=who if each.wider else (),
            )
            for each in disturbances[address]
        )
        if people:
            diagnostics.append(_unasked(address, wider, people))
        elif wider:
            diagnostics.extend(_not_checked(given, address, snapshot))
    return SideEffects(tuple(told), tuple(diagnostics))


def _people(
    given: TenantInput, address: Address, schedule: order.Schedule, world: World
) -> tuple[str, ...]:
    """The people who hold the object between both writes, not who leaves before or joins after."""
    holds = _Holders(world, world.of(address).key)
    first = schedule.waits[address]

    def holds_then(person: Expected) -> bool:
        before, after = holds.before(person), holds.after(person)
        if before and after:
            return True
        ordered = person.address is not None and (
            person.address in first
            if before
            else address in schedule.waits.get(person.address, frozenset())
        )
        return (before or after) and not ordered

    kinds = [kind.key for kind in given.groups.kinds.values() if kind.shape.person]
    people = (each for kind in kinds for each in world.all_of(kind))
    return tuple(sorted(shown(e) for e in people if e.active and e.before and holds_then(e)))


class _Holders:
    """The people who refer to one object, by way of others too, now and after the plan."""

    def __init__(self, world: World, key: Ref) -> None:
        self._world = world
        self._before: dict[Ref, bool] = {key: True}
        self._after: dict[Ref, bool] = {key: True}

    def before(self, each: Expected) -> bool:
        """Return whether it does now."""
        return self._reaches(each.before, self._before, now=True)

    def after(self, each: Expected) -> bool:
        """Return whether it does after the plan."""
        return self._reaches(each.values, self._after, now=False)

    def _reaches(self, values: Values, known: dict[Ref, bool], *, now: bool) -> bool:
        for _, key in refs(values):
            if key not in known:
                known[key] = False  # what refers to itself reaches by another way or not at all
                held = self._world.now(key) if now else self._world.get(key)
                if held is not None:
                    known[key] = self._reaches(held.before if now else held.values, known, now=now)
            if known[key]:
                return True
        return False


def _unasked(address: Address, wider: Iterable[Disturbance], people: int) -> Diagnostic:
    several = "people" if people != 1 else "person"
    more = "; ".join(each.wider for each in wider)
    rules = ", ".join(dict.fromkeys(each.rule for each in wider))
    return Diagnostic(
        Severity.ERROR,
        "PLN145",
        f"{people} {several} could briefly do more than before and after: {more} ({rules})",
        hint="move them to another one first, or apply while they are not at work",
        address=address,
        tenant=address.tenant,
        guard="transient",
    )


def _not_checked(given: TenantInput, address: Address, snapshot: Snapshot) -> Iterator[Diagnostic]:
    partial = [
        snapshot.partial[k.key] for k in given.groups.kinds.values() if k.key in snapshot.partial
    ]
    if partial:
        yield Diagnostic(
            Severity.INFO,
            "PLN145",
            f"not checked: whether anybody could briefly do more: {partial[0]}",
            address=address,
            tenant=given.tenant,
        )
