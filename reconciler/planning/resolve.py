"""Resolve references: each names a manifest, or an object of the tenant (design §3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from reconciler.contract.shape import Resolve
from reconciler.groups import Groups
from reconciler.model.address import Address, GroupKind
from reconciler.model.causes import cause_of_manifest, cause_of_reference
from reconciler.model.diagnostic import Diagnostic, Path, Severity
from reconciler.model.facts import NO_FACTS, Facts
from reconciler.model.live import InventoryItem, Snapshot
from reconciler.model.name import folded, normal
from reconciler.model.ownership import Row
from reconciler.model.resource import Reference, Resource, error_about
from reconciler.model.suggestion import NearNames, meant
from reconciler.model.value import Pending, Ref, Unresolved, Unseen
from reconciler.planning.match import Match, vendor_name
from reconciler.planning.visibility import WHOLE, View, named_references

_NEARLY = 0.75
"""How alike a name is to be where it may also be right: the tenant could have it."""


class Directory:
    """Every name that a reference may use, by kind; collects what could not be resolved.

    Without the tenant only the manifests' names are known, and what the facts declare. What the
    `view` hides is known as far as the state has it.
    """

    def __init__(
        self,
        matches: Iterable[Match],
        groups: Groups,
        facts: Mapping[str, Facts],
        snapshot: Snapshot | None,
        view: View = WHOLE,
    ) -> None:
        self.view = view
        self._problems: dict[Diagnostic, None] = {}
        self.references = 0
        self.left_to_the_tenant = 0
        self._near = NearNames()
        self._live = snapshot is not None
        listed = groups.kinds.keys() | groups.inventory
        declared = {
            kind: each.items(facts.get(kind.group, NO_FACTS))
            for kind, each in groups.declared.items()
        }
        self._known = frozenset(listed | groups.declared.keys())
        self._facts = {kind: each.fact for kind, each in groups.declared.items()}
        # the kinds of which everything is known: what is not among them does not exist
        self._complete = frozenset(kind for kind, items in declared.items() if items is not None)
        if self._live:
            self._complete |= listed
        self._ours: dict[tuple[GroupKind, str], Ref] = {}
        self._titled: dict[tuple[GroupKind, str], list[Ref]] = defaultdict(list)
        self._theirs: dict[tuple[GroupKind, str], list[Ref]] = defaultdict(list)
        self._folded: dict[tuple[GroupKind, str], list[str]] = defaultdict(list)
        self._names: dict[Ref, str] = {}
        self._of_kind: dict[tuple[GroupKind, Ref], str] = {}
        self._found: dict[tuple[GroupKind, str], Ref] = {}
        self._rows: dict[Address, Row] = {}
        self.renamed: dict[tuple[Address, Path], tuple[str, Ref]] = {}
        for each in matches:
            self._add_manifest(each)
        for kind, name, key in (*_tenant_names(snapshot), *_declared_names(declared)):
            plain = normal(name)
            self._theirs[kind, plain].append(key)
            self._folded[kind, plain.casefold()].append(name)
            self._names.setdefault(key, name)
            self._of_kind[kind, key] = name
        for kind, name, key in _internal_names(snapshot):
            self._theirs.setdefault((kind, normal(name)), [key])
        for key, name in view.names.items():
            self._names.setdefault(key, name)

    def _add_manifest(self, each: Match) -> None:
        key, title = key_of(each), vendor_name(each.resource)
        if each.live is not None and title in each.live.internal_names:
            title = each.live.name  # what people see of it
        self._ours[each.kind.key, each.resource.address.name] = key
        if title != each.resource.address.name:
            self._titled[each.kind.key, normal(title)].append(key)
        self._names[key] = title
        if each.row is not None:
            self._rows[each.resource.address] = each.row

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """The references that could not be resolved so far, each once."""
        return tuple(self._problems)

    def name_of(self, key: Ref) -> str:
        """The readable name of the object behind `key`."""
        return self._names.get(key, str(key))

    def called(self, key: Ref) -> str | None:
        """The tenant's name of the object with that id; None where it has none."""
        return self._called.get(key)

    @cached_property
    def _called(self) -> Mapping[Ref, str]:
        return {key: name for (_, key), name in self._of_kind.items()}

    def resolver(self, resource: Resource[Any]) -> Resolve:
        """The `Resolve` for the references of one manifest."""
        group = resource.address.group

        def resolve(kind: str | GroupKind, reference: Reference, path: Path) -> Ref:
            kind = kind if isinstance(kind, GroupKind) else GroupKind(group, kind)
            if kind not in self._known:
                return self._unknown_kind(resource, kind, path)
            self.view.learn(resource.address, path, kind)
            self.references += 1
            if self._live and kind not in self._complete:
                return self._undeclared(resource, kind, reference, path)
            if reference.id is not None:
                self.left_to_the_tenant += kind not in self._complete
                return self._by_id(resource, kind, reference, path)
            found = self._by_name(resource, kind, str(reference), path)
            self.left_to_the_tenant += type(found) is Unresolved and kind not in self._complete
            return found

        return resolve

    def _by_name(self, resource: Resource[Any], kind: GroupKind, text: str, path: Path) -> Ref:
        """The meaning of a name, the same for all who use it; a wrong one is reported of each."""
        found = self._found.get((kind, text))
        if found is None:
            found = self._named(resource, kind, text, path)
            is_certain = type(found) is not Unresolved and (resource.address, path) not in (
                self.renamed
            )
            if is_certain and not self.view.partial:
                self._found[kind, text] = found
        return found

    def _named(self, resource: Resource[Any], kind: GroupKind, text: str, path: Path) -> Ref:
        name = (kind, normal(text))
        ours, titled, theirs = (
            self._ours.get(name), self._titled.get(name), self._theirs.get(name)
        )  # fmt: skip
        if ours is not None and titled is None and theirs is None:
            return ours
        # an object that is yet to be created has its vendor name already
        found: set[Ref] = {*(titled or ()), *(theirs or ())} | ({ours} if ours else set())
        if len(found) == 1:
            return found.pop()
        if found:
            listed = ", ".join(self._described(key) for key in sorted(found))
            self._problem(
                resource,
                kind,
                "REF121",
                f"`{text}` names {len(found)} of kind {kind.name}: {listed}",
                path,
                names=(text, *(self.name_of(key) for key in sorted(found))),
                hint="write `{id: …}` for the one that is meant",
            )
        elif self.view.hides(kind):
            return self._hidden(resource, kind, text, path)
        elif (key := self._renamed(resource, kind, text, path)) is not None:
            return key
        elif kind in self._complete:
            self._nothing(resource, kind, text, path)
        else:
            self._perhaps_nothing(resource, kind, text, path)
            return self._found.setdefault((kind, text), Unresolved(text))
        return Unresolved(text)

    def _renamed(
        self, resource: Resource[Any], kind: GroupKind, text: str, path: Path
    ) -> Ref | None:
        """The object that had the name at this manifest's last apply, and has another one now."""
        row = self._rows.get(resource.address) if self._live else None
        if row is None:
            return None
        plain = normal(text)
        ids = {Ref(key) for _, key, had in named_references(row.applied) if normal(had) == plain}
        found = {key: name for key in ids if (name := self._of_kind.get((kind, key))) is not None}
        if len(found) != 1:
            return None
        ((key, now),) = found.items()
        self.renamed[resource.address, path] = (text, key)
        self._problem(
            resource,
            kind,
            "REF144",
            f"{kind.name} `{text}` is called `{now}` now (id {key}): it was renamed in the tenant",
            path,
            names=(text, now, key),
            hint=f"write `{now}`",
        )
        return key

    def _hidden(self, resource: Resource[Any], kind: GroupKind, text: str, path: Path) -> Ref:
        """The state's record of a name; else it is unknown whether there is any."""
        if reason := self.view.unread.get(kind):
            self._problem(
                resource,
                kind,
                "TEN161",
                f"{kind.name} `{text}` cannot be resolved, because the list of {kind.name} could "
                f"not be read: {reason}",
                path,
                names=(text,),
                hint="give the identity the right to read that list, or remove the reference",
            )
            return Unresolved(text)
        known = self.view.remembered(resource.address, path, text) or self.view.unknown(kind, text)
        if known is not None:
            return known
        who = self.view.who
        self._problem(
            resource,
            kind,
            "REF127",
            f"{who} sees no {kind.name} `{text}`: there is none, or it is hidden from them",
            path,
            names=(text,),
            hint="correct the name, or plan as somebody who sees it",
        )
        return Unresolved(text)

    def _perhaps_nothing(
        self, resource: Resource[Any], kind: GroupKind, text: str, path: Path
    ) -> None:
        """Without the tenant: a name that is nearly a manifest's is reported once, as an info.

        It is asked once for each name.
        """
        near = self._near.of(kind, text, self._our_names.get(kind, ()), cutoff=_NEARLY)
        if not near:
            return
        told = error_about(
            resource,
            "REF126",
            f"no {kind.name} of the manifests is named `{text}`; `plan` asks the tenant",
            path,
            hint=meant(near),
        )
        # where the manifest of that name is refused, this follows from it
        cause = cause_of_manifest(text)
        self._problems[replace(told, severity=Severity.INFO, cause=cause)] = None

    @cached_property
    def _our_names(self) -> Mapping[GroupKind, list[str]]:
        return _by_kind(self._ours)

    @cached_property
    def _their_names(self) -> Mapping[GroupKind, list[str]]:
        return _by_kind(self._theirs)

    def _nothing(self, resource: Resource[Any], kind: GroupKind, text: str, path: Path) -> None:
        other_case = self._folded.get((kind, folded(text)), [])
        candidates = (*self._our_names.get(kind, ()), *self._their_names.get(kind, ()))
        where, create = (
            "neither in the manifests nor in the tenant",
            f"create the {kind.name} first",
        )
        if fact := self._facts.get(kind):
            where, create = f"`facts.{fact}` lists none of that name", "declare it there first"
        create += ", or correct the name"
        self._problem(
            resource,
            kind,
            "REF120",
            f"there is no {kind.name} `{text}`, {where}",
            path,
            names=(text,),
            hint=meant(other_case or self._near.of(kind, text, candidates), otherwise=create),
        )

    def _by_id(
        self, resource: Resource[Any], kind: GroupKind, reference: Reference, path: Path
    ) -> Ref:
        key = Ref(reference.id)
        name = self._of_kind.get((kind, key))
        if name is None and self.view.hides(kind):
            return Unseen(key)
        if name is None and kind in self._complete:
            self._problem(
                resource,
                kind,
                "REF122",
                f"the tenant has no {kind.name} with id `{key}`",
                path,
                names=(key,),
                hint="correct the id, or write the name instead",
            )
            return Unresolved(key)
        if name is not None and reference.name not in (None, name, self._names[key]):
            self._problem(
                resource,
                kind,
                "REF123",
                f"id `{key}` is `{name}`, not `{reference.name}`",
                path,
                names=(key, name, str(reference.name)),
                hint="correct the name or the id",
            )
        return key

    def _undeclared(
        self, resource: Resource[Any], kind: GroupKind, reference: Reference, path: Path
    ) -> Ref:
        fact = f"facts.{self._facts[kind]}"
        self._problem(
            resource,
            kind,
            "REF125",
            f"no API says which {kind.name} `{reference}` is, and the project declares no `{fact}`",
            path,
            names=(str(reference),),
            hint=f"declare `{fact}` of this tenant in reconciler.yaml",
        )
        return Unresolved(str(reference))

    def _unknown_kind(self, resource: Resource[Any], kind: GroupKind, path: Path) -> Ref:
        self._problem(
            resource,
            kind,
            "REF124",
            f"single resources of type {kind.name} cannot be named in this version",
            path[:-1],
            names=(),
            hint="write `none` or `all`",
        )
        return Unresolved(kind)

    def _described(self, key: Ref) -> str:
        return f"`{self.name_of(key)}` ({key})"

    def _problem(  # noqa: PLR0913 - the parts of a diagnostic
        self,
        resource: Resource[Any],
        kind: GroupKind,
        code: str,
        summary: str,
        path: Path,
        *,
        names: tuple[str, ...],
        hint: str = "",
    ) -> None:
        problem = error_about(resource, code, summary, path, hint=hint)
        cause = cause_of_reference(code, kind, names)
        # everybody else who uses the name has the same problem: it is corrected once
        self._problems[replace(problem, cause=cause, root_of=cause, names=names)] = None


def _by_kind(known: Iterable[tuple[GroupKind, str]]) -> Mapping[GroupKind, list[str]]:
    """Names by kind: a wrong one is compared with all of its kind."""
    found: dict[GroupKind, list[str]] = defaultdict(list)
    for kind, name in known:
        found[kind].append(name)
    return found


def key_of(match: Match) -> Ref:
    """The identity that others refer to: the vendor's id, or the address until it has one."""
    if match.live is not None:
        return Ref(match.live.id)
    if match.unseen:
        return Unseen(match.unseen_id or match.resource.address)
    return Pending(str(match.resource.address))


def _declared_names(
    declared: Mapping[GroupKind, tuple[InventoryItem, ...] | None],
) -> Iterable[tuple[GroupKind, str, Ref]]:
    for kind, items in declared.items():
        for item in items or ():
            yield kind, item.name, Ref(item.id)


def _internal_names(snapshot: Snapshot | None) -> Iterable[tuple[GroupKind, str, Ref]]:
    """The names of objects that the vendor does not show; one that it shows means its object."""
    for kind, rows in snapshot.objects.items() if snapshot is not None else ():
        for row in rows:
            yield from ((kind, name, Ref(row.id)) for name in row.internal_names)


def _tenant_names(snapshot: Snapshot | None) -> Iterable[tuple[GroupKind, str, Ref]]:
    if snapshot is None:
        return
    for kind, rows in snapshot.objects.items():
        for row in rows:
            yield kind, row.name, Ref(row.id)
    for kind, items in snapshot.inventory.items():
        for item in items:
            yield kind, item.name, Ref(item.id)
