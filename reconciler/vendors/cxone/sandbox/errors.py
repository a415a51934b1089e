"""Refusals in the shapes that the services have for them."""

from __future__ import annotations

from typing import Any

from reconciler.sandbox.errors import Refusal

INVALID, UNAUTHORIZED = 400, 401
_ACD = {400: "invalid_request", 401: "invalid_token", 403: "access_denied", 404: "not_found"}


def of_userhub(refusal: Refusal, _tracking_id: str) -> Any:
    """UserHub's body, and that of the gateway before it for a bad token."""
    if refusal.status == UNAUTHORIZED:
        return {"status": 401, "error": "Unauthorized", "message": refusal.reason, "path": ""}
    return {
        "code": refusal.facts.get("code", "BAD_REQUEST"),
        "details": refusal.reason,
        "hostname": "sandbox",
        "entityType": "",
        "errors": "",
    }


def of_scim(refusal: Refusal, _tracking_id: str) -> Any:
    """SCIM's body (RFC 7644, 3.12)."""
    scim_type = refusal.facts.get("scimType")
    if scim_type is None and refusal.status == INVALID:
        scim_type = "invalidValue"
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        **({"scimType": scim_type} if scim_type else {}),
        "detail": refusal.reason,
        "status": str(refusal.status),
    }


def of_acd(refusal: Refusal, _tracking_id: str) -> Any:
    """ACD's body."""
    return {
        "error": _ACD.get(refusal.status, "server_error"),
        "error_description": refusal.reason,
    }
