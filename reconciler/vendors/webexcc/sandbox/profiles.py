"""User profiles, v3: GET, POST, PUT, DELETE under /organization/{orgid}/v3/user-profile."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox import audit
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.analyzer import LISTS, Folders, level_of
from reconciler.vendors.webexcc.sandbox.catalogue import CUSTOM_ONLY, PROFILE_TYPES
from reconciler.vendors.webexcc.sandbox.checks import (
    description,
    mapping,
    objects,
    one_of,
    profile_name,
    refuse_unless,
)
from reconciler.vendors.webexcc.sandbox.data import COLLECTION, PROFILE, Data, public
from reconciler.vendors.webexcc.sandbox.keeping import kept
from reconciler.vendors.webexcc.sandbox.permissions import permissions
from reconciler.vendors.webexcc.sandbox.query import Listing
from reconciler.vendors.webexcc.sandbox.references import refuse_while_referenced
from reconciler.vendors.webexcc.sandbox.resource_types import COMMON

MOST_COLLECTIONS = 5
MOST_PROFILES = 15
FORMER = "PROVISIONED_VALUE"
"""The reach of a profile that has access rights of the former model, and no collection yet.

Inferred: the API has the value, and no document says where.
"""
_REACHES = ("ALL", "SPECIFIC")
PATH = "v3/user-profile"
_ARRAYS = ("permissions", "resourceCollections", *LISTS)
LISTING = Listing(
    "user-profile",
    frozenset(
        (*COMMON, *_ARRAYS, "description", "profileType", "active", "permissionAccessLevel",
         "resourceAccessLevel", "systemDefault", "defaultResourceCollectionId")
    ),
    left_out=_ARRAYS,
    searched=("name", "profileType", "description"),
    unfiltered=tuple(LISTS),
)  # fmt: skip


class Profiles:
    """The service's user profiles."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._folders = Folders(data)

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation on them."""
        listed = f"/organization/{{orgid}}/{PATH}"
        item = f"{listed}/{{id}}"
        yield Endpoint("GET", listed, self.list)
        yield Endpoint("POST", listed, self.create)
        yield Endpoint("GET", item, self.get)
        yield Endpoint("PUT", item, self.put)
        yield Endpoint("DELETE", item, self.delete)

    def list(self, call: Call) -> Answer:
        """A page of profiles, without their arrays."""
        rows = self._seen(call).rows(PROFILE)
        return LISTING.page(self._data.organization, rows, call.query)

    def get(self, call: Call) -> Answer:
        """One profile, whole."""
        access = self._seen(call)
        body = access.one(PROFILE, call.path["id"])
        return Answer(200, self.whole(access.shown(PROFILE, body)))

    def create(self, call: Call) -> Answer:
        """A new profile."""
        body = mapping(call.body)
        refuse_unless(not body.get("id"), "New configuration cannot have an id")
        with self._data.store.transaction():
            access = self._seen(call)
            made = self.add(kept(access, PROFILE, body))
            self._record(call, "created", made)
            return Answer(201, self.whole(access.shown(PROFILE, made)))

    def put(self, call: Call) -> Answer:
        """A profile replaced whole."""
        with self._data.store.transaction():
            body = mapping(call.body)
            access = self._seen(call)
            current = access.one(PROFILE, call.path["id"])
            refuse_unless(body.get("id") == current["id"], "id differs from the path's")
            changed = self.replace(current, kept(access, PROFILE, body, current))
            self._record(call, "edited", changed)
            return Answer(200, self.whole(access.shown(PROFILE, changed)))

    def delete(self, call: Call) -> Answer:
        """A profile gone, unless a user holds it."""
        with self._data.store.transaction():
            current = self._seen(call).one(PROFILE, call.path["id"])
            refuse_unless(not current["systemDefault"], "Cannot delete system generated entities")
            refuse_while_referenced(self._data, PROFILE, current)
            self._data.store.remove(PROFILE, current["id"])
            self._record(call, "deleted", current)
        return Answer(204)

    def _record(self, call: Call, did: str, body: Body) -> None:
        audit.record(self._data, call.identity, did, PROFILE, body, call.tracking_id)

    def _seen(self, call: Call) -> Access:
        return Access.of(self._data, call.identity)

    def add(self, body: Body, *, system: bool = False, former: bool = False) -> Body:
        """Check and store a new profile; only a seed has one of the former model."""
        checked = self._checked(body, None, {*_REACHES, *([FORMER] if former else [])})
        self._data.refuse_taken_name(PROFILE, checked["name"])
        return self._data.add(PROFILE, checked | {"systemDefault": system})

    def replace(self, current: Body, body: Body) -> Body:
        """Check and store what a profile becomes."""
        refuse_unless(not current["systemDefault"], "Cannot update system generated entities")
        refuse_unless(
            body.get("profileType") == current["profileType"],
            "profileType cannot be changed on an existing profile",
        )
        checked = self._checked(body, current, {*_REACHES, current["resourceAccessLevel"]})
        self._data.refuse_taken_name(PROFILE, checked["name"], but=current["id"])
        return self._data.change(PROFILE, current | checked)

    def _checked(self, body: Body, current: Body | None, reaches: set[str]) -> Body:
        kind = one_of(body.get("profileType"), "profileType", PROFILE_TYPES)
        access = one_of(
            body.get("permissionAccessLevel"), "permissionAccessLevel", ("ALL", "SPECIFIC")
        )
        refuse_unless(
            access == "SPECIFIC" or kind not in CUSTOM_ONLY,
            f"permissionAccessLevel must be SPECIFIC for {kind}",
        )
        refuse_unless(isinstance(body.get("active"), bool), "active is missing")
        specific = access == "SPECIFIC"
        granted = permissions(body, kind, self._data.settings) if specific else []
        analyzer = level_of({"permissionAccessLevel": access, "permissions": granted})
        return {
            "name": profile_name(body.get("name")),
            "description": description(body.get("description")),
            "profileType": kind,
            "active": body["active"],
            "permissionAccessLevel": access,
            "permissions": granted,
            **self._resources(body, current, reaches),
            **self._folders.checked(body, analyzer, current),
        }

    def _resources(self, body: Body, current: Body | None, reaches: set[str]) -> Body:
        level = one_of(body.get("resourceAccessLevel"), "resourceAccessLevel", reaches)
        if level != "SPECIFIC":
            return {
                "resourceAccessLevel": level,
                "resourceCollections": [],
                "defaultResourceCollectionId": None,
            }
        rows = objects(body.get("resourceCollections"), "resourceCollections")
        refuse_unless(all(row.get("name") for row in rows), "resourceCollections: name is missing")
        ids = [str(row.get("id")) for row in rows]
        refuse_unless(
            1 <= len(ids) <= MOST_COLLECTIONS and len(set(ids)) == len(ids),
            f"a profile has 1 to {MOST_COLLECTIONS} resource collections, here {len(ids)}",
        )
        default = body.get("defaultResourceCollectionId")
        refuse_unless(default in ids, "the default is none of the profile's collections")
        mapped = set(_collections(current)) if current else set()
        for each in ids:
            refuse_unless(
                self._data.store.get(COLLECTION, each), f"there is no resource collection {each}"
            )
            if each not in mapped:
                self._refuse_sixteenth(each)
        return {
            "resourceAccessLevel": level,
            "resourceCollections": ids,
            "defaultResourceCollectionId": default,
        }

    def _refuse_sixteenth(self, collection: str) -> None:
        count = len(self._data.store.referrers(COLLECTION, collection, PROFILE))
        refuse_unless(
            count < MOST_PROFILES,
            f"resource collection {collection} is mapped to {count} user profiles already",
        )

    def whole(self, body: Body) -> Body:
        """As an item answer shows it: collections nested, and no permissions at full access."""
        nested = [
            {"id": found["id"], "name": found["name"], "description": found["description"]}
            for found in (self._data.one(COLLECTION, each) for each in _collections(body))
        ]
        whole = public(body) | {"resourceCollections": nested}
        if body["permissionAccessLevel"] == "ALL":
            whole.pop("permissions")
        return whole


def _collections(body: Body) -> list[str]:
    found: list[str] = body["resourceCollections"]
    return found
