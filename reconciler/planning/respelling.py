"""Accepting drift: what manifests have to say so that they declare what a tenant has now.

Only the values that differ are written again; what a person wrote of the others stays as it
is. Whether the words mean what they should is seen by reading them as a manifest is read.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, cast

from pydantic import ValidationError

from reconciler.model.address import Address, GroupKind
from reconciler.model.diagnostic import Path
from reconciler.model.facts import NO_FACTS, Facts
from reconciler.model.live import Snapshot
from reconciler.model.name import normal
from reconciler.model.resource import Reference, Resource
from reconciler.model.value import Json, Ref, Value, Values
from reconciler.planning import diff
from reconciler.planning.declared import declared
from reconciler.planning.match import Match
from reconciler.planning.matched_tenant import matched
from reconciler.planning.names import Names
from reconciler.planning.planned_object import AnyResource, TenantInput
from reconciler.planning.resolve import Directory, key_of


class Gone:
    """In place of a value: there is to be none."""


GONE = Gone()


@dataclass(frozen=True, slots=True)
class Spelled:
    """The new text of a manifest at a path (it begins with `spec`)."""

    path: Path
    value: Json | Gone


@dataclass(frozen=True, slots=True)
class Respelling:
    """The changes of one manifest, and the resource that it is then.

    `unmanaged` are the attributes that it no longer mentions, as no manifest can say what they are.
    """

    resource: AnyResource
    said: tuple[Spelled, ...]
    unmanaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention:
    """One reference in a manifest: where it stands, and what it means."""

    path: Path
    kind: GroupKind
    reference: Reference
    key: Ref


Outcome: TypeAlias = "Respelling | str"
"""What becomes of a manifest, or why it cannot be."""


def respelled(
    given: TenantInput,
    snapshot: Snapshot,
    wanted: Mapping[Address, Values],
    specs: Mapping[Address, Json],
) -> dict[Address, Outcome]:
    """The text of the manifests that declare these values.

    `specs` has the spec of every manifest as plain data, its patches in it. Manifests that call an
    object by a name that it loses call it by its manifest name.
    """
    return _Speller(given, snapshot, wanted).outcomes(specs)


def mentions(
    each: Match, directory: Directory, facts: Mapping[str, Facts]
) -> tuple[Values, dict[Path, Mention]]:
    """The values of a manifest, and the references in it by their paths."""
    group = each.kind.group
    found: dict[Path, Mention] = {}
    resolve = directory.resolver(each.resource)

    def noting(kind: str | GroupKind, reference: Reference, path: Path) -> Ref:
        kind = kind if isinstance(kind, GroupKind) else GroupKind(group, kind)
        key = resolve(kind, reference, path)
        found[path] = Mention(path, kind, reference, key)
        return key

    values, _ = declared(each, noting, facts.get(group, NO_FACTS))
    return values, found


class _Speller:
    """The words of a tenant's manifests, and what they mean."""

    def __init__(
        self, given: TenantInput, snapshot: Snapshot, wanted: Mapping[Address, Values]
    ) -> None:
        tenant = matched(given, snapshot)
        self._matches, self._directory = tenant.matches, tenant.directory
        self._names = Names(given, snapshot, self._matches, {})
        self._wanted, self._facts = wanted, given.known.facts
        self._lost = self._lost_names()

    def outcomes(self, specs: Mapping[Address, Json]) -> dict[Address, Outcome]:
        """See `respelled`."""
        found: dict[Address, Outcome] = {}
        for each in self._matches:
            address = each.resource.address
            if address in self._wanted or self._lost:
                outcome = self._of(each, specs[address])
                if isinstance(outcome, str) or outcome.said or address in self._wanted:
                    found[address] = outcome
        return found

    def _lost_names(self) -> dict[tuple[GroupKind, str], str]:
        """The names that objects have in Git and lose, by kind and id."""
        lost = {}
        for each in self._matches:
            name = self._wanted.get(each.resource.address, {}).get("name")
            had = vars(each.resource.spec).get("name")
            if had is not None and name is not None and normal(str(name)) != normal(had):
                lost[each.kind.key, str(key_of(each))] = normal(had)
        return lost

    def _of(self, each: Match, spec: Json) -> Outcome:
        address = each.resource.address
        said_now, found = mentions(each, self._directory, self._facts)
        renamed = tuple(self._renamed(address, found.values()))
        wanted = self._wanted.get(address)
        if wanted is None:
            made = each.kind.shape.spec.model_validate(said(spec, renamed))
            return Respelling(replace(each.resource, spec=made), renamed)
        said_now = diff.without(said_now, each.resource.lifecycle.ignore_changes)
        told = _Told(each, said(spec, renamed), said_now, wanted, found, self._names)
        fallback: Respelling | None = None
        for changes in told.ways():
            outcome = self._read(each, said(told.spec, changes), wanted)
            if outcome is not None:
                outcome = replace(outcome, said=(*renamed, *changes))
                if not outcome.unmanaged:
                    return outcome
                fallback = fallback or outcome
        return fallback or "no manifest can declare what it is now"

    def _renamed(self, address: Address, found: Iterable[Mention]) -> Iterator[Spelled]:
        """References by a name that is lost, here or in the tenant, as references that last."""
        for each in found:
            name = each.reference.name
            if name is None:
                continue
            is_lost = self._lost.get((each.kind, str(each.key))) == normal(name)
            if not is_lost and (address, each.path) not in self._directory.renamed:
                continue
            new = self._names(each.kind, each.key)
            if each.reference.id is not None and isinstance(new, str):
                new = {"id": each.reference.id, "name": new}
            yield Spelled(each.path, new)

    def _read(self, each: Match, spec: Json, wanted: Values) -> Respelling | None:
        """The manifest that a spec makes, where it declares the right values and no other ones."""
        try:
            made = each.kind.shape.spec.model_validate(spec)
        except ValidationError:
            return None
        resource: Resource[Any] = replace(each.resource, spec=made)
        resolve = self._directory.resolver(resource)
        facts = self._facts.get(each.kind.group, NO_FACTS)
        values, _ = declared(replace(each, resource=resource), resolve, facts)
        values = diff.without(values, resource.lifecycle.ignore_changes)
        live = each.live.values if each.live else {}
        if any(value != wanted.get(key, live.get(key)) for key, value in values.items()):
            return None
        return Respelling(resource, (), tuple(key for key in wanted if key not in values))


@dataclass(frozen=True, slots=True)
class _Told:
    """One manifest: what it says, what that means, and what it is to mean."""

    each: Match
    spec: Json
    declared: Values
    wanted: Values
    found: Mapping[Path, Mention]
    names: Names

    def ways(self) -> Iterator[tuple[Spelled, ...]]:
        """Ways to say it, the most natural one first; not all of them mean it."""
        plainly = self._changes(self.wanted)
        yield plainly
        if gone := {each.path[1]: each for each in plainly if _is_an_attribute_gone(each)}:
            yield tuple(self._emptied(each) if each in gone.values() else each for each in plainly)
        live = self.each.live.values if self.each.live else {}
        for key in live.keys() - self.wanted.keys():
            yield self._changes({**self.wanted, key: live[key]})

    def _emptied(self, gone: Spelled) -> Spelled:
        """A value that grants nothing said in so many words, where that can be said."""
        value = self.wanted.get(str(gone.path[1]))
        if value == frozenset():
            return Spelled(gone.path, [])
        return Spelled(gone.path, value) if _is_plain(value) else gone

    def _changes(self, wanted: Values) -> tuple[Spelled, ...]:
        said_as: dict[str, set[str]] = defaultdict(set)

        named = self.names.within(self.each.kind.group)

        def refer(kind: str | GroupKind, key: Ref) -> Json:
            word = named(kind, key)
            said_as[_text(word)].add(str(key))
            return word

        kind = self.each.kind
        old, new = kind.shape.spec_of(self.declared, refer), kind.shape.spec_of(wanted, refer)
        here = _Words(self.found, said_as)
        return tuple(here.changes(("spec",), self.spec, old, new))


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one manifest, and those that would be chosen for what it is to mean."""

    found: Mapping[Path, Mention]
    said_as: Mapping[str, set[str]]

    def changes(self, path: Path, spec: Json, old: Json, new: Json) -> Iterator[Spelled]:
        """The differences of two ideal specs, as changes of the one that there is."""
        if new in (old, spec):
            return
        if isinstance(old, dict) and isinstance(new, dict) and isinstance(spec, dict):
            for key in [
                *(k for k in spec if k in old or k in new),
                *(k for k in new if k not in spec),
            ]:
                here = (*path, key)
                if key not in new:
                    yield Spelled(here, GONE)
                elif key not in old or key not in spec:
                    if old.get(key) != new[key]:
                        yield Spelled(here, new[key])
                else:
                    yield from self.changes(here, spec[key], old[key], new[key])
        elif isinstance(new, list) and isinstance(spec, list):
            yield Spelled(path, self._members(path, spec, new))
        else:
            yield Spelled(path, new)

    def _members(self, path: Path, spec: list[Json], new: list[Json]) -> list[Json]:
        """The members that stay, in the words that they have, and then those that are new."""
        left = list(new)
        stay = []
        for number, each in enumerate(spec):
            mention = self.found.get((*path, number))
            same = next((m for m in left if self._is_same(m, each, mention)), None)
            if same is not None:
                left.remove(same)
                stay.append(each)
        return [*stay, *left]

    def _is_same(self, new: Json, old: Json, mention: Mention | None) -> bool:
        if mention is None:
            return bool(new == old)
        return str(mention.key) in self.said_as.get(_text(new), ())


def said(spec: Json, changes: tuple[Spelled, ...]) -> Json:
    """A spec with changes made in it, as a new one."""
    for each in changes:
        spec = _said(spec, each.path[1:], each.value)
    return spec


def _said(spec: Json, path: Path, value: Json | Gone) -> Json:
    head, rest = path[0], path[1:]
    if isinstance(spec, list):
        at = cast("int", head)
        return [*spec[:at], _said(spec[at], rest, value) if rest else value, *spec[at + 1 :]]
    inner = dict(spec) if isinstance(spec, dict) else {}
    if rest:
        inner[head] = _said(inner.get(head), rest, value)
    elif isinstance(value, Gone):
        inner.pop(head, None)
    else:
        inner[head] = value
    return inner


def _is_an_attribute_gone(each: Spelled) -> bool:
    return len(each.path) == 2 and isinstance(each.value, Gone)  # noqa: PLR2004 - `spec` and its name


def _is_plain(value: Value) -> bool:
    return isinstance(value, (str, int, float, bool)) and not isinstance(value, Ref)


def _text(word: Json) -> str:
    return json.dumps(word, sort_keys=True)
