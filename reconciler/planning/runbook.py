"""The changes that no API offers: found before anything is written, shown as steps for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.plan import Step
from reconciler.model.runbook import Guide, RunbookStep
from reconciler.planning import diff
from reconciler.planning.planned_object import Item
from reconciler.rules.world import World

Guides = Mapping[Address, Guide]


def guides(items: Iterable[Item], world: World) -> Guides:
    """The manual steps for those of these changes that the vendor's API does not offer."""
    removed = {each.key: each for each in world.removed}
    found: dict[Address, Guide] = {}
    for item in items:
        if item.writes:
            planned = removed[item.key] if item.deletes else world.of(item.address)
            if guide := item.kind.lifecycle.guide(
                _action(item), planned, world.within(item.kind.group)
            ):
                found[item.address] = guide
    return found


def is_all(item: Item, guide: Guide | None) -> bool:
    """Return whether a person does all that is written of an object."""
    if guide is None:
        return False
    changed = diff.differing(item.before, item.after)
    return not guide.attributes or set(changed) <= set(guide.attributes)


def withheld(
    items: Iterable[Item], found: Guides, waits: Mapping[Address, Collection[Address]]
) -> dict[Address, frozenset[str] | None]:
    """The attributes that an apply leaves to a person, or to the apply after that, by address; None
    is all of them. `waits` are the addresses that each one waits for.
    """
    left: dict[Address, frozenset[str] | None] = {}
    for item in items:
        if guide := found.get(item.address):
            is_whole = is_all(item, guide)
            left[item.address] = None if is_whole else frozenset(guide.attributes)
    waiting = set(left)
    while waiting:
        waiting = {
            address
            for address, needed in waits.items()
            if left.get(address, frozenset()) is not None and not waiting.isdisjoint(needed)
        }
        left |= dict.fromkeys(waiting)
    return left


def told(steps: Iterable[Step], found: Guides) -> tuple[RunbookStep, ...]:
    """The steps of the runbook, in the plan's order, each with the addresses that wait for it."""
    operations = [each for step in steps for each in step.operations]
    waiting: dict[str, list[str]] = defaultdict(list)
    for each in operations:
        for before in each.after:
            waiting[before].append(each.addresses[0])
    return tuple(
        RunbookStep(
            each.id,
            each.addresses[0],
            Address.parse(each.addresses[0]).tenant,
            found[Address.parse(each.addresses[0])],
            tuple(dict.fromkeys(waiting[each.id])),
        )
        for each in operations
        if each.by == "hand"
    )


def _action(item: Item) -> Action:
    if item.deletes:
        return Action.DELETE
    return Action.UPDATE if item.live else Action.CREATE
