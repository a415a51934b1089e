"""Recover what an earlier run began and could not account for, before anything else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from reconciler.engine.stale import about
from reconciler.engine.writers import Writers
from reconciler.http.parallel import in_parallel
from reconciler.model.address import Address, GroupKind
from reconciler.model.journal import Unsettled
from reconciler.model.live import LiveObject
from reconciler.planning import recovery
from reconciler.state.lease import Lease
from reconciler.state.sql import SqlState


async def read_back(  # noqa: PLR0913 - what it reads, and where it writes
    tenant: str,
    writer: Writers,
    partial: Callable[[], Awaitable[Collection[GroupKind]]],
    state: SqlState,
    lease: Lease,
    *,
    parallelism: int,
) -> None:
    """Read the object of each operation without an outcome, and write down what came of it.

    `partial` has the kinds of which a part is hidden; what only somebody who sees all could know
    stays open then. Raises TenantError where the tenant does not answer: then nothing is begun.
    """

    async def found(each: Unsettled) -> LiveObject | None:
        address, intent = Address.parse(each.intent.address), each.intent
        with about(address):
            if intent.object_id is None:
                return await writer.find(address.group_kind, recovery.name_of(intent))
            return await writer.fetch(address.group_kind, intent.object_id)

    open_ = state.unsettled(tenant)
    lives = await in_parallel(open_, found, limit=parallelism)
    looked = list(zip(open_, lives, strict=True))
    doubtful = [each for each, live in looked if recovery.is_doubtful(each.intent, live)]
    hidden = await partial() if doubtful else ()
    for each, live in looked:
        if each not in doubtful or Address.parse(each.intent.address).group_kind not in hidden:
            state.settle(each.run, [recovery.judged(each.intent, live)], lease)
