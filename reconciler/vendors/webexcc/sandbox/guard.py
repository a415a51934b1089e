"""Guards of each endpoint: scope, permission and reach, checked before its handler runs.

An endpoint of an entity that the table does not know is an error at construction: none is
open because somebody forgot it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.sandbox.app import Answer, Call, Endpoint, Handler
from reconciler.sandbox.errors import Refusal
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.data import Data
from reconciler.vendors.webexcc.sandbox.resource_types import TYPES

PERMISSIONS: Mapping[str, str] = {
    "user-profile": "user-profile",
    "resource-collection": "resource-collection",
    "user": "user",
    "dial-number": "support-number",
    "dial-plan": "dial-plan",
    "work-type": "idle-wrapup-code",
    "flows": "flow",
    "functions": "function",
    **{each.path: each.permission for each in TYPES.values()},
}
"""The entity of a path, and the permission that its reading and writing need."""

OPEN = ("people", "adminAudit")
"""Entities that answer everybody about themselves, or check the caller in their own way."""

_READS = ("user/fetch-user-details-by-ids",)
"""A POST that changes nothing."""

_ALL_RESOURCES = {
    ("POST", "resource-collection"): "creating a resource collection",
    ("PATCH", "resource-collection/bulk"): "changing resource collections in bulk",
    ("POST", "resource-collection/update-resource"): "adding a resource to a collection",
}
_TENANT_SETTINGS = tuple(each for each in _ALL_RESOURCES if "/" in each[1])

_ONESELF = ("user/by-ci-user-id/{id}", "user/with-user-profile/{id}")
"""Paths on which a user reads the own person without the permission to read users."""


@dataclass(frozen=True, slots=True)
class _Need:
    method: str
    path: str
    permission: str

    @property
    def level(self) -> str:
        return "VIEW" if self.method == "GET" or self.path in _READS else "EDIT"

    def check(self, access: Access, call: Call) -> None:
        scope = "cjp:config_read" if self.level == "VIEW" else "cjp:config_write"
        if not access.scopes & {scope, "cjp:config"}:
            raise Refusal(403, f"the token lacks the scope {scope}")
        user = access.user
        if self.path in _ONESELF and user and call.path["id"] in (user["id"], user["ciUserId"]):
            return
        access.demand(self.permission, self.level)
        operation = (self.method, self.path)
        if operation in _TENANT_SETTINGS:
            access.demand("tenant-setting", "EDIT")
        if operation in _ALL_RESOURCES:
            access.demand_all_resources(_ALL_RESOURCES[operation])


def guarded(data: Data, endpoint: Endpoint) -> Handler:
    """The handler of an endpoint, behind what it needs; ValueError for an unknown entity."""
    segments = [each.partition(":")[0] for each in endpoint.path.split("/")]
    if any(each in OPEN for each in segments):
        return endpoint.handler
    entity = next((each for each in segments if each in PERMISSIONS), None)
    if entity is None:
        raise ValueError(f"what does {endpoint.method} {endpoint.path} need? see PERMISSIONS")
    path = re.sub(r"^/organization/\{\w+\}/(v\d/)?", "", endpoint.path)
    need = _Need(endpoint.method, path, PERMISSIONS[entity])

    def answer(call: Call) -> Answer:
        need.check(Access.of(data, call.identity), call)
        return endpoint.handler(call)

    return answer
