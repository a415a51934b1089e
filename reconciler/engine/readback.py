"""What an earlier run began and could not account for is understood before anything else."""

from __future__ import annotations

from reconciler.engine.stale import about
from reconciler.http.parallel import in_parallel
from reconciler.model.address import Address
from reconciler.model.journal import Settled, Unsettled
from reconciler.planning import aftermath
from reconciler.state.lease import Lease
from reconciler.state.sql import SqlState
from reconciler.vendor import Writer


async def read_back(
    tenant: str, writer: Writer, state: SqlState, lease: Lease, *, parallelism: int
) -> None:
    """Read the object of each operation without an outcome, and write down what came of it.

    Raises TenantError where the tenant does not tell: then nothing is begun.
    """

    async def settled(each: Unsettled) -> Settled:
        address, intent = Address.parse(each.intent.address), each.intent
        with about(address):
            if intent.object_id is None:
                live = await writer.find(address.kind, aftermath.name_of(intent))
            else:
                live = await writer.fetch(address.kind, intent.object_id)
        return aftermath.judged(intent, live)

    open_ = state.unsettled(tenant)
    found = await in_parallel(open_, settled, limit=parallelism)
    for each, outcome in zip(open_, found, strict=True):
        state.settle(each.run, [outcome], lease)
