"""How far a plan reaches into one tenant: what it destroys, and whose access it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.model.guard import Reached, Thresholds
from reconciler.model.live import Snapshot
from reconciler.model.value import Ref, refs
from reconciler.planning.item import Item, TenantInput
from reconciler.rules.world import Expected, World
from reconciler.vendor import Kind


@dataclass(frozen=True, slots=True)
class Missing:
    """Objects of one kind that we own and that a complete list no longer has.

    `listed` is how many objects the list has, `owned` how many of the kind are ours; `planned` are
    the missing ones that the plan would make anew, or forget.
    """

    kind: str
    listed: int
    owned: int
    gone: int
    planned: tuple[str, ...]

    def is_doubtful(self, thresholds: Thresholds) -> bool:
        """Whether the list is rather to be doubted than believed: empty, or without most."""
        most = self.gone * 2 > self.owned and self.gone > thresholds.destroy
        return bool(self.planned) and (not self.listed or most)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far one tenant's plan reaches: what it destroys, and whose access it changes.

    Objects and people by their shown addresses, or names where no manifest declares them; `users`
    is how many people the tenant has.
    """

    destroyed: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    users: int = 0
    missing: tuple[Missing, ...] = ()

    def numbers(self, thresholds: Thresholds) -> Reached:
        """The counts; what a doubtful list lacks counts as destroyed."""
        doubtful = sum(len(m.planned) for m in self.missing if m.is_doubtful(thresholds))
        return Reached(len(self.destroyed) + doubtful, len(self.people), self.users)


def reach(given: TenantInput, items: Iterable[Item], world: World, snapshot: Snapshot) -> Reach:
    """What the plan of one tenant destroys, and the people whose access it changes."""
    kinds = {kind.name: kind for kind in given.vendor.kinds}
    users = sum(len(snapshot.objects.get(k.name, ())) for k in kinds.values() if k.person)
    items = [item for item in items if item.changes]
    if not items:
        return Reach(users=users)
    return Reach(
        destroyed=tuple(sorted(item.shown for item in items if _takes_away(item))),
        people=tuple(sorted(map(shown, _people(world, kinds)))),
        users=users,
        missing=tuple(missing(given, items, snapshot)),
    )


def _takes_away(item: Item) -> bool:
    """Whether an object is deleted, or switched off."""
    is_off = item.live is not None and item.kind.is_on(item.before) and item.writes
    return item.deletes or (is_off and not item.kind.is_on(item.after))


def _people(world: World, kinds: Mapping[str, Kind]) -> Iterator[Expected]:
    """The existing people whose own attributes of access change, or those of what they hold."""
    known: dict[Ref, bool] = {}

    def changes(each: Expected) -> bool:
        if each.key not in known:
            known[each.key] = False  # what refers to itself changes by itself or not at all
            deciding = kinds[each.kind].access
            known[each.key] = any(
                each.before.get(name) != each.values.get(name) for name in deciding
            ) or any(
                changes(held)
                for name in deciding
                for _, key in refs(each.values.get(name))
                if (held := world.get(key)) is not None
            )
        return known[each.key]

    for kind in kinds.values():
        if kind.person:
            yield from (each for each in world.all_of(kind.name) if each.before and changes(each))


def missing(given: TenantInput, items: Iterable[Item], snapshot: Snapshot) -> Iterator[Missing]:
    """The owned objects that complete lists no longer have, kind by kind."""
    items = tuple(items)
    rows: dict[str, list[str]] = {}
    for row in given.rows.values():
        rows.setdefault(row.address.split("/", 3)[2], []).append(row.object_id)
    for kind, owned in rows.items():
        there = {each.id for each in snapshot.objects.get(kind, ())}
        gone = [object_id for object_id in owned if object_id not in there]
        if not gone or kind in snapshot.partial:
            continue
        planned = sorted(
            item.address.short
            for item in items
            if item.kind.name == kind and item.row is not None and item.live is None
        )
        yield Missing(kind, len(there), len(owned), len(gone), tuple(planned))


def shown(each: Expected) -> str:
    """How a guard names an object: by its address, else by what the tenant calls it."""
    return each.address.short if each.address else f"{each.kind} {each.name}"
