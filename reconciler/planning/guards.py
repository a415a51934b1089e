"""Guards: what a plan may do by every rule, and no plan should do unasked (design §4).

`reach` and `lockouts` look at one tenant; `judged` weighs what they found over the whole plan, by
the thresholds of the project and the leave that a person gives. What the identity that reads
does not see is unknown, never gone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.model.diagnostic import Diagnostic, Severity, has_errors
from reconciler.model.guard import (
    NOTHING_ALLOWED,
    Allowance,
    BlastRadius,
    Bounds,
    Guard,
    Reached,
    Thresholds,
)
from reconciler.model.live import Snapshot
from reconciler.model.plan import BlockedError, Finding, Plan
from reconciler.model.value import Ref, Values, refs
from reconciler.planning.item import Item, TenantInput
from reconciler.planning.refusals import listed
from reconciler.rules.world import Expected, World
from reconciler.vendor import Kind, Lockout, Standing

_GUARDS: tuple[Guard, ...] = ("destroy", "people", "lockout", "transient")
_COUNTED = {"PLN140": "destroy", "PLN141": "people", "PLN142": "destroy"}
"""The guards by their own codes; every other one is a lock-out."""


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


@dataclass(frozen=True, slots=True)
class Judged:
    """Every finding as it weighs under the leave that is given.

    `blocked` are the guards that still stop the plan, `allowed` the leave that was needed; a plan
    is `errored` by whatever is no guard's. `doubts` says that a list itself is doubted, so that
    the errors may follow from that.
    """

    diagnostics: tuple[Diagnostic, ...]
    radius: BlastRadius
    blocked: tuple[Guard, ...]
    allowed: Allowance
    errored: bool
    doubts: bool


def reach(given: TenantInput, items: Iterable[Item], world: World, snapshot: Snapshot) -> Reach:
    """What the plan of one tenant destroys, and the people whose access it changes."""
    kinds = {kind.name: kind for kind in given.vendor.kinds}
    users = sum(len(snapshot.objects.get(k.name, ())) for k in kinds.values() if k.person)
    items = [item for item in items if item.changes]
    if not items:
        return Reach(users=users)
    return Reach(
        destroyed=tuple(sorted(item.address.short for item in items if item.deletes)),
        people=tuple(sorted(map(_shown, _people(world, kinds)))),
        users=users,
        missing=tuple(_missing(given, items, snapshot)),
    )


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


def _missing(given: TenantInput, items: Iterable[Item], snapshot: Snapshot) -> Iterator[Missing]:
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


@dataclass(frozen=True, slots=True)
class Lockouts:
    """Who would be locked out, and the objects that were counted on to prevent it."""

    diagnostics: tuple[Diagnostic, ...] = ()
    counted: frozenset[Ref] = frozenset()


def lockouts(
    given: TenantInput, items: Iterable[Item], world: World, snapshot: Snapshot
) -> Lockouts:
    """Whether the plan takes the last administrator away, or from who applies what they have."""
    hook = given.vendor.lockout
    if hook is None or not any(item.writes for item in items):
        return Lockouts()
    before = _Before(world)
    own = tuple(_own_access(given, hook, world, before))
    people = {each.key: each for each in _active_people(given, world)}
    was = {key: p for key, p in people.items() if hook.administers(before.standing(p))}
    will = {key: p for key, p in people.items() if hook.administers(_after(world, p))}
    if was.keys() <= will.keys():
        return Lockouts(own)
    # as long as these stay, the others may go: a plan is stale once one of them was changed
    held = {key for each in will.values() for _, key in refs(each.values)}
    counted = will.keys() | {key for key in held if world.get(key) is not None}
    last = () if will else (_last_administrator(given, was.values(), snapshot),)
    return Lockouts((*own, *last), frozenset(counted))


def _active_people(given: TenantInput, world: World) -> Iterator[Expected]:
    for kind in given.vendor.kinds:
        if kind.person:
            yield from (each for each in world.all_of(kind.name) if each.active and each.before)


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
    given: TenantInput, was: Iterable[Expected], snapshot: Snapshot
) -> Diagnostic:
    partial = [snapshot.partial[k.name] for k in given.vendor.kinds if k.name in snapshot.partial]
    if partial:
        return Diagnostic(
            Severity.INFO,
            "PLN143",
            f"not checked: whether an administrator would be left: {partial[0]}",
            tenant=given.tenant,
        )
    names = sorted(map(_shown, was))
    return _stop(
        given.tenant,
        "lockout",
        "PLN143",
        f"no active administrator would be left: this plan takes that from {listed(names)}",
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
            "lockout",
            "PLN144",
            f"{identity.name} applies this plan and would lose {listed(lost)}",
            "let somebody else apply it, or keep what this identity has",
        )


def judged(
    reaches: Mapping[str, Reach],
    found: Iterable[Diagnostic],
    bounds: Bounds,
) -> Judged:
    """Weigh the guards of all tenants, the counting ones first; `found` is all else that is told.

    Each tenant has its thresholds for itself; leave is to the numbers of the whole plan. What has
    errors is not counted, as its numbers may be wrong; doubtful lists are told all the same.
    """
    found, thresholds, allow = tuple(found), bounds.thresholds, bounds.allow
    errored = has_errors(each for each in found if not each.guard)
    radius = _radius({name: each.numbers(thresholds) for name, each in reaches.items()})
    doubts = [d for name, each in reaches.items() for d in _doubtful(name, each, thresholds)]
    counted = (
        []
        if errored
        else [d for name, each in reaches.items() for d in _over(name, each, thresholds)]
    )
    weighed = [_weighed(each, allow, radius) for each in (*doubts, *counted, *found)]
    stopping = {d.guard for d in weighed if has_errors((d,))}
    needed = {d.guard for d in (*doubts, *counted, *found) if has_errors((d,))} - stopping
    return Judged(
        diagnostics=tuple(weighed),
        radius=radius,
        blocked=tuple(guard for guard in _GUARDS if guard in stopping),
        allowed=Allowance(
            destroy=allow.destroy if "destroy" in needed else None,
            people=allow.people if "people" in needed else None,
            lockout="lockout" in needed,
            transient="transient" in needed,
        ),
        errored=errored,
        doubts=bool(doubts),
    )


def _radius(tenants: Mapping[str, Reached]) -> BlastRadius:
    total: Counter[str] = Counter()
    for each in tenants.values():
        total.update(destroy=each.destroy, people=each.people, users=each.users)
    return BlastRadius(total["destroy"], total["people"], total["users"], tenants)


def _doubtful(tenant: str, found: Reach, thresholds: Thresholds) -> Iterator[Diagnostic]:
    for each in found.missing:
        if each.is_doubtful(thresholds):
            yield _stop(
                tenant,
                "destroy",
                "PLN142",
                f"the tenant's list of {each.kind} has {each.listed} objects and lacks {each.gone} "
                f"of the {each.owned} that are ours: {listed(each.planned)}",
                "a list that falls short looks like this: see whether they are really gone",
            )


def _over(tenant: str, found: Reach, thresholds: Thresholds) -> Iterator[Diagnostic]:
    destroyed, people = found.destroyed, found.people
    if len(destroyed) > thresholds.destroy:
        yield _stop(
            tenant,
            "destroy",
            "PLN140",
            f"{len(destroyed)} objects would be destroyed, more than thresholds.destroy lets pass "
            f"({thresholds.destroy}): {listed(destroyed)}",
        )
    if thresholds.stops_people(len(people), found.users):
        share = f" ({len(people) / found.users:.1%})" if thresholds.people.endswith("%") else ""
        yield _stop(
            tenant,
            "people",
            "PLN141",
            f"the access of {len(people)} of {found.users} users{share} would change, more than "
            f"thresholds.people lets pass ({thresholds.people}): {listed(people)}",
        )


def _stop(tenant: str, guard: Guard, code: str, summary: str, hint: str = "") -> Diagnostic:
    return Diagnostic(Severity.ERROR, code, summary, hint=hint, tenant=tenant, guard=guard)


def _weighed(each: Diagnostic, allow: Allowance, radius: BlastRadius) -> Diagnostic:
    """A guard's error with the leave that lets it pass, or as a warning where that is given."""
    if not each.guard or each.severity is not Severity.ERROR:
        return each
    number = radius.number(each.guard)
    wanted = f"`--allow {_leave(each.guard, number)}`"
    if allow.gives(each.guard, number):
        return replace(each, severity=Severity.WARNING, hint=f"allowed by {wanted}")
    hint = f"{each.hint}; if it is meant: {wanted}" if each.hint else f"if it is meant: {wanted}"
    given = {"destroy": allow.destroy, "people": allow.people}.get(each.guard)
    if given is not None:
        hint += f" ({given} is not this plan's number)"
    return replace(each, hint=hint)


def _leave(guard: str, number: int) -> str:
    return f"{guard}={number}" if guard in ("destroy", "people") else guard


def wanted(plan: Plan, allow: Allowance = NOTHING_ALLOWED) -> str:
    """The leave that a plan still needs beside what it recorded and what is given."""
    return ",".join(_leave(g, plan.blast_radius.number(g)) for g in _open(plan, allow))


def refuse_if_blocked(plan: Plan, allow: Allowance) -> None:
    """Raises BlockedError with the findings of the guards that still stop the plan."""
    left = _open(plan, allow)
    if left:
        raise BlockedError(tuple(_findings(plan, left)), wanted(plan, allow))


def _open(plan: Plan, allow: Allowance) -> tuple[Guard, ...]:
    return tuple(g for g in plan.blocked if not allow.gives(g, plan.blast_radius.number(g)))


def _findings(plan: Plan, guards: Iterable[str]) -> Iterator[Finding]:
    for each in plan.findings:
        if each.severity == Severity.ERROR and _COUNTED.get(each.code, "lockout") in guards:
            yield each


def _shown(each: Expected) -> str:
    return each.address.short if each.address else f"{each.kind} {each.name}"
