"""Inventory of collections: list and item of every type, but flows and functions (flows.py)."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.sandbox.app import Answer, Call, Endpoint, Handler
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.data import TEAM, USER, Data, public
from reconciler.vendors.webexcc.sandbox.query import Listing
from reconciler.vendors.webexcc.sandbox.resource_types import COMMON, TYPES, ResourceType


class Inventory:
    """Sites, teams, queues and their like: read by us, kept by others."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def endpoints(self) -> Iterator[Endpoint]:
        """List and item of every type, under each version that the API has."""
        for each in TYPES.values():
            for version in each.lists:
                yield Endpoint("GET", _path(version, each.path), self._lister(each))
            for version in each.items:
                item = f"{_path(version, each.path)}/{{id}}"
                yield Endpoint("GET", item, self._getter(each))

    def _lister(self, kind: ResourceType) -> Handler:
        listing = Listing(
            kind.path,
            frozenset((*COMMON, *kind.defaults)),
            left_out=kind.left_out,
            searched=kind.searched,
            unfiltered=kind.left_out,
            single=kind.single,
        )

        def listed(call: Call) -> Answer:
            access = Access.of(self._data, call.identity)

            def whole(row: Body) -> Body:
                return access.shown(kind.name, self.whole(row, kind))

            rows = access.rows(kind.name)
            return listing.page(self._data.organization, rows, call.query, whole)

        return listed

    def _getter(self, kind: ResourceType) -> Handler:
        def got(call: Call) -> Answer:
            access = Access.of(self._data, call.identity)
            body = self.whole(access.one(kind.name, call.path["id"]), kind)
            return Answer(200, public(access.shown(kind.name, body)))

        return got

    def whole(self, body: Body, kind: ResourceType) -> Body:
        """As an item answer shows it: a team with its members, which their users name."""
        if kind.name != TEAM:
            return body
        return body | {"userIds": self._data.store.referrers(TEAM, body["id"], USER)}


def _path(version: str, path: str) -> str:
    return "/".join(("/organization/{orgid}", *filter(None, (version, path))))
