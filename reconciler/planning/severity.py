"""Severity of drift: by what people may do now, more access first, and by how many they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from reconciler.contract.access import Lockout, Standing
from reconciler.contract.vendor import Kind
from reconciler.model.address import GroupKind
from reconciler.model.change import AttributeChange
from reconciler.model.value import Ref, Value, Values, from_json, refs
from reconciler.planning import diff
from reconciler.rules.world import Expected, World

Path = tuple[str, ...]


class Severity(StrEnum):
    """From dangerous access that came to what has nothing to do with access."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """The lower, the more urgent it is."""
        return _RANKS[self]


_RANKS = {each: number for number, each in enumerate(Severity)}

_MORE = frozenset({Severity.CRITICAL, Severity.HIGH})

_MEANINGS = {
    Severity.CRITICAL: "more access, some of it dangerous",
    Severity.HIGH: "more access",
    Severity.MEDIUM: "other access",
    Severity.LOW: "less access",
    Severity.INFO: "no access changes",
}


@dataclass(frozen=True, slots=True)
class Weight:
    """The severity of a difference, and why in words.

    `people` is how many hold the object now; `gains` and `loses` say of one person what they may
    do now and could not before, and the other way round.
    """

    severity: Severity
    meaning: str
    people: int = 0
    gains: tuple[str, ...] = ()
    loses: tuple[str, ...] = ()


class Scales:
    """Weighs differences of one tenant: `world` is how it is now, `applied` what it was given."""

    def __init__(
        self,
        kinds: Mapping[GroupKind, Kind],
        lockouts: Mapping[str, Lockout],
        world: World,
        applied: Mapping[Ref, Values],
    ) -> None:
        self._kinds = kinds
        self._lockouts = lockouts
        self._world = world
        self._applied = applied
        self._held: dict[Ref, tuple[Expected, ...]] = {}

    def weigh(self, kind: Kind, key: Ref, attributes: Iterable[AttributeChange]) -> Weight:
        """A difference in these attributes of an object that is there."""
        severity = min(
            (self._of(kind, each) for each in attributes), key=_rank, default=Severity.INFO
        )
        if severity is Severity.INFO:
            return Weight(severity, _MEANINGS[severity])
        people = self._people(kind, key)
        meaning = _MEANINGS[severity]
        if becoming := self._administrators(people, is_more=severity in _MORE):
            severity, meaning = Severity.CRITICAL, f"{meaning}; {becoming}"
        gains, loses = self._moved(people[0]) if kind.shape.person and people else ((), ())
        return Weight(severity, meaning, len(people), gains, loses)

    def gone(self, kind: Kind) -> Weight:
        """An object that is gone, with the access that it gave."""
        severity = Severity.LOW if kind.access.attributes else Severity.INFO
        return Weight(severity, _MEANINGS[severity])

    def _of(self, kind: Kind, each: AttributeChange) -> Severity:
        """The severity of one attribute by itself."""
        path = tuple(each.path.split("."))
        if path[0] not in kind.access.attributes:
            return Severity.INFO
        before, after = _value(each.before, each), _value(each.after, each)
        if kind.shape.person and (isinstance(before, Ref) or isinstance(after, Ref)):
            return self._of_references(before, after)
        return _directed(kind, path, before, after)

    def _of_references(self, before: Value, after: Value) -> Severity:
        """Somebody has something else now: what that opens which the former does not."""
        was, now = self._known(before), self._known(after)
        if now is None:
            return Severity.MEDIUM if after else Severity.LOW
        if was is None and before:
            return Severity.MEDIUM
        kind = self._kinds[now.kind]
        found = {
            _directed(kind, path, old, new)
            for path, old, new in _pairs(was.before if was else {}, now.before)
            if path[0] in kind.access.attributes and old != new
        }
        if Severity.LOW in found and not found & _MORE:
            return Severity.LOW
        return min(found, key=_rank, default=Severity.MEDIUM)

    def _known(self, value: Value) -> Expected | None:
        return self._world.get(value) if isinstance(value, Ref) else None

    def _people(self, kind: Kind, key: Ref) -> tuple[Expected, ...]:
        """The people who have the object now, by what decides their access; a person themselves."""
        if kind.shape.person:
            found = self._world.get(key)
            return () if found is None else (found,)
        if key not in self._held:
            self._held[key] = ()  # what refers to itself is held by nobody through that
            held = {
                person.key: person
                for by in self._kinds.values()
                for each in self._world.referrers(key, by.key)
                if any(
                    key == k
                    for name in by.access.attributes
                    for _, k in refs(each.before.get(name))
                )
                for person in self._people(by, each.key)
            }
            self._held[key] = tuple(held.values())
        return self._held[key]

    def _administrators(self, people: Iterable[Expected], *, is_more: bool) -> str:
        """Whether some of them administer the tenant since then, or nobody does, in words."""
        active = [e for e in people if e.active and e.kind.group in self._lockouts]
        was = {e.key for e in active if self._of_group(e).administers(self._before(e))}
        now = {e.key for e in active if self._of_group(e).administers(self._now(e))}
        if is_more and (new := now - was):
            return f"{_counted(len(new))} the tenant now"
        if was - now and not self._is_administered:
            return "nobody administers the tenant any more"
        return ""

    def _of_group(self, person: Expected) -> Lockout:
        return self._lockouts[person.kind.group]

    @cached_property
    def _is_administered(self) -> bool:
        """Return whether anybody does; where people are hidden, nobody is known not to."""
        people = [
            key
            for key, kind in self._kinds.items()
            if kind.shape.person and key.group in self._lockouts
        ]
        return self._world.is_partial or any(
            each.active and self._of_group(each).administers(self._now(each))
            for key in people
            for each in self._world.all_of(key)
        )

    def _moved(self, person: Expected) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Describe what a person gains and loses."""
        lockout = self._lockouts.get(person.kind.group)
        if lockout is None:
            return (), ()
        was, now = self._before(person), self._now(person)
        return lockout.lost(now, was), lockout.lost(was, now)

    def _now(self, person: Expected) -> Standing:
        return Standing(person.before, self._values_now)

    def _before(self, person: Expected) -> Standing:
        return Standing(self._values_before(person.key) or person.before, self._values_before)

    def _values_now(self, key: Ref) -> Values | None:
        found = self._world.get(key)
        return found.before if found else None

    def _values_before(self, key: Ref) -> Values | None:
        now, applied = self._values_now(key), self._applied.get(key)
        return now if applied is None else diff.merged(applied, now or {})


def _counted(number: int) -> str:
    return "1 person administers" if number == 1 else f"{number} people administer"


def _rank(severity: Severity) -> int:
    return severity.rank


def _directed(kind: Kind, path: Path, before: Value, after: Value) -> Severity:
    if kind.access.is_opened(path, before, after):
        return Severity.CRITICAL if kind.access.danger_of(path, after) else Severity.HIGH
    return Severity.LOW if kind.access.is_opened(path, after, before) else Severity.MEDIUM


def _value(told: object, each: AttributeChange) -> Value:
    """One side of a change: a member of a set as the set of it alone."""
    value = from_json(told)
    if not each.member:
        return value
    return frozenset((value,)) if isinstance(value, str) else frozenset()


def _pairs(before: Values, after: Values, path: Path = ()) -> Iterator[tuple[Path, Value, Value]]:
    """The attributes of two objects of a kind, beside each other."""
    for key, new in after.items():
        old = before.get(key)
        if isinstance(new, Mapping) and (old is None or isinstance(old, Mapping)):
            yield from _pairs(old or {}, new, (*path, key))
        else:
            yield (*path, key), old, new
