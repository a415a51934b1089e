"""Fields of a user that the contact center changes; all else is Control Hub's, silently kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.checks import one_of, refuse_unless, texts
from reconciler.vendors.webexcc.sandbox.data import SITE, TEAM, Data
from reconciler.vendors.webexcc.sandbox.resource_types import (
    DESKTOP_PROFILE,
    MULTIMEDIA,
    SKILL_PROFILE,
)

REQUIRED = (
    "ciUserId", "firstName", "lastName", "email", "active", "contactCenterEnabled", "userProfileId",
)  # fmt: skip
"""What a PUT has to name, although most of it never changes that way."""

_REFERENCES = {
    "siteId": SITE,
    "skillProfileId": SKILL_PROFILE,
    "agentProfileId": DESKTOP_PROFILE,
    "multimediaProfileId": MULTIMEDIA,
    "preferredSupervisorTeamId": TEAM,
}
_TEXTS = {
    "deafultDialledNumber": 255,  # the API spells it so
    "externalIdentifier": 255,
    "timezone": 255,
    "workPhone": 20,
    "mobile": 20,
}
_WORDS = {
    "userLevelBurnoutInclusion": ("INCLUDED", "EXCLUDED"),
    "userLevelAutoCSATInclusion": ("INCLUDED", "EXCLUDED"),
    "userLevelSummariesInclusion": ("INCLUDED", "EXCLUDED", "NOT_APPLICABLE"),
    "userLevelWellnessBreakReminders": ("ENABLED", "DISABLED"),
}

CLEARED: Mapping[str, Any] = {
    **dict.fromkeys((*_REFERENCES, *_TEXTS, *_WORDS)),
    "teamIds": [],
    "contactCenterEnabled": True,
}
"""Every field that may be changed, as it is where a PUT leaves it out."""


def checked(data: Data, body: Body) -> Body:
    """The changes that a body asks for, but its profile; refuses with 400 what cannot be."""
    return {field: _check(data, field)(value) for field, value in body.items() if field in CLEARED}


def _check(data: Data, field: str) -> Callable[[Any], Any]:
    if field == "teamIds":
        return lambda value: _teams(data, value)
    if field == "contactCenterEnabled":
        return _truth
    return lambda value: None if value is None else _single(data, field, value)


def _single(data: Data, field: str, value: Any) -> Any:
    if field in _WORDS:
        return one_of(value, field, _WORDS[field])
    refuse_unless(isinstance(value, str), f"{field} is no text")
    if field in _TEXTS:
        refuse_unless(len(value) <= _TEXTS[field], f"{field} is too long")
        return value
    kind = _REFERENCES[field]
    refuse_unless(data.store.get(kind, value), f"{field}: there is no {kind} {value}")
    return value


def _teams(data: Data, value: Any) -> list[str]:
    found = texts([] if value is None else value, "teamIds")
    for each in found:
        team = data.store.get(TEAM, each)
        refuse_unless(team, f"there is no team {each}")
        refuse_unless(
            team and team["teamType"] != "CAPACITY",
            f"team {each} is one of capacity, without users",
        )
    return found


def _truth(value: Any) -> bool:
    refuse_unless(isinstance(value, bool), "contactCenterEnabled is no boolean")
    return bool(value)
