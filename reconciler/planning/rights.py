"""Check before any write that the identity that applies may write what a plan writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from reconciler.contract.access import Forbidden
from reconciler.contract.answers import NotOffered
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.planning.planned_object import Item
from reconciler.planning.refusals import listed
from reconciler.rules.world import World


def forbidden(
    items: Iterable[Item], world: World, tenant: str, by_hand: Collection[Address] = ()
) -> Iterator[Diagnostic]:
    """The writes that who applies may not make, once for each reason, with the first addresses.

    What is done by hand, somebody else may do.
    """
    items = tuple(items)
    removed = {each.key: each for each in world.removed}
    found: dict[Forbidden, list[str]] = defaultdict(list)
    for item in items:
        if item.writes and item.address not in by_hand:
            planned = removed[item.key] if item.deletes else world.of(item.address)
            if said := item.kind.access.forbidden(
                _action(item), planned, world.within(item.kind.group)
            ):
                found[said].append(item.shown)
    yield from _unknown(items, tenant, by_hand)
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


def _unknown(
    items: Iterable[Item], tenant: str, by_hand: Collection[Address]
) -> Iterator[Diagnostic]:
    """The kinds of which no vendor shows whether who applies may write them, once each reason."""
    found: dict[NotOffered, set[str]] = defaultdict(set)
    for item in items:
        permitted = item.kind.access.permitted
        if isinstance(permitted, NotOffered) and item.writes and item.address not in by_hand:
            found[permitted].add(item.kind.name)
    for why, kinds in found.items():
        yield Diagnostic(
            Severity.INFO,
            "PLN149",
            f"not checked: whether who applies may write {listed(sorted(kinds))}: {why.reason}",
            tenant=tenant,
            source=why.document,
        )


def _action(item: Item) -> Action:
    if item.deletes:
        return Action.DELETE
    return Action.UPDATE if item.live else Action.CREATE
