"""The rules of all groups of a tenant, each over the world as its group sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from reconciler.model.diagnostic import Diagnostic
from reconciler.model.resource import Resource, Spec
from reconciler.planning.planned_object import TenantInput
from reconciler.rules.rule import Cause, Rule
from reconciler.rules.run import causes, run
from reconciler.rules.world import World


def rules_of(
    given: TenantInput, resources: Iterable[Resource[Any]], world: World
) -> Iterator[Diagnostic]:
    """Every finding of every rule about these resources."""
    resources = tuple(resources)
    for vendor in given.groups:
        own = [each for each in resources if each.address.group == vendor.name]
        yield from run(vendor.rules, own, world.within(vendor.name), given.policy)


def causes_of(
    given: TenantInput, resource: Resource[Any], world: World
) -> Iterator[tuple[Rule[Spec], Cause]]:
    """The causes that the rules about drift know for what the tenant has of a resource."""
    group = resource.address.group
    return causes(given.groups.of(group).rules, resource, world.within(group))
