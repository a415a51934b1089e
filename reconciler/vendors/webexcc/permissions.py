"""The permission names of Webex Contact Center and what their levels mean.

From Cisco's OpenAPI (UserProfileGranularAccessDTO, 2026-05-04), in its order. Which names take
enabled/disabled instead of none/view/edit is not in the specification; the split is inferred
from the switches of the product and proved by what a tenant answers.
"""

from __future__ import annotations

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

UNDOCUMENTED = (
    "coaching-insights", "sentiment-analysis", "evaluations-analytics",
    "coaching-insights-assignment", "evaluation-forms-assignment", "evaluation-forms-manage",
    "evaluation-forms-calibrate-questions", "predicted-wait-time", "personalized-ai-routing",
)  # fmt: skip

PERMISSIONS = CONFIGURATION + ANALYTICS + SUPERVISORY_AND_DESKTOP + UNDOCUMENTED

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


def levels(permission: str) -> tuple[str, ...]:
    """The levels that a permission takes, from nothing to all."""
    return SWITCH_LEVELS if permission in SWITCHES else LEVELS


def no_access(permission: str) -> str:
    """How a permission says that nothing is granted."""
    return levels(permission)[0]
