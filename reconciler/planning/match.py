"""Which live object each manifest means (design §3, Matching)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Any

from reconciler.contract.vendor import Kind
from reconciler.model.address import Address, GroupKind
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.live import LiveObject, Snapshot, UnknownObject
from reconciler.model.name import folded, normal
from reconciler.model.ownership import Row
from reconciler.model.resource import Resource, error_about

AnyResource = Resource[Any]


class How(StrEnum):
    """The way a manifest was matched with a live object."""

    STATE = "state"
    ID = "id"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Match:
    """A manifest with its live object (None: there is none) and its ownership row.

    `moved_from` is the address under which the state still knows it. What an `uncertain` one means
    is an error, and an `unseen` one is hidden from the identity that reads: nothing can be planned
    for either. `renamed_person` is the account that the state has for this person and whose e-mail
    is another one now.
    """

    resource: AnyResource
    kind: Kind
    live: LiveObject | None
    how: How | None
    row: Row | None
    moved_from: Address | None = None
    uncertain: bool = False
    unseen: bool = False
    renamed_person: LiveObject | None = None
    unseen_id: str | None = None

    @property
    def replaced(self) -> bool:
        """Return whether the object of the state is gone, and another one has taken its place."""
        return (
            self.row is not None
            and self.live is not None
            and self.live.id != self.row.object_id
            and not self.uncertain
        )

    @property
    def is_clear(self) -> bool:
        """Return whether something can be planned for it."""
        return not self.uncertain and not self.unseen


def vendor_name(resource: AnyResource) -> str:
    """The name that the vendor shows: `spec.name`, else `metadata.name`."""
    name: str | None = vars(resource.spec).get("name")
    return name or resource.address.name


class LiveIndex:
    """Live objects by kind and id, and by kind and name in any case."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.by_id: dict[tuple[GroupKind, str], LiveObject] = {}
        self._by_name: dict[tuple[GroupKind, str], list[LiveObject]] = defaultdict(list)
        self._internal: dict[tuple[GroupKind, str], list[LiveObject]] = defaultdict(list)
        self._unknown = snapshot.unknown
        for kind, rows in snapshot.objects.items():
            for row in rows:
                self.by_id[kind, row.id] = row
                self._by_name[kind, folded(row.name)].append(row)
                for name in row.internal_names:
                    self._internal[kind, normal(name)].append(row)

    def named(self, kind: GroupKind, name: str) -> list[LiveObject]:
        """Every object of that name, case put aside."""
        return self._by_name.get((kind, folded(name)), [])

    def named_internally(self, kind: GroupKind, name: str) -> list[LiveObject]:
        """Every object that the vendor itself calls so, whatever name it shows."""
        return self._internal.get((kind, normal(name)), [])

    def unknown(self, kind: GroupKind, name: str) -> list[UnknownObject]:
        """Every object of unexpected shape that has this name, or whose name is unknown too."""
        wanted = folded(name)
        return [
            each
            for each in self._unknown
            if each.kind == kind and (not each.name or folded(each.name) == wanted)
        ]


def sees_all(_kind: GroupKind) -> bool:
    """For identities from whom nothing is hidden."""
    return False


def match(
    resources: Iterable[AnyResource],
    kinds: Mapping[GroupKind, Kind],
    live: LiveIndex,
    rows: Mapping[str, Row],
    hides: Callable[[GroupKind], bool] = sees_all,
) -> tuple[list[Match], list[Diagnostic]]:
    """Tie each manifest to the object that it means; what is not certain is an error.

    Of a kind that the reading identity sees in part (`hides`), an object that the state or an id
    names, or that only can be found, is hidden rather than gone. So is one that may be an object
    of the tenant whose answer has an unexpected shape.
    """
    resources = tuple(resources)
    problems: list[Diagnostic] = []
    matches: list[Match] = []
    search = _Search(resources, live, rows)
    for resource in resources:
        kind = kinds[resource.address.group_kind]
        row, moved_from = search.row_of(resource)
        if hides(kind.key) and _is_hidden(resource, kind, live, row):
            matches.append(
                Match(
                    resource,
                    kind,
                    None,
                    None,
                    row,
                    moved_from,
                    unseen=True,
                    unseen_id=_unseen_id(resource, kind, live, row),
                )
            )
            continue
        found = search.find(resource, kind, row, moved_from)
        problem = found.problem
        if problem:
            problems.append(problem)
        matches.append(
            Match(
                resource,
                kind,
                found.live,
                found.how,
                row,
                moved_from,
                uncertain=problem is not None and problem.severity is Severity.ERROR,
                renamed_person=found.renamed_person,
            )
        )
    problems.extend(_claimed_twice(matches))
    return matches, problems


def _is_hidden(resource: AnyResource, kind: Kind, live: LiveIndex, row: Row | None) -> bool:
    known = row.object_id if row is not None else resource.spec.id
    if known is not None:
        return (kind.key, known) not in live.by_id
    if live.named(kind.key, vendor_name(resource)):
        return False
    return not kind.lifecycle.creatable or bool(live.unknown(kind.key, vendor_name(resource)))


def _unseen_id(resource: AnyResource, kind: Kind, live: LiveIndex, row: Row | None) -> str | None:
    """The id of the object that is not seen, None where it is unknown."""
    known = row.object_id if row is not None else resource.spec.id
    if known is not None:
        return known
    unknown = live.unknown(kind.key, vendor_name(resource))
    return unknown[0].id if len(unknown) == 1 and unknown[0].name else None


@dataclass(frozen=True, slots=True)
class _Found:
    """The object that a manifest means, or why that is not certain."""

    live: LiveObject | None = None
    how: How | None = None
    problem: Diagnostic | None = None
    renamed_person: LiveObject | None = None


class _Search:
    """Finds the object of each manifest: by the id of the state, by `spec.id`, by name."""

    def __init__(
        self, resources: tuple[AnyResource, ...], live: LiveIndex, rows: Mapping[str, Row]
    ) -> None:
        self._resources = resources
        self._live = live
        self._rows = rows
        self._addresses = {str(resource.address) for resource in resources}

    @cached_property
    def _owners(self) -> Mapping[tuple[GroupKind, str], str]:
        """The address under which the state owns each object, by kind and id."""
        return {
            (Address.parse(row.address).group_kind, row.object_id): row.address
            for row in self._rows.values()
        }

    @cached_property
    def _titles(self) -> Counter[tuple[GroupKind, str]]:
        """The number of manifests of a kind that give an object each name."""
        return Counter((r.address.group_kind, normal(vendor_name(r))) for r in self._resources)

    @cached_property
    def _pinned(self) -> frozenset[tuple[GroupKind, str]]:
        """The objects that manifests mean by `spec.id`."""
        return frozenset(
            (r.address.group_kind, r.spec.id) for r in self._resources if r.spec.id is not None
        )

    def row_of(self, resource: AnyResource) -> tuple[Row | None, Address | None]:
        """The row of a manifest, and the former address that still has it."""
        if (row := self._rows.get(str(resource.address))) is not None:
            return row, None
        here = resource.address
        for name in resource.previous_names:
            before = Address(here.tenant, here.group, here.kind, name)
            row = self._rows.get(str(before))
            if str(before) not in self._addresses and row is not None:
                return row, before
        return None, None

    def find(
        self, resource: AnyResource, kind: Kind, row: Row | None, moved_from: Address | None
    ) -> _Found:
        """The object that a manifest means."""
        held = self._live.by_id.get((kind.key, row.object_id)) if row is not None else None
        if row is not None and held is not None:
            return self._held(resource, kind, row, held, moved_from)
        found = self._pinned_one(resource, kind) or self._by_name(resource, kind, row)
        if found.live is None or found.problem is not None:
            return found
        owner = self._owners.get((kind.key, found.live.id))
        return replace(found, problem=_owned_already(resource, found.live, owner))

    def _held(
        self,
        resource: AnyResource,
        kind: Kind,
        row: Row,
        held: LiveObject,
        moved_from: Address | None,
    ) -> _Found:
        """The object with the id of the state, where it still is the one that is meant."""
        if resource.spec.id not in (None, held.id):
            return _Found(held, How.STATE, _another_id(resource, row))
        if not kind.shape.person:
            return _Found(held, How.STATE, self._name_is_anothers(resource, kind, row, held))
        if folded(held.name) == resource.address.name.casefold():
            return _Found(held, How.STATE)
        if moved_from is not None:
            return _Found(held, How.STATE, _somebody_else(resource, held, moved_from))
        others = self._live.named(kind.key, resource.address.name)
        return _Found(
            problem=_email_has_moved(resource, held, [o for o in others if o.id != held.id]),
            renamed_person=held,
        )

    def _name_is_anothers(
        self, resource: AnyResource, kind: Kind, row: Row, held: LiveObject
    ) -> Diagnostic | None:
        """An object that was renamed in the tenant, while another one took its name."""
        name = normal(vendor_name(resource))
        if normal(held.name) == name or normal(row.name) != name:
            return None
        others = [e for e in self._free(kind, name) if e.id != held.id]
        if not others:
            return None
        return error_about(
            resource,
            "REF143",
            f"the {kind.name} of the state is called `{held.name}` now (id {held.id}), and "
            f"`{name}` is another one: {_ids(others)}",
            hint="say which one is meant: declare the name that it has now, or give up the old "
            f"one with `reconciler state rm {resource.address.short}`",
        )

    def _free(self, kind: Kind, name: str) -> list[LiveObject]:
        """The objects of exactly that name that neither the state nor a `spec.id` assigns."""
        return [
            each
            for each in self._live.named(kind.key, name)
            if (kind.shape.person or normal(each.name) == normal(name))
            and (kind.key, each.id) not in self._owners
            and (kind.key, each.id) not in self._pinned
        ]

    def _pinned_one(self, resource: AnyResource, kind: Kind) -> _Found | None:
        """The object of `spec.id`; None where the manifest has none."""
        if resource.spec.id is None:
            return None
        found = self._live.by_id.get((kind.key, resource.spec.id))
        if found is None:
            return _Found(
                problem=error_about(
                    resource,
                    "REF110",
                    f"the tenant has no {kind.name} with id `{resource.spec.id}`",
                    ("spec", "id"),
                    hint="correct the id, or remove it to match by name",
                )
            )
        if kind.shape.person and folded(found.name) != resource.address.name.casefold():
            return _Found(
                problem=error_about(
                    resource,
                    "REF140",
                    f"id `{found.id}` is `{found.name}`, not {resource.address.name}",
                    ("spec", "id"),
                    hint="a person is their e-mail: remove the id, or correct `metadata.name`",
                )
            )
        return _Found(found, How.ID)

    def _by_name(self, resource: AnyResource, kind: Kind, row: Row | None) -> _Found:
        name = normal(vendor_name(resource))
        near = self._live.named(kind.key, name)
        internal = self._live.named_internally(kind.key, name)
        if not near and len(internal) == 1:
            return _Found(internal[0], How.NAME)
        exact = near if kind.shape.person else [each for each in near if normal(each.name) == name]
        former = self._under_the_former_name(kind, row, name)
        if former and exact:
            return _Found(problem=_two_candidates(resource, row, [*exact, *former]))
        exact = exact or former
        if len(exact) == 1:
            return _Found(exact[0], How.NAME)
        if exact:
            return _Found(problem=_several(resource, name, exact))
        return _Found(problem=_differs_in_case(resource, name, near) if near else None)

    def _under_the_former_name(self, kind: Kind, row: Row | None, name: str) -> list[LiveObject]:
        """The objects with the name that the object of the state had, where Git renames it."""
        if row is None or kind.shape.person or normal(row.name) == name:
            return []
        if (kind.key, normal(row.name)) in self._titles:
            return []
        return self._free(kind, row.name)


def _ids(objects: Iterable[LiveObject]) -> str:
    return ", ".join(sorted(f"id {each.id}" for each in objects))


def _another_id(resource: AnyResource, row: Row) -> Diagnostic:
    return error_about(
        resource,
        "REF114",
        f"the state knows this object as {row.object_id}",
        ("spec", "id"),
        hint="remove `id`, or declare the other object under another name",
    )


def _somebody_else(resource: AnyResource, held: LiveObject, moved_from: Address) -> Diagnostic:
    """A person is their e-mail: a manifest cannot be moved from one person to another."""
    return error_about(
        resource,
        "REF115",
        f"{moved_from.name} is still `{held.name}` in the tenant, not {resource.address.name}",
        ("metadata", "previousNames"),
        hint="previousNames follows a person whose e-mail has changed; another person gets a "
        "manifest of their own",
    )


def _email_has_moved(
    resource: AnyResource, held: LiveObject, others: list[LiveObject]
) -> Diagnostic:
    """The account of the state has another e-mail: an error where somebody else has the old one."""
    email = resource.address.name
    now = f"{email} of the state is `{held.name}` now (id {held.id})"
    hint = (
        f"if `{held.name}` is the same person, rename the manifest to that e-mail and add "
        f"`metadata: {{previousNames: [{email}]}}`"
    )
    if not others:
        told = error_about(resource, "REF141", f"{now}; nobody else has that e-mail", hint=hint)
        return replace(
            told,
            severity=Severity.WARNING,
            hint=f"{hint}; until then nothing is planned for this manifest",
        )
    return error_about(
        resource,
        "REF140",
        f"{now}, and {email} is another account: {_ids(others)}",
        hint=f"{hint}; if the manifest is for the new account, first run "
        f"`reconciler state rm {resource.address.short}`",
    )


def _owned_already(
    resource: AnyResource, found: LiveObject, owner: str | None
) -> Diagnostic | None:
    """An object that the state knows under another address is never adopted a second time."""
    if owner is None or owner == str(resource.address):
        return None
    former = Address.parse(owner)
    return error_about(
        resource,
        "REF113",
        f"`{found.name}` is already managed as {former.short}",
        hint="keep one of the two manifests; a renamed one lists the old name: "
        f"`metadata: {{previousNames: [{former.name}]}}`",
    )


def _two_candidates(
    resource: AnyResource, row: Row | None, found: Iterable[LiveObject]
) -> Diagnostic:
    was = row.object_id if row is not None else ""
    listed = ", ".join(f"`{each.name}` (id {each.id})" for each in found)
    return error_about(
        resource,
        "REF142",
        f"the object of the state (id {was}) is gone, and two may have taken its place: {listed}",
        hint="say which one is meant with `spec.id`",
    )


def _several(resource: AnyResource, name: str, exact: Iterable[LiveObject]) -> Diagnostic:
    objects = sorted(exact, key=lambda live: live.id)
    ids = ", ".join(f"`{each.name}` ({each.id})" for each in objects)
    return error_about(
        resource,
        "REF111",
        f"{len(objects)} objects of the tenant are named `{name}`: {ids}",
        hint="say which one is meant with `spec.id`",
    )


def _differs_in_case(resource: AnyResource, name: str, near: Iterable[LiveObject]) -> Diagnostic:
    others = ", ".join(f"`{each.name}` ({each.id})" for each in near)
    return error_about(
        resource,
        "REF112",
        f"`{name}` and {others} of the tenant differ in case only",
        hint="write the name as the tenant has it, or choose another one",
    )


def _claimed_twice(matches: Iterable[Match]) -> Iterable[Diagnostic]:
    claimed: dict[tuple[GroupKind, str], Match] = {}
    for each in matches:
        if each.live is None:
            continue
        first = claimed.setdefault((each.kind.key, each.live.id), each)
        if first is not each:
            yield error_about(
                each.resource,
                "REF113",
                f"`{each.live.name}` is already meant by {first.resource.address}",
                hint="keep one of the two manifests",
            )
