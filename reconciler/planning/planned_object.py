"""Items: each object that a plan considers, with its live, declared and planned values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.contract.lifecycle import Removal
from reconciler.contract.vendor import Kind
from reconciler.groups import Groups
from reconciler.model.address import OUTSIDE, Address, GroupKind
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.ownership import Row
from reconciler.model.resource import Resource
from reconciler.model.value import Ref, Values, from_json, refs
from reconciler.planning import diff
from reconciler.planning.declared import declared as declared_of
from reconciler.planning.match import How, LiveIndex, Match, vendor_name
from reconciler.planning.resolve import Directory, key_of
from reconciler.planning.visibility import WHOLE, View, completed
from reconciler.rules.policy import NO_POLICY, Policy
from reconciler.rules.world import NOTHING_KNOWN, Expected, Known, World

AnyResource = Resource[Any]


@dataclass(frozen=True, slots=True)
class TenantInput:
    """The input of planning beside the tenant itself.

    `rows` is the tenant's part of the state; `targets` narrows to these addresses and what they
    need, None takes everything. `revert` gives values to put back instead of what Git declares.
    `prune` are the kinds of which what only the tenant has is deleted, never by a revert; a target
    `=ID` means one of these. `known` is what is known of the tenant beside its objects.
    """

    tenant: str
    groups: Groups
    resources: tuple[AnyResource, ...]
    rows: Mapping[str, Row] = field(default_factory=dict)
    known: Known = NOTHING_KNOWN
    policy: Policy = NO_POLICY
    targets: frozenset[Address] | None = None
    revert: Mapping[Address, Values] | None = None
    prune: frozenset[GroupKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Item:
    """One object under consideration: what it is, what is declared, what it will be.

    `before` are its values now, empty for a new object; what the `view` hides is in it as declared.
    `copy_of` is what it starts as a copy of, said of a new object and of one that exists, and
    `taken` are the attributes that a new one has from there alone. A `replaced` one has taken the
    place of the object of the row, which is gone; `renamed_person` is the account that the row has
    for a person, where its e-mail is another one now.
    """

    address: Address
    key: Ref
    kind: Kind
    name: str
    live: LiveObject | None
    row: Row | None
    declared: Values
    before: Values
    after: Values
    resource: AnyResource | None = None
    how: How | None = None
    moved_from: Address | None = None
    gone: bool = False
    view: View = WHOLE
    copy_of: Ref | None = None
    taken: frozenset[str] = frozenset()
    replaced: bool = False
    renamed_person: LiveObject | None = None

    @property
    def shown(self) -> str:
        """The name in messages: its address, or the tenant's name where that is but an id."""
        if self.address.outside is None:
            return self.address.short
        return f"{self.kind.name} `{self.name}`"

    @property
    def applied(self) -> Values | None:
        """Its record in the state, None where it is not owned."""
        if self.row is None:
            return None
        values = self.view.marked(self.kind.key, applied_values(self.row))
        return self.view.followed(values, self.row, self.before, self.declared)

    @property
    def differs(self) -> bool:
        """Return whether the tenant has to be written to."""
        return self.live is None or self.after != self.before

    @property
    def deletes(self) -> bool:
        """Whether leaving Git removes the object: never people, nor what is the vendor's own."""
        return (
            self.gone
            and self.live is not None
            and self.kind.lifecycle.removal is Removal.DELETE
            and not self.live.protected
        )

    @property
    def deactivates(self) -> bool:
        """Return whether leaving Git switches the object off."""
        return (
            self.gone
            and self.live is not None
            and self.kind.lifecycle.removal is Removal.DEACTIVATE
            and self.differs
        )

    @property
    def writes(self) -> bool:
        """Return whether the plan writes to the tenant for it."""
        return self.deletes or self.deactivates if self.gone else self.differs

    @property
    def changes(self) -> bool:
        """Return whether the plan lists it: the tenant or the ownership of it changes."""
        owned = self.row is not None and self.moved_from is None and not self.replaced
        return self.gone or self.differs or not owned

    @property
    def ignored(self) -> tuple[str, ...]:
        """The attributes of a live object that its manifest leaves alone, with their paths."""
        return self.resource.lifecycle.ignore_changes if self.resource else ()

    @property
    def prevents_destroy(self) -> bool:
        """Return whether its manifest protects it from deletion."""
        return self.resource is not None and self.resource.lifecycle.prevent_destroy


def from_manifest(each: Match, directory: Directory, given: TenantInput) -> Item:
    """The item of a manifest, as it was matched."""
    resource = each.resource
    address = resource.address
    original: Ref | None = None
    if given.revert is not None:
        declared = given.revert.get(address, {})
    else:
        declared, original = declared_of(
            each, directory.resolver(resource), given.known.facts_of(each.kind.group)
        )
    before: Values = {}
    if each.live is not None:
        declared = diff.without(declared, resource.lifecycle.ignore_changes)
        before = each.live.values
        if directory.view.partial:
            before = completed(before, {**_remembered(each, directory, given), **declared})
    return Item(
        address=address,
        key=key_of(each),
        kind=each.kind,
        name=vendor_name(resource) if each.live is None else each.live.name,
        live=each.live,
        row=each.row,
        declared=declared,
        before=before,
        after=diff.merged(declared, before),
        resource=resource,
        how=each.how,
        moved_from=each.moved_from,
        view=directory.view,
        copy_of=original,
        replaced=each.replaced,
        renamed_person=each.renamed_person,
    )


def _remembered(each: Match, directory: Directory, given: TenantInput) -> Values:
    """What a revert leaves alone is as it was applied, where it is hidden."""
    if given.revert is None or each.row is None:
        return {}
    return directory.view.marked(each.kind.key, applied_values(each.row))


def unclaimed(given: TenantInput, matches: Iterable[Match]) -> Iterator[Row]:
    """The rows of the state that no manifest stands for."""
    claimed = {each.row.address for each in matches if each.row is not None}
    if given.revert is None:
        yield from (row for row in given.rows.values() if row.address not in claimed)


def removed_from_git(
    rows: Iterable[Row], kinds: Mapping[GroupKind, Kind], live: LiveIndex, view: View
) -> Iterator[Item]:
    """The owned objects that no manifest declares any more; not what may only be hidden."""
    for row in rows:
        address = Address.parse(row.address)
        kind = kinds[address.group_kind]
        found = live.by_id.get((kind.key, row.object_id))
        if found is None and view.hides(kind.key):
            continue
        yield Item(
            address=address,
            key=Ref(row.object_id),
            kind=kind,
            name=row.name if found is None else found.name,
            live=found,
            row=row,
            declared={},
            before={} if found is None else found.values,
            after={} if found is None else _left_behind(kind, found.values),
            gone=True,
            view=view,
        )


def _left_behind(kind: Kind, values: Values) -> Values:
    """The values left of an object whose manifest is gone."""
    return kind.lifecycle.switched_off(values)


def only_there(
    given: TenantInput, kind: Kind, live: LiveObject, *, gone: bool = False, view: View = WHOLE
) -> Item:
    """An unmanaged object: it stays as it is, or is to be `gone`."""
    return Item(
        address=Address(given.tenant, kind.group, kind.name, f"{OUTSIDE}{live.id}"),
        key=Ref(live.id),
        kind=kind,
        name=live.name,
        live=live,
        row=None,
        declared={},
        before=live.values,
        after=live.values,
        gone=gone,
        view=view,
    )


def others(snapshot: Snapshot, items: Iterable[Item]) -> tuple[Expected, ...]:
    """The live objects that no item stands for."""
    known = {(item.kind.key, str(item.key)) for item in items}
    return tuple(
        Expected(Ref(row.id), kind, row.name, row.values, row.values, active=row.active)
        for kind, rows in snapshot.objects.items()
        for row in rows
        if (kind, row.id) not in known
    )


def world_of(
    items: Iterable[Item],
    others: tuple[Expected, ...],
    *,
    snapshot: Snapshot | None,
    known: Known,
) -> World:
    """All objects as they will be: those that stay of the plan's, and all others."""
    staying: list[Expected] = []
    removed: list[Expected] = []
    for item in items:
        each = Expected(
            item.key,
            item.kind.key,
            str(item.after.get("name") or item.name),
            item.after,
            item.before,
            item.address,
            active=item.live is None or item.live.active,
            # only what is written can take drift back, and rows are slow to read
            applied=item.applied if item.row and not item.gone and item.differs else None,
            copy_of=item.copy_of,
        )
        (removed if item.deletes else staying).append(each)
    return World(
        (*staying, *others),
        snapshot=snapshot,
        known=known,
        removed=removed,
    )


def narrowed(
    items: list[Item], removed: tuple[Item, ...], targets: frozenset[Address]
) -> tuple[list[Item], tuple[Item, ...]]:
    """The targets and the objects that have to be created for them."""
    by_key = {item.key: item for item in items}
    wanted = [item for item in items if item.address in targets]
    chosen = {item.address: item for item in wanted}
    while wanted:
        for _, key in refs(wanted.pop().declared):
            needed = by_key.get(key)
            if needed is not None and needed.live is None and needed.address not in chosen:
                chosen[needed.address] = needed
                wanted.append(needed)
    kept = [item for item in items if item.address in chosen]
    return kept, tuple(item for item in removed if item.address in targets)


def applied_values(row: Row) -> Values:
    """The managed attributes that a row remembers, in normal form."""
    values = from_json(row.applied)
    assert isinstance(values, dict)  # noqa: S101 - rows hold the JSON of a mapping
    return values
