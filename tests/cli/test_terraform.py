"""Terraform's habits: what works as typed, and what is refused with a clear answer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler import __version__
from reconciler.cli.commands import COMMANDS
from reconciler.cli.durations import seconds
from reconciler.cli.terraform import translated
from reconciler.errors import LockedError, UsageError
from reconciler.state import lease
from reconciler.state.sql import create_state
from tests.workshop import COLLECTION, PROFILE, USER, Terminal, Workshop


@pytest.fixture
def project(tmp_path: Path, terminal: Terminal) -> Terminal:
    Workshop(tmp_path).manifests(COLLECTION, PROFILE, USER)
    return terminal


@pytest.mark.parametrize(
    ("typed", "ours"),
    [
        ("plan -json", "plan --format=json"),
        ("plan -out=a.plan -target UserProfile/x", "plan --out=a.plan --target UserProfile/x"),
        ("plan -refresh-only -json", "drift --format=json"),
        ("plan --refresh-only", "drift"),
        ("-chdir=infra plan", "--chdir=infra plan"),
        ("-chdir infra plan -refresh-only", "--chdir infra drift"),
        ("plan -input=false -no-color -compact-warnings", "plan --no-input --no-color"),
        ("plan -input=true -refresh=true -lock=true", "plan"),
        ("plan -lock=false -lock-timeout=30s", "plan"),
        ("plan -lock-timeout 30s -json", "plan --format=json"),
        ("validate --lock-timeout 30s access", "validate access"),
        ("state list -lock-timeout=3s", "state list"),
        ("apply -lock-timeout=30s a.plan", "apply --lock-timeout=30s a.plan"),
        ("state rm -lock-timeout 3s a", "state rm --lock-timeout 3s a"),
        ("fmt -check -diff -recursive", "fmt --check --diff"),
        ("help", "--help"),
        ("help plan", "plan --help"),
        ("help state rm", "state rm --help"),
        ("-C there help plan", "-C there plan --help"),
        ("plan -help", "plan --help"),
        ("-version", "--version"),
        ("plan -allow people=1 -tenant=a", "plan --allow people=1 --tenant=a"),
        ("plan -v -q -C there", "plan -v -q -C there"),
        ("validate -- -json", "validate -- -json"),
        ("show -", "show -"),
        ("", ""),
    ],
)
def test_spellings_of_terraform_are_ours(typed: str, ours: str) -> None:
    assert translated(typed.split()) == ours.split()


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("plan -refresh=false", "`reconciler plan --snapshot FILE`"),
        ("plan --refresh=false", "`reconciler plan --snapshot FILE`"),
        ("apply -refresh=false", "`reconciler plan --snapshot FILE`"),
        ("plan -destroy", "remove manifests from Git"),
        ("apply -destroy", "remove manifests from Git"),
        ("plan -replace=UserProfile/lead", "change its manifest"),
        ("plan -replace UserProfile/lead", "change its manifest"),
        ("plan -var region=eu", "use `patches`"),
        ("plan -var-file=a.tfvars", "use `patches`"),
        ("plan -state=a.db", "set `state` in reconciler.yaml"),
        ("apply -lock=false", "`-lock-timeout=60s` waits"),
        ("apply -refresh-only", "`reconciler drift --accept`"),
        ("plan -generate-config-out=a.yaml", "reconciler import --all"),
        ("fmt -write=false", "reconciler fmt --check --diff"),
        ("state mv a b", "`reconciler mv OLD NEW`"),
    ],
)
def test_what_has_no_counterpart_is_refused_before_anything_runs(
    project: Terminal, typed: str, hint: str
) -> None:
    said = project(*typed.split())
    assert said.code == 1
    assert "error[RUN100]" in said.err
    assert hint in said.err
    assert not (project.root / ".reconciler").exists()
    as_json = project(*typed.split(), "-json").json
    assert (as_json["errored"], as_json["diagnostics"][0]["code"]) == (True, "RUN100")


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        ("init", "nothing to initialize"),
        ("destroy", "remove manifests from Git"),
        ("refresh", "`reconciler drift`"),
        ("force-unlock", "`reconciler state unlock TENANT`"),
        ("taint", "change its manifest"),
        ("workspace", "`--tenant NAME`"),
        ("output", "`--format json`"),
        ("console", "`reconciler graph`"),
        ("plna", "did you mean `plan`?"),
    ],
)
def test_a_command_of_terraform_that_is_none_of_ours_is_answered(
    project: Terminal, command: str, hint: str
) -> None:
    said = project(command)
    assert said.code == 1
    assert f"there is no command `{command}`" in said.err
    assert hint in said.err


def test_the_version_is_printed_in_every_spelling() -> None:
    for typed in ("version", "-version", "--version", "-V"):
        command = [sys.executable, "-m", "reconciler", typed]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout == f"reconciler {__version__}\n"


def test_the_version_as_json(terminal: Terminal) -> None:
    assert terminal("version", "-json").json == {"reconciler_version": __version__}
    assert terminal("version").out == f"reconciler {__version__}\n"


def test_help_is_that_of_the_command(terminal: Terminal) -> None:
    assert terminal("help").out == terminal("--help").out
    for command in COMMANDS:
        assert terminal("help", command).out == terminal(command, "--help").out
        assert terminal("help", command).code == 0


def test_format_json_is_that_of_plan_validate_and_show(project: Terminal) -> None:
    assert project("validate", "-json").json["valid"]
    assert project("plan", "-json", "-out=a.plan").json["outcome"] == "changes"
    assert project("show", "-json", "a.plan").json["outcome"] == "changes"


def test_fmt_check_exits_with_2_where_a_file_would_change(project: Terminal) -> None:
    (project.root / "access" / "more.yaml").write_text("kind:   User\n", encoding="utf-8")
    assert project("fmt", "-check").code == 2
    assert project("fmt").code == 0
    assert project("fmt", "-check", "-diff").code == 0


WITH_A_GUARD = ("plan", "apply", "drift")


@pytest.mark.parametrize("command", [each for each in COMMANDS if each != "version"])
def test_allow_is_taken_where_there_is_a_guard_alone(terminal: Terminal, command: str) -> None:
    assert ("--allow" in terminal(command, "--help").out) == (command in WITH_A_GUARD)
    if command not in WITH_A_GUARD:
        said = terminal(command, "--allow", "people=1")
        assert said.code == 1
        assert "--allow" in said.err or "Missing" in said.err or "no command" in said.err


@pytest.mark.parametrize("command", ["apply", "drift", "import", "mv"])
def test_the_wait_for_a_lock_is_an_option_of_what_takes_one(
    terminal: Terminal, command: str
) -> None:
    assert "--lock-timeout" in terminal(command, "--help").out
    assert "--lock-timeout" not in terminal("plan", "--help").out


@pytest.mark.parametrize(
    ("text", "expected"),
    [("0", 0), ("0s", 0), ("30s", 30), ("1m30s", 90), ("500ms", 0.5), ("1.5s", 1.5), ("1h", 3600)],
)
def test_a_length_of_time(text: str, expected: float) -> None:
    assert seconds("--lock-timeout", text) == expected


@pytest.mark.parametrize("text", ["", "abc", "30", "s", "-3s", "3 s", "3d", "1m30", "9" * 99 + "s"])
def test_what_is_no_length_of_time_is_refused(terminal: Terminal, text: str) -> None:
    with pytest.raises(UsageError, match="not a valid duration"):
        seconds("--lock-timeout", text)


class Others:
    """Another run that has the lock, and gives it back at the given turn of the waiting."""

    def __init__(self, root: Path, until: int) -> None:
        self._state = create_state("sqlite:///.reconciler/state.db", root)
        self._lock = self._state.lock("test", "apply")
        self._lock.__enter__()
        self._left = until
        self.pauses: list[float] = []

    def pause(self, length: float) -> None:
        self.pauses.append(length)
        self._left -= 1
        if not self._left:
            self.end()

    def end(self) -> None:
        self._lock.__exit__(None, None, None)
        self._state.close()


@pytest.fixture
def said() -> list[str]:
    return []


def waited(
    root: Path, said: list[str], others: Others, patience: float, pause: Callable[[float], None]
) -> None:
    state = create_state("sqlite:///.reconciler/state.db", root)
    try:
        with state.lock("test", "apply", said.append, pause, patience):
            pass
    finally:
        state.close()


def test_a_lock_is_waited_for_until_it_is_free(tmp_path: Path, said: list[str]) -> None:
    others = Others(tmp_path, until=3)
    waited(tmp_path, said, others, 30.0, others.pause)
    assert others.pauses == [0.5, 0.5, 0.5]
    (line,) = said
    assert "the lock of test is held by" in line
    assert line.endswith("waiting up to 30 s")


def test_a_lock_is_not_waited_for_longer_than_was_said(tmp_path: Path, said: list[str]) -> None:
    others = Others(tmp_path, until=100)
    with pytest.raises(LockedError) as raised:
        waited(tmp_path, said, others, 1.2, others.pause)
    assert raised.value.told.code == "RUN110"
    assert sum(others.pauses) == pytest.approx(1.2)
    others.end()


def test_without_patience_nothing_is_waited_for(tmp_path: Path, said: list[str]) -> None:
    others = Others(tmp_path, until=100)
    with pytest.raises(LockedError):
        waited(tmp_path, said, others, 0.0, others.pause)
    assert (others.pauses, said) == ([], [])
    others.end()


def test_an_apply_waits_for_the_lock(project: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    others = Others(project.root, until=2)
    monkeypatch.setattr(lease, "_TURN", 0.01)
    refused = project("apply", "-auto-approve", "-lock-timeout=20ms")
    assert (refused.code, "error[RUN110]" in refused.err) == (1, True)
    assert "Warning: the lock of test is held by" in refused.err
    others.end()
    assert project("apply", "-auto-approve", "-lock-timeout=20ms").code == 0
    assert project("plan", "-detailed-exitcode").code == 0
