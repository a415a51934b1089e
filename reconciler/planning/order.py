"""In which order a plan writes: operations as a graph, the graph as numbered steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from reconciler.contract.answers import offered
from reconciler.contract.vendor import Kind
from reconciler.model.address import Address, GroupKind
from reconciler.model.change import Action
from reconciler.model.name import normal
from reconciler.model.value import Ref, Values, refs


@dataclass(frozen=True, slots=True)
class Write:
    """One object that a plan writes, with its whole values before and after.

    A write that `mends` restores what the vendor itself changed with the one before it; `copy_of`
    is what a new object starts as a copy of.
    """

    address: Address
    key: Ref
    kind: Kind
    action: Action
    name_before: str | None
    name_after: str | None
    before: Values
    after: Values
    mends: bool = False
    copy_of: Ref | None = None

    @property
    def is_on_before(self) -> bool:
        """Return whether it can be used now."""
        return bool(self.before) and self.kind.lifecycle.is_on(self.before)

    @property
    def is_on_after(self) -> bool:
        """Return whether it can be used once written."""
        return bool(self.after) and self.kind.lifecycle.is_on(self.after)

    def used_before(self) -> frozenset[Ref]:
        """The objects it uses now: what is switched off uses nothing."""
        return self.referred_before() if self.is_on_before else frozenset()

    def used_after(self) -> frozenset[Ref]:
        """The objects it uses once written."""
        return self.referred_after() if self.is_on_after else frozenset()

    def referred_before(self) -> frozenset[Ref]:
        """The objects it refers to now."""
        return frozenset(ref for _, ref in refs(self.before))

    def referred_after(self) -> frozenset[Ref]:
        """The objects it refers to once written."""
        return frozenset(ref for _, ref in refs(self.after))


@dataclass(frozen=True)
class Schedule:
    """The writes in steps, and what each address waits for.

    Who waits for an address waits for the write that restores it too.
    """

    steps: tuple[tuple[Write, ...], ...]
    waits: Mapping[Address, frozenset[Address]]

    @cached_property
    def places(self) -> Mapping[Address, tuple[int, int]]:
        """Step (from 1) and place within it, of each address that is written."""
        return {
            write.address: (number, place)
            for number, step in enumerate(self.steps, 1)
            for place, write in enumerate(step)
            if not write.mends
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

    objects: Mapping[GroupKind, int]
    referrers: Mapping[tuple[Ref, GroupKind], int]


def schedule(writes: Iterable[Write], now: Counts, disturbed: Collection[Address] = ()) -> Schedule:
    """The writes in generations: each has all that it waits for in an earlier one.

    What is `disturbed` is written again in the step that follows. Raises ImpossibleOrderError
    where writes wait for each other in a circle.
    """
    writes = tuple(writes)
    waits = _edges(writes, now, disturbed)
    by_address = {write.address: write for write in writes}
    sorter = TopologicalSorter(waits)
    try:
        sorter.prepare()
    except CycleError as error:
        raise ImpossibleOrderError(tuple(error.args[1])) from error
    steps: list[tuple[Write, ...]] = []
    open_: list[Write] = []
    while sorter.is_active():
        ready = sorted((by_address[a] for a in sorter.get_ready()), key=_rank)
        fine = [write for write in ready if write.address not in disturbed]
        # the moment in between is short: last in its step, and first in the next one
        left = [write for write in ready if write.address in disturbed]
        steps.append((*(replace(write, mends=True) for write in open_), *fine, *left))
        sorter.done(*(write.address for write in (*open_, *fine)))
        open_ = left
    return Schedule(tuple(steps), waits)


def _rank(write: Write) -> tuple[bool, int, Address]:
    return (write.action is Action.DELETE, write.kind.shape.order, write.address)


def _edges(
    writes: tuple[Write, ...], now: Counts, disturbed: Collection[Address]
) -> Mapping[Address, frozenset[Address]]:
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
    _use_what_is_on(writes, by_key, waits)
    _copy_after_the_original(writes, by_key, waits)
    for write in writes:
        if write.address in disturbed:
            _keep_out(write, joins[write.key], leaves[write.key], waits)
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
            same = [joiner for joiner in joiners if joiner.kind is leaver.kind]
            limit = offered(leaver.kind.shape.share_limit)
            if limit and now.referrers.get((key, leaver.kind.key), 0) + len(same) > limit:
                for joiner in same:
                    waits[joiner.address].add(leaver.address)


def _delete_before_create(writes: tuple[Write, ...], now: Counts, waits: Waits) -> None:
    """Where a tenant holds so many objects of a kind and no more (WCC146).

    Those that still have a place wait for nothing; each of the others waits for every deletion.
    """
    limits = {write.kind.key: offered(write.kind.shape.count_limit) for write in writes}
    for key, limit in limits.items():
        if limit is None:
            continue
        mine = [write for write in writes if write.kind.key == key]
        deleted = {write.address for write in mine if write.action is Action.DELETE}
        created = sorted(write.address for write in mine if write.action is Action.CREATE)
        places = max(0, limit - now.objects.get(key, 0))
        for address in created[places:]:
            waits[address] |= deleted


def _free_a_name_before_taking_it(writes: tuple[Write, ...], waits: Waits) -> None:
    frees = {
        (write.kind.key, normal(write.name_before)): write
        for write in writes
        if write.name_before is not None and write.name_before != write.name_after
    }
    for write in writes:
        if write.name_after is None or write.name_after == write.name_before:
            continue
        freeing = frees.get((write.kind.key, normal(write.name_after)))
        if freeing is not None:
            waits[write.address].add(freeing.address)


def _use_what_is_on(writes: tuple[Write, ...], by_key: Mapping[Ref, Write], waits: Waits) -> None:
    """What is switched on comes before who uses it from then on, and what is switched off after
    whoever no longer does, or is switched off as well.
    """
    for write in writes:
        for key in write.used_after():
            used = by_key.get(key)
            if used is not None and used.is_on_after and not used.is_on_before:
                waits[write.address].add(used.address)
        for key in write.used_before() - write.used_after():
            used = by_key.get(key)
            if used is not None and used.is_on_before and not used.is_on_after:
                waits[used.address].add(write.address)


def _copy_after_the_original(
    writes: tuple[Write, ...], by_key: Mapping[Ref, Write], waits: Waits
) -> None:
    """A copy is made of what is there, as the plan leaves it; not of what is switched off, which
    may wait for those who move to the copy.
    """
    for write in writes:
        original = by_key.get(write.copy_of) if write.copy_of is not None else None
        if original is not None and not (original.is_on_before and not original.is_on_after):
            waits[write.address].add(original.address)


def _keep_out(
    disturbed: Write, joining: Iterable[Write], leaving: Iterable[Write], waits: Waits
) -> None:
    """Of the moment in which the vendor has changed an object: who leaves it leaves before, who
    joins it joins after that. Not where it would make a circle: order comes first.
    """
    here = disturbed.address
    followers = _reached(here, _reversed(waits))
    waits[here].update(each.address for each in leaving if each.address not in followers)
    needed = _reached(here, waits)
    for each in joining:
        if each.address not in needed:
            waits[each.address].add(here)


def _reversed(waits: Waits) -> Waits:
    found: Waits = defaultdict(set)
    for address, before in waits.items():
        for each in before:
            found[each].add(address)
    return found


def _reached(start: Address, edges: Waits) -> set[Address]:
    """All that is found on the way from an address, itself included."""
    found, left = {start}, [start]
    while left:
        new = edges.get(left.pop(), set()) - found
        found |= new
        left.extend(new)
    return found
