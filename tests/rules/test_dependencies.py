from __future__ import annotations

import pytest

from reconciler.vendors.webexcc.permissions import PARENTS, PROFILE_TYPES, levels
from tests.rules.judging import Said, judged, profile

RULES = {
    "tag": "WCC109",
    "restricted-monitor-only": "WCC110",
    "view-blind-monitor-request": "WCC110",
    "barge-in": "WCC111",
    "whisper-coach": "WCC111",
    "mid-call-monitor": "WCC111",
    "change-agent-state": "WCC113",
    "manage-agent-queues-assignment": "WCC113",
    "reskill-agent": "WCC113",
    "send-message": "WCC113",
    "sign-out-agent": "WCC113",
    "basic-digital": "WCC209",
    "social-channel": "WCC209",
}


def of_dependencies(found: Said) -> Said:
    return [each for each in found if each[0] in RULES.values() and each[1] != "warning"]


def test_every_child_has_its_rule() -> None:
    assert RULES.keys() == PARENTS.keys()


@pytest.mark.parametrize("kind", PROFILE_TYPES)
@pytest.mark.parametrize("child", [name for name, rule in RULES.items() if rule != "WCC209"])
def test_a_child_exists_with_its_parent_only(kind: str, child: str) -> None:
    parent, top = PARENTS[child], levels(child)[-1]
    for level in (None, *levels(parent.name)):
        granted = {child: top} | ({parent.name: level} if level else {})
        if child == "barge-in":  # which a supervisor has with mid-call monitor alone
            granted["mid-call-monitor"] = "enabled"
        found = of_dependencies(judged(profile(kind, granted)))
        orphan = (RULES[child], "error", f"spec.permissions.{child}")
        assert (orphan in found) == (level not in parent.levels), level


@pytest.mark.parametrize("child", ["basic-digital", "social-channel"])
def test_a_digital_channel_without_multimedia_is_a_warning(child: str) -> None:
    path = f"spec.permissions.{child}"
    assert judged(profile("premium-agent", {child: "enabled"})) == [("WCC209", "warning", path)]
    assert judged(profile("premium-agent", {child: "enabled", "multimedia": "enabled"})) == []


@pytest.mark.parametrize("kind", PROFILE_TYPES)
def test_full_access_brings_every_parent_along(kind: str) -> None:
    spec = {"profileType": kind, "fullAccess": True, "resources": "all"}
    assert not of_dependencies(judged(spec))


@pytest.mark.parametrize(
    ("kind", "mid_call_monitor", "found"),
    [
        ("supervisor", "disabled", "WCC112 error barge-in"),
        ("supervisor", "enabled", ""),
        ("licensed-administrator", "disabled", ""),
        ("licensed-administrator", "enabled", "WCC111 warning mid-call-monitor"),
    ],
)
def test_barging_in(kind: str, mid_call_monitor: str, found: str) -> None:
    granted = {
        "call-monitoring": "edit",
        "barge-in": "enabled",
        "mid-call-monitor": mid_call_monitor,
    }
    code, severity, name = found.split() if found else ("", "", "")
    wanted = [(code, severity, f"spec.permissions.{name}")] if found else []
    assert judged(profile(kind, granted)) == wanted


def test_supervisory_functions_of_a_licensed_administrator_are_kept_and_told() -> None:
    granted = {"additional-supervisory": "edit", "send-message": "enabled"}
    assert judged(profile("supervisor", granted)) == []
    assert judged(profile("licensed-administrator", granted)) == [
        ("WCC113", "warning", "spec.permissions.additional-supervisory"),
        ("WCC113", "warning", "spec.permissions.send-message"),
    ]


def test_whose_requests_are_seen_is_one_of_two() -> None:
    both = {
        "call-monitoring": "edit",
        "restricted-monitor-only": "enabled",
        "view-blind-monitor-request": "enabled",
    }
    found = judged(profile("supervisor", both))
    assert found == [("WCC151", "warning", "spec.permissions.restricted-monitor-only")]
    one = both | {"restricted-monitor-only": "disabled"}
    assert judged(profile("supervisor", one)) == []
