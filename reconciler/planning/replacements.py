"""Objects that were deleted in the tenant while another one came under the same name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from reconciler.model.address import GroupKind
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.name import normal
from reconciler.model.ownership import Row
from reconciler.model.value import Ref, refs
from reconciler.planning.planned_object import Item
from reconciler.planning.refusals import error
from reconciler.planning.resolve import Directory
from reconciler.planning.visibility import named_references


def notes(
    items: Collection[Item], snapshot: Snapshot, directory: Directory
) -> Iterator[Diagnostic]:
    """Warn of names that mean other objects now, and of what stays once its manifest is gone."""
    for item in items:
        if item.row is not None and item.live is not None and item.differs and not item.gone:
            yield from _other_objects(item, item.row, directory)
    yield from _left_unmanaged(items, snapshot)


def _other_objects(item: Item, row: Row, directory: Directory) -> Iterator[Diagnostic]:
    """References of a manifest whose name stood for another object at the last apply."""
    applied = {(path, normal(name)): Ref(key) for path, key, name in named_references(row.applied)}
    known = set(applied.values())
    for path, key in refs(item.declared):
        name = normal(directory.name_of(key))
        was = applied.get((path, name))
        if was is None or was == key or type(key) is not Ref or key in known:
            continue
        now = directory.called(was)
        what = (
            f"was recreated: id {key} instead of {was}"
            if now is None
            else f"is another object now (id {key}): the one of the last apply (id {was}) is "
            f"called `{now}`"
        )
        yield replace(
            error(
                item,
                "REF145",
                f"`{directory.name_of(key)}` {what}",
                ("spec", *path),
                hint="check that the new one is meant",
            ),
            severity=Severity.WARNING,
        )


def _left_unmanaged(items: Collection[Item], snapshot: Snapshot) -> Iterator[Diagnostic]:
    """Objects that took the place of what has left Git, and that nothing else of the plan means."""
    lost = [item for item in items if item.gone and item.live is None and item.row is not None]
    if not lost:
        return
    meant = {(item.kind.key, str(item.key)) for item in items if item.live is not None}
    there: dict[tuple[GroupKind, str], LiveObject] = {}
    for kind in {item.kind.key for item in lost}:
        rows = snapshot.objects.get(kind, ())
        there |= {(kind, normal(o.name)): o for o in rows if (kind, o.id) not in meant}
    for item in lost:
        found = there.get((item.kind.key, normal(item.name)))
        if found is not None:
            yield replace(
                error(
                    item,
                    "PLN177",
                    f"`{found.name}` was recreated in the tenant (id {found.id} instead of "
                    f"{item.key}): it stays, and is not managed",
                    hint="put the manifest back to manage it, or delete it in the tenant",
                ),
                severity=Severity.WARNING,
            )
