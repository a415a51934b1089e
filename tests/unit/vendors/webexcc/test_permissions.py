"""Our tables say what the shared data says; where the data speaks in words, so does this test."""

from __future__ import annotations

from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.vendors.webexcc import permissions as ours
from reconciler.vendors.webexcc.models import COLLECTION_TYPES
from tests.shared import shared


@pytest.fixture(scope="module")
def data() -> dict[str, Any]:
    text = shared("data/webex-permissions.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = YAML(typ="safe").load(text)
    return found


def test_the_groups(data: dict[str, Any]) -> None:
    assert {
        "configuration": list(ours.CONFIGURATION),
        "analytics": list(ours.ANALYTICS),
        "supervisory-desktop": list(ours.SUPERVISORY_AND_DESKTOP),
        "undocumented": list(ours.UNDOCUMENTED),
    } == data["groups"]
    assert len(ours.PERMISSIONS) == len(set(ours.PERMISSIONS)) == 68


def test_the_switches(data: dict[str, Any]) -> None:
    assert set(data["switches"]) == ours.SWITCHES


def test_the_parents(data: dict[str, Any]) -> None:
    levels = {"view": ("view", "edit"), "edit": ("edit",), "enabled": ("enabled",)}
    assert {
        child: ours.Parent(parent, levels[lowest])
        for parent, by_level in data["parents"].items()
        for lowest, children in by_level.items()
        for child in children
    } == ours.PARENTS


def test_who_may_hold_what(data: dict[str, Any]) -> None:
    """Every type and every group of the data, in its own words."""
    groups = {name: set(names) for name, names in data["groups"].items()}
    everything = set(ours.PERMISSIONS)
    written: dict[str, Any] = data["availability"]
    assert tuple(written) == ours.PROFILE_TYPES

    supervisors_only = {"mid-call-monitor", "additional-supervisory"}
    licensed = written["licensed-administrator"]
    assert licensed["configuration"] == licensed["analytics"] == "all"
    assert licensed["supervisory-desktop"].startswith(
        "all but mid-call-monitor and additional-supervisory"
    )
    functions = set(data["parents"]["additional-supervisory"]["edit"])
    assert ours.DOUBTFUL["licensed-administrator"] == supervisors_only | functions
    assert ours.UNTOLD["licensed-administrator"] == groups["undocumented"]
    assert "licensed-administrator" not in ours.REFUSED

    unlicensed = written["unlicensed-administrator"]
    assert (unlicensed["analytics"], unlicensed["undocumented"]) == ("none", "warn, do not refuse")
    assert ours.REFUSED["unlicensed-administrator"] == (
        set(unlicensed["configuration"]["except"])
        | groups["analytics"]
        | groups["supervisory-desktop"] - set(unlicensed["supervisory-desktop"])
    )
    assert ours.DOUBTFUL["unlicensed-administrator"] == groups["undocumented"]

    supervisor = written["supervisor"]
    assert supervisor["analytics"] == supervisor["supervisory-desktop"] == "all"
    assert ours.REFUSED["supervisor"] == set(supervisor["configuration"]["except"])
    assert ours.UNTOLD["supervisor"] == groups["undocumented"]
    assert "supervisor" not in ours.DOUBTFUL

    premium = set(written["premium-agent"]["supervisory-desktop"])
    standard = set(written["standard-agent"]["supervisory-desktop"])
    assert "premium-agent" not in ours.REFUSED
    assert ours.DOUBTFUL["premium-agent"] == everything - premium
    assert ours.REFUSED["standard-agent"] == premium - standard == {"social-channel"}
    assert ours.DOUBTFUL["standard-agent"] == everything - premium


def test_the_management_portal(data: dict[str, Any]) -> None:
    assert list(ours.PORTAL_PROVISIONING) == data["portal_provisioning"]
    routing = data["portal_routing"]
    assert {routing["parent"]: tuple(routing["children"])} == ours.PORTAL_ROUTING


def test_the_types_of_collections(data: dict[str, Any]) -> None:
    named = {
        name: tuple(kinds) if isinstance(kinds, list) else (kinds,)
        for name, kinds in data["collection_type_of"].items()
    }
    same = {name: (name,) for name in ours.PERMISSIONS if name in COLLECTION_TYPES}
    assert same | named == ours.COLLECTION_TYPES_OF
    reached = {kind for kinds in ours.COLLECTION_TYPES_OF.values() for kind in kinds}
    assert reached == set(COLLECTION_TYPES)


def test_full_access_of_a_supervisor_leaves_out_tenant_settings() -> None:
    full = ours.everything("supervisor")
    assert full["tenant-setting"] == "none"
    assert full == {**ours.everything("licensed-administrator"), "tenant-setting": "none"}
    assert set(full) == set(ours.PERMISSIONS)
