"""What the manifests of a tenant tell without the tenant."""

from __future__ import annotations

from reconciler.model.diagnostic import Diagnostic
from reconciler.planning.copies import filled
from reconciler.planning.item import TenantInput, from_manifest, world_of
from reconciler.planning.lookalikes import lookalikes
from reconciler.planning.match import Match
from reconciler.planning.refusals import taken_names
from reconciler.planning.resolve import Directory
from reconciler.rules.run import run


def check(given: TenantInput) -> tuple[Diagnostic, ...]:
    """What the manifests alone tell: references among them, and every rule they can decide."""
    kinds = {kind.name: kind for kind in given.vendor.kinds}
    matches = [Match(r, kinds[r.address.kind], None, None, None) for r in given.resources]
    directory = Directory(matches, given.vendor, given.facts, None)
    items = filled((from_manifest(each, directory, given) for each in matches), None)
    world = world_of(items, (), snapshot=None, facts=given.facts)
    return (
        *directory.problems,
        *run(given.vendor.rules, given.resources, world, given.policy),
        *taken_names(items, world),
        *lookalikes(given.tenant, world.everything(), {}, given.resources),
    )
