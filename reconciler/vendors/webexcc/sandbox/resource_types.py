"""The 20 resource types of a collection as the API has them: where, and what their bodies hold.

Source: Cisco's OpenAPI "Webex Contact Center" of 2026-05-04. One row of `TYPES` a type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from reconciler.sandbox.store import Body

SITE, TEAM, QUEUE, CHANNEL = "site", "team", "queue", "channel"
MULTIMEDIA, SKILL, SKILL_PROFILE = "multimedia-profile", "skill-definition", "skill-profile"
DESKTOP_PROFILE, DESKTOP_LAYOUT = "desktop-profile", "desktop-layout"
ADDRESS_BOOK, OUTDIAL_ANI, AUDIO = "address-book", "outdial-ani", "audio-prompt"
HOURS, HOLIDAYS, OVERRIDE = "working-hour", "holiday-list", "override"
CODE, VARIABLE = "idle-wrapup-code", "cad-variable"
FLOW, SUB_FLOW, FUNCTION = "flow", "sub-flow", "function"

_NAMED = ("name", "description")
_DESCRIBED: Body = {"description": ""}
_ACTIVE: Body = {"description": "", "active": True, "systemDefault": False}
_ANYTHING = r"(?s:.*)"
_PLAIN = r"[a-zA-Z0-9._\-\s]*"
_SKILLED = r"[a-zA-Z0-9,@_.\-\s]*"
_TIMED = r"[a-zA-Z0-9_-]+(\s?[a-zA-Z0-9_-]+)*"


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One type: its paths, its names, what a body has by default and what it refers to."""

    name: str
    """As a collection's row spells it."""
    permission: str
    """The permission that a reader or writer of the type needs."""
    path: str
    """The entity's path, and its name where it refers to others."""
    lists: tuple[str, ...] = ("v2",)
    """The versions under which the list is there."""
    items: tuple[str, ...] = ("",)
    """The versions under which an item is there."""
    names: str = _ANYTHING
    """The pattern of the API for a name, without anchors."""
    longest: int = 80
    defaults: Mapping[str, Any] = field(default_factory=lambda: _ACTIVE)
    """Every field beyond name and the common ones, with its value; None is left out of answers."""
    left_out: tuple[str, ...] = ()
    """The arrays that lists leave out, and that no filter takes."""
    single: bool = False
    """Whether `singleObjectResponse` brings them back for the only row of a list."""
    searched: tuple[str, ...] = _NAMED
    links: Mapping[str, str] = field(default_factory=dict)
    """Where a body refers to others: dotted path of the field -> their type."""
    short: Mapping[str, str] = field(default_factory=dict)
    """How a seed names a link: its short key -> the dotted path."""

    def takes(self, name: str) -> bool:
        """Return whether an object of the type may have the name."""
        fits = re.fullmatch(self.names, name, re.ASCII) is not None
        return fits and bool(name.strip()) and len(name) <= self.longest

    @property
    def elsewhere(self) -> bool:
        """Return whether the type has an API of its own: flows and functions."""
        return not self.lists


_SITED = {"site": "siteId"}

_ALL = (
    ResourceType(
        SITE, "site", "site",
        names=r"[a-zA-Z\d_\s-]+",
        defaults=_ACTIVE | {"multimediaProfileId": None},
        links={"multimediaProfileId": MULTIMEDIA},
        short={"multimediaProfile": "multimediaProfileId"},
    ),
    ResourceType(
        TEAM, "team", "team",
        longest=255,
        defaults=_ACTIVE | {
            "teamType": "AGENT", "teamStatus": "IN_SERVICE", "siteId": None,
            "desktopLayoutId": None, "skillProfileId": None, "multiMediaProfileId": None,
            "userIds": [], "rankQueuesForTeam": False, "queueRankings": [],
        },
        left_out=("userIds", "queueRankings"),
        single=True,
        links={
            "siteId": SITE, "desktopLayoutId": DESKTOP_LAYOUT, "skillProfileId": SKILL_PROFILE,
            "multiMediaProfileId": MULTIMEDIA,
        },
        short={
            **_SITED, "skillProfile": "skillProfileId", "multimediaProfile": "multiMediaProfileId",
        },
    ),
    ResourceType(
        QUEUE, "queue", "contact-service-queue",
        lists=("v2", "v3"),
        items=("", "v2"),
        longest=255,
        defaults=_ACTIVE | {
            "queueType": "INBOUND", "channelType": "TELEPHONY", "checkAgentAvailability": False,
            "serviceLevelThreshold": 20, "maxActiveContacts": 25, "maxTimeInQueue": 600,
            "routingType": "LONGEST_AVAILABLE_AGENT", "queueRoutingType": "TEAM_BASED",
            "defaultMusicInQueueMediaFileId": None, "timezone": "Europe/Berlin",
            "monitoringPermitted": True, "recordingPermitted": True, "agents": [],
            "queueSkillRequirements": [], "callDistributionGroups": [],
        },
        left_out=("callDistributionGroups", "agents", "queueSkillRequirements"),
        single=True,
        links={
            "callDistributionGroups.agentGroups.teamId": TEAM, "agents.id": "user",
            "queueSkillRequirements.skillId": SKILL, "defaultMusicInQueueMediaFileId": AUDIO,
        },
        short={
            "teams": "callDistributionGroups.agentGroups.teamId",
            "skills": "queueSkillRequirements.skillId", "music": "defaultMusicInQueueMediaFileId",
        },
    ),
    ResourceType(
        CHANNEL, "channel", "entry-point",
        names=r"[a-zA-Z0-9&_\-\s]*",
        defaults=_ACTIVE | {
            "entryPointType": "INBOUND", "channelType": "TELEPHONY",
            "socialChannelType": "MESSAGEBIRD", "serviceLevelThreshold": 20,
            "maximumActiveContacts": 25, "controlFlowScriptUrl": "", "overflowNumber": "",
            "imiOrgType": "MIXED_MODE", "assetId": "", "flowId": None, "musicOnHoldId": None,
            "outdialQueueId": None, "flowOverrideSettings": [],
        },
        left_out=("flowOverrideSettings",),
        single=True,
        links={"flowId": FLOW, "musicOnHoldId": AUDIO, "outdialQueueId": QUEUE},
        short={
            "flow": "flowId", "musicOnHold": "musicOnHoldId", "outdialQueue": "outdialQueueId",
        },
    ),
    ResourceType(
        SKILL, "skill-definition", "skill",
        names=_SKILLED,
        defaults={
            "description": "", "active": True, "serviceLevelThreshold": 20,
            "skillType": "Proficiency", "dynamicSkill": False, "enumSkillValues": [],
        },
        left_out=("enumSkillValues",),
        single=True,
    ),
    ResourceType(
        SKILL_PROFILE, "skill-profile", "skill-profile",
        names=_SKILLED,
        defaults=_DESCRIBED | {"activeSkills": [], "activeEnumSkills": []},
        left_out=("activeSkills", "activeEnumSkills"),
        single=True,
        links={"activeSkills.skillId": SKILL},
        short={"skills": "activeSkills.skillId"},
    ),
    ResourceType(
        DESKTOP_PROFILE, "desktop-profile", "agent-profile",
        names=r"[a-zA-Z0-9\._\s\-\(\)]+",
        defaults=_ACTIVE | {
            "parentType": "ORGANIZATION", "siteId": None, "screenPopup": False,
            "autoAnswer": False, "outdialEnabled": False, "agentDNValidation": "ALL",
            "accessWrapUpCode": "ALL", "wrapUpCodes": [], "accessIdleCode": "ALL",
            "idleCodes": [], "accessQueue": "ALL", "queues": [], "accessEntryPoint": "ALL",
            "entryPoints": [], "accessBuddyTeam": "ALL", "buddyTeams": [],
            "outdialEntryPointId": None, "outdialANIId": None, "addressBookId": None,
            "dialPlans": [], "thresholdRules": [], "loginVoiceOptions": ["AGENT_DN"],
        },
        left_out=(
            "wrapUpCodes", "idleCodes", "queues", "entryPoints", "buddyTeams", "dialPlans",
            "thresholdRules", "loginVoiceOptions",
        ),
        single=True,
        links={
            "siteId": SITE, "wrapUpCodes": CODE, "idleCodes": CODE, "queues": QUEUE,
            "entryPoints": CHANNEL, "buddyTeams": TEAM, "outdialEntryPointId": CHANNEL,
            "outdialANIId": OUTDIAL_ANI, "addressBookId": ADDRESS_BOOK,
        },
        short={
            **_SITED, "wrapUpCodes": "wrapUpCodes", "idleCodes": "idleCodes", "queues": "queues",
            "channels": "entryPoints", "teams": "buddyTeams",
            "outdialChannel": "outdialEntryPointId", "outdialAni": "outdialANIId",
            "addressBook": "addressBookId",
        },
    ),
    ResourceType(
        DESKTOP_LAYOUT, "desktop-layout", "desktop-layout",
        longest=255,
        defaults={
            "description": "", "editedBy": "administrator", "jsonFileName": "layout.json",
            "jsonFileContent": "{}", "global": False, "status": True,
            "defaultJsonModified": False, "validated": True, "systemDefault": False,
            "teamIds": [],
        },
        left_out=("teamIds",),
        single=True,
        links={"teamIds": TEAM},
        short={"teams": "teamIds"},
    ),
    ResourceType(
        MULTIMEDIA, "multimedia-profile", "multimedia-profile",
        names=_PLAIN,
        defaults=_ACTIVE | {
            "telephony": 1, "chat": 3, "email": 1, "social": 3, "blendingModeEnabled": True,
            "blendingMode": "BLENDED",
        },
    ),
    ResourceType(
        CODE, "idle-wrapup-code", "auxiliary-code",
        names=r"[a-zA-Z0-9._)\/(\-\s]*",
        defaults=_ACTIVE | {
            "defaultCode": False, "isSystemCode": False, "workTypeCode": "IDLE_CODE",
            "workTypeId": None, "burnoutInclusion": "NOT_APPLICABLE",
        },
    ),
    ResourceType(
        VARIABLE, "global-variable", "cad-variable",
        names=r"[a-zA-Z\d_]+",
        defaults=_ACTIVE | {
            "variableType": "STRING", "defaultValue": "", "agentEditable": False,
            "agentViewable": True, "reportable": True, "sensitive": False, "desktopLabel": "",
        },
    ),
    ResourceType(
        ADDRESS_BOOK, "address-book", "address-book",
        lists=("v2", "v3"),
        items=("", "v3"),
        names=_PLAIN,
        defaults=_DESCRIBED | {
            "parentType": "ORGANIZATION", "siteId": None, "addressBookEntries": [],
        },
        left_out=("addressBookEntries",),
        links={"siteId": SITE},
        short=_SITED,
    ),
    ResourceType(
        OUTDIAL_ANI, "outdial-ani", "outdial-ani",
        names=_PLAIN,
        defaults=_DESCRIBED | {"outdialANIEntries": []},
        left_out=("outdialANIEntries",),
        single=True,
    ),
    ResourceType(
        HOURS, "working-hour", "business-hours",
        names=_TIMED,
        defaults=_DESCRIBED | {
            "timezone": "Europe/Berlin", "holidaysId": None, "overridesId": None,
            "workingHours": [
                {
                    "name": "Open", "days": ["MON", "TUE", "WED", "THU", "FRI"],
                    "startTime": "08:00", "endTime": "18:00",
                },
            ],
        },
        left_out=("workingHours",),
        single=True,
        links={"holidaysId": HOLIDAYS, "overridesId": OVERRIDE},
        short={"holidays": "holidaysId", "overrides": "overridesId"},
    ),
    ResourceType(
        HOLIDAYS, "holiday-list", "holiday-list",
        names=_TIMED,
        defaults=_DESCRIBED | {
            "holidays": [
                {"name": "New Year", "startDate": "2026-01-01", "endDate": "2026-01-01"},
            ],
        },
        left_out=("holidays",),
        single=True,
    ),
    ResourceType(
        OVERRIDE, "override", "overrides",
        names=_TIMED,
        defaults=_DESCRIBED | {
            "timezone": "Europe/Berlin",
            "overrides": [
                {
                    "name": "Closed", "workingHours": False,
                    "startDateTime": "2026-12-24T08:00", "endDateTime": "2026-12-24T18:00",
                },
            ],
        },
        left_out=("overrides",),
        single=True,
    ),
    ResourceType(
        AUDIO, "audio-prompt", "audio-file",
        names=_PLAIN,
        defaults={
            "description": "", "systemDefault": False, "contentType": "AUDIO_WAV", "blobId": "",
        },
    ),
    ResourceType(FLOW, "flow", "flow", lists=(), items=(), defaults=_DESCRIBED),
    ResourceType(SUB_FLOW, "flow", "sub-flow", lists=(), items=(), defaults=_DESCRIBED),
    ResourceType(
        FUNCTION, "function", "function",
        lists=(),
        items=(),
        defaults=_DESCRIBED | {"language": "js", "status": "Published"},
    ),
)  # fmt: skip

TYPES: Mapping[str, ResourceType] = MappingProxyType({each.name: each for each in _ALL})

COMMON = ("organizationId", "id", "version", "name", "createdTime", "lastUpdatedTime")
"""Fields that the service itself sets, but for the name."""


def values_at(body: Body, path: str) -> list[str]:
    """The ids that a body holds at a dotted path, through lists of objects."""
    found: list[Any] = [body]
    for step in path.split("."):
        found = [value for each in found for value in _listed(each.get(step))]
    return [str(each) for each in found]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
