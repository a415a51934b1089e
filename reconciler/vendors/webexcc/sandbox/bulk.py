"""Many writes in one call: 207 with one status an item, each item done as its single call is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.checks import mapping, objects, refuse_unless
from reconciler.vendors.webexcc.sandbox.collections import Collections
from reconciler.vendors.webexcc.sandbox.data import Data
from reconciler.vendors.webexcc.sandbox.errors import worded
from reconciler.vendors.webexcc.sandbox.profiles import Profiles
from reconciler.vendors.webexcc.sandbox.users import Users

_WHOLE = ("name", "profileType", "active", "permissionAccessLevel", "resourceAccessLevel")
"""Without these a profile is no full object, and takes no update and no deletion."""

Act = Callable[[Call, Body, str], tuple[str, Answer]]
"""Does one item: the call, the item, what is asked; gives the type of operation and its answer."""


class Bulk:
    """The `bulk` operations of profiles, collections and users."""

    def __init__(self, data: Data) -> None:
        self._data = data
        self._profiles, self._collections = Profiles(data), Collections(data)
        self._users = Users(data)

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation."""
        whole = "/organization/{orgid}"
        yield Endpoint("POST", f"{whole}/v3/user-profile/bulk", self.profiles)
        yield Endpoint("PATCH", f"{whole}/resource-collection/bulk", self.collections)
        yield Endpoint("PATCH", f"{whole}/user/bulk", self.users)

    def profiles(self, call: Call) -> Answer:
        """Create, update and delete; the last two need the full object."""
        return self._answered(call, "user-profile", self._profile)

    def collections(self, call: Call) -> Answer:
        """Update; in spite of its name the full list of resources is needed."""
        return self._answered(call, "resource-collection", self._collection)

    def users(self, call: Call) -> Answer:
        """Update what the items name."""
        return self._answered(call, "user", self._user)

    def _profile(self, call: Call, item: Body, action: str) -> tuple[str, Answer]:
        refuse_unless(action in ("SAVE", "DELETE"), f"requestAction is {action!r}")
        refuse_unless(
            item.get("organizationId") == self._data.organization, "organizationId is missing"
        )
        if not item.get("id"):
            refuse_unless(action == "SAVE", "id is missing")
            return "CREATE", self._profiles.create(call)
        if any(field not in item for field in _WHOLE):
            # what the service says, misleading as it is
            raise Refusal(400, "Cannot Update/Delete system generated Entities")
        if action == "DELETE":
            return "DELETE", self._profiles.delete(call)
        return "UPDATE", self._profiles.put(call)

    def _collection(self, call: Call, item: Body, action: str) -> tuple[str, Answer]:
        _refuse_all_but_save(action)
        if not item.get("id") or not isinstance(item.get("resources"), list):
            raise Refusal(500, "Internal error. Please contact Cisco Support Team")
        there = self._collections.get(call).body
        return "UPDATE", self._collections.put(replace(call, body=there | item))

    def _user(self, call: Call, item: Body, action: str) -> tuple[str, Answer]:
        _refuse_all_but_save(action)
        refuse_unless(item.get("id"), "id is missing")
        return "UPDATE", self._users.patch(call)

    def _answered(self, call: Call, path: str, act: Act) -> Answer:
        rows = objects(mapping(call.body).get("items"), "items")
        refuse_unless(all(isinstance(row.get("item"), dict) for row in rows), "item is missing")
        return Answer(207, {"items": [self._one(call, path, act, row) for row in rows]})

    def _one(self, call: Call, path: str, act: Act, row: Body) -> Body:
        item, action = row["item"], row.get("requestAction") or "SAVE"
        object_id = str(item.get("id") or "")
        single = replace(call, path={**call.path, "id": object_id}, body=item, query={})
        answered: Body = {}
        if type(row.get("itemIdentifier")) is int:
            answered["itemIdentifier"] = row["itemIdentifier"]
        try:
            operation, answer = act(single, item, str(action))
        except Refusal as refusal:
            operation = "DELETE" if action == "DELETE" else "UPDATE" if object_id else "CREATE"
            error = worded(refusal, "")
            return answered | {
                "status": refusal.status, "operationType": operation, "apiError": error,
            }  # fmt: skip
        changed = answer.body["id"] if answer.body else object_id
        href = f"/api/organization/{self._data.organization}/{path}/{changed}"
        return answered | {"status": answer.status, "operationType": operation, "href": href}


def _refuse_all_but_save(action: str) -> None:
    refuse_unless(action == "SAVE", "requestAction should be empty or specified as SAVE for PATCH")
