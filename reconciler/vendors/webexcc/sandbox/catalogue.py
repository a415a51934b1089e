"""Names that the emulated service knows, as its API spells them."""

from __future__ import annotations

PROFILE_TYPES = (
    "ADMINISTRATOR", "ADMINISTRATOR_ONLY", "SUPERVISOR", "PREMIUM_AGENT", "STANDARD_AGENT",
)  # fmt: skip

TYPE_NAMES = {
    "licensed-administrator": "ADMINISTRATOR",
    "unlicensed-administrator": "ADMINISTRATOR_ONLY",
    "supervisor": "SUPERVISOR",
    "premium-agent": "PREMIUM_AGENT",
    "standard-agent": "STANDARD_AGENT",
}
"""What seeds and the console call the types."""

CUSTOM_ONLY = ("ADMINISTRATOR_ONLY", "STANDARD_AGENT")
"""These types never have full access."""

RESOURCE_TYPES = (
    "multimedia-profile", "queue", "override", "holiday-list", "audio-prompt", "flow",
    "skill-profile", "team", "skill-definition", "site", "outdial-ani", "channel", "sub-flow",
    "desktop-layout", "working-hour", "function", "desktop-profile", "idle-wrapup-code",
    "cad-variable", "address-book",
)  # fmt: skip

NEVER_NONE = ("site", "channel", "team", "queue")

GRADED = (
    "audio-prompt", "agent-personalized-greeting", "holiday-list", "override", "working-hour",
    "call-recording-schedule", "channel", "support-number", "flow-settings-override", "queue",
    "flow", "function", "global-variable", "web-chat-asset", "resource-collection",
    "user-profile", "user", "site", "skill-profile", "skill-definition", "team", "address-book",
    "agent-wellbeing", "auto-csat", "generated-summary", "real-time-transcription",
    "suggested-response", "desktop-layout", "desktop-profile", "dial-plan", "multimedia-profile",
    "idle-wrapup-code", "outdial-ani", "quick-reply", "api-key", "audit-trail",
    "business-rules-engine", "campaign-manager", "routing-strategy", "tenant-setting",
    "audio-recording-transcript", "tag", "additional-supervisory", "analyzer", "call-monitoring",
    "threshold-rule", "coaching-insights", "sentiment-analysis", "evaluations-analytics",
    "coaching-insights-assignment", "evaluation-forms-assignment", "evaluation-forms-manage",
    "evaluation-forms-calibrate-questions", "predicted-wait-time", "personalized-ai-routing",
)  # fmt: skip
"""Permissions with NONE, VIEW or EDIT."""

SWITCHED = (
    "change-agent-state", "manage-agent-queues-assignment", "reskill-agent", "send-message",
    "sign-out-agent", "barge-in", "whisper-coach", "restricted-monitor-only",
    "view-blind-monitor-request", "mid-call-monitor", "multimedia", "basic-digital",
    "social-channel",
)  # fmt: skip
"""Permissions with ENABLED or DISABLED."""

WITHHELD = {
    "ADMINISTRATOR_ONLY": (
        "campaign-manager", "audio-recording-transcript", "tag", "analyzer",
        "additional-supervisory", "change-agent-state", "manage-agent-queues-assignment",
        "reskill-agent", "send-message", "sign-out-agent", "call-monitoring", "barge-in",
        "whisper-coach", "restricted-monitor-only", "view-blind-monitor-request",
        "mid-call-monitor", "multimedia", "basic-digital", "social-channel",
    ),
    "SUPERVISOR": ("tenant-setting",),
    "STANDARD_AGENT": ("social-channel",),
}  # fmt: skip
"""What a type of profile is not offered (D1)."""

ADD_ONS = ("campaign-manager",)
"""Permissions on what a tenant has bought in addition, or not."""

ONLY_WITH = (
    ("audio-recording-transcript", ("VIEW", "EDIT"), ("tag",)),
    (
        "call-monitoring", ("VIEW", "EDIT"),
        ("restricted-monitor-only", "view-blind-monitor-request"),
    ),
    ("call-monitoring", ("EDIT",), ("barge-in", "whisper-coach", "mid-call-monitor")),
    (
        "additional-supervisory", ("EDIT",),
        ("change-agent-state", "manage-agent-queues-assignment", "reskill-agent", "send-message",
         "sign-out-agent"),
    ),
)  # fmt: skip
"""A permission, the levels of it that show more options, and these options (D1)."""
