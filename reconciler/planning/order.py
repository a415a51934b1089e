"""In which order a plan writes: operations as a graph, the graph as numbered steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.value import Ref, Values, refs
from reconciler.planning.match import normal
from reconciler.vendor import Kind


@dataclass(frozen=True, slots=True)
class Write:
    """One object that a plan writes, with its whole values before and after."""

    address: Address
    key: Ref
    kind: Kind
    action: Action
    name_before: str | None
    name_after: str | None
    before: Values
    after: Values

    def referred_before(self) -> frozenset[Ref]:
        """What the object refers to now."""
        return frozenset(ref for _, ref in refs(self.before))

    def referred_after(self) -> frozenset[Ref]:
        """What it refers to once written."""
        return frozenset(ref for _, ref in refs(self.after))


@dataclass(frozen=True)
class Schedule:
    """The writes in steps, and what each waits for."""

    steps: tuple[tuple[Write, ...], ...]
    waits: Mapping[Address, frozenset[Address]]

    @cached_property
    def places(self) -> Mapping[Address, tuple[int, int]]:
        """Step (from 1) and place within it, of each address that is written."""
        return {
            write.address: (number, place)
            for number, step in enumerate(self.steps, 1)
            for place, write in enumerate(step)
        }


class ImpossibleOrderError(Exception):
    """Writes that each have to wait for the other."""

    def __init__(self, addresses: tuple[Address, ...]) -> None:
        super().__init__(" -> ".join(address.short for address in addresses))
        self.addresses = addresses


@dataclass(frozen=True, slots=True)
class Counts:
    """What the tenant holds now, as limits count it: objects of a kind, and per object and kind
    of referrer how many refer to it.
    """

    objects: Mapping[str, int]
    referrers: Mapping[tuple[Ref, str], int]


def schedule(writes: Iterable[Write], now: Counts) -> Schedule:
    """The writes in generations: each has all that it waits for in an earlier one.

    Raises ImpossibleOrderError where writes wait for each other in a circle.
    """
    writes = tuple(writes)
    waits = _edges(writes, now)
    by_address = {write.address: write for write in writes}
    sorter = TopologicalSorter(waits)
    try:
        sorter.prepare()
    except CycleError as error:
        raise ImpossibleOrderError(tuple(error.args[1])) from error
    steps: list[tuple[Write, ...]] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        steps.append(tuple(sorted((by_address[a] for a in ready), key=_rank)))
        sorter.done(*ready)
    return Schedule(tuple(steps), waits)


def _rank(write: Write) -> tuple[bool, int, Address]:
    return (write.action is Action.DELETE, write.kind.order, write.address)


def _edges(writes: tuple[Write, ...], now: Counts) -> Mapping[Address, frozenset[Address]]:
    waits: dict[Address, set[Address]] = {write.address: set() for write in writes}
    by_key = {write.key: write for write in writes}
    joins: dict[Ref, list[Write]] = defaultdict(list)
    leaves: dict[Ref, list[Write]] = defaultdict(list)
    for write in writes:
        before, after = write.referred_before(), write.referred_after()
        for key in after - before:
            joins[key].append(write)
        for key in before - after:
            leaves[key].append(write)
    _create_before_reference(joins, by_key, waits)
    _dereference_before_delete(leaves, by_key, waits)
    _leave_before_join(joins, leaves, now, waits)
    _delete_before_create(writes, now, waits)
    _free_a_name_before_taking_it(writes, waits)
    return {address: frozenset(before - {address}) for address, before in waits.items()}


Waits = dict[Address, set[Address]]
Groups = Mapping[Ref, list[Write]]


def _create_before_reference(joins: Groups, by_key: Mapping[Ref, Write], waits: Waits) -> None:
    for key, joiners in joins.items():
        created = by_key.get(key)
        if created is not None and created.action is Action.CREATE:
            for joiner in joiners:
                waits[joiner.address].add(created.address)


def _dereference_before_delete(leaves: Groups, by_key: Mapping[Ref, Write], waits: Waits) -> None:
    for key, leavers in leaves.items():
        deleted = by_key.get(key)
        if deleted is not None and deleted.action is Action.DELETE:
            waits[deleted.address].update(leaver.address for leaver in leavers)


def _leave_before_join(joins: Groups, leaves: Groups, now: Counts, waits: Waits) -> None:
    """Where an object may be referred to by so many and no more (WCC123)."""
    for key, joiners in joins.items():
        for leaver in leaves.get(key, ()):
            same = [joiner for joiner in joiners if joiner.kind.name == leaver.kind.name]
            limit = leaver.kind.share_limit
            if limit and now.referrers.get((key, leaver.kind.name), 0) + len(same) > limit:
                for joiner in same:
                    waits[joiner.address].add(leaver.address)


def _delete_before_create(writes: tuple[Write, ...], now: Counts, waits: Waits) -> None:
    """Where a tenant holds so many objects of a kind and no more (WCC146).

    Those that still have a place wait for nothing; each of the others waits for every deletion.
    """
    limited = {write.kind.name: write.kind for write in writes if write.kind.count_limit}
    for name, kind in limited.items():
        mine = [write for write in writes if write.kind.name == name]
        deleted = {write.address for write in mine if write.action is Action.DELETE}
        created = sorted(write.address for write in mine if write.action is Action.CREATE)
        places = max(0, (kind.count_limit or 0) - now.objects.get(name, 0))
        for address in created[places:]:
            waits[address] |= deleted


def _free_a_name_before_taking_it(writes: tuple[Write, ...], waits: Waits) -> None:
    frees = {
        (write.kind.name, normal(write.name_before)): write
        for write in writes
        if write.name_before is not None and write.name_before != write.name_after
    }
    for write in writes:
        if write.name_after is None or write.name_after == write.name_before:
            continue
        freeing = frees.get((write.kind.name, normal(write.name_after)))
        if freeing is not None:
            waits[write.address].add(freeing.address)
