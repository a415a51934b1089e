"""Plans after which nobody administers the tenant, or who applies has lost what they had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from reconciler.contract.access import Lockout, Standing
from reconciler.contract.answers import NotOffered
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.live import Snapshot
from reconciler.model.value import Ref, Values, refs
from reconciler.planning.planned_object import Item, TenantInput
from reconciler.planning.reach import shown
from reconciler.planning.refusals import folded
from reconciler.rules.world import Expected, World


@dataclass(frozen=True, slots=True)
class Lockouts:
    """The people who would be locked out, and the objects that were counted on to prevent it."""

    diagnostics: tuple[Diagnostic, ...] = ()
    counted: frozenset[Ref] = frozenset()


def lockouts(
    given: TenantInput, items: Iterable[Item], world: World, snapshot: Snapshot
) -> Lockouts:
    """Whether the plan takes the last administrator away, or from who applies what they have."""
    writing = [item for item in items if item.writes]
    if not writing:
        return Lockouts()
    found = [
        _not_checked(given.tenant, vendor.lockout, writing, vendor.name)
        if isinstance(vendor.lockout, NotOffered)
        else _of_group(given, vendor.name, vendor.lockout, world, snapshot)
        for vendor in given.groups
    ]
    return Lockouts(
        tuple(diagnostic for each in found for diagnostic in each.diagnostics),
        frozenset(key for each in found for key in each.counted),
    )


def _not_checked(tenant: str, hook: NotOffered, writing: Iterable[Item], group: str) -> Lockouts:
    """Report that a vendor does not show who administers a tenant."""
    if not any(item.kind.group == group and item.kind.access.attributes for item in writing):
        return Lockouts()
    summary = f"not checked: whether anybody is locked out: {hook.reason}"
    note = Diagnostic(Severity.INFO, "PLN143", summary, tenant=tenant, source=hook.document)
    return Lockouts((note,))


def _of_group(
    given: TenantInput, group: str, hook: Lockout, world: World, snapshot: Snapshot
) -> Lockouts:
    before = _Before(world)
    own = tuple(_own_access(given, hook, world.within(group), before))
    people = {each.key: each for each in _active_people(given, group, world)}
    was = {key: p for key, p in people.items() if hook.administers(before.standing(p))}
    will = {key: p for key, p in people.items() if hook.administers(_after(world, p))}
    if was.keys() <= will.keys():
        return Lockouts(own)
    # as long as these stay, the others may go: a plan is stale once one of them was changed
    held = {key for each in will.values() for _, key in refs(each.values)}
    counted = will.keys() | {key for key in held if world.get(key) is not None}
    last = () if will else (_last_administrator(given, group, was.values(), snapshot),)
    return Lockouts((*own, *last), frozenset(counted))


def _active_people(given: TenantInput, group: str, world: World) -> Iterator[Expected]:
    for kind in given.groups.of(group).kinds:
        if kind.shape.person:
            yield from (each for each in world.all_of(kind.key) if each.active and each.before)


class _Before:
    """Values as they are now, of what stays and of what the plan removes."""

    def __init__(self, world: World) -> None:
        self._values = {each.key: each.before for each in (*world.everything(), *world.removed)}

    def standing(self, person: Expected) -> Standing:
        return Standing(person.before, self._values.get)


def _after(world: World, person: Expected) -> Standing:
    def of(key: Ref) -> Values | None:
        found = world.get(key)
        return found.values if found else None

    return Standing(person.values, of)


def _last_administrator(
    given: TenantInput, group: str, was: Iterable[Expected], snapshot: Snapshot
) -> Diagnostic:
    kinds = given.groups.of(group).kinds
    partial = [snapshot.partial[kind.key] for kind in kinds if kind.key in snapshot.partial]
    if partial:
        return Diagnostic(
            Severity.INFO,
            "PLN143",
            f"not checked: whether an administrator would be left: {partial[0]}",
            tenant=given.tenant,
        )
    names = sorted(map(shown, was))
    return _stop(
        given.tenant,
        "PLN143",
        f"no active administrator would be left: this plan takes that from {folded(names)}",
        "keep one active person on full access, or on edit of users and user profiles, with all "
        "resources",
    )


def _own_access(
    given: TenantInput, hook: Lockout, world: World, before: _Before
) -> Iterator[Diagnostic]:
    """A machine account is nobody's user, so that no plan takes its rights away."""
    identity = world.identity
    me = world.get(identity.user) if identity is not None and identity.user is not None else None
    if identity is None or me is None:
        return
    if lost := hook.lost(before.standing(me), _after(world, me)):
        yield _stop(
            given.tenant,
            "PLN144",
            f"{identity.name} applies this plan and would lose {folded(lost)}",
            "let somebody else apply it, or keep what this identity has",
        )


def _stop(tenant: str, code: str, summary: str, hint: str) -> Diagnostic:
    return Diagnostic(Severity.ERROR, code, summary, hint=hint, tenant=tenant, guard="lockout")
