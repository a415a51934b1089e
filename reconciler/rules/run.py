"""Rules times resources gives diagnostics; the runner adds code, level, address and place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from reconciler.model.address import Address
from reconciler.model.causes import cause_of_value
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.resource import Resource, Spec
from reconciler.model.value import at
from reconciler.rules.policy import NO_POLICY, Policy
from reconciler.rules.rule import (
    Cause,
    Finding,
    NotChecked,
    Once,
    Rule,
    RuleSet,
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

    What is about no single resource, such as what was not checked, is reported once.
    """
    told: dict[str, set[NotChecked | Once]] = defaultdict(set)
    asked: dict[type[Spec], list[tuple[Rule[Spec], Severity]]] = {}
    for resource in resources:
        spec = type(resource.spec)
        if spec not in asked:
            asked[spec] = list(_asked(rules.on(spec), world, policy))
        for rule, severity in asked[spec]:
            for found in rule.check(resource, world):
                if isinstance(found, Finding):
                    yield _diagnostic(rule, resource, found, severity, policy)
                elif isinstance(found, Cause):
                    if found.origin == "vendor" and _takes_back(world.of(resource.address), found):
                        yield _diagnostic(rule, resource, _taken_back(found), severity, policy)
                elif found not in told[rule.code]:
                    told[rule.code].add(found)
                    yield _of_the_tenant(rule, resource.address, found, severity)


def _asked(
    rules: Iterable[Rule[Spec]], world: World, policy: Policy
) -> Iterator[tuple[Rule[Spec], Severity]]:
    """The rules that can find anything here, with how much that weighs."""
    for rule in rules:
        severity = policy.severity(rule.code, rule.severity)
        if severity is not None and (world.live or Where.MANIFEST in rule.where):
            yield rule, severity


def causes(
    rules: RuleSet, resource: Resource[Spec], world: World
) -> Iterator[tuple[Rule[Spec], Cause]]:
    """The causes that the rules about drift know for what the tenant has of a resource."""
    for rule in rules.on(type(resource.spec)):
        if Where.DRIFT in rule.where:
            yield from ((rule, each) for each in rule(resource, world) if isinstance(each, Cause))


def _of_the_tenant(
    rule: Rule[Spec], address: Address, found: NotChecked | Once, severity: Severity
) -> Diagnostic:
    if isinstance(found, NotChecked):
        severity, found = Severity.INFO, Once(f"not checked: {found.reason}")
    return Diagnostic(
        severity,
        rule.code,
        found.summary,
        hint=found.hint,
        tenant=address.tenant,
        source=rule.source,
    )


def _takes_back(planned: Expected, cause: Cause) -> bool:
    """Return whether the plan gives the attribute another value than the tenant has now."""
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
    value = cause_of_value(resource.address, finding.path)
    return Diagnostic(
        severity=finding.severity or severity,
        code=rule.code,
        summary=finding.summary,
        hint=finding.hint,
        address=resource.address,
        tenant=resource.address.tenant,
        origin=resource.origin,
        path=finding.path or ("metadata", "name"),
        on_key=finding.on_key,
        source=rule.source,
        suppression=policy.suppression(rule.code, resource.address),
        guard=rule.guard,
        cause=finding.cause or value,
        root_of=value if finding.is_unknown_value else finding.cause,
    )
