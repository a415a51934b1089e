"""`reconciler schema export`: what it writes, what it finds stale."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.contract.test_second_vendor import offer
from tests.workshop import EXAMPLE, Terminal

NAMES = [
    "cxone/v1/Role.json", "cxone/v1/Employee.json",
    "webexcc/v1/ResourceCollection.json", "webexcc/v1/UserProfile.json", "webexcc/v1/User.json",
    "manifest.json", "project.json", "plan.json", "snapshot.json",
]  # fmt: skip


def test_it_writes_every_schema_and_says_so(terminal: Terminal) -> None:
    said = terminal("schema", "export")
    assert said.code == 0
    assert said.out.splitlines()[: len(NAMES)] == [f"+ schemas/{name}" for name in NAMES]
    assert said.out.endswith("9 of 9 schemas written, the others were fresh.\n")
    for name in NAMES:
        written = (terminal.root / "schemas" / name).read_bytes()
        assert written == (EXAMPLE / "schemas" / name).read_bytes()
    again = terminal("schema", "export")
    assert again.out.endswith("0 of 9 schemas written, the others were fresh.\n")


def test_the_folder_is_a_choice(terminal: Terminal) -> None:
    (terminal.root / "project").mkdir()
    assert terminal("schema", "export", "-C", "project", "deep/er").code == 0
    assert (terminal.root / "project" / "deep" / "er" / "manifest.json").is_file()


def test_ci_finds_what_is_stale(terminal: Terminal) -> None:
    terminal("schema", "export")
    said = terminal("schema", "export", "--check")
    assert (said.code, said.out) == (0, "")
    assert "All 9 schemas in schemas are fresh." in said.err
    plan, user = terminal.root / "schemas/plan.json", terminal.root / "schemas/webexcc/v1/User.json"
    plan.write_bytes(b"{}")
    user.unlink()
    said = terminal("schema", "export", "--check")
    assert said.code == 1
    assert "error[RUN131]: 2 of 9 schemas in schemas" in said.err
    assert "webexcc/v1/User.json is missing, plan.json is changed" in said.err
    assert "run `reconciler schema export schemas`" in said.err
    assert plan.read_bytes() == b"{}"
    assert not user.exists()
    assert "~ schemas/plan.json\n" in terminal("schema", "export").out
    assert terminal("schema", "export", "--check").code == 0


def test_line_ends_of_a_checkout_do_not_matter(terminal: Terminal) -> None:
    terminal("schema", "export")
    for name in NAMES:
        file = terminal.root / "schemas" / name
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert terminal("schema", "export", "--check").code == 0


def test_machines_get_the_list(terminal: Terminal) -> None:
    assert terminal("schema", "export", "--check", "--format", "json").code == 1
    said = terminal("schema", "export", "--format", "json")
    assert said.code == 0
    assert said.json["folder"] == "schemas"
    assert said.json["files"] == [{"path": name, "was": "missing"} for name in NAMES]
    (terminal.root / "schemas" / "plan.json").write_bytes(b"")
    states = [
        each["was"] for each in terminal("schema", "export", "--format", "json").json["files"]
    ]
    assert dict(zip(NAMES, states, strict=True)) == dict.fromkeys(NAMES, "fresh") | {
        "plan.json": "changed"
    }


def test_a_folder_that_cannot_be(terminal: Terminal) -> None:
    (terminal.root / "file").write_text("")
    said = terminal("schema", "export", "file")
    assert said.code == 1
    assert "error[RUN130]" in said.err


def test_vendors_from_outside_are_in(
    terminal: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(tmp_path, "tiny-vendor", "tiny = tests.contract.tiny:VENDOR")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert "+ schemas/tiny/v1/Key.json\n" in terminal("schema", "export").out
    whole = json.loads((terminal.root / "schemas" / "manifest.json").read_bytes())
    assert whole["properties"]["apiVersion"]["enum"] == ["cxone/v1", "tiny/v1", "webexcc/v1"]


def test_schemas_in_a_searched_folder_are_no_manifests(terminal: Terminal) -> None:
    terminal("schema", "export")
    (terminal.root / "a.yaml").write_text(
        "apiVersion: webexcc/v1\nkind: User\nmetadata: {name: a@b.example}\nspec: {site: Berlin}\n"
    )
    said = terminal("validate", ".")
    assert said.code == 0
    assert said.out.startswith("Success! The manifests are valid.\nJudged 1 manifest in ")
