"""Rules times resources gives diagnostics; the runner adds code, level, address and place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.resource import Resource, Spec, error_about
from reconciler.rules.policy import NO_POLICY, Policy
from reconciler.rules.rule import Finding, NotChecked, Rule, RuleSet
from reconciler.rules.world import World


def run(
    rules: RuleSet,
    resources: Iterable[Resource[Spec]],
    world: World,
    policy: Policy = NO_POLICY,
) -> Iterator[Diagnostic]:
    """Every finding of every rule about every resource, weighed as the project wants it.

    What was not checked is told once.
    """
    unchecked: set[tuple[str, str]] = set()
    for resource in resources:
        for rule in rules.on(type(resource.spec)):
            severity = policy.severity(rule.code, rule.severity)
            if severity is None:
                continue
            for found in rule(resource, world):
                if isinstance(found, Finding):
                    yield _diagnostic(rule, resource, found, severity, policy)
                elif (rule.code, found.reason) not in unchecked:
                    unchecked.add((rule.code, found.reason))
                    yield _unchecked(rule, resource.address, found)


def _unchecked(rule: Rule[Spec], address: Address, found: NotChecked) -> Diagnostic:
    return Diagnostic(
        Severity.INFO,
        rule.code,
        f"not checked: {found.reason}",
        tenant=address.tenant,
        source=rule.source,
    )


def _diagnostic(
    rule: Rule[Spec],
    resource: Resource[Spec],
    finding: Finding,
    severity: Severity,
    policy: Policy,
) -> Diagnostic:
    told = error_about(resource, rule.code, finding.summary, finding.path, hint=finding.hint)
    return replace(
        told,
        severity=finding.severity or severity,
        suppression=policy.suppression(rule.code, resource.address),
        on_key=finding.on_key,
        source=rule.source,
        guard=rule.guard,
    )
