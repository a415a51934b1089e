"""One tenant with each manifest tied to its object: where plan, drift, import and accept start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from reconciler.contract.vendor import Kind
from reconciler.model.address import GroupKind
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.live import Snapshot
from reconciler.model.ownership import Row
from reconciler.planning.match import LiveIndex, Match, match
from reconciler.planning.planned_object import (
    Item,
    TenantInput,
    from_manifest,
    others,
    removed_from_git,
    unclaimed,
    world_of,
)
from reconciler.planning.resolve import Directory
from reconciler.planning.visibility import WHOLE, View
from reconciler.rules.world import World


@dataclass(frozen=True)
class MatchedTenant:
    """A tenant that was read, or its manifests alone (then `snapshot` is None).

    `matches` has every manifest with the object that it means, `problems` what is not certain of
    that; `directory` resolves the names in manifests, `view` says what the reader does not see.
    """

    given: TenantInput
    snapshot: Snapshot | None
    live: LiveIndex
    view: View
    matches: tuple[Match, ...]
    problems: tuple[Diagnostic, ...]
    directory: Directory

    @property
    def kinds(self) -> Mapping[GroupKind, Kind]:
        """The kinds of all groups."""
        return self.given.groups.kinds

    def objects(self, matches: Iterable[Match]) -> list[Item]:
        """The items of these manifests."""
        return [from_manifest(each, self.directory, self.given) for each in matches]

    @cached_property
    def unclaimed(self) -> tuple[Row, ...]:
        """The records that no manifest stands for; none for a revert."""
        return tuple(unclaimed(self.given, self.matches))

    def removed_from_git(self) -> Iterator[Item]:
        """The owned objects that no manifest declares any more, as far as they are seen."""
        return removed_from_git(self.unclaimed, self.kinds, self.live, self.view)

    def world(self, items: Iterable[Item]) -> World:
        """All objects of the tenant, these as the plan leaves them."""
        items = tuple(items)
        rest = others(self.snapshot, items) if self.snapshot else ()
        return world_of(items, rest, snapshot=self.snapshot, known=self.given.known)


def matched(given: TenantInput, snapshot: Snapshot) -> MatchedTenant:
    """The manifests of a tenant with the objects that the tenant has."""
    live, view = LiveIndex(snapshot), View(snapshot, given.rows)
    found, problems = match(given.resources, given.groups.kinds, live, given.rows, view.hides)
    directory = Directory(found, given.groups, given.known.facts, snapshot, view)
    return MatchedTenant(given, snapshot, live, view, tuple(found), tuple(problems), directory)


def unread(given: TenantInput) -> MatchedTenant:
    """The manifests of a tenant that nobody reads: none of them has an object."""
    kinds = given.groups.kinds
    found = tuple(
        Match(each, kinds[each.address.group_kind], None, None, None) for each in given.resources
    )
    directory = Directory(found, given.groups, given.known.facts, None)
    return MatchedTenant(given, None, NO_OBJECTS, WHOLE, found, (), directory)


NO_OBJECTS = LiveIndex(Snapshot("", {}, {}))
"""The index of a tenant that was not read."""
