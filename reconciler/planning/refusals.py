"""Refusals and notes of a plan that hold for every vendor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reconciler.contract.vendor import Kind
from reconciler.model.address import GroupKind
from reconciler.model.causes import cause_of_name
from reconciler.model.diagnostic import Diagnostic, Path, Severity
from reconciler.model.live import LiveObject
from reconciler.model.name import normal
from reconciler.model.resource import error_about
from reconciler.planning import diff
from reconciler.planning.planned_object import Item, TenantInput
from reconciler.planning.visibility import out_of_reach
from reconciler.rules.world import Expected, World

FEW = 10


def refusals(
    items: Iterable[Item], removed: Iterable[Item], world: World, kinds: Mapping[GroupKind, Kind]
) -> Iterator[Diagnostic]:
    """The refusals of a plan that hold for every vendor."""
    for item in items:
        if item.live is None:
            yield from _cannot_be_created(item)
        else:
            yield from _cannot_be_changed(item, item.live)
        yield from _cannot_be_reached(item)
    for item in removed:
        if item.deletes or item.deactivates:
            yield from _is_protected(item)
        if item.deletes:
            yield from _cannot_be_deleted(item, world)
        if item.deactivates:
            yield from _cannot_be_switched_off(item, world, kinds)


def taken_names(items: Iterable[Item], world: World) -> Iterator[Diagnostic]:
    """Names that two objects of a kind would carry: vendors refuse the second one."""
    carriers: dict[tuple[GroupKind, str], list[Expected]] = {}
    for each in world.everything():
        carriers.setdefault((each.kind, normal(each.name)), []).append(each)
    for item in items:
        name = str(item.after.get("name", item.name))
        others = [o for o in carriers.get((item.kind.key, normal(name)), ()) if o.key != item.key]
        if not others or (item.live is not None and normal(item.live.name) == normal(name)):
            continue
        who = folded(o.address.short if o.address else f"id {o.key}" for o in others)
        found = error(
            item,
            "PLN126",
            f"two objects would be named `{name}`: this one and {who}",
            ("spec", "name"),
            hint="choose another name, or pin the object that is meant with `spec.id`",
        )
        cause = cause_of_name(item.kind.name, name)
        yield replace(found, cause=cause, root_of=cause)


def _cannot_be_created(item: Item) -> Iterator[Diagnostic]:
    if not item.kind.lifecycle.creatable:
        yield error(
            item,
            "PLN120",
            f"the tenant has no {item.kind.name} `{item.name}`",
            hint=item.kind.lifecycle.uncreatable,
        )
        return
    for attribute, written in item.kind.lifecycle.required.items():
        if attribute not in item.declared:
            yield error(
                item,
                "PLN121",
                f"a new {item.kind.name} needs {written}",
                ("spec",),
                hint="add it; only an object that exists may leave it out",
            )


def _cannot_be_changed(item: Item, live: LiveObject) -> Iterator[Diagnostic]:
    for attribute in diff.differing(item.before, item.declared):
        if attribute in item.kind.shape.immutable:
            yield error(
                item,
                "PLN122",
                f"{attribute} cannot change from `{live.values[attribute]}` to "
                f"`{item.declared[attribute]}`",
                ("spec", attribute),
                hint=item.kind.shape.immutable[attribute],
            )
    if live.protected and item.kind.shape.protected_is_fixed and item.differs:
        yield error(
            item,
            "PLN124",
            f"`{live.name}` is the vendor's own and cannot be changed",
            hint="refer to it by its name without declaring it, or declare a copy under "
            "another name",
        )


def _cannot_be_reached(item: Item) -> Iterator[Diagnostic]:
    """Refuse new references to what is hidden from who applies."""
    if not item.view.partial:
        return
    for path, key in out_of_reach(item.before, item.declared):
        name = item.view.names.get(key, str(key))
        yield error(
            item,
            "PLN152",
            f"`{name}` is hidden from {item.view.who}, who cannot assign it",
            ("spec", *path),
            hint="apply as somebody who sees it",
        )


def _is_protected(item: Item) -> Iterator[Diagnostic]:
    if item.row is not None and item.row.prevent_destroy:
        yield error(
            item,
            "PLN110",
            "lifecycle.preventDestroy is set, but the manifest is gone, which means "
            f"{'delete' if item.deletes else 'deactivate'}",
            hint="put the manifest back, apply it once without preventDestroy, then remove it",
        )


def _cannot_be_switched_off(
    item: Item, world: World, kinds: Mapping[GroupKind, Kind]
) -> Iterator[Diagnostic]:
    """Refuse to switch off what is still used by an object that stays on."""
    users = [e for e in world.all_referrers(item.key) if kinds[e.kind].lifecycle.is_on(e.values)]
    if users:
        yield error(
            item,
            "PLN127",
            f"it cannot be deactivated: {folded(f'{u.kind.name} `{u.name}`' for u in users)} would "
            "still use it",
            hint="give them something else first, or put the manifest back",
        )


def _cannot_be_deleted(item: Item, world: World) -> Iterator[Diagnostic]:
    holders = world.all_referrers(item.key)
    if holders:
        names = [f"{holder.kind.name} `{holder.name}`" for holder in holders]
        yield error(
            item,
            "PLN123",
            f"it cannot be deleted: {folded(names)} would still refer to it",
            hint="move them to another one first, or put the manifest back",
        )
    elif item.view.partial:
        yield _note(
            item,
            "PLN153",
            f"not checked: whether anything that is hidden from {item.view.who} refers to it; "
            "then the tenant refuses to delete it",
        )


def notes(
    items: Iterable[Item], removed: Iterable[Item], given: TenantInput
) -> Iterator[Diagnostic]:
    """The notes for a reviewer beside the changes."""
    if given.targets is not None:
        yield Diagnostic(
            Severity.WARNING,
            "PLN131",
            "a target is set: the plan may leave out changes that Git asks for",
            tenant=given.tenant,
        )
    for item in removed:
        if item.kind.shape.person and item.live is not None:
            yield _note(
                item,
                "PLN132",
                "no longer managed, but keeps the access of before",
                hint="access ends only by a declared value: assign another profile first",
            )
    yield from unknown_values(items)


def unknown_values(items: Iterable[Item]) -> Iterator[Diagnostic]:
    """Values under names that only the tenant knows: they are kept."""
    for item in items:
        for attribute, name, value in diff.kept(item.declared, item.before):
            if f"spec.{attribute}.{name}" in item.ignored:
                continue
            yield _note(
                item,
                "PLN130",
                f"the tenant has `{attribute}.{name}`, which this version does not know: its "
                f"value `{value}` is kept",
            )


def error(item: Item, code: str, summary: str, path: Path = (), *, hint: str = "") -> Diagnostic:
    """An error about an item, at a place of its manifest where it has one."""
    if item.resource is not None:
        return error_about(item.resource, code, summary, path, hint=hint)
    return Diagnostic(
        Severity.ERROR, code, summary, hint=hint, address=item.address, tenant=item.address.tenant
    )


def _note(item: Item, code: str, summary: str, *, hint: str = "") -> Diagnostic:
    return replace(error(item, code, summary, hint=hint), severity=Severity.WARNING)


def listed(names: Iterable[str]) -> str:
    """Every name: what may say who gets access is never cut."""
    return ", ".join(names)


def folded(names: Iterable[str]) -> str:
    """The first ten names and a count of the rest, for what is removed or does not change."""
    names = tuple(names)
    rest = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + rest
