"""Drift: how the tenant differs from what we last applied, told apart from what Git wants next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from reconciler.model.address import Address
from reconciler.model.change import AttributeChange, Source
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.ownership import Row
from reconciler.model.resource import Spec
from reconciler.model.value import Unresolved, Value, Values, refs
from reconciler.planning import diff, hidden
from reconciler.planning.item import (
    AnyResource,
    Item,
    TenantInput,
    from_manifest,
    others,
    removed_from_git,
    unclaimed,
)
from reconciler.planning.match import LiveIndex, match
from reconciler.planning.resolve import Directory
from reconciler.planning.view import View, completed, taken_for_granted
from reconciler.rules.rule import Cause, Rule
from reconciler.rules.run import causes
from reconciler.rules.world import Expected, World

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that is not as last applied (drifted), or that Git wants changed (pending).

    `origin` tells who made it, as far as anything tells, `rule` and `why` how that is known, or
    why it is not. What the vendor made stands apart from what else differs in the same object.
    """

    address: str
    tenant: str
    kind: str
    change: Literal["changed", "removed"]
    state: Literal["drifted", "pending"]
    attributes: tuple[AttributeChange, ...]
    origin: Literal["vendor", "person", "unknown"] = "unknown"
    source: Source | None = None
    rule: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class TenantDrift:
    """One tenant's differences, and the values that would take the drifted ones back.

    `beyond` are the addresses whose drift no plan can take back attribute by attribute: the
    object is gone, or its manifest is. `notes` tell what a partial view leaves unknown.
    """

    differences: tuple[Difference, ...]
    revert: Mapping[Address, Values]
    beyond: tuple[Address, ...]
    notes: tuple[Diagnostic, ...] = ()


def find(given: TenantInput, snapshot: Snapshot, *, stateless: bool) -> TenantDrift:
    """Compare live with last applied; without a state, with what Git declares."""
    kinds = {kind.name: kind for kind in given.vendor.kinds}
    live = LiveIndex(snapshot)
    view = View(snapshot, given.rows)
    matches, _ = match(given.resources, kinds, live, given.rows, view.hides)
    directory = Directory(matches, given.vendor, given.facts, snapshot, view)
    items = [from_manifest(each, directory, given) for each in matches if not each.unseen]
    items.extend(removed_from_git(unclaimed(given, matches), kinds, live, view))
    known = {item.address: _applied(item, stateless=stateless) for item in items}
    world = _world(items, known, snapshot, given)
    differences: list[Difference] = []
    revert: dict[Address, Values] = {}
    beyond: list[Address] = []
    granted: list[str] = []
    for item in sorted(items, key=lambda item: (item.kind.order, item.address)):
        if given.targets is not None and item.address not in given.targets:
            continue
        applied = known[item.address]
        if applied is None:
            continue
        granted.extend(_granted(item, applied, directory))
        found = tuple(_explained(_of(item, applied, directory), item, world, given))
        differences.extend(found)
        if any(each.state == "drifted" for each in found):
            if item.live is None or item.resource is None:
                beyond.append(item.address)
            else:
                revert[item.address] = _taken_back(item, item.live, applied)
    rows = [each for each in given.rows.values() if _is_asked_for(each, given)]
    notes = hidden.not_compared(rows, granted, live, view, given.tenant)
    return TenantDrift(tuple(differences), revert, tuple(beyond), tuple(notes))


def _is_asked_for(row: Row, given: TenantInput) -> bool:
    return given.targets is None or Address.parse(row.address) in given.targets


def _granted(item: Item, applied: Values, directory: Directory) -> Iterator[str]:
    """What is hidden of an object and was taken to be as applied, in words."""
    if item.live is None:
        return
    for path, key in taken_for_granted(item.live.values, applied):
        name = directory.name_of(key)
        yield f"`{name}` in {'.'.join(path)} of {item.address.short}"


def _world(
    items: list[Item],
    known: Mapping[Address, Values | None],
    snapshot: Snapshot,
    given: TenantInput,
) -> World:
    """The tenant as it is, with what was applied last beside it."""
    now = (
        Expected(
            key=item.key,
            kind=item.kind.name,
            name=item.name,
            values=item.before,
            before=item.before,
            address=item.address,
            applied=known[item.address],
        )
        for item in items
    )
    return World((*now, *others(snapshot, items)), snapshot=snapshot, facts=given.facts)


def _explained(
    found: Iterator[Difference], item: Item, world: World, given: TenantInput
) -> Iterator[Difference]:
    """The differences of one object, those apart of which a rule tells where they come from."""
    for each in found:
        if each.state == "pending" or item.resource is None or item.live is None:
            yield each
            continue
        rest = each
        for rule, cause in _causes(item.resource, world, given):
            explained = tuple(a for a in rest.attributes if _is_about(cause, a))
            if explained:
                left = tuple(a for a in rest.attributes if a not in explained)
                yield replace(
                    rest,
                    attributes=explained,
                    origin=cause.origin,
                    rule=rule.code,
                    why=cause.why,
                )
                rest = replace(rest, attributes=left)
        if rest.attributes:
            yield rest


def _causes(
    resource: AnyResource, world: World, given: TenantInput
) -> list[tuple[Rule[Spec], Cause]]:
    """What is known, before what is known to be unknown."""
    found = causes(given.vendor.rules, resource, world)
    return sorted(found, key=lambda each: (each[1].origin != "vendor", each[0].code))


def _is_about(cause: Cause, attribute: AttributeChange) -> bool:
    here = ".".join(cause.path)
    if cause.added:
        key = attribute.after.get("id") if isinstance(attribute.after, dict) else attribute.after
        return attribute.path == here and attribute.member and key in cause.added
    return not here or attribute.path == here or attribute.path.startswith(f"{here}.")


def _applied(item: Item, *, stateless: bool) -> Values | None:
    """What the tenant should still have, but for what a manifest leaves alone."""
    if item.applied is not None:
        return diff.without(item.applied, item.ignored)
    if not stateless or item.live is None:
        return None
    # what names nothing that we know can be compared with nothing
    return {key: value for key, value in item.declared.items() if not _unresolved(value)}


def _unresolved(value: Value) -> bool:
    return any(isinstance(key, Unresolved) for _, key in refs(value))


def _of(item: Item, applied: Values, directory: Directory) -> Iterator[Difference]:
    source = None
    if item.resource is not None:
        source = Source(item.resource.origin.file, item.resource.origin.line)
    head = (str(item.address), item.address.tenant, item.kind.name)
    if item.live is None:
        yield Difference(*head, "removed", "drifted", (), source=source)
        return
    live = completed(item.live.values, applied)
    drifted = [leaf for leaf in _leaves(applied, live) if not _settled(item, leaf)]
    now = _with(applied, live, drifted)
    if changes := diff.changes(applied, now, item.kind, directory.name_of):
        yield Difference(*head, "changed", "drifted", changes, source=source)
    pending = [leaf for leaf in _leaves(applied, item.declared) if leaf not in drifted]
    wanted = _with(applied, item.declared, [p for p in pending if not _settled(item, p)])
    if changes := diff.changes(applied, wanted, item.kind, directory.name_of):
        yield Difference(*head, "changed", "pending", changes, source=source)


def _taken_back(item: Item, live: LiveObject, applied: Values) -> Values:
    """The attributes that drifted, whole, with the drifted leaves as last applied."""
    now = completed(live.values, applied)
    drifted = [leaf for leaf in _leaves(applied, now) if not _settled(item, leaf)]
    back = _with(now, applied, drifted)
    return {leaf[0]: back[leaf[0]] for leaf in drifted}


def _settled(item: Item, leaf: Path) -> bool:
    """Whether the tenant has there what Git declares: changed by hand, and as wanted."""
    declared = _at(item.declared, leaf)
    return declared is not _ABSENT and declared == _at(item.before, leaf)


def _leaves(base: Values, other: Values, path: Path = ()) -> Iterator[Path]:
    """The paths under `base` at which `other` has another value; absent is no difference."""
    for key, value in base.items():
        if key not in other:
            continue
        here, there = (*path, key), other[key]
        if isinstance(value, Mapping) and isinstance(there, Mapping):
            yield from _leaves(value, there, here)
        elif value != there:
            yield here


_ABSENT = object()


def _at(values: Value, path: Path) -> object:
    for key in path:
        if not isinstance(values, Mapping) or key not in values:
            return _ABSENT
        values = values[key]
    return values


def _with(base: Values, other: Values, leaves: list[Path]) -> dict[str, Value]:
    """`base` with the values that `other` has at `leaves`."""
    result = dict(base)
    for key in {leaf[0] for leaf in leaves}:
        inner = [leaf[1:] for leaf in leaves if leaf[0] == key and len(leaf) > 1]
        mine, theirs = base[key], other[key]
        if inner and isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            result[key] = _with(mine, theirs, inner)
        else:
            result[key] = theirs
    return result
