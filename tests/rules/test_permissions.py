from __future__ import annotations

import pytest

from reconciler.vendors.webexcc.permissions import PERMISSIONS, PROFILE_TYPES, levels
from tests.rules.judging import Said, judged, profile, tenants

FITS: Said = []


def at(code: str, severity: str, name: str) -> Said:
    return [(code, severity, f"spec.permissions.{name}")]


@pytest.mark.parametrize(
    ("kind", "name", "found"),
    [
        ("licensed-administrator", "campaign-manager", ""),
        ("licensed-administrator", "tenant-setting", ""),
        ("licensed-administrator", "analyzer", ""),
        ("licensed-administrator", "coaching-insights", "WCC210 info"),
        ("licensed-administrator", "additional-supervisory", "WCC113 warning"),
        ("unlicensed-administrator", "queue", ""),
        ("unlicensed-administrator", "tenant-setting", ""),
        ("unlicensed-administrator", "threshold-rule", ""),
        ("unlicensed-administrator", "campaign-manager", "WCC105 error"),
        ("unlicensed-administrator", "analyzer", "WCC105 error"),
        ("unlicensed-administrator", "call-monitoring", "WCC105 error"),
        ("unlicensed-administrator", "multimedia", "WCC105 error"),
        ("unlicensed-administrator", "coaching-insights", "WCC105 warning"),
        ("supervisor", "tenant-setting", "WCC106 error"),
        ("supervisor", "campaign-manager", ""),
        ("supervisor", "additional-supervisory", ""),
        ("supervisor", "predicted-wait-time", "WCC210 info"),
        ("premium-agent", "multimedia", ""),
        ("premium-agent", "queue", "WCC159 warning"),
        ("premium-agent", "analyzer", "WCC159 warning"),
        ("premium-agent", "threshold-rule", "WCC159 warning"),
        ("premium-agent", "coaching-insights", "WCC159 warning"),
        ("standard-agent", "multimedia", ""),
        ("standard-agent", "queue", "WCC159 warning"),
        ("standard-agent", "personalized-ai-routing", "WCC159 warning"),
    ],
)
def test_who_may_hold_what(kind: str, name: str, found: str) -> None:
    code, _, severity = found.partition(" ")
    highest = levels(name)[-1]
    assert judged(profile(kind, {name: highest})) == (at(code, severity, name) if found else FITS)
    assert judged(profile(kind, {name: levels(name)[0]})) == FITS


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("standard-agent", at("WCC108", "error", "social-channel")),
        ("premium-agent", FITS),
        ("supervisor", FITS),
        ("licensed-administrator", FITS),
    ],
)
def test_who_takes_social_channels(kind: str, found: Said) -> None:
    granted = {"multimedia": "enabled", "basic-digital": "enabled", "social-channel": "enabled"}
    assert judged(profile(kind, granted)) == found


def test_a_manifest_that_says_no_type_is_judged_once_the_tenant_is_read() -> None:
    spec = {"permissions": {"campaign-manager": "view"}}
    assert judged(spec) == FITS
    before = tenants("ADMINISTRATOR_ONLY", {"queue": "view"})
    facts = {"addOns": ["campaign-manager"]}
    assert judged(spec, facts, before) == at("WCC105", "error", "campaign-manager")
    assert judged(spec, facts, tenants("SUPERVISOR", {})) == FITS


def test_a_type_that_only_the_tenant_knows_is_left_in_peace() -> None:
    before = tenants("ANALYZER_USER", {"analyzer": "view"})
    assert judged({"permissions": {"analyzer": "view", "queue": "edit"}}, before=before) == FITS


def test_what_nobody_declares_and_nobody_writes_is_not_judged() -> None:
    """A migrated profile may hold what no new one could: that is no error of a plan."""
    migrated = tenants("SUPERVISOR", {"call-monitoring": "view", "whisper-coach": "enabled"})
    assert judged({"resources": "all"}, before=migrated) == FITS
    assert judged({"description": "new", "resources": "all"}, before=migrated) == at(
        "WCC111", "error", "whisper-coach"
    )


@pytest.mark.parametrize(
    "name", ["survey", "surveys", "ai-agent", "ai-agents", "topic-analytics", "digital"]
)
@pytest.mark.parametrize("kind", ["licensed-administrator", "supervisor"])
def test_names_that_profiles_do_not_govern(kind: str, name: str) -> None:
    spec = profile(kind, {name: "view"})
    assert judged(spec) == at("WCC104", "error", name)
    assert judged(spec, {"permissions": [name]}) == at("WCC104", "warning", name)
    known = tenants("ADMINISTRATOR" if kind[0] == "l" else "SUPERVISOR", {name: "NONE"})
    assert judged(spec, before=known) == at("WCC104", "warning", name)


def test_a_name_is_known_from_the_api_the_facts_or_the_tenant() -> None:
    spec = profile("supervisor", {"ai-notes": "view"})
    assert judged(spec) == at("WCC201", "error", "ai-notes")
    assert judged(spec, {"permissions": ["ai-note"]}) == at("WCC201", "error", "ai-notes")
    assert judged(spec, {"permissions": ["ai-notes"]}) == FITS
    assert judged(spec, before=tenants("SUPERVISOR", {"ai-notes": "none"})) == FITS


@pytest.mark.parametrize("level", ["none", "view", "edit", "disabled", "enabled"])
def test_a_name_of_the_facts_takes_either_alphabet(level: str) -> None:
    facts = {"permissions": ["ai-notes"]}
    assert judged(profile("supervisor", {"ai-notes": level}), facts) == FITS
    wrong = profile("supervisor", {"ai-notes": "on"})
    assert judged(wrong, facts) == at("WCC145", "error", "ai-notes")


@pytest.mark.parametrize("kind", PROFILE_TYPES)
def test_no_permission_at_all_is_fine_for_everybody(kind: str) -> None:
    assert judged(profile(kind, {name: levels(name)[0] for name in PERMISSIONS})) == FITS


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("licensed-administrator", "WCC103 warning"),
        ("supervisor", "WCC147 warning"),
        ("premium-agent", "WCC147 warning"),
        ("unlicensed-administrator", "WCC102 error"),
        ("standard-agent", "WCC102 error"),
    ],
)
def test_full_access_is_told_once_a_profile(kind: str, found: str) -> None:
    code, severity = found.split(" ")
    spec = {"profileType": kind, "fullAccess": True, "resources": "all"}
    assert judged(spec) == [(code, severity, "spec.fullAccess")]
