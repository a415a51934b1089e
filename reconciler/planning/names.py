"""Names for references in manifests: the way back from an id to a name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from reconciler.contract.shape import Refer
from reconciler.model.address import GroupKind
from reconciler.model.live import Snapshot
from reconciler.model.name import folded
from reconciler.model.value import Json, Ref
from reconciler.planning.match import Match, vendor_name
from reconciler.planning.planned_object import TenantInput
from reconciler.planning.resolve import key_of

Key = tuple[GroupKind, str]
"""A kind and a vendor's id."""


class Names:
    """The names for references in manifests; remembers what nobody can name.

    A name is used where nothing else of its kind has it, in any case; else the id says it.
    """

    def __init__(
        self,
        given: TenantInput,
        snapshot: Snapshot,
        matches: Iterable[Match],
        chosen: Mapping[Key, str],
    ) -> None:
        self.unnameable = False
        self._means: dict[Key, set[str]] = defaultdict(set)
        self._ours: dict[Key, str] = {}
        self._theirs: dict[Key, str] = {}
        self._hidden = snapshot.partial
        self._known: dict[Key, Json] = {}
        for each in matches:
            kind, key = each.kind.key, key_of(each)
            self._add(kind, str(key), each.resource.address.name, self._ours)
            self._add(kind, str(key), vendor_name(each.resource))
        for (kind, object_id), name in chosen.items():
            self._add(kind, object_id, name, self._ours)
        for kind, rows in snapshot.objects.items():
            for row in rows:
                self._add(kind, row.id, row.name, self._theirs)
        for kind, items in snapshot.inventory.items():
            for item in items:
                self._add(kind, item.id, item.name, self._theirs)
        for kind, declared in given.groups.declared.items():
            for item in declared.items(given.known.facts_of(kind.group)) or ():
                self._add(kind, item.id, item.name, self._theirs)

    def _add(self, kind: GroupKind, key: str, name: str, to: dict[Key, str] | None = None) -> None:
        self._means[kind, folded(name)].add(key)
        if to is not None:
            to[kind, key] = name

    def within(self, group: str) -> Refer:
        """The `Refer` for manifests of a group: kinds without a group are its own."""

        def refer(kind: str | GroupKind, key: Ref) -> Json:
            return self(kind if isinstance(kind, GroupKind) else GroupKind(group, kind), key)

        return refer

    def __call__(self, kind: GroupKind, key: Ref) -> Json:
        """See `Refer`."""
        known = self._known.get((kind, str(key)))
        if known is None:
            known = self._known[kind, str(key)] = self._name(kind, str(key))
        if known is _NOBODY:
            self.unnameable = True
            return {"id": str(key)}
        return known

    def _name(self, kind: GroupKind, key: str) -> Json:
        theirs = self._theirs.get((kind, key))
        if theirs is None:
            return {"id": key} if kind in self._hidden else _NOBODY
        for name in (self._ours.get((kind, key)), theirs):
            if name and self._means[kind, folded(name)] == {key}:
                return name
        return {"id": key, "name": theirs}


_NOBODY = object()
"""In place of a name: nothing known has that id."""
