"""The basis of a plan, object by object, and whether it is still current."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.contract.answers import offered
from reconciler.model.address import OUTSIDE, Address, GroupKind
from reconciler.model.change import Action, Reason
from reconciler.model.journal import Left
from reconciler.model.live import InventoryItem, LiveObject, Snapshot
from reconciler.model.name import normal
from reconciler.model.ownership import Row
from reconciler.model.plan import Plan, Seen
from reconciler.model.value import Ref, digest, refs, to_json
from reconciler.planning.match import LiveIndex, Match
from reconciler.planning.orders import orders
from reconciler.planning.ownership_rows import unwritten
from reconciler.planning.planned_object import Item, TenantInput
from reconciler.planning.staleness import (
    CHANGED,
    GONE,
    TAKEN,
    Moved,
    changed,
    moved,
    names_in,
    names_of,
)
from reconciler.rules.world import World

NOTHING_DONE: Mapping[str, Left] = {}
NOTHING_LEFT: Mapping[str, Seen] = {}


def seen(  # noqa: PLR0913, PLR0917 - the parts of a plan, each used as it is
    changing: Iterable[Item],
    items: Iterable[Item],
    world: World,
    snapshot: Snapshot,
    given: TenantInput,
    counted_on: Iterable[Ref] = (),
) -> dict[str, Seen]:
    """What the plan changes, what those refer to or are counted with, and what is counted on."""
    by_key = {item.key: item for item in items}
    found: dict[str, Seen] = {}
    also: set[Ref] = set(counted_on)
    for item in changing:
        found[str(item.address)] = _seen(item.live, item.row)
        for key in {key for _, key in refs(item.after)}:
            counted = world.all_referrers(key) if offered(item.kind.shape.share_limit) else ()
            also |= {key, *(each.key for each in counted)}
    elsewhere: set[Ref] = set()
    for key in also:
        other = by_key.get(key)
        if other is None:
            elsewhere.add(key)
        else:
            found[str(other.address)] = _seen(other.live, other.row)
    for kind, key, mark in _fingerprints(snapshot):
        if key in elsewhere:
            found[f"{given.tenant}/{kind}/{OUTSIDE}{key}"] = Seen(str(key), mark, None)
    return dict(sorted(found.items()))


def standing(matches: Iterable[Match], rows: Mapping[str, Row], live: LiveIndex) -> dict[str, str]:
    """The digest of the live body behind each manifest and record; empty where there is none."""
    found: dict[str, str] = {}
    for text, row in rows.items():
        owned = live.by_id.get((Address.parse(text).group_kind, row.object_id))
        found[text] = owned.digest if owned else ""
    for each in matches:
        found[str(each.resource.address)] = each.live.digest if each.live else ""
    return found


def tenant_digest(snapshot: Snapshot) -> str:
    """A digest of all that was read of a tenant, whatever the order of its lists."""
    read = [
        f"{kind}\0{row.id}\0{row.digest}" for kind, rows in snapshot.objects.items() for row in rows
    ]
    for kind, items in snapshot.inventory.items():
        read.extend(f"{kind}\0{each.id}\0{each.name}\0{_facts(each)}" for each in items)
    read.sort()
    return digest([*read, {str(kind): why for kind, why in snapshot.partial.items()}])


def _facts(each: InventoryItem) -> str:
    """What rules know of an inventory item, as text."""
    return digest(to_json(each.values, str)) if each.values else ""


def moved_on(
    plan: Plan,
    tenant: str,
    snapshot: Snapshot,
    rows: Mapping[str, Row],
    done: Mapping[str, Left] = NOTHING_DONE,
) -> Iterator[Moved]:
    """Each thing that is no longer as the plan saw it.

    What was `done` of the plan, by operation, is compared with how that left it.
    """
    live, left = LiveIndex(snapshot), _left(plan, done)
    names = names_in(plan) | names_of(snapshot)
    yield from _objects_moved_on(plan, tenant, snapshot, live, left, names)
    yield from rows_moved_on(plan, tenant, rows, left)
    yield from _needed_by_now(plan, tenant, snapshot, names)
    written = {op.request.object_id for op in plan.operations()}
    for change in plan.changes:
        if change.tenant != tenant or change.action is not Action.CREATE or change.address in left:
            continue
        for each in live.named(Address.parse(change.address).group_kind, change.name):
            # one that the plan itself renames or deletes is no obstacle
            if normal(each.name) == normal(change.name) and each.id not in written:
                address = Address.parse(change.address)
                yield moved(address, TAKEN, live=each, label=_shown(address, names))


def _objects_moved_on(  # noqa: PLR0913, PLR0917 - what a plan saw, and what there is now
    plan: Plan,
    tenant: str,
    snapshot: Snapshot,
    live: LiveIndex,
    left: Mapping[str, Seen],
    names: Mapping[str, str],
) -> Iterator[Moved]:
    marks = {(kind, str(key)): mark for kind, key, mark in _fingerprints(snapshot)}
    changes = {change.address: change for change in plan.changes}
    # what the plan deletes may be in its basis once more, by its id, as something referred to
    written = {(Address.parse(text).group_kind, each.id): each for text, each in left.items()}
    for text, seen_ in plan.basis[tenant].objects.items():
        address = Address.parse(text)
        was = left.get(text) or written.get((address.group_kind, seen_.id), seen_)
        mark = marks.get((address.group_kind, was.id)) if was.id else None
        if was.digest == mark:
            continue
        change, now = changes.get(text), live.by_id.get((address.group_kind, str(was.id)))
        if was.digest is None:
            said = TAKEN
        elif mark is None:
            said = _gone(address, snapshot)
        elif change is not None and now is not None and text not in left:
            said = changed(change.before, now, names)
        else:
            said = CHANGED
        yield moved(
            address,
            said,
            object_id=was.id or "",
            name=change.name if change else "",
            live=now,
            label=_shown(address, names),
        )


def _gone(address: Address, snapshot: Snapshot) -> str:
    """That an object is gone, or that this is unknown: its list could not be read."""
    if reason := snapshot.unread.get(address.group_kind):
        return f"is unknown, because the list of {address.kind} could not be read: {reason}"
    return GONE


def _needed_by_now(
    plan: Plan, tenant: str, snapshot: Snapshot, names: Mapping[str, str]
) -> Iterator[Moved]:
    """Each thing that refers to what the plan deletes and did not do so then."""
    changes = [each for each in plan.changes if each.tenant == tenant and each.writes]
    written = {each.object_id for each in changes}
    deleted = {
        each.object_id: Address.parse(each.address)
        for each in changes
        if each.action is Action.DELETE
    }
    for kind, rows in snapshot.objects.items() if deleted else ():
        for row in rows:
            for key in {key for _, key in refs(row.values)} & deleted.keys():
                if row.id not in written:
                    address = deleted[key]
                    said = f"{_shown(address, names)} is needed by {kind.name} `{row.name}` by now"
                    yield Moved(address, said)


def _left(plan: Plan, done: Mapping[str, Left]) -> Mapping[str, Seen]:
    """How what was done of a plan left each address."""
    operations = (each for each in plan.operations() if each.id in done)
    return {
        each.addresses[0]: Seen(done[each.id].object_id, done[each.id].digest, None)
        for each in operations
    }


def rows_moved_on(
    plan: Plan, tenant: str, rows: Mapping[str, Row], left: Mapping[str, Seen] = NOTHING_LEFT
) -> Iterator[Moved]:
    """Each record that another run changed meanwhile.

    One that is as the plan itself leaves it was written by an earlier apply of the plan.
    """
    names = names_in(plan)
    until_now = {change.address: change.previous_address for change in plan.changes}
    ours = unwritten(orders(plan, tenant), rows)
    leaves: dict[str, str | None] = dict.fromkeys(ours.drop)
    leaves |= {row.address: _row(row) for row in ours.keep}
    for text, was in plan.basis[tenant].objects.items():
        address, now = Address.parse(text), _row(rows.get(until_now.get(text) or text))
        if text in left or address.outside is not None or was.row == now:
            continue
        if text not in leaves or leaves[text] != _row(rows.get(text)):
            shown = _shown(address, names)
            yield Moved(address, f"{shown}: its record in the state was changed by another run")
    yield from _owned_by_now(plan, tenant, rows, names)


def _owned_by_now(
    plan: Plan, tenant: str, rows: Mapping[str, Row], names: Mapping[str, str]
) -> Iterator[Moved]:
    """Each thing that was nobody's, and that another run has adopted meanwhile."""
    owners = {
        (a.group_kind, row.object_id): a
        for row in rows.values()
        if (a := Address.parse(row.address))
    }
    for change in plan.changes:
        owner = owners.get((Address.parse(change.address).group_kind, change.object_id or ""))
        if change.tenant == tenant and change.reason is Reason.UNMANAGED and owner is not None:
            address = Address.parse(change.address)
            yield Moved(address, f"{_shown(address, names)} is managed as {owner.short} by now")


def _seen(live: LiveObject | None, row: Row | None) -> Seen:
    return Seen(id=live.id if live else None, digest=live.digest if live else None, row=_row(row))


def _row(row: Row | None) -> str | None:
    return digest([row.object_id, row.applied, row.prevent_destroy]) if row else None


def _fingerprints(snapshot: Snapshot) -> Iterator[tuple[GroupKind, Ref, str]]:
    for kind, rows in snapshot.objects.items():
        yield from ((kind, Ref(row.id), row.digest) for row in rows)
    for kind, items in snapshot.inventory.items():
        yield from ((kind, Ref(item.id), digest(item.name)) for item in items)


def _shown(address: Address, names: Mapping[str, str]) -> str:
    """An object as messages call it: by its address, else by its name in the tenant."""
    if address.outside is None:
        return address.short
    name = names.get(address.outside)
    return f"{address.kind} `{name}`" if name else f"{address.kind} with id {address.outside}"
