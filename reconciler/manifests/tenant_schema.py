"""What `credentials.py` and `reachable.py` refuse of a tenant, for editors: in JSON Schema."""

from __future__ import annotations

from typing import Any

from reconciler.manifests.credentials import VARIABLE
from reconciler.manifests.reachable import LOOPBACK, stays
from reconciler.model.rate import WRITTEN
from reconciler.vendor import Vendor

Schema = dict[str, Any]


def _whole(pattern: str) -> Schema:
    return {"pattern": rf"^({pattern})$(?!\n)"}


_SECRET = {"properties": {"env": _whole(VARIABLE), "file": {"minLength": 1}}}
_PARTS = {"properties": dict.fromkeys(("id", "secret", "refreshToken"), _SECRET)}
_CREDENTIALS = {"properties": {**_SECRET["properties"], "serviceApp": _PARTS, "accessKey": _PARTS}}
_REACH = ("organization", "region", "credentials")

_AUDIT_ELSEWHERE = {"required": ["credentials"], "properties": {"as": False}}

_SERVED = {
    "required": ["organization", "credentials"],
    "properties": {
        "region": False,
        "sandbox": {
            "properties": {"url": _whole(LOOPBACK)} | dict.fromkeys(("seed", "as", "rate"), False)
        },
        "audit": _AUDIT_ELSEWHERE,
    },
}
_EMBEDDED = {
    "properties": {
        **dict.fromkeys(_REACH, False),
        "sandbox": {"required": ["seed"], "properties": {"rate": _whole(WRITTEN)}},
        "audit": {"properties": {"credentials": False}},
    }
}

TENANT: tuple[Schema, ...] = (
    {
        "if": {"required": ["sandbox"]},
        "then": {
            "if": {"properties": {"sandbox": {"required": ["url"]}}},
            "then": _SERVED,
            "else": _EMBEDDED,
        },
        "else": {"required": list(_REACH), "properties": {"audit": _AUDIT_ELSEWHERE}},
    },
    {
        "properties": {
            "credentials": _CREDENTIALS,
            "audit": {"properties": {"credentials": _CREDENTIALS}},
            "rate": _whole(WRITTEN),
        }
    },
)
"""What holds for every tenant."""


def of(vendor: Vendor) -> Schema:
    """The fields of a tenant of this vendor, but for its facts."""
    assumed: Schema = (
        {"items": {"enum": list(vendor.assumed)}} if vendor.assumed else {"maxItems": 0}
    )
    requests = {"serviceApp": vendor.token_request, "accessKey": vendor.access_key}
    unknown = {key: False for key, request in requests.items() if request is None}
    no_such = {"properties": unknown} if unknown else {}
    credentials = {"credentials": no_such} if no_such else {}
    audit: dict[str, Schema | bool] = {} if vendor.audit else {"audit": False}
    if vendor.audit and no_such:
        audit = {"audit": {"properties": {"credentials": no_such}}}
    ids = {"organization": _whole(vendor.organization.expression)} if vendor.organization else {}
    return {
        **ids,
        "region": {"enum": list(vendor.regions)},
        "assumed": assumed,
        "unmanaged": {
            "propertyNames": {"enum": [kind.name for kind in vendor.kinds]},
            "properties": {
                kind.name: {"not": {"const": "prune"}} for kind in vendor.kinds if stays(kind)
            },
        },
        **credentials,
        **audit,
    }
