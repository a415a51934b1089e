"""Headroom of a plan to the limits of a tenant: shown from 80 % on."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.groups import Groups
from reconciler.model.plan import Headroom
from reconciler.rules.world import World

NEAR = 80
"""Percent of a limit from which on a plan shows it."""


def near(groups: Groups, world: World, tenant: str) -> Iterator[Headroom]:
    """The limits that the plan fills to 80 %, the fullest first."""
    limits = ((vendor.name, limit) for vendor in groups for limit in vendor.limits)
    for group, limit in limits:
        ranked = sorted(limit.used(world.within(group)), key=lambda each: (-each[1], each[0]))
        for subject, used in ranked:
            percent = used * 100 // limit.most
            if percent < NEAR:
                break
            yield Headroom(limit.rule, limit.title, subject, tenant, used, limit.most, percent)
