"""Error bodies of the emulated service."""

from __future__ import annotations

import uuid
from typing import Any

from reconciler.sandbox.errors import Refusal


def worded(refusal: Refusal, tracking_id: str) -> Any:
    """The body that goes with a refusal; what the gateway refuses has the shorter shape."""
    tracking_id = f"ccconfig_{tracking_id or uuid.uuid4()}"
    if refusal.status == 401:  # noqa: PLR2004 - the one that the gateway gives
        return {"message": refusal.reason, "trackingId": tracking_id}
    error: dict[str, Any] = {
        "key": str(refusal.status),
        "reason": _REASONS.get(refusal.status, "Invalid request."),
        "message": [
            {
                "description": refusal.reason,
                "code": str(refusal.status),
                "entity": refusal.facts.get("entity", ""),
                "references": [],
            }
        ],
    }
    if "referencedEntities" in refusal.facts:
        error["referencedEntities"] = refusal.facts["referencedEntities"]
    return {"trackingId": tracking_id, "error": error}


_REASONS = {
    404: "Resource not found.",
    409: "Similar entity is already present.",
    412: "Resource referred in other entity(s).",
}
