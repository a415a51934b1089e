"""What `credentials.py` and `tenant_target.py` refuse of a tenant, for editors: in JSON Schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.contract.answers import offered
from reconciler.contract.credentials import ANY_WAY, CredentialForm
from reconciler.contract.vendor import Vendor
from reconciler.manifests.credentials import VARIABLE
from reconciler.manifests.tenant_target import LOOPBACK, stays
from reconciler.model.rate import WRITTEN

Schema = dict[str, Any]


def _whole(pattern: str) -> Schema:
    return {"pattern": rf"^({pattern})$(?!\n)"}


_SECRET: Schema = {
    "properties": {
        "env": {"type": "string", **_whole(VARIABLE)},
        "file": {"type": "string", "minLength": 1},
        "command": {"type": "array"},
    }
}
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

_REACHED: Schema = {
    "if": {"required": ["sandbox"]},
    "then": {
        "if": {"properties": {"sandbox": {"required": ["url"]}}},
        "then": _SERVED,
        "else": _EMBEDDED,
    },
    "else": {"required": list(_REACH), "properties": {"audit": _AUDIT_ELSEWHERE}},
}


def tenant(vendors: Iterable[Vendor]) -> tuple[Schema, ...]:
    """What holds for every tenant."""
    credentials = _credentials(form for vendor in vendors for form in vendor.credential_forms)
    fields = {
        "credentials": credentials,
        "audit": {"properties": {"credentials": credentials}},
        "rate": _whole(WRITTEN),
    }
    return _REACHED, {"properties": fields}


def _credentials(forms: Iterable[CredentialForm]) -> Schema:
    """A secret by itself, or one form with all of its parts."""
    known = {form.key: form for form in forms}
    return {
        "minProperties": 1,
        "maxProperties": 1,
        "propertyNames": {"enum": [*ANY_WAY, *known]},
        "properties": {
            **_SECRET["properties"],
            **{key: _in_parts(form) for key, form in known.items()},
        },
    }


def _in_parts(form: CredentialForm) -> Schema:
    return {
        "type": "object",
        "description": form.description,
        "propertyNames": {"enum": [part.key for part in form.parts]},
        "properties": {
            part.key: {
                "type": "object",
                "description": part.description,
                "minProperties": 1,
                "maxProperties": 1,
                "propertyNames": {"enum": list(part.ways)},
                **_SECRET,
            }
            for part in form.parts
        },
        "required": [part.key for part in form.parts],
    }


def of(vendor: Vendor) -> Schema:
    """The fields of a tenant of this vendor, but for its facts."""
    assumed: Schema = (
        {"items": {"enum": list(vendor.assumed)}} if vendor.assumed else {"maxItems": 0}
    )
    ways = ANY_WAY if offered(vendor.token) else ()
    credentials: Schema = {
        "propertyNames": {"enum": [*ways, *(form.key for form in vendor.credential_forms)]}
    }
    audit: Schema | bool = offered(vendor.audit) is not None and {
        "properties": {"credentials": credentials}
    }
    written = offered(vendor.organization)
    ids = {"organization": _whole(written.expression)} if written else {}
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
        "credentials": credentials,
        "audit": audit,
    }
