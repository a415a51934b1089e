"""Compare what a plan touches with what it saw; refuse a plan that is stale."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from reconciler.engine.writers import Writers
from reconciler.errors import ReconcilerError, StalePlanError
from reconciler.http.parallel import in_parallel
from reconciler.model.address import Address, GroupKind
from reconciler.model.orders import Orders
from reconciler.model.plan import Operation
from reconciler.planning.staleness import GONE, TAKEN, Moved, changed, moved

Names = Callable[[], Awaitable[Mapping[str, str]]]
"""What everything of the tenant is called, by the vendor's ids; asked only to word a refusal."""


async def moved_on(
    orders: Orders, writer: Writers, names: Names, *, parallelism: int
) -> list[Moved]:
    """Every object that a call is to write and that is not as the plan saw it."""
    operations = [operation for operation in orders.operations() if operation.by == "api"]
    return [
        *await _taken(orders, operations, writer),
        *await _changed(orders, operations, writer, names, parallelism),
    ]


async def _taken(orders: Orders, operations: Iterable[Operation], writer: Writers) -> list[Moved]:
    """Each object that is to be created and is there by now."""
    written = {operation.request.object_id for operation in operations}
    wanted: dict[GroupKind, dict[str, Address]] = defaultdict(dict)
    for operation in operations:
        if operation.request.object_id is None:
            planned = orders.object_of(operation)
            address = Address.parse(planned.address)
            wanted[address.group_kind][planned.name] = address
    return [
        moved(names[name], TAKEN, object_id=object_id, name=name)
        for kind, names in wanted.items()
        for name, object_id in (await writer.taken(kind, names.keys())).items()
        # an object of that name that the plan itself renames or deletes is no obstacle
        if object_id not in written
    ]


async def _changed(
    orders: Orders,
    operations: Iterable[Operation],
    writer: Writers,
    names: Names,
    parallelism: int,
) -> list[Moved]:
    """Each object that is no longer as the plan saw it."""

    async def looked_at(operation: Operation) -> Moved | None:
        address, request = Address.parse(operation.addresses[0]), operation.request
        planned = orders.object_of(operation)
        with about(address):
            live = await writer.fetch(address.group_kind, str(request.object_id))
        if live is None:
            return moved(address, GONE, object_id=str(request.object_id), name=planned.name)
        if live.is_as(request.expect):
            return None
        said = changed(planned.before, live, {**orders.names(), **await names()})
        return moved(address, said, name=planned.name, live=live)

    there = [each for each in operations if each.request.object_id and not each.mends]
    found = await in_parallel(there, looked_at, limit=parallelism)
    return [each for each in found if each is not None]


@contextmanager
def about(address: Address) -> Iterator[None]:
    """Attach this object to an error of the block."""
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
