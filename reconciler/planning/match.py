"""Which live object each manifest means (design §3, Matching)."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.ownership import Row
from reconciler.model.resource import Resource, error_about
from reconciler.vendor import Kind

AnyResource = Resource[Any]


class How(StrEnum):
    """What tied a manifest to a live object."""

    STATE = "state"
    ID = "id"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Match:
    """A manifest with its live object (None: there is none) and its ownership row.

    `moved_from` is the address under which the state still knows it. What an `uncertain` one means
    is an error, and an `unseen` one is hidden from the identity that reads: nothing can be planned
    for either.
    """

    resource: AnyResource
    kind: Kind
    live: LiveObject | None
    how: How | None
    row: Row | None
    moved_from: Address | None = None
    uncertain: bool = False
    unseen: bool = False

    @property
    def is_clear(self) -> bool:
        """Whether something can be planned for it."""
        return not self.uncertain and not self.unseen


def normal(name: str) -> str:
    """A vendor's name as names are compared: Unicode NFC, trimmed."""
    return (name if name.isascii() else unicodedata.normalize("NFC", name)).strip()


def vendor_name(resource: AnyResource) -> str:
    """The name that the vendor shows: `spec.name`, else our own."""
    name: str | None = vars(resource.spec).get("name")
    return name or resource.address.name


class LiveIndex:
    """Live objects by kind and id, and by kind and name in any case."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.by_id: dict[tuple[str, str], LiveObject] = {}
        self._by_name: dict[tuple[str, str], list[LiveObject]] = defaultdict(list)
        for kind, rows in snapshot.objects.items():
            for row in rows:
                self.by_id[kind, row.id] = row
                self._by_name[kind, normal(row.name).casefold()].append(row)

    def named(self, kind: str, name: str) -> list[LiveObject]:
        """Every object of that name, case put aside."""
        return self._by_name.get((kind, normal(name).casefold()), [])


def sees_all(_kind: str) -> bool:
    """For identities from whom nothing is hidden."""
    return False


def match(
    resources: Iterable[AnyResource],
    kinds: Mapping[str, Kind],
    live: LiveIndex,
    rows: Mapping[str, Row],
    hides: Callable[[str], bool] = sees_all,
) -> tuple[list[Match], list[Diagnostic]]:
    """Tie each manifest to the object that it means; what is not certain is an error.

    Of a kind that the reading identity sees in part (`hides`), an object that the state or an id
    tells of, or that only can be found, is hidden rather than gone.
    """
    resources = tuple(resources)
    problems: list[Diagnostic] = []
    matches: list[Match] = []
    addresses = {str(resource.address) for resource in resources}
    owned = {(Address.parse(row.address).kind, row.object_id): row.address for row in rows.values()}
    for resource in resources:
        kind = kinds[resource.address.kind]
        row, moved_from = _row(resource, rows, addresses)
        if hides(kind.name) and _is_hidden(resource, kind, live, row):
            matches.append(Match(resource, kind, None, None, row, moved_from, unseen=True))
            continue
        found, how, problem = _find(resource, kind, live, row)
        if found is not None and problem is None:
            if how is How.STATE:
                problem = _somebody_else(resource, kind, found, moved_from)
            else:
                problem = _owned_already(resource, found, owned.get((kind.name, found.id)))
        if problem:
            problems.append(problem)
        matches.append(Match(resource, kind, found, how, row, moved_from, problem is not None))
    problems.extend(_claimed_twice(matches))
    return matches, problems


def _is_hidden(resource: AnyResource, kind: Kind, live: LiveIndex, row: Row | None) -> bool:
    known = row.object_id if row is not None else resource.spec.id
    if known is not None:
        return (kind.name, known) not in live.by_id
    return not kind.creatable and not live.named(kind.name, vendor_name(resource))


def _row(
    resource: AnyResource, rows: Mapping[str, Row], addresses: set[str]
) -> tuple[Row | None, Address | None]:
    if (row := rows.get(str(resource.address))) is not None:
        return row, None
    here = resource.address
    for name in resource.previous_names:
        before = Address(here.tenant, here.group, here.kind, name)
        if str(before) not in addresses and (row := rows.get(str(before))) is not None:
            return row, before
    return None, None


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


def _somebody_else(
    resource: AnyResource, kind: Kind, found: LiveObject, moved_from: Address | None
) -> Diagnostic | None:
    """A person is their e-mail: a manifest cannot be moved from one person to another."""
    if moved_from is None or not kind.person:
        return None
    if normal(found.name).casefold() == resource.address.name.casefold():
        return None
    return error_about(
        resource,
        "REF115",
        f"{moved_from.name} is still `{found.name}` in the tenant, not {resource.address.name}",
        ("metadata", "previousNames"),
        hint="previousNames follows a person whose e-mail has changed; another person gets a "
        "manifest of their own",
    )


def _find(
    resource: AnyResource, kind: Kind, live: LiveIndex, row: Row | None
) -> tuple[LiveObject | None, How | None, Diagnostic | None]:
    if row is not None and (found := live.by_id.get((kind.name, row.object_id))) is not None:
        if resource.spec.id not in (None, found.id):
            return (
                found,
                How.STATE,
                error_about(
                    resource,
                    "REF114",
                    f"the state knows this object as {row.object_id}",
                    ("spec", "id"),
                    hint="remove `id`, or declare the other object under another name",
                ),
            )
        return found, How.STATE, None
    if resource.spec.id is not None:
        found = live.by_id.get((kind.name, resource.spec.id))
        if found is None:
            return (
                None,
                None,
                error_about(
                    resource,
                    "REF110",
                    f"the tenant has no {kind.name} with id `{resource.spec.id}`",
                    ("spec", "id"),
                    hint="correct the id, or remove it to match by name",
                ),
            )
        return found, How.ID, None
    return _by_name(resource, kind, live)


def _by_name(
    resource: AnyResource, kind: Kind, live: LiveIndex
) -> tuple[LiveObject | None, How | None, Diagnostic | None]:
    name = normal(vendor_name(resource))
    near = live.named(kind.name, name)
    exact = near if kind.person else [each for each in near if normal(each.name) == name]
    if len(exact) == 1:
        return exact[0], How.NAME, None
    if exact:
        ids = ", ".join(f"`{each.name}` ({each.id})" for each in sorted(exact, key=_by_id))
        return (
            None,
            None,
            error_about(
                resource,
                "REF111",
                f"{len(exact)} objects of the tenant are named `{name}`: {ids}",
                hint="say which one is meant with `spec.id`",
            ),
        )
    if near:
        others = ", ".join(f"`{each.name}` ({each.id})" for each in near)
        return (
            None,
            None,
            error_about(
                resource,
                "REF112",
                f"`{name}` and {others} of the tenant differ in case only",
                hint="write the name as the tenant has it, or choose another one",
            ),
        )
    return None, None, None


def _by_id(live: LiveObject) -> str:
    return live.id


def _claimed_twice(matches: Iterable[Match]) -> Iterable[Diagnostic]:
    claimed: dict[tuple[str, str], Match] = {}
    for each in matches:
        if each.live is None:
            continue
        first = claimed.setdefault((each.kind.name, each.live.id), each)
        if first is not each:
            yield error_about(
                each.resource,
                "REF113",
                f"`{each.live.name}` is already meant by {first.resource.address}",
                hint="keep one of the two manifests",
            )
