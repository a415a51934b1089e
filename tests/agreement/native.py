"""Words and shapes of the vendors' APIs, written down here from their documents by hand.

Tests that judge the sandbox, or the client by the sandbox, take them from here and from neither.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

WEBEX_RESOURCE_TYPES = (
    "address-book", "audio-prompt", "cad-variable", "channel", "desktop-layout", "desktop-profile",
    "flow", "function", "holiday-list", "idle-wrapup-code", "multimedia-profile", "outdial-ani",
    "override", "queue", "site", "skill-definition", "skill-profile", "sub-flow", "team",
    "working-hour",
)  # fmt: skip
"""The 20 types of resources in a collection (Cisco's OpenAPI, ResourceCollectionDTO)."""

WEBEX_PATHS = {
    "site": "site",
    "team": "team",
    "contact-service-queue": "queue",
    "entry-point": "channel",
    "skill": "skill-definition",
    "skill-profile": "skill-profile",
    "agent-profile": "desktop-profile",
    "desktop-layout": "desktop-layout",
    "multimedia-profile": "multimedia-profile",
    "auxiliary-code": "idle-wrapup-code",
    "cad-variable": "cad-variable",
    "address-book": "address-book",
    "outdial-ani": "outdial-ani",
    "business-hours": "working-hour",
    "holiday-list": "holiday-list",
    "overrides": "override",
    "audio-file": "audio-prompt",
    "flow": "flow",
    "sub-flow": "sub-flow",
    "function": "function",
}
"""The list of each type that the configuration API has, by its last part (Cisco's OpenAPI)."""

WEBEX_FLOW_PROJECT = "5e5c9ad6d61f870d6d778c1b"
"""The project of an organization's flows, as the sandbox is seeded with it."""

WEBEX_GRADED = (
    "queue",
    "user-profile",
    "resource-collection",
    "analyzer",
    "call-monitoring",
    "tag",
)
"""Some permissions of a profile with none, view or edit (UserProfileGranularAccessDTO)."""

WEBEX_SWITCHED = ("barge-in", "whisper-coach", "send-message", "multimedia", "social-channel")
"""Some permissions of a profile that are enabled or disabled (the same)."""


def webex_id(kind: str, number: str) -> str:
    """An id as Webex writes it beyond the contact center: base64url, without padding."""
    raw = f"ciscospark://us/{kind}/{number}".encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def cxone_applications(permissions: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A manifest's map of permissions as a role's `applications` (UserHub, RoleV1)."""
    return [
        {
            "applicationId": application,
            "privileges": [
                {"privilegeId": name, "actions": list(actions)}
                for name, actions in held.items()
                if not isinstance(actions, Mapping)
            ],
            "features": [
                {
                    "featureId": name,
                    "privileges": [
                        {"privilegeId": privilege, "actions": list(actions)}
                        for privilege, actions in inner.items()
                    ],
                }
                for name, inner in held.items()
                if isinstance(inner, Mapping)
            ],
        }
        for application, held in permissions.items()
    ]
