"""Unmanaged objects: those that came since an earlier drift check are drift.

Without an earlier check it is unknown what is new: what is to be pruned is drift then,
as it should not be there, and the rest is noted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from reconciler.contract.vendor import Kind
from reconciler.model.address import GroupKind
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.value import Ref
from reconciler.planning.planned_object import Item, TenantInput, only_there
from reconciler.planning.refusals import listed


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Objects to report one by one, and a note on those of which only that is known."""

    told: tuple[Item, ...] = ()
    notes: tuple[Diagnostic, ...] = ()


def newcomers(  # noqa: PLR0913, PLR0917 - what there is, and what is known of it
    given: TenantInput,
    known: Mapping[GroupKind, frozenset[str]] | None,
    reported: Collection[GroupKind],
    items: Iterable[Item],
    snapshot: Snapshot,
    going: Collection[Ref],
) -> Newcomers:
    """The unmanaged objects of the `reported` kinds, less those that are `known` by id.

    The vendor's own objects came with the tenant. What a plan would prune (`going`) is reported one
    by one however long it is there, and that alone where no earlier check is known.
    """
    ours = {(item.kind.key, str(item.key)) for item in items}
    told: list[Item] = []
    notes: list[Diagnostic] = []
    for kind in sorted(given.groups.kinds.values(), key=lambda kind: kind.shape.order):
        rows = [] if kind.key not in reported else snapshot.objects.get(kind.key, ())
        before = (known or {}).get(kind.key, frozenset())
        rest = [
            each
            for each in sorted(rows, key=lambda each: (each.name, each.id))
            if (kind.key, each.id) not in ours
            and not each.protected
            and (each.id not in before or each.id in going)
        ]
        new = [each for each in rest if known is not None or each.id in going]
        told.extend(only_there(given, kind, each) for each in new)
        if len(new) < len(rest):
            notes.append(_not_in_git(given, kind, [each for each in rest if each not in new]))
    return Newcomers(tuple(told), tuple(notes))


def _not_in_git(given: TenantInput, kind: Kind, rest: list[LiveObject]) -> Diagnostic:
    are, they_are = ("is", "it is") if len(rest) == 1 else ("are", "they are")
    return Diagnostic(
        Severity.INFO,
        "PLN133",
        f"{len(rest)} {kind.name} {are} not in Git (first drift check: unknown whether {they_are} "
        f"new): {listed([each.name for each in rest])}",
        tenant=given.tenant,
    )
