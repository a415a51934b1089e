"""What an author or a tenant may hide in a text: refused, escaped, warned about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.model.characters import has_invisible
from tests.cli import test_cxone as cxone
from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER, Terminal, Workshop

HIDDEN = ["\u202e", "\u200d", "\ufe0f", "\xad", "\u2028", "\U000e0041", "\u3164", "\x85"]
CYRILLIC = "s\u0430m@northwind.example"


@pytest.fixture
def here(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path)
    made.manifests(COLLECTION, PROFILE, USER)
    return made


@pytest.mark.parametrize("command", ["validate", "plan", "drift"])
@pytest.mark.parametrize(
    "file", ["access/all.yaml", "patches/p.yaml", "reconciler.yaml", "seed.yaml"]
)
def test_a_comment_that_hides_something_is_refused_in_every_file(
    here: Workshop, terminal: Terminal, file: str, command: str
) -> None:
    here.write("reconciler.yaml", PROJECT + '    patches: ["patches/*.yaml"]\n')
    here.write("patches/p.yaml", PROFILE.replace("---\n", "").partition("spec:")[0] + "spec: {}\n")
    if file == "seed.yaml" and command == "validate":
        return  # no seed is read
    text = (here.root / file).read_text("utf-8")
    lines = text.count("\n")
    here.write(file, text + "# reviewed \u202e by nobody\n")
    said = terminal(command)
    assert said.code == 1
    assert "YML106" in said.out + said.err
    assert "U+202E RIGHT-TO-LEFT OVERRIDE" in said.out + said.err
    assert f"{file}:{lines + 1}:12" in said.out + said.err
    assert not has_invisible((said.out + said.err).replace("\n", ""))


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
def test_what_is_imported_and_accepted_can_be_read_again(
    tmp_path: Path, terminal: Terminal, hidden: str
) -> None:
    here = Workshop(tmp_path)
    described = f"type: supervisor, description: {json.dumps(f'of{hidden}all')}"
    seed = SEED.replace("Sales EN]", f"{json.dumps(f'Sales{hidden}EN')}]")
    here.write("seed.yaml", seed.replace("type: supervisor, systemDefault: true", described))
    assert terminal("import", "--all").code == 0
    for each in here.root.rglob("access/**/*.yaml"):
        assert not has_invisible(each.read_text("utf-8").replace("\n", ""))
    assert terminal("plan", "--detailed-exitcode").code == 0
    here.act("edit-profile", profile="Supervisor Profile", description=f"a{hidden}b", queue="edit")
    said = terminal("drift", "--accept", "--auto-approve")
    assert said.code in (0, 2), said.err
    assert not has_invisible(said.out.replace("\n", ""))
    for each in here.root.rglob("access/**/*.yaml"):
        assert not has_invisible(each.read_text("utf-8").replace("\n", ""))
    assert terminal("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("hidden", HIDDEN, ids=ascii)
def test_what_is_imported_from_cxone_can_be_read_again(
    tmp_path: Path, terminal: Terminal, hidden: str
) -> None:
    here = Workshop(tmp_path)
    described = f"name: Old Reviewer, description: {json.dumps(f'of{hidden}all')}"
    here.write("seed.yaml", cxone.SEED.replace("name: Old Reviewer", described))
    here.write("reconciler.yaml", cxone.PROJECT)
    assert terminal("import", "--all").code == 0
    for each in here.root.rglob("access/**/*.yaml"):
        assert not has_invisible(each.read_text("utf-8").replace("\n", ""))
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_a_person_who_looks_like_another_is_named_by_plan_and_drift(
    here: Workshop, terminal: Terminal
) -> None:
    here.write("seed.yaml", SEED + f"  - {{email: {CYRILLIC}, profile: Supervisor Profile}}\n")
    for command in ("plan", "drift"):
        said = terminal(command)
        told = said.out + said.err  # a drift check warns beside its report
        assert "PLN170" in told
        assert f"`{CYRILLIC}`" in told
        assert "can be mistaken for `sam@northwind.example`" in told
        assert "U+0430 CYRILLIC SMALL LETTER A" in told
    found = terminal("plan", "--format", "json").json["findings"]
    assert [each["severity"] for each in found if each["code"] == "PLN170"] == ["warning"]


def test_manifests_that_look_alike_are_named_by_validate(
    here: Workshop, terminal: Terminal
) -> None:
    other = USER.replace("sam@northwind.example", CYRILLIC)
    here.manifests(COLLECTION, PROFILE, USER, other)
    said = terminal("validate")
    assert said.code == 0
    assert "warning[PLN170]" in said.out
    assert "access/all.yaml" in said.out


def test_a_value_cannot_look_like_a_change(here: Workshop, terminal: Terminal) -> None:
    here.manifests(
        COLLECTION, PROFILE.replace("spec:", 'spec:\n  description: "a\\" -> \\"b"'), USER
    )
    said = terminal("plan")
    assert '"a\\" -> \\"b"' in said.out
    assert '"a" -> "b"' not in said.out
