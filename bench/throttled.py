"""How much of its rate an apply uses: plan and apply in-process, the time of each request noted.

The rate is the vendor's default: somewhat less than the tenant takes, which leaves the rest to
others. A window of it lets a burst out at once, so the least time for n requests at `r` a window is
a whole window for each full `r` before the last of them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.measure import FailedError
from reconciler import pipeline
from reconciler.contract.discover import discover
from reconciler.engine.connect import Surroundings
from reconciler.engine.prepare import Work
from reconciler.http.pacing import Pacing
from reconciler.http.tokens import FixedToken
from reconciler.manifests.project import groups_of, load_project
from reconciler.model.rate import Rate
from reconciler.vendors.webexcc.sandbox.generate import TOKEN


@dataclass(frozen=True, slots=True)
class Used:
    """So many requests went out in so many seconds, the first one at 0."""

    rate: Rate
    requests: int
    seconds: float

    @property
    def least(self) -> float:
        """The seconds that as many take if each goes out the moment that the rate allows it."""
        return (self.requests - 1) // self.rate.requests * self.rate.seconds

    def __str__(self) -> str:
        return (
            f"{self.requests:>8} requests at {self.rate} in {self.seconds:.2f} s, the least is "
            f"{self.least:.0f} s: {self.least / self.seconds:.1%} of the rate used"
        )


class _Noted(Pacing):
    """The queue of a tenant, which notes when it let each request out."""

    def __init__(self, rate: Rate) -> None:
        super().__init__(rate)
        self.times: list[float] = []

    async def turn(self) -> None:
        await super().turn()
        self.times.append(self.now())


def used(folder: Path) -> Used:
    """Plan and apply the project, whose one tenant is a sandbox with a rate."""
    vendors = discover()
    project = load_project(folder, vendors, {}, datetime.now(UTC).date())
    (tenant,) = project.tenants.values()
    rate = groups_of(tenant, vendors).rate
    assert rate  # noqa: S101 - it has one
    pace = _Noted(rate)
    around = Surroundings(folder, {}, kept={tenant.name: (pace, FixedToken(TOKEN))})
    asyncio.run(_applied(Work(project, (tenant,), vendors, around)))
    return Used(rate, len(pace.times), pace.times[-1] - pace.times[0])


async def _applied(work: Work) -> None:
    plan = await pipeline.plan(work)
    for ledger in await pipeline.apply(work, plan, saved=False, report=lambda _event: None):
        if ledger.outcome != "done":
            raise FailedError(f"the throttled apply is {ledger.outcome}")
