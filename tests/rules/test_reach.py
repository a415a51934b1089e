from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.live import LiveObject, Snapshot
from reconciler.vendors.webexcc import wire
from reconciler.vendors.webexcc.group import group_kind
from reconciler.vendors.webexcc.permissions import COLLECTION_TYPES_OF
from tests.rules.judging import Said, diagnostics, judged, profile, resource, said

ALWAYS = {"queue": "all", "site": "all", "team": "all", "channel": "all"}
ON_BOTH = {"collections": ["one", "two"], "default": "one"}


def found(levels: dict[str, str], one: dict[str, Any], two: dict[str, Any]) -> Said:
    spec = profile("licensed-administrator", levels, resources=ON_BOTH)
    return said(
        diagnostics(
            resource("ResourceCollection", "one", {"resources": ALWAYS | one}),
            resource("ResourceCollection", "two", {"resources": ALWAYS | two}),
            resource("UserProfile", "lead", spec),
        )
    )


def empty(name: str) -> Said:
    return [("WCC124", "warning", f"spec.permissions.{name}")]


@pytest.mark.parametrize("name", [n for n, types in COLLECTION_TYPES_OF.items() if n not in ALWAYS])
def test_a_type_that_no_collection_holds_is_an_empty_section(name: str) -> None:
    for level in ("view", "edit"):
        codes = {"idle-wrapup-code": "all"} if name == "desktop-profile" else {}
        assert found({name: level}, codes, {}) == empty(name)
    assert found({name: "none"}, {}, {}) == []
    for kind in COLLECTION_TYPES_OF[name]:
        codes = {"idle-wrapup-code": "all"}
        assert found({name: "edit"}, codes, {kind: "all"}) == []


def test_what_can_never_be_empty_or_is_in_no_collection_is_not_judged() -> None:
    levels = dict.fromkeys(
        (*ALWAYS, "user", "user-profile", "dial-plan", "routing-strategy"), "edit"
    )
    assert found(levels, {}, {}) == []


def test_all_resources_are_never_empty() -> None:
    assert judged(profile("licensed-administrator", {"flow": "edit"})) == []


def test_a_collection_that_only_the_tenant_has_is_judged_once_it_is_read() -> None:
    spec = profile(
        "supervisor", {"flow": "view"}, resources={"collections": ["Old"], "default": "Old"}
    )
    lead = resource("UserProfile", "lead", spec)
    assert diagnostics(lead) == []

    def tenant(level: str) -> Snapshot:
        rows = [{"name": name, "accessLevel": "ALL"} for name in ALWAYS]
        body = {
            "id": "c1",
            "name": "Old",
            "resources": [*rows, {"name": "flow", "accessLevel": level}],
        }
        return Snapshot("org", {group_kind("ResourceCollection"): (wire.collection(body),)}, {})

    assert said(diagnostics(lead, live=tenant("NONE"))) == empty("flow")
    assert diagnostics(lead, live=tenant("ALL")) == []


def test_full_access_on_collections_is_one_finding() -> None:
    spec = {"profileType": "licensed-administrator", "fullAccess": True, "resources": ON_BOTH}
    told = diagnostics(
        resource("ResourceCollection", "one", {"resources": ALWAYS | {"flow": "all"}}),
        resource("ResourceCollection", "two", {"resources": ALWAYS}),
        resource("UserProfile", "lead", spec),
    )
    assert said(told) == [
        ("WCC103", "warning", "spec.fullAccess"),
        ("WCC124", "warning", "spec.fullAccess"),
        ("WCC137", "warning", "spec.fullAccess"),
    ]
    (section,) = (each for each in told if each.code == "WCC124")
    assert "skill-profile" in section.summary
    assert "flow" not in section.summary


@pytest.mark.parametrize(
    ("level", "one", "two", "told"),
    [
        ("edit", {}, {}, True),
        ("edit", {"idle-wrapup-code": "none"}, {}, True),
        ("edit", {}, {"idle-wrapup-code": "all"}, False),
        # which codes are the default only the tenant tells
        ("edit", {}, {"idle-wrapup-code": [{"id": "break"}]}, False),
        ("view", {}, {}, False),
    ],
)
def test_desktop_profiles_need_their_codes(
    level: str, one: dict[str, Any], two: dict[str, Any], told: bool
) -> None:
    codes = [
        code
        for code, severity, _ in found(
            {"desktop-profile": level}, one | {"desktop-profile": "all"}, two
        )
        if severity == "warning"
    ]
    assert codes == (["WCC137"] if told else [])


def test_an_unmanaged_profile_is_nobody_s_finding() -> None:
    other = LiveObject(
        group_kind("UserProfile"), "p9", "Other", {"permissions": {"flow": "edit"}}, "d"
    )
    snapshot = Snapshot("org", {group_kind("UserProfile"): (other,)}, {})
    assert diagnostics(live=snapshot) == []
