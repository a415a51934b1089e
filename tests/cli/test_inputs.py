"""What `validate` and a project read: folders, globs, files, JSON, standard input, patches."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path

import pytest

from tests.systems import needs_pipes
from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER, Terminal

WRONG = (
    "apiVersion: webexcc/v1\nkind: User\nmetadata: {name: sam@northwind.example}\nspec: {sit: x}\n"
)
RIGHT = WRONG.replace("{sit: x}", "{teams: []}")


def typed(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    """What comes in by standard input, once."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    "path", ["access", "access/*.yaml", "acc*", "**/*.yaml", "access/a.yaml", "access/../access"]
)
def test_a_path_is_a_folder_a_glob_or_a_file(terminal: Terminal, path: str) -> None:
    write(terminal.root, "access/a.yaml", WRONG)
    write(terminal.root, "access/.hidden.yaml", "a: [")
    said = terminal("validate", path)
    assert said.code == 1
    assert said.out.count("error[") == 1
    assert "access/a.yaml:4:8" in said.out


def test_standard_input_is_read_once_and_shown(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, (RIGHT + "---\n" + WRONG).encode())
    said = terminal("validate", "-")
    assert said.code == 1
    assert "  --> <stdin>:9:8   local\n   |\n 9 | spec: {sit: x}\n   |        ^^^\n" in said.out


def test_standard_input_may_be_json_with_tabs(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = {
        "apiVersion": "webexcc/v1",
        "kind": "User",
        "metadata": {"name": "sam@northwind.example"},
        "spec": {"sit": "x"},
    }
    typed(monkeypatch, json.dumps(manifest, indent="\t").encode())
    said = terminal("validate", "-", "--format", "json")
    (found,) = said.json["diagnostics"]
    assert (found["file"], found["line"], found["column"]) == ("<stdin>", 8, 3)


def test_nothing_on_standard_input_is_no_manifest(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, b"")
    said = terminal("validate", "-")
    assert (said.code, "error[PLN101]: there is no manifest at all" in said.out) == (1, True)


@needs_pipes
@pytest.mark.parametrize(
    ("paths", "code"),
    [
        (["gone.yaml"], "PRJ112"),
        (["*.yaml"], "PRJ110"),
        (["empty"], "PRJ110"),
        (["pipe"], "YML108"),
    ],
)
def test_what_is_no_file_is_one_clear_error(
    terminal: Terminal, paths: list[str], code: str
) -> None:
    (terminal.root / "empty").mkdir()
    os.mkfifo(terminal.root / "pipe")
    said = terminal("validate", *paths)
    assert said.code == 1
    assert (said.out + said.err).count("error[") == 1
    assert f"error[{code}]" in said.out + said.err


def test_a_json_file_is_strict(terminal: Terminal) -> None:
    write(terminal.root, "a.json", '{\n  "kind": "User",\n  "kind": "User"\n}\n')
    said = terminal("validate", "a.json")
    assert "error[YML102]: the key `kind` is already there\n  --> a.json:3:3" in said.out


def test_of_a_very_long_line_only_what_is_around_the_mark_is_shown(terminal: Terminal) -> None:
    teams = ", ".join(f"Team {number}" for number in range(2000))
    write(terminal.root, "a.yaml", WRONG.replace("{sit: x}", f"{{teams: [{teams}, 12, {teams}]}}"))
    said = terminal("validate", "a.yaml")
    assert said.code == 1
    assert max(map(len, said.out.splitlines())) < 300
    shown, mark = said.out.splitlines()[3:5]
    assert shown[mark.index("^") :].startswith("12, Team 0")


PATCH = """\
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: lead}
spec:
  permissions: {queue: write}
"""


@pytest.fixture
def patched(terminal: Terminal) -> Terminal:
    write(terminal.root, "seed.yaml", SEED)
    two = PROJECT.replace('manifests: ["access/*.yaml"]', 'manifests: ["access"]')
    other = two.split("tenants:\n")[1].replace("test:", "prod:")
    other = other.replace("    sandbox", '    patches: ["overlays/prod/*.yaml"]\n    sandbox')
    write(terminal.root, "reconciler.yaml", two + other)
    write(terminal.root, "access/all.yaml", COLLECTION + PROFILE + USER)
    write(terminal.root, "overlays/prod/lead.yaml", PATCH)
    return terminal


def test_a_patch_is_one_tenants_and_its_values_are_shown_in_it(patched: Terminal) -> None:
    assert patched("validate", "--tenant", "test").code == 0
    said = patched("validate")
    assert said.code == 1
    assert said.out.count("error[") == 1
    assert "overlays/prod/lead.yaml:5:24   prod/webexcc/UserProfile/lead" in said.out
    (found,) = patched("plan", "--tenant", "prod", "--format", "json").json["findings"]
    assert (found["file"], found["line"]) == ("overlays/prod/lead.yaml", 5)


def test_a_patch_that_fits_nothing_is_an_error(patched: Terminal) -> None:
    write(patched.root, "overlays/prod/lead.yaml", PATCH.replace("lead", "laed"))
    said = patched("validate")
    assert "error[REF103]: the patch fits no manifest: there is no UserProfile `laed`" in said.out
    assert "did you mean `lead`?" in said.out


def test_patches_that_match_no_file_are_an_error(patched: Terminal) -> None:
    (patched.root / "overlays/prod/lead.yaml").unlink()
    for command in ("validate", "plan", "drift"):
        said = patched(command, "--tenant", "prod")
        assert said.code == 1
        assert "error[PRJ110]: no file matches `overlays/prod/*.yaml`" in said.out + said.err
        assert "correct `patches` in reconciler.yaml" in said.out + said.err


def test_a_plan_is_stale_when_a_patch_was_edited(patched: Terminal) -> None:
    good = PATCH.replace("permissions: {queue: write}", "description: one")
    write(patched.root, "overlays/prod/lead.yaml", good)
    assert patched("plan", "--tenant", "prod", "--out", "p.plan").code == 0
    write(patched.root, "overlays/prod/lead.yaml", good.replace("one", "two"))
    said = patched("apply", "p.plan", "--auto-approve")
    assert said.code == 1
    assert "error[RUN103]" in said.out + said.err
    assert "the manifests of prod were edited" in said.out + said.err
