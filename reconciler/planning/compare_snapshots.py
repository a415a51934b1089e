"""Compare two snapshots of one tenant, object by object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from reconciler.groups import Groups
from reconciler.model.address import GroupKind
from reconciler.model.change import AttributeChange
from reconciler.model.live import InventoryItem, LiveObject, Snapshot
from reconciler.model.value import Ref
from reconciler.planning import diff


@dataclass(frozen=True, slots=True)
class Between:
    """An object or inventory item that came, went or changed; `was` is its earlier name."""

    kind: GroupKind
    id: str
    name: str
    change: Literal["added", "removed", "changed"]
    attributes: tuple[AttributeChange, ...] = ()
    was: str = ""


def between(before: Snapshot, after: Snapshot, groups: Groups) -> tuple[Between, ...]:
    """Every difference, by kind in their order, then by name; inventory comes last."""
    names = {each.id: each.name for view in (before, after) for each in _every(view)}

    def name_of(key: Ref) -> str:
        return names.get(str(key), str(key))

    found: list[Between] = []
    for kind in sorted(groups.kinds.values(), key=lambda each: each.shape.order):
        old = {each.id: each for each in before.objects.get(kind.key, ())}
        new = {each.id: each for each in after.objects.get(kind.key, ())}
        here: list[Between] = []
        for key, now in new.items():
            was = old.get(key)
            if was is None and any((e.kind, e.id) == (kind.key, key) for e in before.unknown):
                continue
            if was is None:
                attributes = diff.wholly("add", now.values, kind, name_of)
                here.append(Between(kind.key, key, now.name, "added", attributes))
            elif attributes := (
                *diff.changes(was.values, now.values, kind, name_of),
                *_access_ends_or_begins(was, now),
            ):
                earlier = was.name if was.name != now.name else ""
                here.append(Between(kind.key, key, now.name, "changed", attributes, earlier))
        unknown = {each.id for each in after.unknown if each.kind == kind.key}
        for key, was in old.items():
            if key not in new and key not in unknown:
                attributes = diff.wholly("remove", was.values, kind, name_of)
                here.append(Between(kind.key, key, was.name, "removed", attributes))
        found.extend(sorted(here, key=lambda each: (each.name, each.id)))
    return (*found, *_inventory(before, after))


def _access_ends_or_begins(was: LiveObject, now: LiveObject) -> Iterator[AttributeChange]:
    if was.active != now.active:
        yield AttributeChange("active", "change", was.active, now.active)


def _every(view: Snapshot) -> Iterator[LiveObject | InventoryItem]:
    for rows in view.objects.values():
        yield from rows
    for items in view.inventory.values():
        yield from items


def _inventory(before: Snapshot, after: Snapshot) -> Iterator[Between]:
    unread = {*before.unread, *after.unread}
    for kind in sorted({*before.inventory, *after.inventory} - unread):
        old: Mapping[str, str] = {i.id: i.name for i in before.inventory.get(kind, ())}
        new: Mapping[str, str] = {i.id: i.name for i in after.inventory.get(kind, ())}
        here = [Between(kind, key, new[key], "added") for key in new.keys() - old.keys()]
        here += [Between(kind, key, old[key], "removed") for key in old.keys() - new.keys()]
        here += [
            Between(kind, key, new[key], "changed", was=old[key])
            for key in new.keys() & old.keys()
            if new[key] != old[key]
        ]
        yield from sorted(here, key=lambda each: (each.name, each.id))
