"""Rules times resources gives diagnostics; the runner adds code, level, address and place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.model.diagnostic import Diagnostic
from reconciler.model.resource import Resource, Spec, error_about
from reconciler.rules.rule import Finding, Rule, RuleSet
from reconciler.rules.world import World


def run(rules: RuleSet, resources: Iterable[Resource[Spec]], world: World) -> Iterator[Diagnostic]:
    """Every finding of every rule about every resource, once each."""
    for resource in resources:
        for rule in rules.on(type(resource.spec)):
            for finding in rule(resource, world):
                yield _diagnostic(rule, resource, finding)


def _diagnostic(rule: Rule[Spec], resource: Resource[Spec], finding: Finding) -> Diagnostic:
    told = error_about(resource, rule.code, finding.summary, finding.path, hint=finding.hint)
    return replace(
        told,
        severity=finding.severity or rule.severity,
        on_key=finding.on_key,
        source=rule.source,
    )
