"""Resource collections: the list under v2, all else unversioned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox import audit
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.catalogue import NEVER_NONE, RESOURCE_TYPES
from reconciler.vendors.webexcc.sandbox.checks import (
    collection_name,
    description,
    mapping,
    objects,
    one_of,
    refuse_unless,
    texts,
)
from reconciler.vendors.webexcc.sandbox.data import COLLECTION, TEAM, Data
from reconciler.vendors.webexcc.sandbox.keeping import kept
from reconciler.vendors.webexcc.sandbox.query import Listing
from reconciler.vendors.webexcc.sandbox.references import refuse_while_referenced
from reconciler.vendors.webexcc.sandbox.resource_types import COMMON

MOST_RESOURCES = 350
PATH = "resource-collection"
LISTING = Listing(
    PATH,
    frozenset((*COMMON, "description", "resources", "resourceCount")),
    left_out=("resources",),
    unfiltered=("resources",),
)


class Collections:
    """The service's resource collections."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation on them."""
        whole = f"/organization/{{orgid}}/{PATH}"
        item = f"{whole}/{{id}}"
        yield Endpoint("GET", f"/organization/{{orgid}}/v2/{PATH}", self.list)
        yield Endpoint("POST", whole, self.create)
        yield Endpoint("GET", item, self.get)
        yield Endpoint("PUT", item, self.put)
        yield Endpoint("DELETE", item, self.delete)

    def list(self, call: Call) -> Answer:
        """A page of collections, without their resources."""
        rows = self._seen(call).rows(COLLECTION)
        return LISTING.page(self._data.organization, rows, call.query)

    def get(self, call: Call) -> Answer:
        """One collection, whole."""
        return Answer(200, self._seen(call).one(COLLECTION, call.path["id"]))

    def create(self, call: Call) -> Answer:
        """A new collection."""
        body = mapping(call.body)
        refuse_unless(not body.get("id"), "New configuration cannot have an id")
        with self._data.store.transaction():
            made = self.add(body)
            self._record(call, "created", made)
            return Answer(201, made)

    def put(self, call: Call) -> Answer:
        """A collection replaced whole."""
        with self._data.store.transaction():
            body = mapping(call.body)
            access = self._seen(call)
            current = access.one(COLLECTION, call.path["id"])
            refuse_unless(body.get("id") == current["id"], "id differs from the path's")
            changed = self.replace(current, kept(access, COLLECTION, body, current))
            self._record(call, "edited", changed)
            return Answer(200, changed)

    def delete(self, call: Call) -> Answer:
        """A collection gone, unless a profile is limited to it."""
        with self._data.store.transaction():
            current = self._seen(call).one(COLLECTION, call.path["id"])
            refuse_while_referenced(self._data, COLLECTION, current)
            self._data.store.remove(COLLECTION, current["id"])
            self._record(call, "deleted", current)
        return Answer(204)

    def _record(self, call: Call, did: str, body: Body) -> None:
        audit.record(self._data, call.identity, did, COLLECTION, body, call.tracking_id)

    def _seen(self, call: Call) -> Access:
        return Access.of(self._data, call.identity)

    def add(self, body: Body) -> Body:
        """Check and store a new collection."""
        checked = self._checked(body)
        self._data.refuse_taken_name(COLLECTION, checked["name"])
        most = self._data.settings.most_collections
        refuse_unless(
            self._data.store.count(COLLECTION) < most,
            f"the organization has {most} resource collections, no more are possible",
        )
        return self._data.add(COLLECTION, checked)

    def replace(self, current: Body, body: Body) -> Body:
        """Check and store what a collection becomes."""
        checked = self._checked(body)
        self._data.refuse_taken_name(COLLECTION, checked["name"], but=current["id"])
        return self._data.change(COLLECTION, current | checked)

    def _checked(self, body: Body) -> Body:
        rows = [self._row(row) for row in objects(body.get("resources"), "resources")]
        names = [row["name"] for row in rows]
        missing = [each for each in RESOURCE_TYPES if each not in names]
        refuse_unless(not missing, f"resources: missing {', '.join(missing)}")
        refuse_unless(len(set(names)) == len(names), "resources: a type comes twice")
        count = sum(len(row.get("ids", ())) for row in rows)
        refuse_unless(
            count <= MOST_RESOURCES, f"{count} resources; at most {MOST_RESOURCES} are possible"
        )
        self._refuse_teams_of_other_sites(rows)
        return {
            "name": collection_name(body.get("name")),
            "description": description(body.get("description")),
            "resources": rows,
            "resourceCount": count,
        }

    def _refuse_teams_of_other_sites(self, rows: Sequence[Body]) -> None:
        """Selected teams are of selected sites; where all sites are in, any team may be."""
        by_name = {row["name"]: row for row in rows}
        if by_name["site"]["accessLevel"] == "ALL":
            return
        for each in by_name["team"].get("ids", ()):
            team = self._data.one(TEAM, each)
            refuse_unless(
                team["siteId"] in by_name["site"]["ids"],
                f"team {team['name']} is of a site that the collection does not hold",
            )

    def _row(self, row: dict[str, Any]) -> dict[str, Any]:
        name = one_of(row.get("name"), "resources[].name", RESOURCE_TYPES)
        level = one_of(row.get("accessLevel"), f"{name}.accessLevel", ("NONE", "ALL", "SPECIFIC"))
        if level != "SPECIFIC":
            refuse_unless(level != "NONE" or name not in NEVER_NONE, f"{name} cannot be NONE")
            refuse_unless(not row.get("ids"), f"{name}: ids go with SPECIFIC only")
            return {"name": name, "accessLevel": level}
        ids = texts(row.get("ids"), f"{name}.ids")
        refuse_unless(ids, f"{name}: SPECIFIC needs at least one id")
        for each in ids:
            refuse_unless(self._data.store.get(name, each), f"there is no {name} {each}")
        return {"name": name, "accessLevel": level, "ids": ids}
