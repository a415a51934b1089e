"""Rules times resources gives diagnostics; the runner adds code, level, address and place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.resource import Resource, Spec, error_about
from reconciler.model.value import at
from reconciler.rules.policy import NO_POLICY, Policy
from reconciler.rules.rule import (
    Cause,
    Finding,
    NotChecked,
    Rule,
    RuleSet,
    SideEffect,
    Where,
)
from reconciler.rules.world import Expected, World


def run(
    rules: RuleSet,
    resources: Iterable[Resource[Spec]],
    world: World,
    policy: Policy = NO_POLICY,
) -> Iterator[Diagnostic]:
    """Every finding of every rule about every resource, weighed as the project wants it.

    What was not checked, and what the vendor will do by itself, is told once.
    """
    told: set[tuple[str, str]] = set()
    for resource in resources:
        for rule in rules.on(type(resource.spec)):
            severity = policy.severity(rule.code, rule.severity)
            if severity is None:
                continue
            for found in rule(resource, world):
                if isinstance(found, Finding):
                    yield _diagnostic(rule, resource, found, severity, policy)
                elif isinstance(found, Cause):
                    if found.origin == "vendor" and _takes_back(world.of(resource.address), found):
                        yield _diagnostic(rule, resource, _taken_back(found), severity, policy)
                else:
                    weight, summary = _once(found, severity)
                    if (rule.code, summary) not in told:
                        told.add((rule.code, summary))
                        yield _of_the_tenant(rule, resource.address, weight, summary)


def causes(
    rules: RuleSet, resource: Resource[Spec], world: World
) -> Iterator[tuple[Rule[Spec], Cause]]:
    """What the rules about drift know of how a resource came to be as the tenant has it."""
    for rule in rules.on(type(resource.spec)):
        if Where.DRIFT in rule.where:
            yield from ((rule, each) for each in rule(resource, world) if isinstance(each, Cause))


def _once(found: NotChecked | SideEffect, severity: Severity) -> tuple[Severity, str]:
    if isinstance(found, NotChecked):
        return Severity.INFO, f"not checked: {found.reason}"
    return severity, found.summary


def _of_the_tenant(
    rule: Rule[Spec], address: Address, severity: Severity, summary: str
) -> Diagnostic:
    return Diagnostic(severity, rule.code, summary, tenant=address.tenant, source=rule.source)


def _takes_back(planned: Expected, cause: Cause) -> bool:
    """Whether the plan gives the attribute another value than the tenant has now."""
    before, after = at(planned.before, cause.path), at(planned.values, cause.path)
    if cause.added and isinstance(after, frozenset):
        return not cause.added <= after
    return before != after


def _taken_back(cause: Cause) -> Finding:
    return Finding(
        ("spec", *cause.path),
        cause.why,
        hint="the plan takes it back; to keep it, write it into the manifest",
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
