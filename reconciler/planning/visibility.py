"""Visibility of a tenant to the identity that reads: the hidden is unknown, never absent.

An object that the state knows and that is not seen is an `Unseen` reference. Members of sets that
are not seen are never compared, a hidden value only where it is declared to be one that is seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from reconciler.model.address import Address, GroupKind
from reconciler.model.live import Snapshot, UnknownObject
from reconciler.model.name import normal
from reconciler.model.ownership import Row
from reconciler.model.value import HIDDEN, Hidden, Json, Ref, Unseen, Value, Values, refs

Path = tuple[str, ...]


class View:
    """The view of one identity; of the kinds and types in `partial` it is one of a part.

    What is not seen is known by name as far as the state has recorded it.
    """

    def __init__(self, snapshot: Snapshot | None, rows: Mapping[str, Row]) -> None:
        self.partial: Mapping[GroupKind, str] = snapshot.partial if snapshot else {}
        self.unread: Mapping[GroupKind, str] = snapshot.unread if snapshot else {}
        self.hidden: Mapping[GroupKind, str] = snapshot.hidden if snapshot else {}
        self.odd: tuple[UnknownObject, ...] = snapshot.unknown if snapshot else ()
        self.who = snapshot.identity.name if snapshot and snapshot.identity else "the identity"
        self.names: dict[Ref, str] = {}
        self._snapshot = snapshot
        self._seen: Mapping[str, GroupKind] = {}
        self._kinds: dict[tuple[GroupKind, Path], GroupKind] = {}
        self._searched: set[GroupKind] = set()
        self._remembered: dict[tuple[GroupKind, Path, str], dict[str, Unseen]] = defaultdict(dict)
        if snapshot is not None and self.partial:
            self._seen = dict(_ids(snapshot))
            self._remember(rows)

    def _remember(self, rows: Mapping[str, Row]) -> None:
        for row in rows.values():
            kind = Address.parse(row.address).group_kind
            self.names[Ref(row.object_id)] = row.name
            for path, key, name in named_references(row.applied):
                if key not in self._seen:
                    self._remembered[kind, path, normal(name)][row.address] = Unseen(key)
                    self.names.setdefault(Ref(key), name)

    def hides(self, kind: GroupKind) -> bool:
        """Return whether there may be objects of that kind or type that are not seen."""
        return kind in self.partial

    def remembered(self, address: Address, path: tuple[str | int, ...], name: str) -> Unseen | None:
        """The state's object under a name at a place of a manifest, if only one is meant."""
        found = self._remembered.get((address.group_kind, _place(path), normal(name)), {})
        own = found.get(str(address))
        every = set(found.values())
        if own is not None or len(every) == 1:
            return own or every.pop()
        return None

    def unknown(self, kind: GroupKind, name: str) -> Unseen | None:
        """The one object of that name whose answer has an unexpected shape."""
        found = [e.id for e in self.odd if e.kind == kind and normal(e.name) == normal(name)]
        return Unseen(found[0]) if len(found) == 1 else None

    def learn(self, address: Address, path: tuple[str | int, ...], kind: GroupKind) -> None:
        """Learn that references at a place in manifests of a kind are of this kind or type."""
        if self.partial:
            self._kinds[address.group_kind, _place(path)] = kind

    def marked(self, kind: GroupKind, values: Values) -> Values:
        """Values that the state has, with what is not seen as `Unseen`."""
        return self._marked(kind, values, ()) if self.partial else values

    def _marked(self, kind: GroupKind, values: Values, path: Path) -> dict[str, Value]:
        result: dict[str, Value] = {}
        for key, value in values.items():
            here = (*path, key)
            if isinstance(value, Mapping):
                result[key] = self._marked(kind, value, here)
            elif isinstance(value, Ref):
                result[key] = self._mark(kind, here, value)
            elif isinstance(value, frozenset):
                result[key] = frozenset(self._mark(kind, here, each) for each in value)
            else:
                result[key] = value
        return result

    def followed(self, values: Values, row: Row, *now: Values) -> Values:
        """Values of the state, with what was recreated under its old name in place of what is gone.

        `now` are values of the same object today: what takes the place of a lost reference stands
        in one of them, at the same place, under the name that the state remembers.
        """
        if self._snapshot is None or all(key in self._names_now for _, key in refs(values)):
            return values
        names = {key: normal(name) for _, key, name in named_references(row.applied)}
        return self._followed(values, names, now)  # type: ignore[return-value] # a map stays one

    def _followed(self, value: Value, names: Mapping[str, str], now: Iterable[Value]) -> Value:
        if isinstance(value, Mapping):
            maps = [each for each in now if isinstance(each, Mapping)]
            return {
                key: self._followed(each, names, [m.get(key) for m in maps])
                for key, each in value.items()
            }
        if isinstance(value, frozenset):
            return frozenset(self._successor(each, names, now) for each in value)
        return self._successor(value, names, now) if isinstance(value, Ref) else value

    def _successor(self, key: str, names: Mapping[str, str], now: Iterable[Value]) -> str:
        """The object with the place and name of a reference that is gone; else itself."""
        if type(key) is not Ref or key in self._names_now or key not in names:
            return key
        there = {
            each
            for value in now
            for _, each in refs(value)
            if normal(self._names_now.get(each, "")) == names[key]
        }
        return there.pop() if len(there) == 1 else key

    @cached_property
    def _names_now(self) -> Mapping[str, str]:
        """The name of everything that is seen, by id."""
        if self._snapshot is None:
            return {}
        names = {o.id: o.name for rows in self._snapshot.objects.values() for o in rows}
        for items in self._snapshot.inventory.values():
            names |= {item.id: item.name for item in items}
        return names

    def _mark(self, kind: GroupKind, path: Path, key: str) -> str:
        if not isinstance(key, Ref) or key in self._seen:
            return key
        of = self._kind_at(kind, path)
        return key if of is not None and not self.hides(of) else Unseen(key)

    def _kind_at(self, kind: GroupKind, path: Path) -> GroupKind | None:
        """The kind at a place, by the manifests or else the tenant; None where neither has it."""
        if (kind, path) not in self._kinds and kind not in self._searched and self._snapshot:
            self._searched.add(kind)
            for each in self._snapshot.objects.get(kind, ()):
                for place, key in refs(each.values):
                    if key in self._seen:
                        self._kinds.setdefault((kind, place), self._seen[key])
        return self._kinds.get((kind, path))


WHOLE = View(None, {})
"""The view of who sees everything."""


def completed(live: Values, wanted: Values) -> Values:
    """The live values, with desired values that are not seen taken to be there.

    So it is neither added nor removed, and a value that is hidden equals one that is not seen.
    """
    return {key: _completed(value, wanted.get(key)) for key, value in live.items()}


def _completed(live: Value, wanted: Value) -> Value:
    if isinstance(live, Mapping) and isinstance(wanted, Mapping):
        return completed(live, wanted)
    if isinstance(live, frozenset) and isinstance(wanted, frozenset):
        # those of the left stay where both have one: an id may show where its object is not seen
        return frozenset(each for each in wanted if isinstance(each, Unseen)) | live
    if isinstance(wanted, Unseen) and (isinstance(live, Hidden) or live == wanted):
        return wanted
    return live


def out_of_reach(before: Values, wanted: Values) -> Iterator[tuple[Path, Unseen]]:
    """Desired values that are not seen and not there, with their places: they cannot be set."""
    there = set(refs(before))
    for path, key in refs(wanted):
        if isinstance(key, Unseen) and (path, key) not in there:
            yield path, key


def taken_for_granted(live: Values, wanted: Values) -> Iterator[tuple[Path, Ref]]:
    """The desired values that `completed` adds: it is unknown whether they are really there."""
    there = set(refs(live))
    yield from (each for each in refs(completed(live, wanted)) if each not in there)


def sendable(value: Value) -> Value:
    """A value as it is written: what is not seen stays as it is in the tenant."""
    if isinstance(value, Mapping):
        return {key: sendable(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return frozenset(each for each in value if not isinstance(each, Unseen))
    return HIDDEN if isinstance(value, Unseen) else value


def _place(path: tuple[str | int, ...]) -> Path:
    """A path of a manifest as the path of a value: without `spec`, and a set has no order."""
    return tuple(each for each in path if isinstance(each, str) and each != "spec")


def _ids(snapshot: Snapshot) -> Iterator[tuple[str, GroupKind]]:
    """The id of all that is seen, with its kind or type."""
    for kind, objects in snapshot.objects.items():
        yield from ((each.id, kind) for each in objects)
    for kind, items in snapshot.inventory.items():
        yield from ((each.id, kind) for each in items)


def named_references(data: Json, path: Path = ()) -> Iterator[tuple[Path, str, str]]:
    """The references in an applied value of the state: path, id and name."""
    if isinstance(data, dict):
        if data.keys() == {"id", "name"}:
            yield path, data["id"], data["name"]
            return
        for key, value in data.items():
            yield from named_references(value, (*path, key))
    elif isinstance(data, list):
        for value in data:
            yield from named_references(value, path)
