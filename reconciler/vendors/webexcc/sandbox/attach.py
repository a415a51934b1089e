"""A resource just made, put into a collection: `resource-collection/update-resource`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.catalogue import RESOURCE_TYPES
from reconciler.vendors.webexcc.sandbox.checks import mapping, objects, one_of, refuse_unless
from reconciler.vendors.webexcc.sandbox.collections import Collections
from reconciler.vendors.webexcc.sandbox.data import COLLECTION, Data
from reconciler.vendors.webexcc.sandbox.errors import worded

OLDEST = timedelta(minutes=15)
"""How old a resource may be that is put into a collection this way."""


class Attach:
    """The operation that adds a new resource to one collection."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._collections = Collections(data)

    def endpoints(self) -> Iterator[Endpoint]:
        """The one operation."""
        whole = "/organization/{orgid}/resource-collection/update-resource"
        yield Endpoint("POST", whole, self.add)

    def add(self, call: Call) -> Answer:
        """Add the resource; what the rules forbid is reported in the row of a 201."""
        body = mapping(call.body)
        kind = one_of(body.get("resourceType"), "resourceType", RESOURCE_TYPES)
        refuse_unless(isinstance(body.get("resourceId"), str), "resourceId is missing")
        named = objects(body.get("resourceCollections"), "resourceCollections")
        refuse_unless(len(named) == 1 and named[0].get("id"), "one resource collection is wanted")
        answered: Body = {"id": body["resourceId"], "resourceType": kind}
        try:
            self._add(call, kind, body["resourceId"], str(named[0]["id"]))
        except Refusal as refusal:
            error = worded(refusal, "")
            answered |= {"status": refusal.status, "apiError": error}
        else:
            answered["status"] = 200
        return Answer(201, {"response": [answered]})

    def _add(self, call: Call, kind: str, resource_id: str, collection_id: str) -> None:
        resource = Access.of(self._data, call.identity).one(kind, resource_id)
        age = timedelta(milliseconds=self._data.now() - resource["createdTime"])
        refuse_unless(age <= OLDEST, f"{resource['name']} is older than 15 minutes")
        refuse_unless(resource["version"] == 0, f"{resource['name']} has been updated already")
        refuse_unless(
            not self._data.store.referrers(kind, resource_id, COLLECTION),
            f"{resource['name']} is in a resource collection already",
        )
        target = replace(call, path={**call.path, "id": collection_id})
        body = self._collections.get(target).body
        rows = [
            _with(row, resource_id) if row["name"] == kind else row for row in body["resources"]
        ]
        self._collections.put(replace(target, body=body | {"resources": rows}))


def _with(row: Body, resource_id: str) -> Body:
    if row["accessLevel"] == "ALL":
        return row
    return {**row, "accessLevel": "SPECIFIC", "ids": [*row.get("ids", ()), resource_id]}
