from __future__ import annotations

import pytest

from reconciler.model.diagnostic import Diagnostic
from reconciler.model.live import LiveObject, Snapshot
from reconciler.vendors.webexcc.group import group_kind
from tests.rules.judging import Said, diagnostics, judged, profile, resource, said

ALL = {"queue": "all", "site": "all", "team": "all", "channel": "all"}


def named(name: str, address: str = "ours") -> Said:
    """What is said of a profile and of a collection of that name."""
    lead = profile("supervisor", {}) | {"name": name}
    return said(
        diagnostics(
            resource("UserProfile", address, lead),
            resource("ResourceCollection", address, {"name": name, "resources": ALL}),
        )
    )


@pytest.mark.parametrize("name", ["a", "A 1_b-c", "x" * 80, "tab\there", " x "])
def test_names_that_both_take(name: str) -> None:
    assert named(name) == []


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "Büro", "a.b", "a@b", "a/b", "\x00"])
def test_names_that_neither_takes(name: str) -> None:
    path = "spec.name"
    assert named(name) == [("WCC204", "error", path), ("WCC205", "error", path)]


def test_a_comma_is_for_profiles() -> None:
    assert named("Sales, EMEA") == [("WCC205", "error", "spec.name")]


def test_our_own_name_is_judged_where_it_becomes_the_vendor_s() -> None:
    lead = resource("UserProfile", "lead.emea", profile("supervisor", {}))
    (found,) = diagnostics(lead)
    assert (found.code, found.path) == ("WCC204", ("metadata", "name"))
    assert "spec.name" in found.hint
    spec = profile("supervisor", {}) | {"name": "Lead EMEA"}
    assert diagnostics(resource("UserProfile", "lead.emea", spec)) == []


@pytest.mark.parametrize(("length", "told"), [(0, False), (255, False), (256, True)])
def test_descriptions(length: int, told: bool) -> None:
    spec = profile("supervisor", {}) | {"description": "x" * length}
    assert judged(spec) == ([("WCC206", "error", "spec.description")] if told else [])


COLLECTION = group_kind("ResourceCollection")


def plan(ours: int, theirs: int) -> list[Diagnostic]:
    """What a plan says with so many collections of ours and of nobody's."""
    rows = tuple(
        LiveObject(COLLECTION, f"c{n}", f"Old {n}", {"name": f"Old {n}"}, "d")
        for n in range(theirs)
    )
    snapshot = Snapshot("org", {COLLECTION: rows}, {})
    collections = [
        resource("ResourceCollection", f"ours-{n:04}", {"resources": ALL}) for n in range(ours)
    ]
    return diagnostics(*collections, live=snapshot)


@pytest.mark.parametrize(
    ("ours", "theirs", "told"),
    [
        (3, 997, ""),
        (3, 998, "error: 1001 resource collections; a tenant holds at most 1000"),
        (1, 1001, "error: 1002 resource collections; a tenant holds at most 1000"),
    ],
)
def test_a_tenant_holds_a_thousand_collections_and_it_is_told_once(
    ours: int, theirs: int, told: str
) -> None:
    found = [f"{each.severity}: {each.summary}" for each in plan(ours, theirs)]
    assert found == ([told] if told else [])


def test_a_tenant_that_holds_more_is_a_warning_where_none_is_made() -> None:
    rows = tuple(
        LiveObject(COLLECTION, f"c{n}", f"c-{n:04}", {"name": f"c-{n:04}"}, "d")
        for n in range(1001)
    )
    snapshot = Snapshot("org", {COLLECTION: rows}, {})
    (found,) = diagnostics(resource("ResourceCollection", "c-0000", {}), live=snapshot)
    assert (found.code, str(found.severity)) == ("WCC146", "warning")


def test_the_first_that_has_no_place_is_told() -> None:
    (found,) = plan(5, 998)
    assert found.address is not None
    assert found.address.name == "ours-0002"
