"""Blast radius of a plan in one tenant: what it destroys, and whose access it changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.contract.vendor import Kind
from reconciler.model.address import OUTSIDE, Address, GroupKind
from reconciler.model.guard import Affected, Reached, Thresholds
from reconciler.model.live import Snapshot
from reconciler.model.value import Ref, Values, refs
from reconciler.planning.planned_object import Item, TenantInput
from reconciler.rules.world import Expected, World

Withheld = Mapping[Address, frozenset[str] | None]
"""The attributes that an apply leaves to a person, by address; None is all of them."""

NOTHING_WITHHELD: Withheld = {}


@dataclass(frozen=True, slots=True, order=True)
class Counted:
    """One object or person that a guard counts.

    `shown` is its address without the tenant, or its name where no manifest declares it; `id` is
    the vendor's, behind the kind; `by` are the addresses whose operations affect it.
    """

    shown: str
    address: str
    id: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Gained:
    """Somebody who becomes able to give or define rights, and what they become able to do."""

    person: Counted
    powers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """Owned objects of one kind that a complete list no longer has.

    `listed` is how many objects the list has, `owned` how many of the kind are owned; `planned` are
    the missing ones that the plan would recreate, or forget.
    """

    kind: str
    listed: int
    owned: int
    gone: int
    planned: tuple[Counted, ...]

    def is_doubtful(self, thresholds: Thresholds) -> bool:
        """Return whether the list is rather to be doubted than believed: empty, or without most."""
        most = self.gone * 2 > self.owned and self.gone > thresholds.destroy
        return bool(self.planned) and (not self.listed or most)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one tenant's plan reaches: what it destroys, whose access it changes, and who becomes
    able to give or define rights; `users` is how many people the tenant has.
    """

    destroyed: tuple[Counted, ...] = ()
    people: tuple[Counted, ...] = ()
    users: int = 0
    missing: tuple[Missing, ...] = ()
    administrators: tuple[Gained, ...] = ()

    def counted(self, thresholds: Thresholds) -> Mapping[str, tuple[Counted, ...]]:
        """The count of each guard; what a doubtful list lacks counts as destroyed."""
        doubtful = [c for m in self.missing if m.is_doubtful(thresholds) for c in m.planned]
        return {
            "destroy": (*self.destroyed, *doubtful),
            "people": self.people,
            "administrators": tuple(each.person for each in self.administrators),
        }

    def numbers(self, thresholds: Thresholds, earlier: Mapping[str, int]) -> Reached:
        """The counts of the plan; `earlier` are those of the window before it."""
        counted = self.counted(thresholds)
        return Reached(
            destroy=len(counted["destroy"]),
            people=len(counted["people"]),
            users=self.users,
            administrators=len(counted["administrators"]),
            earlier={guard: number for guard, number in earlier.items() if number},
            counted={guard: _grouped(each) for guard, each in counted.items() if each},
        )


def _grouped(counted: Iterable[Counted]) -> tuple[Affected, ...]:
    """Together what the same operations affect: many people hold one profile."""
    groups: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    for each in counted:
        groups[each.by][each.address] = each.id
    return tuple(Affected(by, dict(sorted(groups[by].items()))) for by in sorted(groups))


def reach(
    given: TenantInput,
    items: Iterable[Item],
    world: World,
    snapshot: Snapshot,
    withheld: Withheld = NOTHING_WITHHELD,
) -> Reach:
    """The objects that the plan of one tenant destroys, and the people whose access it changes.

    What is `withheld` from an apply a person changes, or the apply that comes after that.
    """
    kinds = given.groups.kinds
    users = sum(len(snapshot.objects.get(k.key, ())) for k in kinds.values() if k.shape.person)
    items = [item for item in items if item.changes]
    if not items:
        return Reach(users=users)
    changes = AccessChanges(given, world, withheld)
    return Reach(
        destroyed=tuple(sorted(_of_item(item) for item in items if _takes_away(item))),
        people=tuple(sorted(changes.people())),
        users=users,
        missing=tuple(missing(given, items, snapshot)),
    )


def _of_item(item: Item) -> Counted:
    address = str(item.address)
    key = item.row.object_id if item.live is None and item.row is not None else str(item.key)
    return Counted(item.shown, address, f"{item.kind.name}/{key}", (address,))


def _takes_away(item: Item) -> bool:
    """Return whether an object is deleted, or switched off."""
    is_off = item.live is not None and item.kind.lifecycle.is_on(item.before) and item.writes
    return item.deletes or (is_off and not item.kind.lifecycle.is_on(item.after))


class AccessChanges:
    """Whose access a plan changes, and by which of the objects that it changes: their own
    attributes of access, or those of what they hold.
    """

    def __init__(
        self, given: TenantInput, world: World, withheld: Withheld = NOTHING_WITHHELD
    ) -> None:
        self._tenant = given.tenant
        self._kinds: Mapping[GroupKind, Kind] = given.groups.kinds
        self._world = world
        self._withheld = withheld
        self._known: dict[Ref, frozenset[str]] = {}

    def people(self) -> Iterator[Counted]:
        """The existing people whose access changes."""
        for person in self.everybody():
            if person.before and (by := self.of(person)):
                yield self.counted(person, by)

    def everybody(self) -> Iterator[Expected]:
        """All people of the tenant."""
        for kind in self._kinds.values():
            if kind.shape.person:
                yield from self._world.all_of(kind.key)

    def counted(self, person: Expected, by: Iterable[str]) -> Counted:
        """A person, as guards count them."""
        key = f"{person.kind.name}/{person.key}"
        return Counted(shown(person), self._address(person), key, tuple(sorted(by)))

    def of(self, each: Expected) -> frozenset[str]:
        """The addresses of the changed objects that decide on what one gives, or may do."""
        if each.key in self._known:
            return self._known[each.key]
        self._known[each.key] = frozenset()  # what refers to itself changes by itself or not at all
        deciding, after = self._kinds[each.kind].access.attributes, self._after(each)
        is_changed = any(each.before.get(name) != after.get(name) for name in deciding)
        held = [key for name in deciding for _, key in refs(after.get(name))]
        if is_changed:
            held += [key for name in deciding for _, key in refs(each.before.get(name))]
        found = {self._address(each)} if is_changed else set()
        for key in dict.fromkeys(held):
            if (other := self._world.now(key)) is not None:
                found |= self.of(other)
        self._known[each.key] = frozenset(found)
        return self._known[each.key]

    def _after(self, each: Expected) -> Values:
        """The values that an apply leaves."""
        if each.address is None or each.address not in self._withheld:
            return each.values
        attributes = self._withheld[each.address]
        if attributes is None:
            return each.before
        kept = {name: value for name, value in each.values.items() if name not in attributes}
        return kept | {name: each.before[name] for name in attributes if name in each.before}

    def _address(self, each: Expected) -> str:
        return str(each.address or f"{self._tenant}/{each.kind}/{OUTSIDE}{each.key}")


def missing(given: TenantInput, items: Iterable[Item], snapshot: Snapshot) -> Iterator[Missing]:
    """The owned objects that complete lists no longer have, kind by kind."""
    items = tuple(items)
    rows: dict[GroupKind, list[str]] = {}
    for row in given.rows.values():
        rows.setdefault(GroupKind(*row.address.split("/", 3)[1:3]), []).append(row.object_id)
    for kind, owned in rows.items():
        there = {each.id for each in snapshot.objects.get(kind, ())}
        gone = [object_id for object_id in owned if object_id not in there]
        if not gone or kind in snapshot.partial:
            continue
        planned = sorted(
            _of_item(item)
            for item in items
            if item.kind.key == kind and item.row is not None and item.live is None
        )
        yield Missing(kind.name, len(there), len(owned), len(gone), tuple(planned))


def shown(each: Expected) -> str:
    """The name of an object in a guard's message: its address, else the tenant's name."""
    return each.address.short if each.address else f"{each.kind.name} {each.name}"
