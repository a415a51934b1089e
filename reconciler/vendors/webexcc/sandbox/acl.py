"""All that a user profile reaches: `/acl`, with the resources of its collections merged."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.catalogue import RESOURCE_TYPES
from reconciler.vendors.webexcc.sandbox.checks import one_of
from reconciler.vendors.webexcc.sandbox.data import COLLECTION, PROFILE, Data
from reconciler.vendors.webexcc.sandbox.profiles import PATH, Profiles


class Acl:
    """The access control list of a user profile."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._profiles = Profiles(data)

    def endpoints(self) -> Iterator[Endpoint]:
        """The one operation."""
        yield Endpoint("GET", f"/organization/{{orgid}}/{PATH}/{{id}}/acl", self.get)

    def get(self, call: Call) -> Answer:
        """A profile with its collections whole, and what they hold together."""
        access = Access.of(self._data, call.identity)
        stored = access.one(PROFILE, call.path["id"])
        collections = [
            self._data.one(COLLECTION, each)
            for each in stored["resourceCollections"]
            if access.sees(COLLECTION, each)
        ]
        names = _names(call.query.get("names"))
        everything = stored["resourceAccessLevel"] == "ALL"
        body = self._profiles.whole(access.shown(PROFILE, stored))
        body.pop("systemDefault")
        nested = ("id", "name", "description", "resources", "resourceCount")
        return Answer(
            200,
            body
            | {
                "resourceCollections": [{key: each[key] for key in nested} for each in collections],
                "resources": [_merged(name, collections, everything) for name in names],
            },
        )


def _names(text: str | None) -> tuple[str, ...]:
    if not text:
        return RESOURCE_TYPES
    return tuple(one_of(each.strip(), "names", RESOURCE_TYPES) for each in text.split(","))


def _merged(name: str, collections: list[Body], everything: bool) -> Body:
    """All where one collection has all, else what any of them names."""
    rows = [row for each in collections for row in each["resources"] if row["name"] == name]
    if everything or any(row["accessLevel"] == "ALL" for row in rows):
        return {"name": name, "accessLevel": "ALL"}
    ids = list(dict.fromkeys(each for row in rows for each in row.get("ids", ())))
    return {"name": name, "accessLevel": "SPECIFIC", "ids": ids} if ids else {
        "name": name, "accessLevel": "NONE",
    }  # fmt: skip
