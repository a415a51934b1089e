"""Refusing a plan whose ground has moved: what it touches is compared with what it saw."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from reconciler.errors import ReconcilerError, StalePlanError
from reconciler.http.parallel import in_parallel
from reconciler.model.address import Address
from reconciler.model.plan import Operation, Plan
from reconciler.planning.staleness import differences
from reconciler.vendor import Writer


async def refuse_if_moved_on(plan: Plan, tenant: str, writer: Writer, *, parallelism: int) -> None:
    """Compare every object that is to be written with what the plan saw; raises StalePlanError."""
    changes = {each.address: each for each in plan.changes}
    operations = [op for step in plan.steps if step.tenant == tenant for op in step.operations]
    written = {operation.request.object_id for operation in operations}

    async def moved(operation: Operation) -> str | None:
        address, request = Address.parse(operation.addresses[0]), operation.request
        change = changes[operation.addresses[0]]
        with about(address):
            if request.object_id is None:
                there = await writer.find(address.kind, change.name)
                # an object of that name that the plan itself renames or deletes is no obstacle
                taken = there is not None and there.id not in written
                return f"{address.short} exists in the tenant by now" if taken else None
            live = await writer.fetch(address.kind, request.object_id)
        if live is None:
            return f"{address.short} is gone from the tenant"
        if live.is_as(request.expect):
            return None
        return f"{address.short} was changed in the tenant: {differences(change, live)}"

    first = [each for each in operations if not each.mends]
    found = await in_parallel(first, moved, limit=parallelism)
    if changed := [each for each in found if each]:
        raise stale(changed)


@contextmanager
def about(address: Address) -> Iterator[None]:
    """What goes wrong in the block is about this object."""
    try:
        yield
    except ReconcilerError as error:
        error.about(str(address))
        raise


def stale(changed: list[str]) -> StalePlanError:
    """The refusal of a plan whose ground has moved, with all that did."""
    return StalePlanError(
        "RUN103",
        "what the plan was made from has changed; nothing was written",
        detail="\n".join(changed),
        hint="make a new plan and review it",
    )
