"""Folders on their way: declared by path, written as numbers, compared as sets, taken back."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.model.diagnostic import InvalidInputError
from reconciler.sandbox.errors import SandboxError
from tests.folders import FACTS, FIELDS, FOLDERS, lead
from tests.workshop import PROJECT, SEED, Workshop


@pytest.fixture
def here(workshop: Workshop) -> Workshop:
    workshop.write("seed.yaml", FOLDERS + SEED)
    workshop.write("reconciler.yaml", PROJECT + FACTS)
    workshop.manifests(lead("  analyzerFolders: {viewable: [Sales], hidden: [Sales/EMEA]}\n"))
    return workshop


def lists(here: Workshop) -> tuple[Any, ...]:
    (body,) = (each for each in here.bodies()["user-profile"] if each["name"] == "lead")
    return tuple(body[field] for field in FIELDS)


def test_they_are_shown_by_path_and_written_as_numbers(here: Workshop) -> None:
    plan = here.planned_and_applied()
    shown = {a.path: a.after for a in plan.changes[0].attributes if "Folders" in a.path}
    assert shown == {
        "analyzerFolders.viewable": [{"id": "12", "name": "Sales"}],
        "analyzerFolders.hidden": [{"id": "31", "name": "Sales/EMEA"}],
    }
    assert lists(here) == ([], [12], [31])
    assert here.plan().outcome == "no_changes"


def test_a_change_is_a_folder_more_and_a_folder_less(here: Workshop) -> None:
    here.planned_and_applied()
    here.manifests(lead("  analyzerFolders: {viewable: [Stock], hidden: [Sales]}\n"))
    plan = here.planned_and_applied()
    assert [(a.path, a.op, (a.after or a.before)["name"]) for a in plan.changes[0].attributes] == [
        ("analyzerFolders.hidden", "add", "Sales"),
        ("analyzerFolders.hidden", "remove", "Sales/EMEA"),
        ("analyzerFolders.viewable", "add", "Stock"),
        ("analyzerFolders.viewable", "remove", "Sales"),
    ]
    assert lists(here) == ([], [3], [12])


def test_what_is_not_mentioned_stays(here: Workshop) -> None:
    here.planned_and_applied()
    here.manifests(lead("  description: no word of folders\n"))
    here.planned_and_applied()
    assert lists(here) == ([], [12], [31])
    here.manifests(lead("  analyzerFolders: {}\n"))
    here.planned_and_applied()
    assert lists(here) == ([], [], [])


def test_drift_is_found_and_taken_back(here: Workshop) -> None:
    here.planned_and_applied()
    here.act("edit-profile", profile="lead", viewable="Sales,Sales/EMEA", hidden="")
    found = here.drift()
    (difference,) = found.differences
    assert [(a.path, a.op) for a in difference.attributes] == [
        ("analyzerFolders.hidden", "remove"),
        ("analyzerFolders.viewable", "add"),
    ]
    assert found.revert is not None
    (ledger,) = here.apply(found.revert)
    assert ledger.outcome == "done"
    assert lists(here) == ([], [12], [31])
    assert not here.drift().drifted


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        ({"analyzer": "none"}, "folder Sales has more access than Analyzer"),
        ({"editable": "Sales", "viewable": ""}, "folder Sales has more access than Analyzer"),
        ({"viewable": "Sales/EMEA", "hidden": "Sales"}, "than the folder above it"),
        ({"hidden": "Sales/EMEA,Stock"}, "stock reports are always at VIEW"),
        ({"hidden": "Sales"}, "folder 12 is in two lists"),
        ({"hidden": "Nowhere"}, "the tenant has no analyzer-folder `Nowhere`"),
    ],
)
def test_the_console_refuses_what_the_service_refuses(
    here: Workshop, edit: dict[str, str], why: str
) -> None:
    here.planned_and_applied()
    with pytest.raises(SandboxError, match=why):
        here.act("edit-profile", profile="lead", **edit)


def test_a_level_that_the_tenant_s_folders_contradict_is_an_error_of_the_plan(
    here: Workshop,
) -> None:
    here.planned_and_applied()
    here.manifests(lead("", analyzer="none"))
    plan = here.plan()
    assert [each.code for each in plan.findings if each.severity == "error"] == ["WCC116"]
    here.manifests(lead("  analyzerFolders: {hidden: [Sales]}\n", analyzer="none"))
    here.planned_and_applied()
    assert lists(here) == ([], [], [12])


def test_a_folder_that_the_facts_have_and_the_tenant_has_not_is_refused_by_the_tenant(
    here: Workshop,
) -> None:
    wrong = FACTS.replace("Sales: {id: 12}", "Sales: {id: 77}")
    here.write("reconciler.yaml", PROJECT + wrong)
    (ledger,) = here.apply(here.plan())
    assert [each.message for each in ledger.failed] != []
    assert "there is no folder 77" in ledger.failed[0].message


def test_without_the_facts_validate_says_so_and_a_plan_asks_for_them(here: Workshop) -> None:
    here.planned_and_applied()
    here.write("reconciler.yaml", PROJECT)
    plan = here.plan()
    assert {each.code for each in plan.findings if each.severity == "error"} == {"REF125"}
    (said, *_) = (each for each in plan.findings if each.code == "REF125")
    assert "facts.analyzerFolders" in said.hint
    # what cannot be compared is no drift, with our records and without them
    assert not here.drift().drifted
    here.lose_the_state()
    assert not here.drift().drifted


@pytest.mark.parametrize(
    ("seed", "why"),
    [
        ("analyzerFolders: [{path: Sales/EMEA, id: 31}]", "there is no folder `Sales`"),
        ("analyzerFolders: [{path: A, id: 1}, {path: B, id: 1}]", "id 1 is taken"),
        ("analyzerFolders: [{path: A, id: one}]", "'one' is no whole number"),
        ("analyzerFolders: [{id: 1}]", "has no 'path'"),
        ("limits: {queues: 5}", "one limit to set"),
        ("limits: {resourceCollections: many}", "one limit to set"),
        ("permissions: [1]", "a list of names"),
    ],
)
def test_a_seed_that_cannot_be(workshop: Workshop, seed: str, why: str) -> None:
    workshop.write("seed.yaml", f"{seed}\n{SEED}")
    with pytest.raises(InvalidInputError, match=why):
        workshop.act("edit-profile", profile="Supervisor Profile")
