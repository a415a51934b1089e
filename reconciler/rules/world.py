"""The world of a rule beyond its own resource: every object as it will be after the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from reconciler.model.address import Address, GroupKind
from reconciler.model.facts import NO_FACTS, Facts
from reconciler.model.live import Identity, InventoryItem, Snapshot
from reconciler.model.suggestion import NearNames
from reconciler.model.value import Ref, Values, refs


@dataclass(frozen=True, slots=True)
class Expected:
    """One object as the plan leaves it: a manifest's, or one that only the tenant has.

    `before` are its values in the tenant now, empty for a new object or without the tenant;
    `applied` those that were applied last, where that is known and no longer so. `active` says of
    a person whether they can use what they have; `copy_of` what its manifest copies.
    """

    key: Ref
    kind: GroupKind
    name: str
    values: Values
    before: Values
    address: Address | None = None
    active: bool = True
    applied: Values | None = None
    copy_of: Ref | None = None

    @property
    def creates(self) -> bool:
        """Return whether the plan makes it (unknown without the tenant)."""
        return not self.before

    @property
    def changes(self) -> bool:
        """Return whether the plan writes to it."""
        return self.values != self.before


NOTHING_SPENT: Mapping[tuple[GroupKind, str], str] = MappingProxyType({})
NO_FACTS_OF_ANY: Mapping[str, Facts] = MappingProxyType({})
NOTHING_ASSUMED: Mapping[str, frozenset[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Known:
    """The knowledge of a tenant beside its objects, by group.

    `facts` are those that the project declares, of the type that the group's vendor gives them;
    `assumed` the calls to use that the vendor has not published; `spent` the used names: those that
    were ever used, by kind and as names are compared, with the id of the object that had them
    first.
    """

    facts: Mapping[str, Facts] = field(default_factory=lambda: NO_FACTS_OF_ANY)
    assumed: Mapping[str, frozenset[str]] = field(default_factory=lambda: NOTHING_ASSUMED)
    spent: Mapping[tuple[GroupKind, str], str] = field(default_factory=lambda: NOTHING_SPENT)

    def facts_of(self, group: str) -> Facts:
        """The facts of a group."""
        return self.facts.get(group, NO_FACTS)


NOTHING_KNOWN = Known()


class World:
    """The objects of one tenant, as one of its groups sees them.

    Kinds and types of inventory are asked for by `GroupKind`, or by name: those of the own group.
    `live` says whether the tenant was read: without it only the manifests are here, and a name that
    is no manifest's is an `Unresolved` reference.
    """

    def __init__(
        self,
        expected: Iterable[Expected],
        *,
        snapshot: Snapshot | None,
        known: Known = NOTHING_KNOWN,
        removed: Iterable[Expected] = (),
        group: str = "",
    ) -> None:
        self.group = group
        self._known = known
        self._snapshot = snapshot
        self._objects = _Objects(expected, removed, snapshot, known)

    def within(self, group: str) -> World:
        """The same world, as another group sees it."""
        if group == self.group:
            return self
        world = copy(self)
        world.group = group
        return world

    @property
    def live(self) -> bool:
        """Return whether the tenant was read."""
        return self._snapshot is not None

    @property
    def near(self) -> NearNames:
        """Near names for hints, looked up for the first so many only."""
        return self._objects.near

    @property
    def identity(self) -> Identity | None:
        """The identity that applies, as this group knows it; None where it is unknown."""
        return self._snapshot.identities.get(self.group) if self._snapshot else None

    @property
    def facts(self) -> Facts:
        """The facts that the project declares of this group."""
        return self._known.facts_of(self.group)

    @property
    def assumed(self) -> frozenset[str]:
        """The calls to use that this group's vendor has not published."""
        return self._known.assumed.get(self.group, frozenset())

    def used_names(self, kind: str | GroupKind) -> Mapping[str, str]:
        """Every name that a kind ever had, as names are compared, with whose it was first."""
        return self._objects.used_names.get(self._key(kind), {})

    def partial(self, kind: str | GroupKind) -> str:
        """The reason why who reads sees only a part of a kind or type; empty where all is seen."""
        return self._snapshot.partial.get(self._key(kind), "") if self._snapshot else ""

    def unread(self, kind: str | GroupKind) -> str:
        """The reason why the list of an inventory type could not be read; empty where it was."""
        return self._snapshot.unread.get(self._key(kind), "") if self._snapshot else ""

    @property
    def is_partial(self) -> bool:
        """Return whether who reads sees a part only of anything."""
        return bool(self._snapshot and self._snapshot.partial)

    def _key(self, kind: str | GroupKind) -> GroupKind:
        return kind if isinstance(kind, GroupKind) else GroupKind(self.group, kind)

    def items(self, kind: str | GroupKind) -> tuple[InventoryItem, ...]:
        """The tenant's objects of an inventory type, as far as they were read."""
        return self._snapshot.inventory.get(self._key(kind), ()) if self._snapshot else ()

    def item(self, kind: str | GroupKind, key: Ref) -> InventoryItem | None:
        """One thing of an inventory type, None where it is not known."""
        return self._objects.items.get((self._key(kind), key))

    def all_referrers(self, key: Ref) -> tuple[Expected, ...]:
        """The objects of any kind that refer to `key` after the plan."""
        return tuple(
            each for kind in self._objects.by_kind for each in self._objects.holders(kind, key)
        )

    def everything(self) -> Iterable[Expected]:
        """Every object, in no particular order."""
        return self._objects.expected.values()

    def all_of(self, kind: str | GroupKind) -> tuple[Expected, ...]:
        """The objects of a kind after the plan: first those that nobody manages."""
        return self._objects.ranked(self._key(kind))

    def keys_in_tenant(self, kind: str | GroupKind, attribute: str) -> frozenset[str]:
        """The keys that any object of a kind has in a map, such as its permissions, by now."""
        return self._objects.keys.get((self._key(kind), attribute), frozenset())

    def of(self, address: Address) -> Expected:
        """The object of a manifest, as the plan leaves it."""
        return self._objects.by_address[address]

    def get(self, key: Ref) -> Expected | None:
        """The object that a reference names, if it is of a managed kind and known."""
        return self._objects.expected.get(key)

    def now(self, key: Ref) -> Expected | None:
        """The object that a reference names by now, also where the plan deletes it."""
        return self._objects.expected.get(key) or self._objects.removed.get(key)

    def referrers(self, key: Ref, kind: str | GroupKind) -> tuple[Expected, ...]:
        """The objects of `kind` that refer to `key` after the plan."""
        return self._objects.holders(self._key(kind), key)

    @property
    def removed(self) -> tuple[Expected, ...]:
        """The objects that the plan deletes."""
        return tuple(self._objects.removed.values())


class _Objects:
    """Indexes over the objects of a tenant, each made where it is first asked for."""

    def __init__(
        self,
        expected: Iterable[Expected],
        removed: Iterable[Expected],
        snapshot: Snapshot | None,
        known: Known,
    ) -> None:
        self.expected = {each.key: each for each in expected}
        self.by_address = {e.address: e for e in self.expected.values() if e.address}
        self.removed = {each.key: each for each in removed}
        self.near = NearNames()
        self._inventory = snapshot.inventory if snapshot else {}
        self._spent = known.spent
        self._holders_of: dict[GroupKind, Mapping[Ref, tuple[Expected, ...]]] = {}
        self._ranked: dict[GroupKind, tuple[Expected, ...]] = {}

    def holders(self, kind: GroupKind, key: Ref) -> tuple[Expected, ...]:
        """Who of a kind refers to what: made where it is asked for, as few ask it of people."""
        if kind not in self._holders_of:
            found: dict[Ref, dict[Ref, Expected]] = defaultdict(dict)
            for each in self.by_kind.get(kind, ()):
                for _, target in refs(each.values):
                    found[target][each.key] = each
            self._holders_of[kind] = {key: tuple(held.values()) for key, held in found.items()}
        return self._holders_of[kind].get(key, ())

    def ranked(self, kind: GroupKind) -> tuple[Expected, ...]:
        """The objects of a kind, first those that nobody manages."""
        if kind not in self._ranked:
            self._ranked[kind] = tuple(sorted(self.by_kind.get(kind, ()), key=_rank))
        return self._ranked[kind]

    @cached_property
    def by_kind(self) -> Mapping[GroupKind, tuple[Expected, ...]]:
        found: dict[GroupKind, list[Expected]] = defaultdict(list)
        for each in self.expected.values():
            found[each.kind].append(each)
        return {kind: tuple(all_) for kind, all_ in found.items()}

    @cached_property
    def keys(self) -> Mapping[tuple[GroupKind, str], frozenset[str]]:
        found: dict[tuple[GroupKind, str], set[str]] = defaultdict(set)
        for each in self.expected.values():
            for attribute, value in each.before.items():
                if isinstance(value, Mapping):
                    found[each.kind, attribute].update(value)
        return {key: frozenset(names) for key, names in found.items()}

    @cached_property
    def used_names(self) -> Mapping[GroupKind, Mapping[str, str]]:
        found: dict[GroupKind, dict[str, str]] = defaultdict(dict)
        for (kind, name), owner in self._spent.items():
            found[kind][name] = owner
        return found

    @cached_property
    def items(self) -> Mapping[tuple[GroupKind, Ref], InventoryItem]:
        rows = (item for items in self._inventory.values() for item in items)
        return {(item.type, Ref(item.id)): item for item in rows}


def _rank(each: Expected) -> tuple[bool, str, str]:
    # only what is managed can give way, so it is counted last
    return (each.address is not None, str(each.address or ""), each.name)
