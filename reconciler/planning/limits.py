"""How near a plan comes to the limits of a tenant: told from 80 % on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.plan import Headroom
from reconciler.rules.world import World
from reconciler.vendor import Limit

NEAR = 80
"""Percent of a limit from which on a plan tells of it."""


def near(limits: Iterable[Limit], world: World, tenant: str) -> Iterator[Headroom]:
    """What reaches 80 % of a limit once the plan is carried out, the fullest first."""
    for limit in limits:
        ranked = sorted(limit.used(world), key=lambda each: (-each[1], each[0]))
        for subject, used in ranked:
            percent = used * 100 // limit.most
            if percent < NEAR:
                break
            yield Headroom(limit.rule, limit.title, subject, tenant, used, limit.most, percent)
