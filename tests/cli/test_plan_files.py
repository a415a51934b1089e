"""Files of plans on the command line: signatures, files that stay, and what `show` refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.workshop import COLLECTION, PROFILE, PROJECT, USER, Said, Terminal, Workshop

KEY = "RECONCILER_PLAN_KEY"
BROKEN = "---\nspec: [\n"
SIGNED = f"{PROJECT}plans: {{signed: true}}\n"


@pytest.fixture(autouse=True)
def here(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.delenv(KEY, raising=False)
    workshop.manifests(COLLECTION, PROFILE, USER)
    return workshop


def refused(said: Said, code: str) -> str:
    """The text of the one error of a command."""
    assert said.code == 1
    assert said.err.count("error[") == 1, said.err
    assert f"error[{code}]" in said.err
    return said.err


def edited(terminal: Terminal, edit: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads((terminal.root / "a.plan").read_text("utf-8"))
    edit(document)
    (terminal.root / "a.plan").write_text(json.dumps(document), "utf-8")


def test_a_plan_that_is_signed_runs_with_its_key(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "a key that nobody guesses")
    said = terminal("plan", "--out", "a.plan")
    assert "a key" not in said.out + said.err
    document = (terminal.root / "a.plan").read_text("utf-8")
    assert "a key" not in document
    assert json.loads(document)["signature"].startswith("hmac-sha256:")
    assert terminal("show", "a.plan").code == 0
    assert terminal("apply", "a.plan").code == 0
    assert "Already applied" in terminal("apply", "a.plan").out


@pytest.mark.parametrize("command", ["show", "apply", "graph"])
def test_another_key_and_an_edit_are_refused(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv(KEY, "one")
    terminal("plan", "--out", "a.plan")
    monkeypatch.setenv(KEY, "two")
    assert "two" not in refused(terminal(command, "a.plan"), "RUN153")
    monkeypatch.setenv(KEY, "one")
    edited(terminal, lambda plan: plan["tenants"][0].update(requests=0))
    refused(terminal(command, "a.plan"), "RUN153")
    edited(terminal, lambda plan: plan.update(signature="hmac-sha256:\u00e9"))
    refused(terminal(command, "a.plan"), "RUN153")
    edited(terminal, lambda plan: plan.update(signature=""))
    refused(terminal(command, "a.plan"), "RUN152")
    edited(terminal, lambda plan: plan.pop("signature"))
    refused(terminal(command, "a.plan"), "RUN152")


def test_a_project_may_want_every_plan_signed(
    here: Workshop, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.write("reconciler.yaml", SIGNED)
    assert KEY in refused(terminal("plan", "--out", "a.plan"), "RUN151")
    assert not here.calls
    assert not (terminal.root / "a.plan").exists()
    monkeypatch.setenv(KEY, "")  # as good as none
    refused(terminal("plan", "--out", "a.plan"), "RUN151")
    assert terminal("plan").code == 0
    monkeypatch.setenv(KEY, "one")
    assert terminal("plan", "--out", "a.plan").code == 0
    monkeypatch.delenv(KEY)
    refused(terminal("apply", "a.plan"), "RUN151")
    shown = terminal("show", "a.plan")
    assert (shown.code, "is not checked" in shown.err) == (0, True)
    monkeypatch.setenv(KEY, "one")
    assert terminal("apply", "a.plan").code == 0


def test_a_revert_is_signed_too(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "one")
    assert terminal("apply", "--auto-approve").code == 0
    terminal("sandbox", "act", "edit-profile", "profile=Billing lead", "queue=none")
    assert terminal("drift", "--revert", "--out", "r.plan").code == 2
    monkeypatch.setenv(KEY, "two")
    refused(terminal("apply", "r.plan"), "RUN153")
    monkeypatch.setenv(KEY, "one")
    assert terminal("apply", "r.plan").code == 0
    assert terminal("drift").code == 0


def test_a_plan_with_errors_is_not_written_and_the_older_file_is_named(
    here: Workshop, terminal: Terminal
) -> None:
    said = terminal("plan", "--out", "a.plan")
    assert said.code == 0
    older = (terminal.root / "a.plan").read_bytes()
    here.write("access/broken.yaml", BROKEN)
    for arguments in ([], ["--quiet"], ["--format", "json"]):
        said = terminal("plan", "--out", "a.plan", *arguments)
        assert said.code == 1
        assert "No plan was written: the plan has errors." in said.err
        assert "The file a.plan is still there and holds an earlier plan, not this one." in said.err
        assert (terminal.root / "a.plan").read_bytes() == older
    assert json.loads(said.out)["errored"] is True
    said = terminal("plan", "--out", "new.plan")
    assert "No plan was written to new.plan: the plan has errors." in said.err
    assert not (terminal.root / "new.plan").exists()


def test_an_older_file_is_named_too_where_the_command_fails(
    here: Workshop, terminal: Terminal
) -> None:
    terminal("plan", "--out", "a.plan")
    here.write("reconciler.yaml", "nonsense: [")
    said = terminal("plan", "--out", "a.plan")
    assert said.code == 1
    assert "No plan was written: the command failed. The file a.plan is still there" in said.err


def test_without_drift_no_plan_is_written_and_the_older_file_is_named(terminal: Terminal) -> None:
    assert terminal("plan", "--out", "a.plan").code == 0
    assert terminal("apply", "a.plan").code == 0
    said = terminal("drift", "--revert", "--out", "a.plan")
    assert said.code == 0
    assert "No plan was written: there is nothing to take back. The file a.plan" in said.err


def test_another_file_is_refused_before_the_tenant_is_asked(
    here: Workshop, terminal: Terminal
) -> None:
    (terminal.root / "notes.txt").write_text("mine", "utf-8")
    said = terminal("plan", "--out", "notes.txt")
    assert "error[RUN100]" in said.err
    assert (terminal.root / "notes.txt").read_text("utf-8") == "mine"
    assert not here.calls


def test_a_plan_of_another_format_may_be_written_over(terminal: Terminal) -> None:
    terminal("plan", "--out", "a.plan")
    edited(terminal, lambda plan: plan.update(format_version="0.1"))
    assert "format the text `0.1`" in refused(terminal("show", "a.plan"), "RUN101")
    assert terminal("plan", "--out", "a.plan").code == 0


def _another_value(plan: dict[str, Any]) -> None:
    values = [o["request"]["values"] for s in plan["steps"] for o in s["operations"]]
    next(each for each in values if "permissions" in each)["permissions"]["queue"] = "none"


def _another_attribute(plan: dict[str, Any]) -> None:
    plan["steps"][0]["operations"][0]["request"]["values"]["secret"] = 1


EDITS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a value": (_another_value, "permissions.queue: another value is written than is shown"),
    "an attribute": (_another_attribute, "secret is written and not shown"),
    "counts": (lambda p: p["summary"].update(add=0), "summary: the counts are not those"),
    "the outcome": (lambda p: p.update(outcome="no_changes"), "outcome: expected `changes`"),
    "a step": (lambda p: p["changes"][0].update(step=7), "step 7 is shown"),
    "no basis": (lambda p: p.update(basis={}), "basis: its tenants are not those of the plan"),
    "people": (lambda p: p["blast_radius"].update(people=7), "blast_radius.people: expected"),
    "errors": (lambda p: p.update(errored=True), "errored: a plan with errors has no operations"),
}


@pytest.mark.parametrize(("edit", "said"), EDITS.values(), ids=EDITS.keys())
def test_a_plan_that_does_another_thing_than_it_shows_is_not_shown(
    terminal: Terminal, edit: Callable[[dict[str, Any]], object], said: str
) -> None:
    terminal("plan", "--out", "a.plan")
    edited(terminal, edit)
    assert said in refused(terminal("show", "a.plan"), "RUN101")


def test_no_output_of_a_plan_has_a_raw_control_character(terminal: Terminal) -> None:
    terminal("plan", "--out", "a.plan")
    hostile = "x\x1b[2J\u202e\x9b1m\u2028y"

    def spoil(plan: dict[str, Any]) -> None:
        plan["findings"].append({"severity": "info", "code": hostile, "summary": hostile})
        for change in plan["changes"]:
            for attribute in change["attributes"]:
                attribute["note"] = attribute["rule"] = hostile

    edited(terminal, spoil)
    for arguments in ((), ("-v",), ("--format", "json")):
        said = terminal("show", "a.plan", *arguments)
        assert said.code == 0
        assert not set("\x1b\u202e\x9b\u2028") & set(said.out + said.err)
