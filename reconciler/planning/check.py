"""Check the manifests of a tenant without the tenant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.resource import Resource
from reconciler.planning.consequences import traced
from reconciler.planning.copies import filled
from reconciler.planning.judging import rules_of
from reconciler.planning.lookalikes import lookalikes
from reconciler.planning.matched_tenant import unread
from reconciler.planning.planned_object import TenantInput
from reconciler.planning.refusals import taken_names


@dataclass(frozen=True, slots=True)
class Checked:
    """The findings, the number of references resolved, and of those that need the tenant."""

    found: tuple[Diagnostic, ...]
    references: int
    left_to_the_tenant: int


def check(given: TenantInput) -> tuple[Diagnostic, ...]:
    """Check what the manifests alone decide: references among them, and rules."""
    return checked(given).found


def checked(given: TenantInput) -> Checked:
    """The same, with how many references that was about."""
    tenant = unread(given)
    directory = tenant.directory
    items = filled(tenant.objects(tenant.matches), None)
    world = tenant.world(items)

    def again(
        resources: Sequence[Resource[Any]], without: frozenset[Address]
    ) -> Iterable[Diagnostic]:
        left = (item for item in items if item.address not in without)
        return rules_of(given, resources, tenant.world(left))

    found = (
        *directory.problems,
        *rules_of(given, given.resources, world),
        *taken_names(items, world),
        *lookalikes(given.tenant, world.everything(), {}, given.resources),
    )
    return Checked(
        traced(found, given.resources, again), directory.references, directory.left_to_the_tenant
    )
