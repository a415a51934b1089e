"""Which updates go out together: many of a kind in one call, where the vendor has such a call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import ceil

from reconciler.contract.answers import offered
from reconciler.contract.vendor import Kind
from reconciler.model.address import Address, GroupKind
from reconciler.model.change import Action
from reconciler.model.plan import Operation
from reconciler.planning import order
from reconciler.rules.world import World


def batched(
    tenant: str, schedule: order.Schedule, world: World, by_hand: Collection[Address] = ()
) -> Mapping[Address, str]:
    """The batch of each write that goes out with others; what is in none goes out by itself.

    Only writes of one step are put together: they need nothing of one another, so no batch waits
    for itself. What is in part done by hand goes out by itself.
    """
    together = (
        writes
        for step in schedule.steps
        for writes in _together([each for each in step if each.address not in by_hand], world)
    )
    return {
        write.address: f"{tenant}:batch-{number}"
        for number, writes in enumerate(together, 1)
        for write in writes
    }


def calls(operations: Iterable[Operation]) -> int:
    """The number of calls of operations: a batch is one."""
    return len({each.batch or each.id for each in operations if each.by == "api"})


def _together(step: Iterable[order.Write], world: World) -> Iterator[Sequence[order.Write]]:
    updates: dict[GroupKind, list[order.Write]] = defaultdict(list)
    kinds: dict[GroupKind, Kind] = {}
    for write in step:
        if write.action is Action.UPDATE and not write.mends:
            updates[write.kind.key].append(write)
            kinds[write.kind.key] = write.kind
    for key, writes in updates.items():
        bulk = offered(kinds[key].api.bulk)
        if (
            bulk is not None
            and len(writes) >= bulk.least
            and bulk.permitted(world.within(key.group))
        ):
            yield from _even(writes, bulk.most)


def _even(writes: Sequence[order.Write], most: int) -> Iterator[Sequence[order.Write]]:
    """In their order, in as few parts as there can be, none of which is a small rest."""
    parts = ceil(len(writes) / most)
    ends = [len(writes) * part // parts for part in range(parts + 1)]
    for begin, end in pairwise(ends):
        yield writes[begin:end]
