"""What a rule sees beyond its own resource: every object as it will be after the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from reconciler.model.address import Address
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
    kind: str
    name: str
    values: Values
    before: Values
    address: Address | None = None
    active: bool = True
    applied: Values | None = None
    copy_of: Ref | None = None

    @property
    def creates(self) -> bool:
        """Whether the plan makes it (without the tenant nothing tells)."""
        return not self.before

    @property
    def changes(self) -> bool:
        """Whether the plan writes to it."""
        return self.values != self.before


NOTHING_SPENT: Mapping[tuple[str, str], str] = MappingProxyType({})


class World:
    """Indexes over the objects of one tenant; `live` says whether the tenant was read.

    Without the tenant only the manifests are in it, and a name that is no manifest's is an
    `Unresolved` reference. `facts` are the tenant's, of the type that its vendor declares.
    `removed` are the objects that the plan deletes, `assumed` the calls to use that the vendor has
    not published, `spent` the names that were ever used, by kind and in lower case, with whose
    they were. With the tenant, `identity` is who applies
    (None: the vendor told nothing), `partial` has the kinds that they see a part of only, and
    `unread` the inventory types whose list they may not read.
    """

    def __init__(  # noqa: PLR0913 - what there is, and what is known beside it
        self,
        expected: tuple[Expected, ...],
        *,
        snapshot: Snapshot | None,
        facts: Facts = NO_FACTS,
        removed: tuple[Expected, ...] = (),
        assumed: frozenset[str] = frozenset(),
        spent: Mapping[tuple[str, str], str] = NOTHING_SPENT,
    ) -> None:
        self.live = snapshot is not None
        self.identity: Identity | None = snapshot.identity if snapshot else None
        self.partial: Mapping[str, str] = snapshot.partial if snapshot else {}
        self.unread: Mapping[str, str] = snapshot.unread if snapshot else {}
        self.facts = facts
        self.assumed = assumed
        self.spent = spent
        self.removed = removed
        self.near = NearNames()
        """Near names for hints, looked up for the first so many only."""
        self._inventory = snapshot.inventory if snapshot else {}
        self._expected = {each.key: each for each in expected}
        self._holders_of: dict[str, Mapping[Ref, tuple[Expected, ...]]] = {}
        self._ranked: dict[str, tuple[Expected, ...]] = {}
        self._by_address = {each.address: each for each in expected if each.address}

    def _holders(self, kind: str) -> Mapping[Ref, tuple[Expected, ...]]:
        """Who of a kind refers to what: made where it is asked for, as few ask it of people."""
        if kind not in self._holders_of:
            found: dict[Ref, dict[Ref, Expected]] = defaultdict(dict)
            for each in self._by_kind.get(kind, ()):
                for _, target in refs(each.values):
                    found[target][each.key] = each
            self._holders_of[kind] = {key: tuple(held.values()) for key, held in found.items()}
        return self._holders_of[kind]

    @cached_property
    def _removed(self) -> Mapping[Ref, Expected]:
        return {each.key: each for each in self.removed}

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[Expected, ...]]:
        found: dict[str, list[Expected]] = defaultdict(list)
        for each in self._expected.values():
            found[each.kind].append(each)
        return {kind: tuple(all_) for kind, all_ in found.items()}

    @cached_property
    def _keys(self) -> Mapping[tuple[str, str], frozenset[str]]:
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for each in self._expected.values():
            for attribute, value in each.before.items():
                if isinstance(value, Mapping):
                    found[each.kind, attribute].update(value)
        return {key: frozenset(names) for key, names in found.items()}

    @cached_property
    def _items(self) -> Mapping[tuple[str, Ref], InventoryItem]:
        rows = (item for items in self._inventory.values() for item in items)
        return {(item.type, Ref(item.id)): item for item in rows}

    def items(self, kind: str) -> tuple[InventoryItem, ...]:
        """What the tenant has of an inventory type, as far as it was read."""
        return self._inventory.get(kind, ())

    def item(self, kind: str, key: Ref) -> InventoryItem | None:
        """One thing of an inventory type, None where it is not known."""
        return self._items.get((kind, key))

    def all_referrers(self, key: Ref) -> tuple[Expected, ...]:
        """The objects of any kind that refer to `key` after the plan."""
        return tuple(each for kind in self._by_kind for each in self.referrers(key, kind))

    def everything(self) -> Iterable[Expected]:
        """Every object, in no particular order."""
        return self._expected.values()

    def all_of(self, kind: str) -> tuple[Expected, ...]:
        """The objects of a kind after the plan: first those that nobody manages."""
        if kind not in self._ranked:
            self._ranked[kind] = tuple(sorted(self._by_kind.get(kind, ()), key=_rank))
        return self._ranked[kind]

    def keys_in_tenant(self, kind: str, attribute: str) -> frozenset[str]:
        """The keys that any object of a kind has in a map, such as its permissions, by now."""
        return self._keys.get((kind, attribute), frozenset())

    def of(self, address: Address) -> Expected:
        """The object of a manifest, as the plan leaves it."""
        return self._by_address[address]

    def get(self, key: Ref) -> Expected | None:
        """The object that a reference names, if it is of a managed kind and known."""
        return self._expected.get(key)

    def now(self, key: Ref) -> Expected | None:
        """The object that a reference names by now, also where the plan deletes it."""
        return self._expected.get(key) or self._removed.get(key)

    def referrers(self, key: Ref, kind: str) -> tuple[Expected, ...]:
        """The objects of `kind` that refer to `key` after the plan."""
        return self._holders(kind).get(key, ())


def _rank(each: Expected) -> tuple[bool, str, str]:
    # only what is managed can give way, so it is counted last
    return (each.address is not None, str(each.address or ""), each.name)
