"""Every documented rule as one list: those that are checked, kept without a check, or planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.model.diagnostic import Severity
from reconciler.model.resource import Spec
from reconciler.rules.planned import Planned
from reconciler.rules.rule import Rule

BUILT, KEPT, PLANNED = "built", "kept", "planned"


@dataclass(frozen=True, slots=True)
class Entry:
    """One documented rule as it is listed.

    `reason`, `document` (the title of its source), `good`, `bad` and `kind` (which it judges) are
    those of a built one; a kept one has the reason why nothing could break it.
    """

    code: str
    system: str
    severity: Severity
    where: tuple[str, ...]
    rule: str
    source: str
    status: str
    reason: str = ""
    document: str = ""
    good: str = ""
    bad: str = ""
    kind: str = ""


def listing(
    built: Iterable[tuple[str, Rule[Spec], str]], planned: Iterable[Planned]
) -> tuple[Entry, ...]:
    """All rules in the order of their codes; `built` has a system, a rule, its document's title."""
    entries = [_built(*each) for each in built]
    entries.extend(_planned(each) for each in planned)
    return tuple(sorted(entries, key=lambda each: each.code))


def _built(system: str, rule: Rule[Spec], document: str) -> Entry:
    statement, _, reason = rule.text.partition("\n\n")
    return Entry(
        code=rule.code,
        system=system,
        severity=rule.severity,
        where=tuple(sorted(rule.where)),
        rule=" ".join(statement.split()),
        source=rule.source,
        status=BUILT,
        reason=" ".join(reason.split()),
        document=document,
        good=rule.good,
        bad=rule.bad,
        kind=rule.on.__name__,
    )


def _planned(each: Planned) -> Entry:
    return Entry(
        code=each.code,
        system=each.system,
        severity=each.severity,
        where=tuple(sorted(each.where)),
        rule=each.text,
        source=each.source,
        status=KEPT if each.kept else PLANNED,
        reason=each.kept,
    )
