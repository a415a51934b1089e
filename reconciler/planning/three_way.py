"""The three ways of one object: what was applied last, what the tenant has, what Git declares.

A member of a set is either in it or not, so that Git and a person who both move it mean the same;
every other value is one as a whole, and both may give it values of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.model.value import Hidden, Unseen, Value, Values
from reconciler.planning import diff

Path = tuple[str, ...]


class Absent:
    """The placeholder of a value that is not there."""


ABSENT = Absent()


@dataclass(frozen=True, slots=True)
class Leaf:
    """An attribute that the three do not agree on.

    Where Git begins to manage one that the tenant does not have, all but Git's value is absent.
    """

    path: Path
    applied: Value | Absent
    live: Value | Absent
    git: Value

    @property
    def drifted(self) -> Value | Absent:
        """The applied value, with all that was changed outside and is not desired."""
        if isinstance(self.applied, frozenset) and (sets := self._moved()):
            return self.applied ^ (sets[0] - sets[1])
        return self.applied if self.live in (self.applied, self.git) else self.live

    @property
    def pending(self) -> Value | Absent:
        """The applied value, with what Git alone changed; a `contested` one counts as drifted."""
        if self.is_contested:
            return self.applied
        if isinstance(self.applied, frozenset) and (sets := self._moved()):
            return self.applied ^ (sets[1] - sets[0])
        return self.git if self.live == self.applied else self.applied

    @property
    def is_contested(self) -> bool:
        """Return whether Git wants something else than what was applied and than what is there."""
        if self.drifted == self.applied:
            return False
        if sets := self._moved():
            return bool(sets[1] - sets[0])
        return self.git != self.applied

    @property
    def settled(self) -> int:
        """The number of values that were changed outside to the desired ones."""
        if sets := self._moved():
            return len(sets[0] & sets[1])
        return int(self.live == self.git != self.applied)

    def taken_back(self, members: frozenset[str]) -> Value | Absent:
        """The live value, with these members of a set as they were; else what was applied."""
        if isinstance(self.live, frozenset) and (sets := self._moved()):
            return self.live ^ (sets[0] & members)
        return self.applied

    def taken_over(self, members: frozenset[str]) -> Value | Absent:
        """The desired value, with these members of a set as in the tenant; else the live one."""
        if isinstance(self.git, frozenset) and (sets := self._moved()):
            moved = sets[0] & members
            has = self.live if isinstance(self.live, frozenset) else frozenset()
            return (self.git - moved) | (has & moved)
        return self.live

    def _moved(self) -> tuple[frozenset[str], frozenset[str]] | None:
        """The members that came or went in the tenant, and in Git; None where it is no set.

        What is not seen moves for nobody.
        """
        was, has, wants = self.applied, self.live, self.git
        if (
            isinstance(was, frozenset)
            and isinstance(has, frozenset)
            and isinstance(wants, frozenset)
        ):
            return was ^ has, frozenset(m for m in was ^ wants if not isinstance(m, Unseen))
        return None


def compare(applied: Values, live: Values, git: Values) -> tuple[Leaf, ...]:
    """Every attribute on which they differ; what one of them does not have is no difference.

    What Git declares and nobody applied yet is compared with what is there.
    """
    return tuple(_leaves(applied, live, git, ()))


def _leaves(applied: Values, live: Values, git: Values, path: Path) -> Iterator[Leaf]:
    for key, was in applied.items():
        has = _as_written(key, live.get(key, was), was)
        wants = _as_written(key, _as_seen(git.get(key, was), has), was)
        if isinstance(was, Mapping) and isinstance(has, Mapping) and isinstance(wants, Mapping):
            yield from _leaves(was, has, wants, (*path, key))
        elif not (was == has == wants):
            yield Leaf((*path, key), was, has, wants)
    for key in git.keys() - applied.keys():
        yield from _begun(live.get(key, ABSENT), git[key], (*path, key))


def _begun(has: Value | Absent, wants: Value, path: Path) -> Iterator[Leaf]:
    """What Git begins to manage: all of it is as it is found."""
    if isinstance(has, Mapping) and isinstance(wants, Mapping):
        yield from _leaves(has, has, wants, path)
    elif isinstance(has, Absent):
        yield Leaf(path, ABSENT, ABSENT, wants)
    elif has != (wants := _as_seen(wants, has)):
        yield Leaf(path, has, has, wants)


def _as_written(key: str, value: Value, was: Value) -> Value:
    """A value as it was applied, where it is the same name in other bytes."""
    return was if value != was and diff.same(key, was, value) else value


def _as_seen(wants: Value, has: Value) -> Value:
    """The desired value; where neither it nor the live one is seen, they count as equal."""
    return has if isinstance(wants, Unseen) and isinstance(has, (Hidden, Unseen)) else wants


def tree(values: Iterable[tuple[Path, Value | Absent]]) -> dict[str, Value]:
    """Values by their paths as nested maps; what is absent is left out."""
    made: dict[str, Value] = {}
    for path, value in values:
        if isinstance(value, Absent):
            continue
        inner = made
        for key in path[:-1]:
            inner = inner.setdefault(key, {})  # type: ignore[assignment] # made here, of dicts
        inner[path[-1]] = value
    return made
