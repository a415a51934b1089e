"""Guards: what a plan may do by every rule, and no plan should do unasked (design §4).

`reach.py`, `administrators.py`, `lockouts.py` and `side_effects.py` each examine one tenant; here
their results are weighed over the whole plan, by the thresholds of the project and the overrides
that a person gives. What earlier applies did within the window counts with the plan's own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Severity, has_errors
from reconciler.model.guard import (
    COUNTED,
    NAMED,
    NOTHING_ALLOWED,
    NOTHING_EARLIER,
    Allowance,
    BlastRadius,
    Bounds,
    Earlier,
    Guard,
    Reached,
    Thresholds,
)
from reconciler.model.plan import BlockedError, Finding, Plan
from reconciler.planning.reach import Counted, Gained, Missing, Reach
from reconciler.planning.refusals import folded, listed

_GUARDS: tuple[Guard, ...] = (*COUNTED, "policy", *NAMED)


@dataclass(frozen=True, slots=True)
class Judged:
    """Every finding as it weighs under the overrides that are given.

    `blocked` are the guards that still stop the plan, `allowed` the overrides that were needed; a
    plan is `errored` by anything but a guard's error. `doubts` says that a list itself is doubted,
    so that the errors may follow from that.
    """

    diagnostics: tuple[Diagnostic, ...]
    radius: BlastRadius
    blocked: tuple[Guard, ...]
    allowed: Allowance
    errored: bool
    doubts: bool


def judged(
    reaches: Mapping[str, Reach],
    found: Iterable[Diagnostic],
    bounds: Bounds,
    earlier: Mapping[str, Earlier] | None = None,
) -> Judged:
    """Weigh the guards of all tenants, the counting ones first; `found` are all other findings.

    Each tenant has its thresholds for itself, and what `earlier` applies did in it; an override is
    of the numbers of the whole plan. What has errors is not counted, as its numbers may be wrong;
    doubtful lists are reported all the same.
    """
    found, thresholds, allow = tuple(found), bounds.thresholds, bounds.allow
    errored = has_errors(each for each in found if not each.guard)
    before = {name: (earlier or {}).get(name, NOTHING_EARLIER) for name in reaches}
    radius = _radius(
        {
            name: each.numbers(thresholds, _others(each.counted(thresholds), before[name]))
            for name, each in reaches.items()
        }
    )
    radius = replace(radius, policy=bounds.policy)
    doubts = [d for name, each in reaches.items() for d in _doubtful(name, each, thresholds)]
    counted = [
        d for name, each in reaches.items() for d in _over(name, each, thresholds, before[name])
    ]
    every = (*doubts, *(() if errored else counted), *found)
    weighed = tuple(_weighed(each, allow, radius) for each in every)
    stopping = _guards(weighed)
    needed = _guards(every) - stopping
    return Judged(
        diagnostics=weighed,
        radius=radius,
        blocked=tuple(guard for guard in _GUARDS if guard in stopping),
        allowed=_bound(radius, needed),
        errored=errored,
        doubts=bool(doubts),
    )


def _bound(radius: BlastRadius, passed: Iterable[str]) -> Allowance:
    """The overrides that pass these guards, each bound to what was counted."""
    passed = frozenset(passed)
    return Allowance(
        destroy=radius.destroy if "destroy" in passed else None,
        people=radius.people if "people" in passed else None,
        lockout="lockout" in passed,
        transient="transient" in passed,
        administrators=radius.administrators if "administrators" in passed else None,
        digests={guard: radius.digest(guard) for guard in COUNTED if guard in passed},
        policy=radius.policy if "policy" in passed else "",
    )


def doubts(tenant: str, missing: Iterable[Missing], bounds: Bounds) -> tuple[Diagnostic, ...]:
    """The doubts of a drift check about lists that lack most of what is owned, as a plan's."""
    reach = Reach(missing=tuple(missing))
    counted = _others(reach.counted(bounds.thresholds), NOTHING_EARLIER)
    radius = _radius({tenant: reach.numbers(bounds.thresholds, counted)})
    found = _doubtful(tenant, reach, bounds.thresholds)
    return tuple(_weighed(each, bounds.allow, radius) for each in found)


def _guards(found: Iterable[Diagnostic]) -> set[str]:
    """The guards that an error among them belongs to."""
    return {each.guard for each in found if each.guard and has_errors((each,))}


def _radius(tenants: Mapping[str, Reached]) -> BlastRadius:
    total: Counter[str] = Counter()
    for each in tenants.values():
        total.update(
            destroy=each.destroy,
            people=each.people,
            users=each.users,
            administrators=each.administrators,
        )
    radius = BlastRadius(
        total["destroy"], total["people"], total["users"], tenants, total["administrators"]
    )
    digests: dict[str, str] = {g: radius.digest(g) for g in COUNTED if radius.number(g)}
    return replace(radius, digests=digests)


def _others(own: Mapping[str, Iterable[Counted]], earlier: Earlier) -> dict[str, int]:
    """The number that earlier applies counted and that the plan does not count itself."""
    return {
        guard: len(earlier.get(guard, frozenset()) - {each.id for each in own[guard]})
        for guard in COUNTED
    }


def _doubtful(tenant: str, found: Reach, thresholds: Thresholds) -> Iterator[Diagnostic]:
    for each in found.missing:
        if each.is_doubtful(thresholds):
            yield _stop(
                tenant,
                "destroy",
                "PLN142",
                f"the tenant's list of {each.kind} has {each.listed} objects and lacks {each.gone} "
                f"of the {each.owned} that are owned: {_together(_names(each.planned), listed)}",
                "the list may be incomplete: check whether they are really gone",
            )


def _over(
    tenant: str, found: Reach, thresholds: Thresholds, earlier: Earlier
) -> Iterator[Diagnostic]:
    """The guards that stop what a plan counts, with what earlier applies did in the window."""
    own = {"destroy": found.destroyed, "people": found.people}
    administrators = tuple(each.person for each in found.administrators)
    others = _others({**own, "administrators": administrators}, earlier)
    more = {
        guard: f" by this plan, and {number} in the last {_hours(thresholds.window)}: together "
        if number
        else ""
        for guard, number in others.items()
    }
    destroyed, people = found.destroyed, found.people
    total = len(destroyed) + others["destroy"]
    if destroyed and total > thresholds.destroy:
        yield _stop(
            tenant,
            "destroy",
            "PLN140",
            f"{len(destroyed)} objects would be destroyed"
            f"{_with(more['destroy'], str(total))}, more than thresholds.destroy lets pass "
            f"({thresholds.destroy}): {_together(_names(destroyed), folded)}",
        )
    total = len(people) + others["people"]
    if people and thresholds.stops_people(total, found.users):
        is_share = thresholds.people.endswith("%")
        share = f" ({len(people) / found.users:.1%})" if is_share else ""
        all_ = f"{total} ({total / found.users:.1%})" if is_share else str(total)
        yield _stop(
            tenant,
            "people",
            "PLN141",
            f"the access of {len(people)} of {found.users} users{share} would change"
            f"{_with(more['people'], all_)}, more than "
            f"thresholds.people lets pass ({thresholds.people}): "
            f"{_together(_names(people), listed)}",
        )
    total = len(administrators) + others["administrators"]
    if administrators:
        is_over = total > thresholds.administrators
        passes = f", more than thresholds.administrators lets pass ({thresholds.administrators})"
        with_others = _with(more["administrators"], str(total))
        yield replace(
            _stop(
                tenant,
                "administrators",
                "PLN146",
                f"{_become(len(administrators))} able to give or define rights{with_others}"
                f"{passes if is_over and (thresholds.administrators or with_others) else ''}: "
                f"{_powers(found.administrators)}",
            ),
            severity=Severity.ERROR if is_over else Severity.WARNING,
        )


def _with(more: str, total: str) -> str:
    return f"{more}{total}" if more else ""


def _hours(window: timedelta) -> str:
    whole_days, rest = divmod(window, timedelta(days=1))
    if whole_days > 1 and not rest:
        return f"{whole_days} days"
    return f"{window // timedelta(hours=1)} h"


def _become(number: int) -> str:
    return "1 person becomes" if number == 1 else f"{number} people become"


def _powers(gained: Iterable[Gained]) -> str:
    """Everybody by name, those together who gain the same."""
    groups: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for each in gained:
        groups[each.powers].append(each.person.shown)
    return "; ".join(
        f"{_all_together(names)} ({', '.join(powers)})" for powers, names in sorted(groups.items())
    )


def _names(counted: Iterable[Counted]) -> tuple[str, ...]:
    return tuple(each.shown for each in counted)


def _together(addresses: tuple[str, ...], names: Callable[[Iterable[str]], str]) -> str:
    """The addresses as `names` lists them; what all of them begin with stands once."""
    heads = {each.rpartition("/")[0] for each in addresses}
    if len(heads) > 1 or len(addresses) == 1 or heads == {""}:
        return names(addresses)
    return f"{heads.pop()}/{{{names(each.rpartition('/')[2] for each in addresses)}}}"


def _all_together(addresses: Iterable[str]) -> str:
    """All of them; what managed ones begin with is said once."""
    heads: dict[str, list[str]] = defaultdict(list)
    for each in addresses:
        head, slash, name = each.rpartition("/")
        heads[head + slash].append(name)
    return ", ".join(
        f"{head}{{{', '.join(names)}}}" if head and len(names) > 1 else f"{head}{', '.join(names)}"
        for head, names in heads.items()
    )


def _stop(tenant: str, guard: Guard, code: str, summary: str, hint: str = "") -> Diagnostic:
    return Diagnostic(Severity.ERROR, code, summary, hint=hint, tenant=tenant, guard=guard)


def _weighed(each: Diagnostic, allow: Allowance, radius: BlastRadius) -> Diagnostic:
    """A guard's error with the override that lets it pass, or as a warning where that is given."""
    if not each.guard or each.severity is not Severity.ERROR:
        return each
    override = f"`--allow {radius.override(each.guard)}`"
    if radius.passes(each.guard, allow):
        return replace(each, severity=Severity.WARNING, hint=f"allowed by {override}")
    hint = each.hint
    if override not in hint:  # rules may name it themselves
        hint = f"{hint}; if it is meant: {override}" if hint else f"if it is meant: {override}"
    given = allow.number(each.guard)
    if given is not None and given != radius.number(each.guard):
        hint += f" ({given} is not this plan's number)"
    elif given is not None:
        hint += f" ({allow.digests[each.guard]} stands for others)"
    if each.guard == "policy" and allow.policy:
        hint += f" ({allow.policy} stands for another change)"
    return replace(each, hint=hint)


def wanted(plan: Plan, allow: Allowance = NOTHING_ALLOWED) -> str:
    """The overrides that a plan still needs beside what it recorded and what is given."""
    return ",".join(map(plan.blast_radius.override, _open(plan, allow)))


def unbound(plan: Plan, allow: Allowance) -> tuple[Guard, ...]:
    """The guards that a bare number would let pass, if bare numbers counted."""
    blocked = _open(plan, allow.without_bare)
    return tuple(g for g in allow.bare if g in blocked and plan.blast_radius.passes(g, allow))


def refuse_if_blocked(plan: Plan, allow: Allowance) -> None:
    """Raises BlockedError with the findings of the guards that still stop the plan."""
    left = _open(plan, allow)
    if left:
        raise BlockedError(tuple(_findings(plan, left)), wanted(plan, allow))


def approved(plan: Plan, allow: Allowance) -> Allowance:
    """The overrides, bound to the plan, that it was made with or that are given now."""
    radius = plan.blast_radius
    passed = (g for g in _GUARDS if radius.passes(g, plan.allowed) or radius.passes(g, allow))
    return _bound(radius, passed)


def refuse_if_over_window(
    plan: Plan, tenant: str, earlier: Earlier, thresholds: Thresholds, allow: Allowance
) -> None:
    """Raises BlockedError where what the plan does in a tenant is, with what was done there since
    the plan was made, more than passes unasked.
    """
    passed = approved(plan, allow)
    reached = plan.blast_radius.tenants.get(tenant)
    if reached is None:
        return
    own = Reach(
        destroyed=_counted(reached, "destroy"),
        people=_counted(reached, "people"),
        users=reached.users,
        administrators=tuple(Gained(each, ()) for each in _counted(reached, "administrators")),
    )
    over = [
        _weighed(each, passed, plan.blast_radius)
        for each in _over(tenant, own, thresholds, earlier)
        if earlier.get(each.guard)
    ]
    stops = [each for each in over if each.severity is Severity.ERROR]
    if stops:
        raise BlockedError(
            tuple(
                Finding(each.severity, each.code, each.summary, hint=each.hint, tenant=tenant)
                for each in stops
            ),
            ",".join(dict.fromkeys(plan.blast_radius.override(each.guard) for each in stops)),
        )


def _counted(reached: Reached, guard: str) -> tuple[Counted, ...]:
    return tuple(
        sorted(
            Counted(Address.parse(address).short, address, key, group.by)
            for group in reached.counted.get(guard, ())
            for address, key in group.objects.items()
        )
    )


def _open(plan: Plan, allow: Allowance) -> tuple[Guard, ...]:
    return tuple(g for g in plan.blocked if not plan.blast_radius.passes(g, allow))


def _findings(plan: Plan, guards: Iterable[str]) -> Iterator[Finding]:
    for each in plan.findings:
        if each.severity == Severity.ERROR and each.guard in guards:
            yield each
