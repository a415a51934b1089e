"""Guards: what a plan may do by every rule, and no plan should do unasked (design §4).

`reach.py`, `lockouts.py` and `side_effects.py` look at one tenant; here what they found is weighed
over the whole plan, by the thresholds of the project and the leave that a person gives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
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
from reconciler.model.plan import BlockedError, Finding, Plan
from reconciler.planning.reach import Missing, Reach
from reconciler.planning.refusals import folded, listed

_GUARDS: tuple[Guard, ...] = ("destroy", "people", "policy", "lockout", "transient")
_GUARD_OF = {
    "PLN140": "destroy",
    "PLN141": "people",
    "PLN142": "destroy",
    "PLN145": "transient",
    "PLN157": "policy",
}
"""The guards by their own codes; every other one is a lock-out."""


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


def judged(reaches: Mapping[str, Reach], found: Iterable[Diagnostic], bounds: Bounds) -> Judged:
    """Weigh the guards of all tenants, the counting ones first; `found` is all else that is told.

    Each tenant has its thresholds for itself; leave is to the numbers of the whole plan. What has
    errors is not counted, as its numbers may be wrong; doubtful lists are told all the same.
    """
    found, thresholds, allow = tuple(found), bounds.thresholds, bounds.allow
    errored = has_errors(each for each in found if not each.guard)
    radius = _radius({name: each.numbers(thresholds) for name, each in reaches.items()})
    radius = replace(radius, policy=bounds.policy)
    doubts = [d for name, each in reaches.items() for d in _doubtful(name, each, thresholds)]
    counted = [d for name, each in reaches.items() for d in _over(name, each, thresholds)]
    told = (*doubts, *(() if errored else counted), *found)
    weighed = tuple(_weighed(each, allow, radius) for each in told)
    stopping = _guards(weighed)
    needed = _guards(told) - stopping
    return Judged(
        diagnostics=weighed,
        radius=radius,
        blocked=tuple(guard for guard in _GUARDS if guard in stopping),
        allowed=Allowance(
            destroy=allow.destroy if "destroy" in needed else None,
            people=allow.people if "people" in needed else None,
            lockout="lockout" in needed,
            transient="transient" in needed,
            policy=allow.policy if "policy" in needed else "",
        ),
        errored=errored,
        doubts=bool(doubts),
    )


def doubts(tenant: str, missing: Iterable[Missing], bounds: Bounds) -> tuple[Diagnostic, ...]:
    """What a drift check says of lists that lack most of what is owned, as a plan would."""
    reach = Reach(missing=tuple(missing))
    radius = _radius({tenant: reach.numbers(bounds.thresholds)})
    found = _doubtful(tenant, reach, bounds.thresholds)
    return tuple(_weighed(each, bounds.allow, radius) for each in found)


def _guards(found: Iterable[Diagnostic]) -> set[str]:
    """The guards that an error among them belongs to."""
    return {each.guard for each in found if each.guard and has_errors((each,))}


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
                f"of the {each.owned} that are ours: {_together(each.planned, listed)}",
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
            f"({thresholds.destroy}): {_together(destroyed, folded)}",
        )
    if thresholds.stops_people(len(people), found.users):
        share = f" ({len(people) / found.users:.1%})" if thresholds.people.endswith("%") else ""
        yield _stop(
            tenant,
            "people",
            "PLN141",
            f"the access of {len(people)} of {found.users} users{share} would change, more than "
            f"thresholds.people lets pass ({thresholds.people}): {_together(people, listed)}",
        )


def _together(addresses: tuple[str, ...], names: Callable[[Iterable[str]], str]) -> str:
    """The addresses as `names` lists them; what all of them begin with stands once."""
    heads = {each.rpartition("/")[0] for each in addresses}
    if len(heads) > 1 or len(addresses) == 1 or heads == {""}:
        return names(addresses)
    return f"{heads.pop()}/{{{names(each.rpartition('/')[2] for each in addresses)}}}"


def _stop(tenant: str, guard: Guard, code: str, summary: str, hint: str = "") -> Diagnostic:
    return Diagnostic(Severity.ERROR, code, summary, hint=hint, tenant=tenant, guard=guard)


def _weighed(each: Diagnostic, allow: Allowance, radius: BlastRadius) -> Diagnostic:
    """A guard's error with the leave that lets it pass, or as a warning where that is given."""
    if not each.guard or each.severity is not Severity.ERROR:
        return each
    number = radius.number(each.guard)
    leave = f"`--allow {_leave(each.guard, number)}`"
    if allow.gives(each.guard, number):
        return replace(each, severity=Severity.WARNING, hint=f"allowed by {leave}")
    hint = each.hint
    if leave not in hint:  # rules may name it themselves
        hint = f"{hint}; if it is meant: {leave}" if hint else f"if it is meant: {leave}"
    given = {"destroy": allow.destroy, "people": allow.people}.get(each.guard)
    if given is not None:
        hint += f" ({given} is not this plan's number)"
    if each.guard == "policy" and allow.policy:
        hint += f" ({allow.policy} stands for another change)"
    return replace(each, hint=hint)


def _leave(guard: str, number: int | str) -> str:
    if guard == "policy":
        return f"policy:{number}"
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
        if each.severity == Severity.ERROR and _GUARD_OF.get(each.code, "lockout") in guards:
            yield each
