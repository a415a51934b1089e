"""Resources made, deactivated and deleted by somebody: what the vendor does to collections then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox import stock
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.collections import Collections
from reconciler.vendors.webexcc.sandbox.data import COLLECTION
from reconciler.vendors.webexcc.sandbox.resource_types import TYPES


def create(access: Access, kind: str, row: Mapping[str, Any]) -> Body:
    """Make a resource. A delegated administrator's goes to the default collection of their profile.

    There a type at NONE turns to SPECIFIC; at ALL it holds the new one anyway. What is made with
    all resources enters no collection.
    """
    access.demand(TYPES[kind].permission, "EDIT")
    made = stock.add(access.data, kind, row)
    if access.default is not None:
        _put_into(access, access.default, kind, made["id"])
    return made


def _put_into(access: Access, collection: Body, kind: str, resource: str) -> None:
    rows = {row["name"]: row for row in collection["resources"]}
    if rows[kind]["accessLevel"] == "ALL":
        return
    ids = [*rows[kind].get("ids", ()), resource]
    rows[kind] = {"name": kind, "accessLevel": "SPECIFIC", "ids": ids}
    body = collection | {"resources": list(rows.values())}
    Collections(access.data).replace(collection, body)


def deactivate(access: Access, kind: str, resource: Body) -> None:
    """Switch a resource off, if nothing refers to it; only with all resources."""
    if "active" not in resource:
        raise Refusal(400, f"a {kind} cannot be deactivated")
    _release(access, kind, resource, "deactivating a resource")
    access.data.change(kind, resource | {"active": False})


def delete(access: Access, kind: str, resource: Body) -> None:
    """Take a resource out of the tenant, if nothing refers to it; only with all resources."""
    _release(access, kind, resource, "deleting a resource")
    access.data.store.remove(kind, resource["id"])


def _release(access: Access, kind: str, resource: Body, what: str) -> None:
    access.demand(TYPES[kind].permission, "EDIT")
    access.demand_all_resources(what)
    referring = access.data.store.referring(kind, resource["id"])
    if referring:
        names = [COLLECTION] if COLLECTION in referring else sorted(referring)
        facts = {"entity": kind, "referencedEntities": sorted(referring)}
        raise Refusal(412, f"{resource['name']} is referred to by {', '.join(names)}", facts)
