"""Items become changes for the reader, operations for the apply, and rows for the state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.contract.answers import offered
from reconciler.contract.api import Bulk
from reconciler.model.address import Address, GroupKind
from reconciler.model.change import Action, AttributeChange, Change, Reason, Source
from reconciler.model.live import Snapshot
from reconciler.model.name import normal
from reconciler.model.plan import Operation, Record, Request, Step
from reconciler.model.runbook import Guide
from reconciler.model.value import Json, Ref, Values, refs, to_json
from reconciler.planning import diff, order, runbook
from reconciler.planning.batches import batched
from reconciler.planning.match import How
from reconciler.planning.planned_object import Item, applied_values
from reconciler.planning.resolve import Directory
from reconciler.planning.visibility import completed, sendable
from reconciler.rules.world import World


def _action(item: Item) -> Action:
    if item.gone:
        if item.deactivates:
            return Action.DEACTIVATE
        return Action.DELETE if item.deletes else Action.FORGET
    if item.live is None:
        return Action.CREATE
    if item.row is None or item.replaced:
        return Action.ADOPT
    if item.differs:
        return _switched(item)
    return Action.MOVE


def _switched(item: Item) -> Action:
    """An update, named for what it is where it switches the object off or on."""
    before, after = item.kind.lifecycle.is_on(item.before), item.kind.lifecycle.is_on(item.after)
    if before == after:
        return Action.UPDATE
    return Action.DEACTIVATE if before else Action.REACTIVATE


def _only_ids_differ(item: Item, directory: Directory) -> bool:
    """Whether Git says what it said at the last apply, and its names mean other objects now."""
    if item.row is None:
        return False
    declared = to_json(item.declared, directory.name_of)
    return bool(_by_name(item.row.applied) == _by_name(declared))


def _by_name(data: Json) -> Json:
    """The JSON with references as their names alone."""
    if isinstance(data, dict):
        if "name" in data and data.keys() <= {"id", "address", "name"}:
            return normal(data["name"])
        return {key: _by_name(value) for key, value in data.items()}
    return [_by_name(each) for each in data] if isinstance(data, list) else data


def _reason(item: Item, directory: Directory, *, reverting: bool) -> Reason:
    if reverting:
        return Reason.REVERT
    if item.gone:
        return Reason.REMOVED if item.row is not None else Reason.UNMANAGED
    if item.live is None:
        return Reason.NEW if item.row is None else Reason.VANISHED
    if item.replaced:
        return Reason.REPLACED
    if item.row is None:
        return Reason.PINNED if item.how is How.ID else Reason.FOUND
    if not item.differs:
        return Reason.RENAMED
    applied = item.applied or {}
    outside = bool(diff.differing(completed(item.before, applied), applied))
    if not outside:
        return Reason.NAMES if _only_ids_differ(item, directory) else Reason.GIT
    return Reason.OUTSIDE if not diff.differing(applied, item.declared) else Reason.BOTH


def write(item: Item) -> order.Write:
    """The item as the ordering sees it."""
    gone = item.gone and not item.deactivates
    action = Action.DELETE if gone else Action.UPDATE if item.live else Action.CREATE
    return order.Write(
        address=item.address,
        key=item.key,
        kind=item.kind,
        action=action,
        name_before=item.live.name if item.live else None,
        name_after=None if gone else str(item.after.get("name", item.name)),
        before=item.before,
        after={} if gone else item.after,
        copy_of=item.copy_of if action is Action.CREATE else None,
    )


def counts_now(snapshot: Snapshot) -> order.Counts:
    """The number of objects of each kind, and of those that refer to each object, in the tenant."""
    counts: Counter[tuple[Ref, GroupKind]] = Counter()
    for kind, rows in snapshot.objects.items():
        for row in rows:
            counts.update({(key, kind) for _, key in refs(row.values)})
    return order.Counts({kind: len(rows) for kind, rows in snapshot.objects.items()}, counts)


def change(
    item: Item,
    schedule: order.Schedule,
    directory: Directory,
    *,
    reverting: bool,
    guide: Guide | None = None,
) -> Change:
    """The change that the plan shows of one object; its `guide` are the manual steps."""
    name_of = directory.name_of
    action = _action(item)
    attributes = _attributes(item, action, directory)
    managed = {key: item.before[key] for key in item.declared if key in item.before}
    step, _ = schedule.places.get(item.address, (None, 0))
    waits = schedule.waits.get(item.address, frozenset())
    return Change(
        address=str(item.address),
        tenant=item.address.tenant,
        kind=item.kind.name,
        name=item.name,
        action=action,
        reason=_reason(item, directory, reverting=reverting),
        by="hand" if runbook.is_all(item, guide) else "api",
        step=step,
        previous_address=str(item.moved_from) if item.moved_from else None,
        object_id=item.live.id if item.live else None,
        source=_source(item),
        before=to_json(item.before if item.gone else managed, name_of) if item.live else None,
        after=None if item.gone else to_json(item.declared, name_of),
        unknown=("id",) if action is Action.CREATE else (),
        attributes=attributes,
        unchanged=diff.leaves(_begun(item)) - len({each.path for each in attributes}),
        waits_for=tuple(sorted(map(str, waits))),
        prevent_destroy=item.prevents_destroy,
        taken=tuple(sorted(item.taken)),
    )


def _attributes(item: Item, action: Action, directory: Directory) -> tuple[AttributeChange, ...]:
    if action is Action.DELETE:
        return diff.wholly("remove", item.before, item.kind, directory.name_of)
    if item.gone and not item.deactivates:
        return ()
    if action is Action.CREATE:
        return diff.wholly("add", _begun(item), item.kind, directory.name_of)
    return diff.changes(item.before, item.after, item.kind, directory.name_of)


def _begun(item: Item) -> Values:
    """The desired values of an object; of a new copy its original too, before what it takes."""
    if item.live is not None or item.copy_of is None:
        return item.after
    own = {key: each for key, each in item.after.items() if key not in item.kind.shape.copied}
    return {**own, item.kind.shape.copy_source: item.copy_of, **item.after}


def _source(item: Item) -> Source | None:
    if item.resource is None:
        return None
    return Source(item.resource.origin.file, item.resource.origin.line)


def steps(  # noqa: PLR0913, PLR0917 - the parts of a plan, each used as it is
    tenant: str,
    schedule: order.Schedule,
    items: Iterable[Item],
    made: Mapping[Address, Values],
    directory: Directory,
    world: World,
    guides: runbook.Guides,
) -> tuple[Step, ...]:
    """The operations of one tenant in numbered steps.

    `made` is what the vendor itself makes of objects with their writes, to be put right. Where
    there is a guide, a person does what is in it, and a call the rest of the write.
    """
    items = tuple(items)
    making = _Making(
        schedule=schedule,
        made=made,
        directory=directory,
        guides=guides,
        expected={item.address: item.live.digest for item in items if item.live},
        wholly=frozenset(i.address for i in items if runbook.is_all(i, guides.get(i.address))),
        ids=operation_ids(tenant, schedule),
        batches=batched(tenant, schedule, world, guides),
    )
    return tuple(
        Step(number, tenant, tuple(each for write in step for each in making.operations(write)))
        for number, step in enumerate(schedule.steps, 1)
    )


@dataclass(frozen=True, slots=True)
class _Making:
    """Make operations of writes; `wholly` are the addresses that a person does alone."""

    schedule: order.Schedule
    made: Mapping[Address, Values]
    directory: Directory
    guides: runbook.Guides
    expected: Mapping[Address, str]
    wholly: frozenset[Address]
    ids: Mapping[tuple[Address, bool], str]
    batches: Mapping[Address, str]

    def operations(self, write: order.Write) -> Iterator[Operation]:
        """The call, and what a person does of it."""
        guide = None if write.mends else self.guides.get(write.address)
        if guide is None or write.address not in self.wholly:
            yield self._call(write, guide)
        if guide is not None:
            yield Operation(
                id=_by_hand(self.ids[write.address, False]),
                addresses=(str(write.address),),
                request=_request(write, None, self.directory, None, only=guide.attributes),
                by="hand",
                after=tuple(sorted(self._waits_for(write))),
            )

    def _call(self, write: order.Write, guide: Guide | None) -> Operation:
        disturbed = self.made.get(write.address, {})
        expect = self.expected.get(write.address)
        batch = self.batches.get(write.address, "")
        if write.mends:
            write = replace(write, before={**write.after, **disturbed})
            expect, batch = None, ""
        return Operation(
            id=self.ids[write.address, write.mends],
            addresses=(str(write.address),),
            request=_request(
                write,
                expect,
                self.directory,
                offered(write.kind.api.bulk) if batch else None,
                without=guide.attributes if guide else (),
            ),
            after=tuple(sorted(self._waits_for(write))),
            batch=batch,
            disturbs=() if write.mends else tuple(sorted(disturbed)),
            mends=self.ids[write.address, False] if write.mends else "",
        )

    def _waits_for(self, write: order.Write) -> Iterator[str]:
        if write.mends:
            yield self.ids[write.address, False]
            return
        for address in self.schedule.waits[write.address]:
            if address not in self.wholly:
                yield self.ids[address, False]
            if address in self.guides:
                yield _by_hand(self.ids[address, False])
            if address in self.made:
                yield self.ids[address, True]


def operation_ids(tenant: str, schedule: order.Schedule) -> Mapping[tuple[Address, bool], str]:
    """The id of each operation, by the address and by whether it restores."""
    flat = (write for step in schedule.steps for write in step)
    return {(each.address, each.mends): f"{tenant}:{n}" for n, each in enumerate(flat, 1)}


def _by_hand(operation: str) -> str:
    """The id of what a person does of an operation."""
    return f"{operation}:hand"


def _request(  # noqa: PLR0913 - the parts of a call
    write: order.Write,
    expect: str | None,
    directory: Directory,
    bulk: Bulk | None,
    *,
    only: Collection[str] = (),
    without: Collection[str] = (),
) -> Request:
    object_id = None if write.action is Action.CREATE else str(write.key)
    method, path = write.kind.api.endpoint(write.action, object_id or "{id}")
    if bulk is not None:
        method, path = bulk.method, bulk.path
    changed = [
        key
        for key in diff.differing(write.before, write.after)
        if key not in without and (not only or key in only)
    ]
    return Request(
        action=write.action,
        method=method,
        path=path,
        object_id=object_id,
        expect=expect,
        values={key: to_json(sendable(write.after[key]), directory.name_of) for key in changed},
    )


def records(items: Iterable[Item], directory: Directory) -> Iterator[Record]:
    """Rows of unchanged objects that no longer say what Git declares."""
    for item in items:
        if item.changes or item.row is None or item.live is None:
            continue
        same = (
            diff.without(applied_values(item.row), item.ignored) == item.declared
            and item.row.prevent_destroy == item.prevents_destroy
            and item.row.name == item.live.name
        )
        if not same:
            yield Record(
                address=str(item.address),
                object_id=item.live.id,
                name=item.live.name,
                applied=to_json(item.declared, directory.name_of),
                prevent_destroy=item.prevents_destroy,
                adopted=item.row.adopted,
            )
