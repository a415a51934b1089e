"""Drift: how the tenant differs from what was last applied, separated from what Git wants next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, cast

from reconciler.model.address import Address, GroupKind
from reconciler.model.audit import Attribution
from reconciler.model.change import AttributeChange, Source
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.diagnostic import Severity as Level
from reconciler.model.drift import Contested, Difference, Suppressed
from reconciler.model.ignore import Ignore
from reconciler.model.live import Snapshot
from reconciler.model.ownership import Row
from reconciler.model.resource import Spec
from reconciler.model.value import Json, Ref, Unresolved, Value, Values, refs, to_json
from reconciler.planning import diff, hidden
from reconciler.planning.judging import causes_of
from reconciler.planning.lookalikes import lookalikes
from reconciler.planning.matched_tenant import matched
from reconciler.planning.newcomers import newcomers
from reconciler.planning.planned_object import (
    AnyResource,
    Item,
    TenantInput,
    others,
)
from reconciler.planning.prune import prune
from reconciler.planning.reach import Missing, missing
from reconciler.planning.refusals import unknown_values
from reconciler.planning.resolve import Directory
from reconciler.planning.severity import Scales, Severity, Weight
from reconciler.planning.three_way import Absent, Leaf, compare, tree
from reconciler.planning.visibility import completed, taken_for_granted
from reconciler.rules.rule import Cause, Rule
from reconciler.rules.world import Expected, World

RENAMED = "renamed in the tenant"
"""The note on a reference whose object is called otherwise than at the last apply."""

Who = Callable[[Difference], Attribution | None]
"""Who probably made a difference that is not known to be the vendor's; None: unknown."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The drift that a project wants reported.

    `reported` are the kinds of which unmanaged objects are reported, `known` the ids of those that
    were there at an earlier drift check, by kind; None where there was none. `ignores` are its
    suppressions.
    """

    reported: frozenset[GroupKind] = frozenset()
    known: Mapping[GroupKind, frozenset[str]] | None = None
    ignores: tuple[Ignore, ...] = ()


@dataclass(frozen=True, slots=True)
class TenantDrift:
    """One tenant's differences, and the values that would take the drifted ones back.

    What weighs most comes first. `accept` are the values that Git would declare once it took the
    drift over, of the objects that have both. `beyond` are the addresses whose drift no plan can
    take back attribute by attribute: the object is gone, or no manifest declares it. `notes` say
    what a partial view leaves unknown. `suppressed` is what the project accepts, `used` by which
    of its `Asked.ignores`, and `settled` counts values that were changed by hand to what Git wants.
    `missing` are owned objects that complete lists no longer have.
    """

    differences: tuple[Difference, ...]
    revert: Mapping[Address, Values]
    beyond: tuple[Address, ...]
    notes: tuple[Diagnostic, ...] = ()
    suppressed: tuple[Difference, ...] = ()
    used: frozenset[Ignore] = frozenset()
    settled: int = 0
    accept: Mapping[Address, Values] = field(default_factory=dict)
    missing: tuple[Missing, ...] = ()


def find(
    given: TenantInput, snapshot: Snapshot, *, stateless: bool, asked: Asked | None = None
) -> TenantDrift:
    """Compare live and last applied values; without a state, live and declared ones."""
    tenant = matched(given, snapshot)
    items = tenant.objects(each for each in tenant.matches if not each.unseen)
    items.extend(tenant.removed_from_git())
    known = {item.address: _applied(item, stateless=stateless) for item in items}
    world = _world(items, known, snapshot, given)
    given_before = {i.key: applied for i in items if (applied := known[i.address]) is not None}
    scales = Scales(tenant.kinds, given.groups.lockouts, world, given_before)
    look = _Look(given, asked or Asked(), tenant.directory, world, scales)
    unclear = {each.resource.address for each in tenant.matches if not each.is_clear}
    for item in sorted(items, key=_place):
        if given.targets is None or item.address in given.targets:
            if (applied := known[item.address]) is not None:
                look.at(item, applied)
            elif item.address not in unclear:
                look.at_what_waits(item)
            look.at_renamed_references(item)
    only_there: list[Diagnostic] = []
    if given.targets is None:
        vague = {address.group_kind for address in unclear}
        reported = look.asked.reported - vague
        pruning = prune(given, tenant.matches, items, snapshot, tenant.view)
        going = {item.key for item in pruning.items}
        found = newcomers(given, look.asked.known, reported, items, snapshot, going)
        for item in found.told:
            look.at_a_newcomer(item)
        only_there = list(found.notes)
    rows = [each for each in given.rows.values() if _is_asked_for(each, given)]
    unseen = hidden.not_compared(rows, look.granted, tenant.live, tenant.view, given.tenant)
    asked_for = [i for i in items if given.targets is None or i.address in given.targets]
    identities = (replace(each, severity=Level.WARNING) for each in tenant.problems)
    alike = lookalikes(given.tenant, world.everything(), snapshot.inventory, given.resources)
    notes = (*unseen, *only_there, *identities, *unknown_values(asked_for), *alike)
    return replace(look.told(notes), missing=tuple(missing(given, asked_for, snapshot)))


def _place(item: Item) -> tuple[int, Address]:
    return item.kind.shape.order, item.address


def _is_asked_for(row: Row, given: TenantInput) -> bool:
    return given.targets is None or Address.parse(row.address) in given.targets


def _world(
    items: list[Item],
    known: Mapping[Address, Values | None],
    snapshot: Snapshot,
    given: TenantInput,
) -> World:
    """The tenant as it is, with what was applied last beside it."""
    now = (
        Expected(
            key=item.key,
            kind=item.kind.key,
            name=item.name,
            values=item.before,
            before=item.before,
            address=item.address,
            active=item.live is None or item.live.active,
            applied=known[item.address],
        )
        for item in items
    )
    return World((*now, *others(snapshot, items)), snapshot=snapshot, known=given.known)


def _applied(item: Item, *, stateless: bool) -> Values | None:
    """The values that the tenant should still have, but for what a manifest leaves alone."""
    if item.applied is not None:
        return diff.without(item.applied, item.ignored)
    if not stateless or item.live is None:
        return None
    return _resolved(item.declared)


def known_again(values: Values, row: Row | None) -> Values:
    """Values in which a name that nothing has any more stands for what had it when applied."""
    if row is None or not any(_is_unresolved(value) for value in values.values()):
        return values
    return _known_again(values, row.applied)  # type: ignore[return-value] # a map stays one


def _known_again(value: Value, applied: Json) -> Value:
    if isinstance(value, Unresolved):
        had = applied if isinstance(applied, list) else [applied]
        found = {e["id"] for e in had if isinstance(e, dict) and e.get("name") == str(value)}
        return Ref(found.pop()) if len(found) == 1 else value
    if isinstance(value, frozenset):
        return frozenset(cast("str", _known_again(each, applied)) for each in value)
    if isinstance(value, Mapping):
        inner = applied if isinstance(applied, dict) else {}
        return {key: _known_again(each, inner.get(key)) for key, each in value.items()}
    return value


def _resolved(values: Values) -> Values:
    """The values without unresolved references, which cannot be compared."""
    return {key: value for key, value in values.items() if not _is_unresolved(value)}


def _is_unresolved(value: Value) -> bool:
    return any(isinstance(key, Unresolved) for _, key in refs(value))


@dataclass
class _Look:
    """A drift check of a tenant, object by object, and what it has found so far."""

    given: TenantInput
    asked: Asked
    directory: Directory
    world: World
    scales: Scales
    differences: list[Difference] = field(default_factory=list)
    suppressed: list[Difference] = field(default_factory=list)
    used: set[Ignore] = field(default_factory=set)
    revert: dict[Address, Values] = field(default_factory=dict)
    accept: dict[Address, Values] = field(default_factory=dict)
    beyond: list[Address] = field(default_factory=list)
    granted: list[str] = field(default_factory=list)
    settled: int = 0

    def told(self, notes: Iterable[Diagnostic]) -> TenantDrift:
        """All that was found, what weighs most first."""
        return TenantDrift(
            tuple(sorted(self.differences, key=weighs)),
            self.revert,
            tuple(self.beyond),
            tuple(notes),
            tuple(sorted(self.suppressed, key=weighs)),
            frozenset(self.used),
            self.settled,
            self.accept,
        )

    def at(self, item: Item, applied: Values) -> None:
        """An object that was applied."""
        if item.renamed_person is not None:
            person = item.renamed_person
            self._another(item, replace(_head(item), object_id=person.id, called=person.name))
            return
        if item.live is None:
            is_recreated = item.resource is not None and item.kind.lifecycle.creatable
            head = replace(_head(item, "removed", "drifted"), is_recreated=is_recreated)
            if self._keep([head], item, self.scales.gone(item.kind)):
                self.beyond.append(item.address)
            return
        self._grant(item, applied)
        now = completed(item.live.values, applied)
        leaves = compare(applied, now, _resolved(known_again(item.declared, item.row)))
        if item.replaced and item.row is not None:
            attributes = self._attributes(item, ((e, e.drifted) for e in leaves))
            head = replace(_head(item), replaces=item.row.object_id, attributes=attributes)
            self._another(item, head)
            return
        self.settled += sum(leaf.settled for leaf in leaves)
        if attributes := self._attributes(item, ((e, e.drifted) for e in leaves)):
            self._drifted(item, now, replace(_head(item), attributes=attributes), leaves)
        if item.gone:
            self.differences.append(_head(item, "removed", "pending"))
        elif attributes := self._attributes(item, ((e, e.pending) for e in leaves)):
            waiting = replace(_head(item, "changed", "pending"), attributes=attributes)
            self.differences.append(waiting)

    def _another(self, item: Item, found: Difference) -> None:
        """An object that is another one than the state knows: nothing of it can be taken back."""
        weight = self.scales.weigh(item.kind, item.key, found.attributes)
        if weight.severity.rank > Severity.MEDIUM.rank:
            weight = Weight(Severity.MEDIUM, "another object than the one that was applied")
        if self._keep([found], item, weight):
            self.beyond.append(item.address)

    def at_renamed_references(self, item: Item) -> None:
        """References of a manifest to what is called otherwise in the tenant now."""
        name_of = self.directory.name_of
        attributes = tuple(
            AttributeChange(
                path=".".join(each for each in path if isinstance(each, str) and each != "spec"),
                op="change",
                before={"id": str(key), "name": name},
                after={"id": str(key), "name": name_of(key)},
                note=RENAMED,
            )
            for (address, path), (name, key) in self.directory.renamed.items()
            if address == item.address
        )
        if attributes and self._keep([replace(_head(item), attributes=attributes)], item):
            self.accept.setdefault(item.address, item.declared)
            if item.address not in self.revert:
                self.beyond.append(item.address)

    def at_what_waits(self, item: Item) -> None:
        """A manifest that was never applied."""
        name_of = self.directory.name_of
        if item.live is None:
            attributes = diff.wholly("add", _resolved(item.declared), item.kind, name_of)
        else:
            attributes = diff.changes(item.before, item.after, item.kind, name_of)
        self.differences.append(replace(_head(item, "added", "pending"), attributes=attributes))

    def at_a_newcomer(self, item: Item) -> None:
        """An object that only the tenant has: what is in it, as far as that says anything."""
        every = diff.wholly("add", item.before, item.kind, self.directory.name_of)
        attributes = tuple(each for each in every if each.after not in (None, False, ""))
        if self._keep([replace(_head(item, "added"), attributes=attributes)], item):
            self.beyond.append(item.address)

    def _grant(self, item: Item, applied: Values) -> None:
        """Note what is hidden of an object and is taken to be as applied, in words."""
        for path, key in taken_for_granted(item.live.values if item.live else {}, applied):
            name = self.directory.name_of(key)
            self.granted.append(f"`{name}` in {'.'.join(path)} of {item.address.short}")

    def _attributes(
        self, item: Item, values: Iterable[tuple[Leaf, Value | Absent]]
    ) -> tuple[AttributeChange, ...]:
        """The differences of the values that were applied."""
        pairs = [(leaf.path, leaf.applied, after) for leaf, after in values]
        before = tree((path, was) for path, was, after in pairs if was != after)
        now = tree((path, after) for path, was, after in pairs if was != after)
        return diff.changes(before, now, item.kind, self.directory.name_of)

    def _drifted(
        self, item: Item, now: Values, found: Difference, leaves: tuple[Leaf, ...]
    ) -> None:
        contested = [self._contested(leaf) for leaf in leaves if leaf.is_contested]
        parts = [
            replace(each, both=tuple(c for c in contested if _touches(each, c.path)))
            for each in self._explained(found, item)
        ]
        kept = self._keep(parts, item)
        if not kept:
            return
        if item.resource is None:
            self.beyond.append(item.address)
            return
        self.revert[item.address] = _taken_back(now, leaves, kept)
        self.accept[item.address] = _taken_over(known_again(item.declared, item.row), leaves, kept)

    def _contested(self, leaf: Leaf) -> Contested:
        applied, git, tenant = (
            None if isinstance(each, Absent) else to_json(each, self.directory.name_of)
            for each in (leaf.applied, leaf.git, leaf.live)
        )
        return Contested(".".join(leaf.path), applied, git, tenant)

    def _explained(self, found: Difference, item: Item) -> Iterator[Difference]:
        """One object's difference, those parts of it apart of which a rule knows the origin."""
        rest = found
        for rule, cause in self._causes(item.resource) if item.resource else ():
            of_it = tuple(a for a in rest.attributes if _is_about(cause, a))
            if of_it:
                yield replace(
                    rest, attributes=of_it, origin=cause.origin, rule=rule.code, why=cause.why
                )
                left = tuple(a for a in rest.attributes if a not in of_it)
                rest = replace(rest, attributes=left)
        if rest.attributes:
            yield rest

    def _causes(self, resource: AnyResource) -> list[tuple[Rule[Spec], Cause]]:
        """The known causes, before those that say unknown; a rule that is off says nothing."""
        policy = self.given.policy
        found = [
            (rule, cause)
            for rule, cause in causes_of(self.given, resource, self.world)
            if policy.severity(rule.code, rule.severity) is not None
        ]
        return sorted(found, key=lambda each: (each[1].origin != "vendor", each[0].code))

    def _keep(
        self, found: Iterable[Difference], item: Item, weight: Weight | None = None
    ) -> list[Difference]:
        """Weigh and keep what was found; answers with what is not suppressed."""
        counted: list[Difference] = []
        for part in found:
            for each in self._lived_with(part, item.address):
                weighed = weight or self.scales.weigh(item.kind, item.key, each.attributes)
                told = _weighing(each, weighed)
                (self.suppressed if told.suppressed else counted).append(told)
        self.differences.extend(counted)
        return counted

    def _lived_with(self, each: Difference, address: Address) -> Iterator[Difference]:
        """A difference, those parts of it apart that are suppressed."""
        if each.origin == "vendor" and (leave := self.given.policy.suppression(each.rule, address)):
            yield replace(each, suppressed=Suppressed(leave.reason, leave.until.isoformat()))
            return
        rest: Difference | None = each
        for ignore in self.asked.ignores:
            if rest is not None and ignore.is_about(address):
                covered, left = _parted(rest, ignore)
                if covered is not None:
                    self.used.add(ignore)
                    yield covered
                rest = left
        if rest is not None:
            yield rest


def _parted(each: Difference, ignore: Ignore) -> tuple[Difference | None, Difference | None]:
    """The ignored part of a difference, and the rest: an object that came or went is one thing."""
    until = ignore.until.isoformat() if ignore.until else ""
    ignored = replace(each, suppressed=Suppressed(ignore.reason, until))
    if not ignore.attributes:
        return ignored, None
    if each.change != "changed":
        return None, each
    covered = tuple(a for a in each.attributes if ignore.covers(a.path))
    left = tuple(a for a in each.attributes if a not in covered)
    return (
        replace(ignored, attributes=covered) if covered else None,
        replace(each, attributes=left) if left else None,
    )


def weighs(each: Difference) -> int:
    """Sort key of drift: the heavier first, what is pending last."""
    return Severity(each.severity).rank if each.severity else len(Severity)


def _head(
    item: Item,
    change: Literal["changed", "added", "removed"] = "changed",
    state: Literal["drifted", "pending"] = "drifted",
) -> Difference:
    """A difference of an object, without its attributes."""
    source = None
    if item.resource is not None:
        source = Source(item.resource.origin.file, item.resource.origin.line)
    return Difference(
        str(item.address),
        item.address.tenant,
        item.kind.name,
        change,
        state,
        (),
        source=source,
        name=item.name,
        object_id=item.live.id if item.live else item.row.object_id if item.row else "",
    )


def without(found: TenantDrift, addresses: Collection[str]) -> TenantDrift:
    """The same but for these addresses, of which nothing is known now."""
    return replace(
        found,
        differences=tuple(e for e in found.differences if e.address not in addresses),
        suppressed=tuple(e for e in found.suppressed if e.address not in addresses),
        revert={a: each for a, each in found.revert.items() if str(a) not in addresses},
        accept={a: each for a, each in found.accept.items() if str(a) not in addresses},
        beyond=tuple(each for each in found.beyond if str(each) not in addresses),
    )


def gone(found: TenantDrift) -> frozenset[str]:
    """The addresses of what the tenant no longer has."""
    every = (*found.differences, *found.suppressed)
    return frozenset(e.address for e in every if (e.change, e.state) == ("removed", "drifted"))


def kept_differences(kept: Json) -> tuple[Difference, ...]:
    """Differences that were written down as plain JSON (`dataclasses.asdict`)."""
    from pydantic import TypeAdapter  # noqa: PLC0415 - old drift checks are seldom read

    return TypeAdapter(tuple[Difference, ...]).validate_python(kept)


def is_somebodys(each: Difference) -> bool:
    """Return whether a person may have made it: it drifted, and not by the vendor."""
    return each.state == "drifted" and each.origin != "vendor"


def attributed(found: TenantDrift, who: Who, *, otherwise: str = "") -> TenantDrift:
    """The same with who made what, where that is known, and `otherwise` why it is not."""
    return replace(
        found,
        differences=tuple(_attributed(each, who, otherwise) for each in found.differences),
        suppressed=tuple(_attributed(each, who, otherwise) for each in found.suppressed),
    )


def _attributed(each: Difference, who: Who, otherwise: str) -> Difference:
    if not is_somebodys(each):
        return each
    if (found := who(each)) is None:
        return replace(each, why=each.why or otherwise)
    return replace(
        each,
        origin="person",
        by=found.by,
        at=found.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        confidence=found.confidence,
        others=found.others,
        rule="",
        why=found.why,
    )


def _weighing(each: Difference, weight: Weight) -> Difference:
    return replace(
        each,
        severity=str(weight.severity),
        meaning=weight.meaning,
        people=weight.people,
        gains=weight.gains,
        loses=weight.loses,
    )


def _touches(each: Difference, path: str) -> bool:
    return any(a.path == path or a.path.startswith(f"{path}.") for a in each.attributes)


def _is_about(cause: Cause, attribute: AttributeChange) -> bool:
    here = ".".join(cause.path)
    if cause.added:
        return attribute.path == here and attribute.member and _member(attribute) in cause.added
    return not here or attribute.path == here or attribute.path.startswith(f"{here}.")


def _member(attribute: AttributeChange) -> str | None:
    """The member of a set that came or went."""
    told = attribute.before if attribute.op == "remove" else attribute.after
    key: str | None = told.get("id") if isinstance(told, dict) else told
    return key


def _taken_back(now: Values, leaves: Iterable[Leaf], kept: Iterable[Difference]) -> Values:
    """The attributes that drifted, whole, with what is `kept` of the drift as last applied."""
    back = [(leaf.path, leaf.taken_back(members)) for leaf, members in _kept_leaves(leaves, kept)]
    return {key: _over(now.get(key), value) for key, value in tree(back).items()}


def _taken_over(declared: Values, leaves: Iterable[Leaf], kept: Iterable[Difference]) -> Values:
    """The declared values, with what is `kept` of the drift as the tenant has it."""
    result: Values = declared
    for leaf, members in _kept_leaves(leaves, kept):
        result = _with(result, leaf.path, leaf.taken_over(members))
    return result


def _with(values: Values, path: tuple[str, ...], value: Value | Absent) -> Values:
    """The values with another one at a path."""
    if isinstance(value, Absent):
        return values
    head, *rest = path
    inner = values.get(head)
    if rest:
        value = _with(inner if isinstance(inner, Mapping) else {}, tuple(rest), value)
    return {**values, head: value}


def _kept_leaves(
    leaves: Iterable[Leaf], kept: Iterable[Difference]
) -> Iterator[tuple[Leaf, frozenset[str]]]:
    """The attributes of which drift is kept, and the members of a set that are."""
    attributes = [a for each in kept for a in each.attributes]
    for leaf in leaves:
        path = ".".join(leaf.path)
        here = [a for a in attributes if a.path == path or a.path.startswith(f"{path}.")]
        if here:
            yield leaf, frozenset(m for a in here if a.member and (m := _member(a)))


def _over(now: Value, back: Value) -> Value:
    """The live values, with the values to put back in their places."""
    if isinstance(now, Mapping) and isinstance(back, Mapping):
        return {**now, **{key: _over(now.get(key), value) for key, value in back.items()}}
    return back
