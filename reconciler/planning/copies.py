"""New objects that start as the copy of another: their values, as far as no manifest says them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.model.live import Snapshot
from reconciler.model.value import Ref, Values
from reconciler.planning.planned_object import Item


def filled(items: Iterable[Item], snapshot: Snapshot | None) -> list[Item]:
    """The items, each new copy with what it takes from its original as the plan leaves that.

    Where the original is not known, or a copy of its own copy, nothing is taken.
    """
    items = list(items)
    copies = [item for item in items if item.copy_of is not None and item.live is None]
    if not copies:
        return items
    known = {item.key: item for item in items}
    made = {item.key: _made(item, known, snapshot, frozenset({item.key})) for item in copies}
    return [made.get(item.key, item) for item in items]


def _made(
    item: Item, known: Mapping[Ref, Item], snapshot: Snapshot | None, seen: frozenset[Ref]
) -> Item:
    original = item.copy_of
    if original is None or item.live is not None or original in seen:
        return item
    above = known.get(original)
    values: Values | None
    if above is not None:
        values = _made(above, known, snapshot, seen | {original}).after
    else:
        rows = snapshot.objects.get(item.kind.key, ()) if snapshot else ()
        values = next((row.values for row in rows if row.id == original), None)
    takes = item.kind.shape.copied - item.declared.keys()
    taken = {key: each for key, each in (values or {}).items() if key in takes}
    declared = {**item.declared, **taken}
    return replace(item, declared=declared, after=declared, taken=frozenset(taken))
