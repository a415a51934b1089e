"""People who become able to give or define rights through a plan, by whatever way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.contract.access import Standing
from reconciler.contract.answers import NotOffered, offered
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.live import Snapshot
from reconciler.model.value import Ref, Values
from reconciler.planning.planned_object import Item, TenantInput
from reconciler.planning.reach import AccessChanges, Gained
from reconciler.rules.world import World

NOT_CHECKED = "not checked: who becomes able to give or define rights"


@dataclass(frozen=True, slots=True)
class Administrators:
    """The people who become able to give or define rights, and what could not be checked."""

    gained: tuple[Gained, ...] = ()
    notes: tuple[Diagnostic, ...] = ()


def administrators(
    given: TenantInput, items: Iterable[Item], world: World, snapshot: Snapshot
) -> Administrators:
    """Compare what every person may give and define before the plan and after all of it.

    Steps that a person does by hand count too, and so do people who are not active now.
    """
    writes = [item for item in items if item.writes and item.kind.access.attributes]
    if not writes:
        return Administrators()
    powers = {vendor.name: hook for vendor in given.groups if (hook := offered(vendor.powers))}
    notes = [
        _note(given, vendor.powers.reason)
        for vendor in given.groups
        if isinstance(vendor.powers, NotOffered)
        and any(item.kind.group == vendor.name for item in writes)
    ]
    if not powers:
        return Administrators(notes=tuple(notes))
    now = {each.key: each.before for each in (*world.everything(), *world.removed)}

    def after(key: Ref) -> Values | None:
        found = world.get(key)
        return found.values if found else None

    changes = AccessChanges(given, world)
    gained: list[Gained] = []
    unknown: list[str] = []
    for person in changes.everybody():
        may = powers.get(person.kind.group)
        by = changes.of(person) if may else ()
        if not by or may is None:
            continue
        counted = changes.counted(person, by)
        will = may(Standing(person.values, after))
        was = (may(Standing(person.before, now.get)) if person.before else None) or frozenset()
        if will is None:
            unknown.append(counted.shown)
        elif more := will - was:
            gained.append(Gained(counted, tuple(sorted(more))))
    notes.extend(_hidden(given, writes, snapshot))
    if unknown:
        who = ", ".join(sorted(unknown))
        notes.append(_note(given, f"the access that these people will have is hidden: {who}"))
    return Administrators(tuple(sorted(gained)), tuple(notes))


def _hidden(given: TenantInput, writes: Iterable[Item], snapshot: Snapshot) -> Iterator[Diagnostic]:
    """People who cannot be seen may hold what the plan changes."""
    partial = [
        snapshot.partial[kind.key]
        for kind in given.groups.kinds.values()
        if kind.shape.person and kind.key in snapshot.partial
    ]
    if partial and any(not item.kind.shape.person for item in writes):
        yield _note(given, f"others may hold what is changed: {partial[0]}")


def _note(given: TenantInput, why: str) -> Diagnostic:
    return Diagnostic(Severity.INFO, "PLN146", f"{NOT_CHECKED}: {why}", tenant=given.tenant)
