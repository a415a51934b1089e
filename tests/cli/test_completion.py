"""Completion: what the shells are given, and that they take it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from reconciler.cli.commands import COMMANDS
from reconciler.cli.group import group
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_RECONCILER_COMPLETE"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    made = Workshop(tmp_path)
    made.manifests(COLLECTION, PROFILE, USER)
    monkeypatch.chdir(tmp_path)
    return made


def completed(*words: str) -> list[str]:
    *before, last = words
    shell = ShellComplete(group, {}, "reconciler", VARIABLE)
    return [each.value for each in shell.get_completions(before, last)]


def test_commands_and_options(here: Workshop) -> None:
    assert completed("") == list(COMMANDS)
    assert completed("sn") == ["snapshot"]
    assert "--detailed-exitcode" in completed("plan", "--")
    assert completed("state", "hi") == ["history"]
    assert completed("graph", "--format", "m") == ["mermaid"]
    assert not here.calls


def test_what_the_project_has(here: Workshop) -> None:
    assert completed("plan", "--tenant", "") == ["test"]
    assert completed("plan", "--target", "User") == [
        "User/sam@northwind.example", "UserProfile/lead",
    ]  # fmt: skip
    for command in (("drift",), ("mv",), ("import",), ("state", "show"), ("state", "rm")):
        assert completed(*command, "Res") == ["ResourceCollection/billing"]
    assert "WCC121" in completed("rules", "explain", "WCC12")
    assert not here.calls


def test_the_folder_may_be_another_one(
    here: Workshop, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert completed("plan", "--tenant", "") == []
    assert completed("plan", "-C", str(here.root), "--tenant", "") == ["test"]
    assert completed("-C", str(here.root), "plan", "--tenant", "") == ["test"]


@pytest.mark.parametrize("text", ["", "a: [", "tenants: 1\n", "\x00", "tenants: {test: {}}\n"])
def test_whatever_is_wrong_completes_to_nothing(here: Workshop, text: str) -> None:
    here.write("reconciler.yaml", text)
    assert completed("plan", "--target", "User") == []


ASKING = {
    "bash": """
        eval "$(_RECONCILER_COMPLETE=bash_source reconciler)"
        complete -p reconciler || exit
        COMP_WORDS=(reconciler plan --tenant "") COMP_CWORD=3
        _reconciler_completion reconciler
        printf "%s\\n" "${COMPREPLY[@]}"
    """,
    "fish": """
        env _RECONCILER_COMPLETE=fish_source reconciler | source
        complete -C "reconciler plan --tenant "
    """,
    # what would be shown is an array of the function that the script defines
    "zsh": """
        autoload -Uz compinit; compinit -D
        compadd() { print -l -- ${(P)${@[-1]}} }
        eval "$(_RECONCILER_COMPLETE=zsh_source reconciler)"
        words=(reconciler plan --tenant '') CURRENT=4
        $_comps[reconciler]
    """,
}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_completes_with_it(here: Workshop, shell: str) -> None:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    rest = {"bash": ["--norc", "-c"], "fish": ["--no-config", "-c"], "zsh": ["-f", "-c"]}[shell]
    done = subprocess.run(
        [found, *rest, ASKING[shell]],
        cwd=here.root,
        env={**os.environ, "PATH": path, "HOME": str(here.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "test" in done.stdout.split(), (done.stdout, done.stderr)
