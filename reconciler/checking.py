"""The first half of the pipeline, without any tenant: what the manifests alone show.

`validate` of files starts with no more than this: neither a project nor a plan is needed for it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from reconciler.manifests import positions
from reconciler.manifests.files import FILE, find
from reconciler.manifests.load import Loaded
from reconciler.manifests.unmatched import unmatched
from reconciler.model.counts import Counts
from reconciler.model.diagnostic import (
    Diagnostic,
    Origin,
    Position,
    Severity,
    Suppression,
    has_errors,
)
from reconciler.model.ignore import Ignore
from reconciler.model.resource import Spec
from reconciler.planning.check import checked as check_alone
from reconciler.planning.consequences import linked
from reconciler.planning.planned_object import TenantInput
from reconciler.rules.rule import Rule, Where
from reconciler.rules.world import Known

if TYPE_CHECKING:
    from reconciler.engine.prepare import Work
    from reconciler.manifests.project import Project, Tenant

_NAMED = 10
"""So many files are named."""


def validate(work: Work, tenants: tuple[Tenant, ...]) -> tuple[Diagnostic, ...]:
    """Everything that the manifests of these tenants alone show; equal findings once."""
    return judge_project(work, tenants).found


def judge_project(work: Work, tenants: tuple[Tenant, ...]) -> Judged:
    """The same, with how much was judged."""
    from reconciler.engine.prepare import load_tenant  # noqa: PLC0415 - files need no project

    found: dict[Hashable, Diagnostic] = {}
    whole = len(tenants) == len(work.project.tenants)
    counts = Counts()
    for tenant in tenants:
        loaded = load_tenant(work, tenant)
        whole = whole and not has_errors(loaded.diagnostics)
        given = TenantInput(
            tenant.name,
            work.groups(tenant),
            loaded.resources,
            known=Known(tenant.facts),
            policy=work.project.policy,
        )
        judgement = judge((given,), loaded)
        counts += judgement.counts
        for diagnostic in judgement.found:
            found.setdefault(diagnostic.anywhere(), diagnostic)
    judged = (rule.code for rule in rules(work) if _needs_no_tenant(rule)) if whole else ()
    notes = (
        *policy_notes(work.project, found.values(), judged),
        *unmatched(work.project.root, work.project.tenants.values(), work.vendors),
    )
    return Judged(tuple(sorted((*found.values(), *notes), key=Diagnostic.sort_key)), counts)


def files(work: Work, tenants: Iterable[Tenant]) -> tuple[str, ...]:
    """The files that hold the manifests of these tenants, each once; raises ProjectError."""
    found = {file for each in tenants for file in find(work.project.root, each.manifests)}
    return tuple(sorted(found))


@dataclass(frozen=True, slots=True)
class Judged:
    """The findings of a check, and how much it judged."""

    found: tuple[Diagnostic, ...]
    counts: Counts


def check(given: Iterable[TenantInput], loaded: Loaded) -> tuple[Diagnostic, ...]:
    """Reading, schema, references and rules of one tenant's manifests, with positions.

    `given` has the resources of each vendor of the tenant.
    """
    return judge(given, loaded).found


def judge(given: Iterable[TenantInput], loaded: Loaded) -> Judged:
    """The same, with how much was judged."""
    found = list(loaded.diagnostics)
    given = tuple(given)
    if not loaded.resources and not found:
        found.extend(_no_manifest(each.tenant, loaded.files) for each in given[:1])
    checked = [check_alone(each) for each in given]
    found.extend(diagnostic for each in checked for diagnostic in each.found)
    counts = Counts(
        tenants=1,
        manifests=loaded.manifests,
        files=frozenset(loaded.files),
        references=sum(each.references for each in checked),
        left_to_the_tenant=sum(each.left_to_the_tenant for each in checked),
    )
    return Judged(linked(positions.attach(found, loaded.read)), counts)


def rules(work: Work) -> Iterable[Rule[Spec]]:
    """The rules of every vendor of the chosen tenants."""
    groups = sorted({group for tenant in work.tenants for group in tenant.groups})
    return (rule for group in groups for rule in work.vendors[group].rules)


def _needs_no_tenant(rule: Rule[Spec]) -> bool:
    """Whether the manifests alone show all that the rule can find."""
    return Where.MANIFEST in rule.where and Where.LIVE not in rule.where


def policy_notes(
    project: Project, found: Iterable[Diagnostic], judged: Iterable[str]
) -> tuple[Diagnostic, ...]:
    """Suppressions that have expired, those that suppress nothing, settings ahead of time.

    Only of the rules in `judged` can be said that a suppression of theirs was not needed, and not
    where one of them said that it could not check.
    """
    policy, found = project.policy, tuple(found)
    judged = set(judged) - {each.code for each in found if each.address is None}
    used = [each.suppression for each in found if each.suppression is not None]
    late = [
        _policy_note(each, "PRJ143", _ended(each, policy.today), hint=_AFTER_A_SUPPRESSION)
        for each in policy.expired
    ]
    idle = [
        _policy_note(
            each,
            "PRJ144",
            f"nothing is suppressed here: {each.code} finds nothing there",
            hint="remove it, or correct its address",
        )
        for each in policy.idle(used, judged)
    ]
    ahead = [_ahead(code) for code in policy.planned]
    over = [
        _ignore_note(
            each,
            "PRJ148",
            f"this drift suppression ended on {_ago(until, policy.today)}",
            hint="take the drift back or accept it, or set a new date",
        )
        for each, until in project.ignores.expired
    ]
    return _placed(project, (*late, *idle, *ahead, *over))


def needless_ignores(
    project: Project, used: Iterable[Ignore], tenants: Iterable[str]
) -> tuple[Diagnostic, ...]:
    """Leaves to drift that nothing needs, of the `tenants` that were looked at as a whole; an empty
    name stands for all tenants of the project.
    """
    idle = project.ignores.idle(used, tenants)
    said = "nothing drifts here: this suppression is not needed"
    hint = "remove it, or correct its address and attributes"
    return _placed(project, (_ignore_note(each, "PRJ149", said, hint=hint) for each in idle))


def _placed(project: Project, found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return positions.attach(found, lambda name: (project.root / name).read_bytes())


def _ended(each: Suppression, today: date) -> str:
    return f"this suppression of {each.code} ended on {_ago(each.until, today)}"


def _ago(until: date, today: date) -> str:
    days = (today - until).days
    return f"{until}, {days} day{'s' if days != 1 else ''} ago"


def _ahead(code: str) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        "PRJ145",
        f"nothing checks {code}: what is set here has no effect",
        hint=f"`reconciler rules explain {code}` shows whether that is planned",
        origin=Origin(FILE, 0, 1),
        path=("rules", code),
        on_key=True,
    )


_AFTER_A_SUPPRESSION = "correct what it covers, or set a new date"


def _policy_note(each: Suppression, code: str, summary: str, *, hint: str) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        code,
        summary,
        hint=hint,
        origin=Origin(FILE, 0, 1),
        path=("rules", each.code, "suppress", each.number, "address"),
    )


def _ignore_note(each: Ignore, code: str, summary: str, *, hint: str) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        code,
        summary,
        hint=hint,
        origin=Origin(FILE, 0, 1),
        path=(*each.place, "address"),
    )


def _no_manifest(tenant: str, files: tuple[str, ...]) -> Diagnostic:
    """The refusal of a tenant without a manifest, at the first file that could hold one."""
    named, more = list(files[:_NAMED]), len(files) - _NAMED
    if more > 0:
        named.append(f"{more} more")
    return Diagnostic(
        Severity.ERROR,
        "PLN101",
        "there is no manifest at all",
        detail=f"no document in {', '.join(named)}" if files else "",
        hint="correct where manifests are looked for: nothing in Git never means `remove all`",
        tenant=tenant,
        position=Position(files[0], 1, 1, 2, "") if files else None,
    )
