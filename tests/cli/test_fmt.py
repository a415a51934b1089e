"""`reconciler fmt`, as it is typed."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from reconciler.cli.group import run
from tests.workshop import COLLECTION, EXAMPLE, PROFILE, PROJECT, USER, Terminal, Workshop

ODD = """\
kind:   UserProfile
apiVersion: webexcc/v1
metadata: {name: lead}
spec:
    permissions:   # the board's
        queue: edit
    name: Lead
"""
SET = """\
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: lead}
spec:
  name: Lead
  permissions:   # the board's
    queue: edit
"""


@pytest.fixture
def here(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path)
    made.write("access/odd.yaml", ODD)
    made.write("access/fine.yaml", COLLECTION)
    return made


def odd(here: Workshop) -> str:
    return (here.root / "access" / "odd.yaml").read_text("utf-8")


def test_the_files_of_the_project_are_set_in_one_layout(here: Workshop, terminal: Terminal) -> None:
    said = terminal("fmt")
    assert (said.code, said.out) == (0, "access/odd.yaml\n")
    assert odd(here) == SET
    said = terminal("fmt")
    assert (said.code, said.out) == (0, "")
    assert "All 3 files are formatted." in said.err


def test_a_check_writes_nothing(here: Workshop, terminal: Terminal) -> None:
    said = terminal("fmt", "--check", "--diff")
    assert said.code == 2
    assert "--- a/access/odd.yaml" in said.out
    assert "-    name: Lead" in said.out
    assert "+  name: Lead" in said.out
    assert odd(here) == ODD
    assert terminal("fmt", "--check", "--format", "json").json["changed"] == ["access/odd.yaml"]
    terminal("fmt")
    assert terminal("fmt", "--check").code == 0


def test_files_and_folders_need_no_project(tmp_path: Path, terminal: Terminal) -> None:
    for name in ("a.yaml", "deep/b.yaml", "left.yaml"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(ODD, "utf-8")
    (tmp_path / "c.json").write_text('{"kind":   1}', "utf-8")
    said = terminal("fmt", "a.yaml", "deep", "c.json")
    assert said.code == 0
    assert said.out.split() == ["a.yaml", "deep/b.yaml"]
    assert (tmp_path / "a.yaml").read_text("utf-8") == SET
    assert (tmp_path / "left.yaml").read_text("utf-8") == ODD
    # a folder above this one is somebody's too
    assert terminal("fmt", str(tmp_path / "left.yaml")).code == 0
    assert (tmp_path / "left.yaml").read_text("utf-8") == SET


def test_standard_input_goes_to_standard_output(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))

    give(ODD)
    assert terminal("fmt", "-").out == SET
    give(ODD)
    assert terminal("fmt", "-", "--check").code == 2
    give(SET)
    assert terminal("fmt", "-", "--check").code == 0
    assert "error[RUN100]" in terminal("fmt", "-", "a.yaml").err


def test_nothing_is_written_where_one_file_cannot_be_read(
    here: Workshop, terminal: Terminal
) -> None:
    here.write("access/wrong.yaml", "kind: [a\nb: c\n")
    said = terminal("fmt")
    assert said.code == 1
    assert "error[YML101]" in said.err
    assert "access/wrong.yaml:" in said.err
    assert odd(here) == ODD


MARK = b"\xef\xbb\xbf"


def with_ends(text: str, end: str, mark: bytes = b"") -> bytes:
    return mark + text.encode().replace(b"\n", end.encode())


@pytest.mark.parametrize("mark", [b"", MARK], ids=["no mark", "mark"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("last", [True, False], ids=["whole", "no end at the end"])
def test_line_ends_and_the_mark_stay(
    here: Workshop, terminal: Terminal, end: str, mark: bytes, last: bool
) -> None:
    file = here.root / "access" / "odd.yaml"
    file.write_bytes(with_ends(ODD if last else ODD.rstrip(), end, mark))
    assert terminal("fmt", "--check").code == 2
    assert terminal("fmt").out == "access/odd.yaml\n"
    assert file.read_bytes() == with_ends(SET, end, mark)
    said = terminal("fmt", "--check", "--diff")
    assert (said.code, said.out) == (0, "")


def test_a_diff_shows_no_line_that_differs_by_its_end_alone(
    here: Workshop, terminal: Terminal
) -> None:
    (here.root / "access" / "odd.yaml").write_bytes(with_ends(ODD, "\r\n"))
    lines = terminal("fmt", "--check", "--diff").out.splitlines()
    assert " metadata: {name: lead}" in lines
    assert "-kind:   UserProfile" in lines


def test_lines_that_end_in_both_ways_stay_until_the_layout_changes(
    here: Workshop, terminal: Terminal
) -> None:
    file = here.root / "access" / "odd.yaml"
    mixed = SET.replace("\n", "\r\n", 2).encode()
    file.write_bytes(mixed)
    assert terminal("fmt", "--check").code == 0
    assert terminal("fmt").out == ""
    assert file.read_bytes() == mixed
    for number, end in ((2, "\n"), (5, "\r\n")):
        file.write_bytes(ODD.replace("\n", "\r\n", number).encode())
        assert terminal("fmt").out == "access/odd.yaml\n"
        assert file.read_bytes() == with_ends(SET, end)
        assert terminal("fmt", "--check").code == 0


def test_standard_input_keeps_its_line_ends(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = io.TextIOWrapper(io.BytesIO(with_ends(ODD, "\r\n")))
    monkeypatch.setattr("sys.stdin", given)
    assert run(["fmt", "-"]) == 0
    assert capfdbinary.readouterr().out == with_ends(SET, "\r\n")


def test_a_file_in_another_encoding_is_refused(here: Workshop, terminal: Terminal) -> None:
    (here.root / "access" / "odd.yaml").write_bytes(ODD.encode("utf-16"))
    assert "save it as UTF-8" in terminal("fmt").err


KIM = USER.replace("sam@", "kim@").replace("lead", "{name: Supervisor Profile}")


def ends_of(file: Path) -> set[bytes]:
    return {line[-2:] for line in file.read_bytes().splitlines(keepends=True)}


def test_whoever_writes_manifests_keeps_their_line_ends(tmp_path: Path, terminal: Terminal) -> None:
    made = Workshop(tmp_path)
    made.manifests(COLLECTION, PROFILE, KIM)
    file = made.root / "access" / "all.yaml"
    file.write_bytes(with_ends(file.read_text("utf-8"), "\r\n"))
    made.planned_and_applied()
    made.act("edit-profile", profile="Billing lead", mid_call_monitor="enabled")
    assert terminal("drift", "--accept", "--auto-approve").code == 0
    assert b"mid-call-monitor" in file.read_bytes()
    assert ends_of(file) == {b"\r\n"}
    assert terminal("mv", "UserProfile/lead", "chief").code == 0
    assert b"chief" in file.read_bytes()
    assert ends_of(file) == {b"\r\n"}
    said = terminal("import", "User/sam@northwind.example", "sam@northwind.example")
    assert said.code == 0, said.err
    assert b"sam@northwind.example" in file.read_bytes()
    assert ends_of(file) == {b"\r\n"}


def test_patches_and_the_project_file_are_set_too(here: Workshop, terminal: Terminal) -> None:
    patched = PROJECT.replace("    sandbox", '    patches: ["overlays/*.yaml"]   \n    sandbox')
    here.write("reconciler.yaml", patched)
    here.write("overlays/lead.yaml", ODD)
    assert terminal("fmt").out.split() == [
        "access/odd.yaml", "overlays/lead.yaml", "reconciler.yaml",
    ]  # fmt: skip
    assert "   \n" not in (here.root / "reconciler.yaml").read_text("utf-8")


def test_what_import_writes_and_the_example_are_in_the_layout(
    tmp_path: Path, terminal: Terminal
) -> None:
    assert terminal("fmt", str(EXAMPLE), "--check").code == 0
    made = Workshop(tmp_path)
    made.manifests(COLLECTION, PROFILE)
    made.planned_and_applied()
    made.lose_the_state()
    (made.root / "access" / "all.yaml").unlink()
    assert terminal("import", "--all").code == 0
    assert terminal("fmt", "--check").code == 0
