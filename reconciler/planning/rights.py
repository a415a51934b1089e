"""Whether who applies may write what a plan writes: asked before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.planning.item import Item
from reconciler.planning.refusals import listed
from reconciler.rules.world import World
from reconciler.vendor import Forbidden


def forbidden(
    items: Iterable[Item], world: World, tenant: str, by_hand: Collection[Address] = ()
) -> Iterator[Diagnostic]:
    """What who applies may not write, once for each reason, with the first addresses of it.

    What is done by hand, somebody else may do.
    """
    removed = {each.key: each for each in world.removed}
    found: dict[Forbidden, list[str]] = defaultdict(list)
    for item in items:
        if item.writes and item.address not in by_hand:
            planned = removed[item.key] if item.deletes else world.of(item.address)
            if said := item.kind.permitted(_action(item), planned, world.within(item.kind.group)):
                found[said].append(item.shown)
    for said, addresses in found.items():
        yield Diagnostic(
            Severity.ERROR if said.known else Severity.INFO,
            said.code,
            f"{said.summary}: {listed(sorted(addresses))}"
            if said.known
            else f"not checked: {said.summary}",
            hint=said.hint,
            tenant=tenant,
            source=said.source,
        )


def _action(item: Item) -> Action:
    if item.deletes:
        return Action.DELETE
    return Action.UPDATE if item.live else Action.CREATE
