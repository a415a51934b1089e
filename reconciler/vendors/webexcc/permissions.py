"""The permissions of Webex Contact Center: what there are, what they need, who may hold them.

The names are from Cisco's OpenAPI (UserProfileGranularAccessDTO, 2026-05-04), in its order. What
belongs together, what needs what, and which type of profile may hold it is from D1 ("User
profiles and resource collections"), unless a comment says otherwise. What is inferred is a
starting point: a tenant's own answers decide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.vendors.webexcc.models import COLLECTION_TYPES

CONFIGURATION = (
    "audio-prompt", "agent-personalized-greeting", "holiday-list", "override", "working-hour",
    "call-recording-schedule", "channel", "support-number", "flow-settings-override", "queue",
    "flow", "function", "global-variable", "web-chat-asset", "resource-collection", "user-profile",
    "user", "site", "skill-profile", "skill-definition", "team", "address-book", "agent-wellbeing",
    "auto-csat", "generated-summary", "real-time-transcription", "suggested-response",
    "desktop-layout", "desktop-profile", "dial-plan", "multimedia-profile", "idle-wrapup-code",
    "outdial-ani", "quick-reply", "api-key", "audit-trail", "business-rules-engine",
    "campaign-manager", "routing-strategy", "tenant-setting",
)  # fmt: skip

ANALYTICS = ("audio-recording-transcript", "tag", "analyzer")

SUPERVISORY_AND_DESKTOP = (
    "additional-supervisory", "change-agent-state", "manage-agent-queues-assignment",
    "reskill-agent", "send-message", "sign-out-agent", "call-monitoring", "barge-in",
    "whisper-coach", "restricted-monitor-only", "view-blind-monitor-request", "mid-call-monitor",
    "threshold-rule", "multimedia", "basic-digital", "social-channel",
)  # fmt: skip

# newer than D1: nothing says where they may be used
UNDOCUMENTED = (
    "coaching-insights", "sentiment-analysis", "evaluations-analytics",
    "coaching-insights-assignment", "evaluation-forms-assignment", "evaluation-forms-manage",
    "evaluation-forms-calibrate-questions", "predicted-wait-time", "personalized-ai-routing",
)  # fmt: skip

PERMISSIONS = CONFIGURATION + ANALYTICS + SUPERVISORY_AND_DESKTOP + UNDOCUMENTED

# D1, "Configuration access for licensed admins": governed elsewhere, in any of these spellings
NOT_OF_PROFILES = frozenset(
    {"survey", "surveys", "ai-agent", "ai-agents", "topic-analytics", "digital"}
)

# Inferred: the specification has both alphabets and does not say which name takes which.
SWITCHES = frozenset(
    {
        "barge-in", "whisper-coach", "restricted-monitor-only", "view-blind-monitor-request",
        "mid-call-monitor", "change-agent-state", "manage-agent-queues-assignment",
        "reskill-agent", "send-message", "sign-out-agent", "multimedia", "basic-digital",
        "social-channel",
    }
)  # fmt: skip

LEVELS = ("none", "view", "edit")
SWITCH_LEVELS = ("disabled", "enabled")
NO_ACCESS = frozenset({"none", "disabled"})

_KNOWN = frozenset(PERMISSIONS)


def levels(permission: str) -> tuple[str, ...]:
    """The levels that a permission takes, from nothing to all; either alphabet if unknown."""
    if permission in SWITCHES:
        return SWITCH_LEVELS
    return LEVELS if permission in _KNOWN else LEVELS + SWITCH_LEVELS


def no_access(permission: str) -> str:
    """The word with which a permission of the list says that nothing is granted."""
    return levels(permission)[0]


def rank(level: object) -> int:
    """How much a level of either alphabet grants: nothing, to see, or all; None is nothing."""
    if level is None or level in NO_ACCESS:
        return 0
    return 1 if level == "view" else 2


@dataclass(frozen=True, slots=True)
class Parent:
    """The permission that others depend on: they exist only with it at one of these levels."""

    name: str
    levels: tuple[str, ...]


MONITORING_SCOPE = ("restricted-monitor-only", "view-blind-monitor-request")
MONITORING_ACTIONS = ("barge-in", "whisper-coach", "mid-call-monitor")
SUPERVISORY_FUNCTIONS = (
    "change-agent-state", "manage-agent-queues-assignment", "reskill-agent", "send-message",
    "sign-out-agent",
)  # fmt: skip
DIGITAL_CHANNELS = ("basic-digital", "social-channel")

PARENTS: Mapping[str, Parent] = {
    # D1, "Supervisory and desktop access for licensed administrators"
    **dict.fromkeys(MONITORING_SCOPE, Parent("call-monitoring", ("view", "edit"))),
    **dict.fromkeys(MONITORING_ACTIONS, Parent("call-monitoring", ("edit",))),
    # D1, "Supervisory and desktop permissions for supervisors"; which ones they are: the features
    # of the API's module m_additional_supervisory_features
    **dict.fromkeys(SUPERVISORY_FUNCTIONS, Parent("additional-supervisory", ("edit",))),
    # D1, "Analytics access for licensed administrators"
    "tag": Parent("audio-recording-transcript", ("view", "edit")),
    # inferred from the API's module m_multimedia; D1 is silent
    **dict.fromkeys(DIGITAL_CHANNELS, Parent("multimedia", ("enabled",))),
}

PROFILE_TYPES = (
    "licensed-administrator",
    "unlicensed-administrator",
    "supervisor",
    "premium-agent",
    "standard-agent",
)
AGENTS = ("premium-agent", "standard-agent")
CUSTOM_ONLY = ("unlicensed-administrator", "standard-agent")
"""These types never have full access: D1 for the first, the API for the second."""

# OpenAPI, profileType: agents reach the desktop and multimedia
_AGENT_PERMISSIONS = frozenset({"multimedia", "basic-digital", "social-channel"})
_BEYOND_AGENTS = _KNOWN - _AGENT_PERMISSIONS

REFUSED: Mapping[str, frozenset[str]] = {
    # D1, "Unlicensed administrator user profile": configurations but campaign manager, and
    # threshold rules
    "unlicensed-administrator": frozenset(
        {"campaign-manager", *ANALYTICS, *SUPERVISORY_AND_DESKTOP} - {"threshold-rule"}
    ),
    # D1, "Configuration access for supervisors"
    "supervisor": frozenset({"tenant-setting"}),
    # D1, "Standard agent user profile"
    "standard-agent": frozenset({"social-channel"}),
}
"""What a type of profile cannot hold."""


def everything(profile_type: str) -> Mapping[str, str]:
    """The levels of full access today, which the API answers without a list: all possible."""
    return _EVERYTHING.get(profile_type, _ALL)


_ALL = {name: levels(name)[-1] for name in PERMISSIONS}
_EVERYTHING = {
    kind: _ALL | {name: no_access(name) for name in refused} for kind, refused in REFUSED.items()
}

DOUBTFUL: Mapping[str, frozenset[str]] = {
    # D1 lists these for supervisors only
    "licensed-administrator": frozenset(
        {"mid-call-monitor", "additional-supervisory", *SUPERVISORY_FUNCTIONS}
    ),
    "unlicensed-administrator": frozenset(UNDOCUMENTED),
    "premium-agent": _BEYOND_AGENTS,
    "standard-agent": _BEYOND_AGENTS,
}
"""What no document gives to a type of profile and none refuses: a warning."""

UNTOLD: Mapping[str, frozenset[str]] = dict.fromkeys(
    ("licensed-administrator", "supervisor"), frozenset(UNDOCUMENTED)
)
"""What is newer than the document, on types that hold nearly everything: an info."""

COLLECTION_TYPES_OF: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in PERMISSIONS if name in COLLECTION_TYPES},
    "global-variable": ("cad-variable",),
    "flow": ("flow", "sub-flow"),
}
"""The resource types that a permission is about; most permissions are about none."""

# D1, "Permissions Behavior within Webex Contact Center Management Portal": at view, these cap
# threshold rules and audit trail. Which they are: the features of the API's module m_provisioning
# (support-number for f_dn_mappings is inferred; f_portal_branding has no counterpart).
PORTAL_PROVISIONING = (
    "channel", "queue", "user", "support-number", "site", "team", "user-profile", "api-key",
    "dial-plan", "tenant-setting", "audit-trail", "working-hour",
)  # fmt: skip

# D1, the same section: routing strategy decides on these
PORTAL_ROUTING: Mapping[str, tuple[str, ...]] = {"routing-strategy": ("audio-prompt", "flow")}
