from __future__ import annotations

from typing import Any

import pytest

from tests.rules.judging import Said, diagnostics, judged, profile, resource, tenants

FACTS = {
    "analyzerFolders": {
        "Sales": {"id": 12},
        "Sales/EMEA": {"id": 31},
        "Sales/EMEA/Berlin": {"id": 32},
        "Stock": {"id": 3, "stock": True},
        "Stock/Voice": {"id": 4},
    }
}
Folders = dict[str, Any]


def folders(analyzer: str | None, **lists: list[Any]) -> Folders:
    levels = {"analyzer": analyzer} if analyzer else {}
    return profile("supervisor", levels, analyzerFolders=lists)


def at(code: str, place: str) -> tuple[str, str, str]:
    return (code, "error", f"spec.analyzerFolders.{place}")


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        (folders("none", hidden=["Sales"]), []),
        (folders("none", viewable=["Sales"]), [at("WCC116", "viewable")]),
        (folders("none", editable=["Sales"]), [at("WCC116", "editable")]),
        (folders(None, viewable=["Sales"]), [at("WCC116", "viewable")]),
        (folders("view", viewable=["Sales"]), []),
        (folders("view", hidden=["Sales"]), []),
        (folders("view", editable=["Sales"]), [at("WCC116", "editable")]),
        (folders("edit", editable=["Sales"], viewable=["Sales/EMEA"]), []),
        (folders("edit"), []),
    ],
)
def test_no_folder_is_above_analyzer(spec: Folders, found: Said) -> None:
    assert judged(spec, FACTS) == found


def test_full_access_is_edit_on_analyzer() -> None:
    spec = {
        "profileType": "licensed-administrator",
        "fullAccess": True,
        "resources": "all",
        "analyzerFolders": {"editable": ["Sales"]},
    }
    assert [code for code, _, _ in judged(spec, FACTS)] == ["WCC103"]


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        (folders("edit", viewable=["Sales"], editable=["Sales/EMEA"]), "editable[0]"),
        (folders("edit", hidden=["Sales"], viewable=["Sales/EMEA"]), "viewable[0]"),
        (folders("edit", hidden=["Sales"], viewable=["Stock", "Sales/EMEA/Berlin"]), "viewable[1]"),
        (folders("edit", hidden=["Sales/EMEA"], viewable=["Sales"]), ""),
        (folders("edit", hidden=["Sales/EMEA/Berlin"]), ""),
        # the folder above is not named: it has Analyzer's own level
        (folders("edit", editable=["Sales/EMEA"]), ""),
        (folders("edit", hidden=["Sales", "Sales/EMEA"]), ""),
    ],
)
def test_no_folder_is_above_its_parent(spec: Folders, found: str) -> None:
    assert judged(spec, FACTS) == ([at("WCC117", found)] if found else [])


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        (folders("edit", editable=["Stock"]), "editable[0]"),
        (folders("edit", hidden=["Sales", "Stock"]), "hidden[1]"),
        (folders("edit", hidden=["Stock/Voice"]), "hidden[0]"),
        (folders("edit", viewable=["Stock", "Stock/Voice"]), ""),
        (folders("view", viewable=["Stock"]), ""),
    ],
)
def test_stock_reports_are_at_view(spec: Folders, found: str) -> None:
    assert judged(spec, FACTS) == ([at("WCC118", found)] if found else [])


def test_a_folder_is_in_one_list() -> None:
    twice = folders("view", viewable=["Sales"], hidden=["Sales/EMEA", "Sales"])
    assert judged(twice, FACTS) == [at("WCC208", "hidden[1]")]
    by_id = folders("view", viewable=["Sales/EMEA"], hidden=[{"id": "31"}])
    assert judged(by_id, FACTS) == [at("WCC208", "hidden[0]")]
    assert judged(folders("view", viewable=["Sales", "Sales"]), FACTS) == []


def test_an_id_is_as_good_as_a_path() -> None:
    spec = folders("edit", hidden=[{"id": "12"}], viewable=[{"id": "31"}], editable=[{"id": "3"}])
    assert judged(spec, FACTS) == [at("WCC117", "viewable[0]"), at("WCC118", "editable[0]")]


def test_a_folder_that_the_facts_do_not_list_is_an_error_with_the_near_ones() -> None:
    found = diagnostics(
        resource("UserProfile", "lead", folders("view", hidden=["Sale", {"id": "99"}])), facts=FACTS
    )
    assert [(each.code, each.hint) for each in found] == [
        ("REF120", "did you mean `Sales`?"),
        ("REF122", "correct the id, or write the name instead"),
    ]
    assert "facts.analyzerFolders" in found[0].summary


def test_without_the_facts_what_needs_them_is_not_checked_and_told_once_a_rule() -> None:
    spec = folders("edit", editable=["Stock", {"id": "3"}], hidden=["Sales"], viewable=["Sales/A"])
    found = diagnostics(
        resource("UserProfile", "lead", spec), resource("UserProfile", "other", spec)
    )
    unchecked = [each for each in found if each.severity == "info"]
    assert [(each.code, each.address, each.summary) for each in unchecked] == [
        ("WCC117", None, "not checked: the project declares no `facts.analyzerFolders`"),
        ("WCC118", None, "not checked: the project declares no `facts.analyzerFolders`"),
    ]
    # what the paths themselves tell is judged all the same
    assert [each.code for each in found if each.severity == "error"] == ["WCC117", "WCC117"]


def test_without_the_facts_no_plan_writes_a_named_folder() -> None:
    before = tenants("SUPERVISOR", {"analyzer": "view"})
    found = judged({"analyzerFolders": {"hidden": ["Sales"]}}, before=before)
    assert at("REF125", "hidden[0]") in found
    assert judged({"analyzerFolders": {}}, before=before) == []


def test_folders_that_the_tenant_has_bound_the_level_that_git_wants() -> None:
    before = tenants("SUPERVISOR", {"analyzer": "edit"}, editableFolderIds=[12])
    spec = profile("supervisor", {"analyzer": "view"})
    assert judged(spec, FACTS, before) == [("WCC116", "error", "spec.analyzerFolders")]
    declared = spec | {"analyzerFolders": {"viewable": ["Sales"]}}
    assert judged(declared, FACTS, before) == []
    assert judged({"resources": "all"}, FACTS, before) == []
