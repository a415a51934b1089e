"""Pruning: what only the tenant has is deleted, where the project file asks for that.

What the vendor made stays, and so does what others still refer to: a plan deletes nothing that
somebody needs, and is not stopped by it either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.contract.vendor import Kind
from reconciler.model.address import Address, GroupKind
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.name import normal
from reconciler.model.value import Ref, Values, refs
from reconciler.planning.match import Match
from reconciler.planning.planned_object import Item, TenantInput, only_there, others
from reconciler.planning.refusals import folded
from reconciler.planning.visibility import View


@dataclass(frozen=True, slots=True)
class Pruning:
    """The objects that only the tenant has and that are deleted, and why others of them stay."""

    items: tuple[Item, ...] = ()
    notes: tuple[Diagnostic, ...] = ()


def prune(
    given: TenantInput,
    matches: Iterable[Match],
    known: Iterable[Item],
    snapshot: Snapshot,
    view: View,
) -> Pruning:
    """The objects to prune of the kinds in `given.prune`; `known` are items of manifests and rows.

    Nothing does where a kind is seen in part: what is hidden may be managed, or refer to it. With
    targets only those go that are meant by them.
    """
    kinds = [kind for kind in given.groups.kinds.values() if kind.key in given.prune]
    targets = given.targets
    wanted = None if targets is None else {each for each in targets if each.outside is not None}
    if not kinds or given.revert is not None or wanted == set():
        return Pruning()
    hidden = [
        snapshot.partial[k.key] for k in given.groups.kinds.values() if k.key in snapshot.partial
    ]
    if hidden:
        return Pruning(notes=(_hidden_kinds_stay(given, hidden[0]),))
    known = tuple(known)
    going, notes = _candidates(given, _unclaimed(kinds, matches, known, snapshot), view)
    protected = _protected(known, going)
    going = {key: item for key, item in going.items() if key not in protected}
    notes.extend(protected.values())
    if wanted is not None:
        going = {key: item for key, item in going.items() if item.address in wanted}
        notes = [_no_such(each) for each in sorted(wanted - {i.address for i in going.values()})]
    held = _held(going, _staying(known, snapshot, going))
    notes.extend(_still_needed(given, going, held))
    return Pruning(tuple(item for key, item in going.items() if key not in held), tuple(notes))


def _protected(known: Iterable[Item], going: Mapping[Ref, Item]) -> dict[Ref, Diagnostic]:
    """What took the place of a protected object of the state is protected too."""
    found: dict[Ref, Diagnostic] = {}
    for lost in known:
        if lost.row is None or lost.live is not None or not lost.row.prevent_destroy:
            continue
        for key, item in going.items():
            if item.kind is lost.kind and normal(item.name) == normal(lost.row.name):
                found[key] = Diagnostic(
                    Severity.ERROR,
                    "PLN110",
                    f"`{item.name}` would be pruned: it was recreated in the tenant (id {key}), "
                    f"and lifecycle.preventDestroy is set for {lost.address.short}",
                    hint="put the manifest back, apply it once without preventDestroy, then "
                    "remove it",
                    address=lost.address,
                    tenant=lost.address.tenant,
                )
    return found


@dataclass(frozen=True, slots=True)
class _Unclaimed:
    """What no manifest and no row stands for, of one kind; whether Git has the kind at all."""

    kind: Kind
    objects: tuple[LiveObject, ...]
    is_declared: bool


def _candidates(
    given: TenantInput, unclaimed: Iterable[_Unclaimed], view: View
) -> tuple[dict[Ref, Item], list[Diagnostic]]:
    """The objects that may go if nobody needs them, and why the rest does not."""
    going: dict[Ref, Item] = {}
    notes: list[Diagnostic] = []
    for each in unclaimed:
        if own := [row.name for row in each.objects if row.protected]:
            notes.append(_vendors_own(given, each.kind, own))
        free = [row for row in each.objects if not row.protected]
        if free and not each.is_declared:
            why = f"no manifest is of kind {each.kind.name}"
            notes.append(_undeclared_kind_stays(given, why))
        else:
            going |= {
                Ref(row.id): only_there(given, each.kind, row, gone=True, view=view) for row in free
            }
    return going, notes


def _unclaimed(
    kinds: Iterable[Kind], matches: Iterable[Match], known: tuple[Item, ...], snapshot: Snapshot
) -> Iterator[_Unclaimed]:
    """Kind by kind; but none where it is not clear what a manifest means: each could be it."""
    clear: dict[GroupKind, bool] = {}
    for match in matches:
        clear[match.kind.key] = match.is_clear and clear.get(match.kind.key, True)
    claimed = {(item.kind.key, str(item.key)) for item in known}
    for kind in kinds:
        if clear.get(kind.key, True):
            rows = snapshot.objects.get(kind.key, ())
            rest = tuple(row for row in rows if (kind.key, row.id) not in claimed)
            yield _Unclaimed(kind, rest, kind.key in clear)


def _staying(
    known: tuple[Item, ...], snapshot: Snapshot, going: Mapping[Ref, Item]
) -> Iterator[tuple[str, Values]]:
    """The objects that the plan leaves: their names and values after it."""
    for item in known:
        if not item.deletes:
            yield _called(item.kind.name, str(item.after.get("name", item.name))), item.after
    for each in others(snapshot, (*known, *going.values())):
        yield _called(each.kind.name, each.name), each.values


def _held(
    going: Mapping[Ref, Item], staying: Iterable[tuple[str, Values]]
) -> Mapping[Ref, list[str]]:
    """The objects that cannot go, and who refers to them: what those refer to stays as well."""
    held: dict[Ref, list[str]] = {}
    while True:
        found: dict[Ref, list[str]] = defaultdict(list)
        for called, values in staying:
            for key in {key for _, key in refs(values)}:
                if key in going and key not in held:
                    found[key].append(called)
        if not found:
            return held
        held |= found
        staying = [(_called(going[k].kind.name, going[k].name), going[k].before) for k in found]


def _no_such(wanted: Address) -> Diagnostic:
    return Diagnostic(
        Severity.ERROR,
        "PLN164",
        f"there is no {wanted.kind} {wanted.outside} to prune",
        hint="what Git lacks and the vendor did not make is pruned: `reconciler plan` without "
        "targets shows all of it",
        address=wanted,
        tenant=wanted.tenant,
    )


def _still_needed(
    given: TenantInput, going: Mapping[Ref, Item], held: Mapping[Ref, list[str]]
) -> Iterator[Diagnostic]:
    """One warning for each kind."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for key, holders in held.items():
        first, *more = sorted(holders)
        rest = f" and {len(more)} more" if more else ""
        by_kind[going[key].kind.name].append(f"`{going[key].name}` ({first}{rest})")
    for kind, names in by_kind.items():
        yield Diagnostic(
            Severity.WARNING,
            "PLN162",
            f"{len(names)} {kind} that Git lacks {_stay(names)}, because others still refer to "
            f"{'them' if len(names) > 1 else 'it'}: {folded(sorted(names))}",
            hint="move those that refer to something else first, or write a manifest",
            tenant=given.tenant,
        )


def _vendors_own(given: TenantInput, kind: Kind, names: list[str]) -> Diagnostic:
    return Diagnostic(
        Severity.INFO,
        "PLN163",
        f"{len(names)} {kind.name} that Git lacks {_stay(names)}, being the vendor's own: "
        f"{folded(sorted(names))}",
        tenant=given.tenant,
    )


def _hidden_kinds_stay(given: TenantInput, why: str) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        "PLN160",
        f"nothing is pruned: {why}",
        hint="plan as somebody who sees all",
        tenant=given.tenant,
    )


def _undeclared_kind_stays(given: TenantInput, why: str) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        "PLN161",
        f"nothing of it is pruned: {why}",
        hint="nothing in Git never means `remove all`: correct where manifests are looked "
        "for, or delete by hand what is meant",
        tenant=given.tenant,
    )


def _stay(names: list[str]) -> str:
    return "stay" if len(names) > 1 else "stays"


def _called(kind: str, name: str) -> str:
    return f"{kind} `{name}`"
