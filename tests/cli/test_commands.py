"""The commands together: exit codes, formats, targets, saved plans."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys

import pytest

from reconciler import __version__
from reconciler.cli.commands import COMMANDS
from tests.systems import needs_posix_modes
from tests.workshop import Terminal

LEAVE = ("--allow", "people=221:3b45")
"""The first plan of the example touches nearly everybody."""


@pytest.fixture
def example(terminal: Terminal) -> Terminal:
    terminal.has_the_example()
    return terminal


def test_the_whole_story(example: Terminal) -> None:
    assert example("plan", "--detailed-exitcode").code == 1
    assert example("plan", "--detailed-exitcode", "--out", "a.plan", *LEAVE).code == 2
    shown = example("show", "a.plan")
    counted = "Plan: 43 to add, 0 to change, 0 to destroy, 224 to adopt"
    assert f"{counted} (267 API writes, 1 of them a restore)." in shown.out
    applied = example("apply", "a.plan")
    assert applied.code == 0
    assert "Apply complete! Resources: 43 added" in applied.out
    assert example("plan", "--detailed-exitcode").code == 0
    assert example("drift").code == 0
    act = ("sandbox", "act", "edit-profile", "profile=Cedar agent")
    # the manifest says nothing about the description, so it is not ours to look after
    assert example(*act, "description=edited").code == 0
    assert example("drift").code == 0
    edited = example(*act, "multimedia=disabled", "--as", "ivo.brandt@meridian.example")
    assert edited.out.startswith("ivo.brandt@")
    drift = example("drift")
    assert drift.code == 2
    assert "webexcc/UserProfile/cedar-agent has drifted" in drift.out
    assert "description" not in drift.out
    said = example("drift", "--revert", "--out", "r.plan")
    assert said.code == 2
    (override,) = set(re.findall("people=49:[0-9a-f]{4}", said.out))
    assert example("apply", "r.plan", "--allow", override).code == 0
    assert example("drift").code == 0


def test_json_is_one_document_on_stdout(example: Terminal) -> None:
    valid = example("validate", "--format", "json").json
    assert (valid["valid"], valid["error_count"]) == (True, 0)
    assert [each["code"] for each in valid["diagnostics"]] == ["WCC103"]
    plan = example("plan", "--format", "json", *LEAVE).json
    assert plan["summary"]["add"] == 43
    assert plan["outcome"] == "changes"
    assert {"format_version", "tool_version", "basis", "tenants", "steps", "changes"} <= plan.keys()
    lines = example("apply", "--auto-approve", "--format", "json", *LEAVE).out.splitlines()
    events = [json.loads(line) for line in lines]
    assert events[-1]["type"] == "summary"
    assert events[-1]["outcome"] == "done"
    assert events[-1]["done"] == 267
    drift = example("drift", "--format", "json").json
    assert drift.keys() == {"format_version", "drifted", "differences", "tenants", "diagnostics"}
    assert (drift["drifted"], drift["differences"]) == (False, [])
    # `unmanaged: report`, a note for each kind
    assert [each["code"] for each in drift["diagnostics"]] == ["PLN133"] * 3


def test_errors_are_json_where_json_is_asked_for(terminal: Terminal) -> None:
    said = terminal("plan", "--format", "json")
    assert said.code == 1
    assert said.json["errored"] is True
    assert said.json["diagnostics"][0]["code"] == "PRJ101"


@needs_posix_modes
def test_a_saved_plan_is_readable_by_its_owner_alone(example: Terminal) -> None:
    example("plan", "--out", "a.plan")
    assert (example.root / "a.plan").stat().st_mode & 0o077 == 0


def test_a_target_brings_what_it_needs_and_nothing_else(example: Terminal) -> None:
    plan = example("plan", "--format", "json", "--target", "UserProfile/trainee").json
    assert [c["address"].split("/", 2)[2] for c in plan["changes"]] == [
        "ResourceCollection/training",
        "UserProfile/trainee",
    ]
    assert plan["complete"] is False
    assert "PLN131" in [f["code"] for f in plan["findings"]]


def test_a_stale_plan_is_refused(example: Terminal) -> None:
    example("plan", "--out", "a.plan", *LEAVE)
    people = example.root / "access" / "shared" / "people.yaml"
    people.write_text(people.read_text() + "# edited\n")
    said = example("apply", "a.plan")
    assert said.code == 1
    assert "error[RUN103]" in said.err
    assert "nothing was written" in said.err


def test_a_sandbox_is_reset_to_its_seed(example: Terminal) -> None:
    example("apply", "--auto-approve", "-q", *LEAVE)
    assert example("sandbox", "reset").code == 0
    plan = example("plan", "--format", "json").json
    assert {c["reason"] for c in plan["changes"] if c["action"] == "create"} == {"vanished"}


def test_findings_of_two_tenants_are_told_once(example: Terminal) -> None:
    agent = example.root / "access" / "cedar" / "profiles.yaml"
    agent.write_text(agent.read_text().replace("standard-agent", "standard-agnt", 1))
    said = example("validate")
    assert said.code == 1
    assert said.out.count("error[WCC101]") == 1
    assert "1 error, 1 warning" in said.out


def test_quiet_says_nothing_beside_the_result(example: Terminal) -> None:
    assert example("plan", "-q").err == ""
    assert example("plan").err != ""


def test_no_colour_where_no_terminal_is(example: Terminal) -> None:
    assert "\x1b" not in example("plan").out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(terminal: Terminal, command: str) -> None:
    said = terminal(command, "--help")
    assert said.code == 0
    assert "Usage: reconciler" in said.out


def test_the_program_starts_and_knows_its_version() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"reconciler {__version__}\n"


def test_the_demo_tells_the_whole_story() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "reconciler", "demo"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "That was the whole story." in done.stdout
    # the last line is typed as it stands, in a shell that knows nothing of this environment
    last = done.stdout.splitlines()[-1].strip()
    around = {**os.environ, "PATH": "/usr/bin:/bin"}
    typed = subprocess.run(
        shlex.split(last), capture_output=True, text=True, check=False, env=around
    )
    assert typed.returncode == 0, last + typed.stderr
    assert "No changes." in typed.stdout


def test_a_refused_apply_ends_its_json_lines_with_the_summary(example: Terminal) -> None:
    example("plan", "--out", "a.plan", *LEAVE)
    example("sandbox", "act", "edit-profile", "profile=Alpine supervisor EMEA", "queue=none")
    for arguments, outcome in ((["a.plan"], "stale"), (["--no-input"], "error")):
        said = example("apply", "--format", "json", *arguments, *LEAVE)
        assert said.code == 1
        (line,) = said.out.splitlines()
        assert json.loads(line)["type"] == "summary"
        assert json.loads(line)["outcome"] == outcome


def test_a_plan_never_overwrites_another_file(example: Terminal) -> None:
    said = example("plan", "--out", "reconciler.yaml")
    assert (said.code, "RUN100" in said.err) == (1, True)
    assert (example.root / "reconciler.yaml").read_text(encoding="utf-8").startswith("# Meridian")
    assert example("plan", "--out", "a.plan", *LEAVE).code == 0
    assert example("plan", "--out", "a.plan", *LEAVE).code == 0


def test_damaged_data_of_a_sandbox_says_how_to_start_over(example: Terminal) -> None:
    data = example.root / ".reconciler" / "sandbox" / "meridian-sandbox.db"
    data.parent.mkdir(parents=True)
    data.write_bytes(b"no database at all" * 100)
    said = example("plan")
    assert (said.code, "PRJ128" in said.err, "sandbox reset" in said.err) == (1, True, True)
    assert example("sandbox", "reset").code == 0
    assert example("plan", *LEAVE).code == 0


def test_an_apply_that_nobody_reads_goes_on(example: Terminal) -> None:
    command = [sys.executable, "-m", "reconciler", "apply", "--auto-approve", *LEAVE]
    with subprocess.Popen(
        command, cwd=example.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        while b"Creating..." not in (line := process.stdout.readline()):
            assert line
        process.stdout.close()
        said = process.stderr.read().decode()
    assert process.returncode == 0, said
    assert example("plan", "--detailed-exitcode").code == 0


def test_two_tenants_are_told_apart(example: Terminal) -> None:
    project = example.root / "reconciler.yaml"
    text = project.read_text(encoding="utf-8")
    second = text[text.index("  meridian-sandbox:") :].replace("meridian-sandbox", "meridian-two")
    project.write_text(text + second, encoding="utf-8")
    both = ("--tenant", "meridian-sandbox", "--tenant", "meridian-two")
    (override,) = set(re.findall("people=442:[0-9a-f]{4}", example("plan", *both).out))
    said = example("apply", "--auto-approve", "--allow", override, *both).out
    for tenant in ("meridian-sandbox", "meridian-two"):
        assert f"{tenant}/webexcc/UserProfile/cedar-agent: Creation complete" in said
        assert f"written      {tenant}: 43 created, 223 updated" in said


def test_the_console_s_actions_are_listed(example: Terminal) -> None:
    listed = example("sandbox", "act")
    assert listed.code == 0
    assert "create-folder path=A/B [id=NUMBER stock=true|false]" in listed.out.splitlines()
    assert "move-user user=E-MAIL [profile=NAME site=NAME teams=A,B]" in listed.out.splitlines()


def test_what_is_done_in_the_console_breaks_no_terminal(example: Terminal) -> None:
    said = example("sandbox", "act", "create-queue", "name=red\x1b[31m")
    assert said.code == 0, said.err
    assert "\x1b" not in said.out
    assert "red\\x1b[31m" in said.out
