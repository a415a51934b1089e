"""`reconciler graph`, as it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workshop import COLLECTION, PROFILE, USER, Terminal, Workshop


@pytest.fixture
def here(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path)
    made.manifests(COLLECTION, PROFILE, USER)
    return made


def test_operations_wait_for_one_another(here: Workshop, terminal: Terminal) -> None:
    said = terminal("graph")
    assert said.code == 0
    assert "digraph {" in said.out
    drawn = terminal("graph", "--format", "json").json
    names = {each["id"]: each["label"] for each in drawn["nodes"]}
    assert {(names[e["from"]], names[e["to"]]) for e in drawn["edges"]} == {
        ("~ User/sam@northwind.example", "+ UserProfile/lead"),
        ("+ UserProfile/lead", "+ ResourceCollection/billing"),
    }
    assert {each["look"] for each in drawn["nodes"]} == {"create", "update"}


def test_a_saved_plan_is_drawn_without_a_tenant(here: Workshop, terminal: Terminal) -> None:
    assert terminal("plan", "--out", "saved.plan").code == 0
    live = terminal("graph").out
    here.calls.clear()
    assert terminal("graph", "saved.plan").out == live
    assert not here.calls


def test_a_target_is_drawn_with_what_it_needs(here: Workshop, terminal: Terminal) -> None:
    drawn = terminal("graph", "--target", "UserProfile/lead", "--format", "json").json
    assert [each["label"] for each in drawn["nodes"]] == [
        "+ ResourceCollection/billing", "+ UserProfile/lead",
    ]  # fmt: skip


def test_references_are_those_of_manifests(here: Workshop, terminal: Terminal) -> None:
    drawn = terminal("graph", "--type", "references", "--format", "json").json
    assert not here.calls
    edges = {(e["from"].split("/", 1)[1], e["to"].split("/", 1)[1]) for e in drawn["edges"]}
    assert edges == {
        ("webexcc/User/sam@northwind.example", "webexcc/UserProfile/lead"),
        ("webexcc/UserProfile/lead", "webexcc/ResourceCollection/billing"),
        ("webexcc/ResourceCollection/billing", "queue/=Billing EN"),
        ("webexcc/ResourceCollection/billing", "site/=Berlin"),
        ("webexcc/ResourceCollection/billing", "team/=Billing Berlin"),
    }
    outside = {each["label"] for each in drawn["nodes"] if each["look"] == "outside"}
    assert outside == {"Billing EN", "Berlin", "Billing Berlin"}


def test_references_around_one(here: Workshop, terminal: Terminal) -> None:
    here.manifests(COLLECTION, PROFILE, PROFILE.replace("lead", "spare", 1), USER)
    options = ("graph", "--type", "references", "--target", "UserProfile/lead", "--format", "json")
    labels = {each["label"] for each in terminal(*options).json["nodes"]}
    assert {"User/sam@northwind.example", "ResourceCollection/billing", "Berlin"} <= labels
    assert "UserProfile/spare" not in labels


def test_nothing_to_do_is_an_empty_graph(here: Workshop, terminal: Terminal) -> None:
    here.planned_and_applied()
    said = terminal("graph", "--format", "mermaid")
    assert (said.code, said.out) == (0, "flowchart RL\n")
    assert "There is nothing to draw." in said.err


@pytest.mark.parametrize(
    "options",
    [
        ("saved.plan", "--type", "references"),
        ("saved.plan", "--target", "UserProfile/lead"),
        ("--type", "references", "--snapshot", "tenant.json"),
    ],
)
def test_options_that_do_not_fit(
    here: Workshop, terminal: Terminal, options: tuple[str, ...]
) -> None:
    assert "error[RUN100]" in terminal("graph", *options).err


def test_a_plan_with_errors_has_no_operations(here: Workshop, terminal: Terminal) -> None:
    here.manifests(PROFILE)
    said = terminal("graph")
    assert said.code == 1
    assert "error[RUN150]" in said.err
