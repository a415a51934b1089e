"""What `validate` writes for terminals, machines, code scanning, test reports and workflows."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.workshop import PROJECT, Terminal

FORMATS = ("text", "json", "sarif", "junit", "github")
EVIL = (
    "\x1b[2J\x1b[31m",
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]52;c;ZXZpbA==\x07",
    "[/foo]",
    "[link=http://evil.example]x[/link]",
    "\u202egnp.exe\u2066",
    "a\rb\x9b2J",
    "::error::forged\n::add-mask::x",
    "]]></failure><failure>",
    "x" * 10_000,
    "日本" * 5_000,
    "e" + "\u0301" * 10_000,
)


@pytest.fixture(params=EVIL, ids=range(len(EVIL)))
def evil(request: pytest.FixtureRequest, terminal: Terminal) -> str:
    """A manifest whose values are refused, and so told."""
    value: str = request.param
    quoted = json.dumps(value)
    write(
        terminal.root,
        f"""\
apiVersion: webexcc/v1
kind: UserProfile
metadata: {{name: lead, {quoted}: 1}}
spec: {{profileType: supervisor, permissions: {{}}, resources: all}}
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {{name: other}}
spec:
  profileType: {quoted}
  permissions: {{queue: {quoted}}}
  resources: all
""",
    )
    return value


def write(root: Path, manifest: str) -> None:
    (root / "access").mkdir()
    (root / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
    (root / "seed.yaml").write_text("organization: {id: x}\n", encoding="utf-8")
    (root / "access" / "all.yaml").write_text(manifest, encoding="utf-8")


@pytest.mark.parametrize("form", FORMATS)
def test_no_value_steers_what_shows_it(evil: str, terminal: Terminal, form: str) -> None:
    said = terminal("validate", "--format", form)
    assert said.code == 1
    assert "bug" not in said.err
    steering = {char for char in said.out if unicodedata.category(char) in {"Cc", "Cf", "Cs"}}
    assert steering <= {"\n"}
    if form == "json":
        told = [each["summary"] for each in said.json["diagnostics"]]
        assert sum(evil in each for each in told) >= 2
    if form == "sarif":
        assert len(said.json["runs"][0]["results"]) >= 3
    if form == "junit":
        assert len(list(ET.fromstring(said.out).iter("failure"))) >= 3  # noqa: S314 - our own
    if form == "github":
        assert all(line.startswith("::error file=access/all.yaml,") for line in lines(said.out))


def lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")


@pytest.mark.parametrize("form", FORMATS[2:])
def test_a_report_is_alone_on_stdout(terminal: Terminal, form: str) -> None:
    terminal.has_the_example()
    said = terminal("validate", "--format", form)
    assert said.code == 0
    assert said.err == "Success! The manifests are valid. (0 errors, 1 warning)\n"
    assert terminal("validate", "--format", form, "--quiet").err == ""


def test_a_green_report(terminal: Terminal) -> None:
    terminal.has_the_example()
    # one thing is worth a look all the same: somebody has full access
    results = terminal("validate", "--format", "sarif").json["runs"][0]["results"]
    assert [(each["ruleId"], each["level"]) for each in results] == [("WCC103", "warning")]
    annotations = lines(terminal("validate", "--format", "github").out)
    assert [each.partition(" ")[0] for each in annotations] == ["::warning"]
    suites = ET.fromstring(terminal("validate", "--format", "junit").out)  # noqa: S314 - our own
    assert not list(suites.iter("failure"))
    names = {each.get("name") for each in suites}
    assert "access/cedar/people.yaml" in names
    assert len(names) == len(list((terminal.root / "access").rglob("*.yaml")))


@pytest.mark.parametrize("command", ["plan", "drift", "apply"])
def test_reports_are_of_validate_alone(terminal: Terminal, command: str) -> None:
    said = terminal(command, "--format", "sarif")
    assert said.code == 1
    assert "'sarif' is not one of 'text', 'json'" in said.err


@pytest.mark.parametrize("form", FORMATS[2:])
def test_files_without_a_project(terminal: Terminal, form: str) -> None:
    write(terminal.root, "kind: [\n")
    said = terminal("validate", "access", "--format", form)
    assert said.code == 1
    assert "access/all.yaml" in said.out


def test_files_are_named_from_where_the_command_runs(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(terminal.root, "kind: [\n")
    monkeypatch.chdir(terminal.root.parent)
    said = terminal("-C", terminal.root.name, "validate", "--format", "github")
    assert said.out.startswith(f"::error file={terminal.root.name}/access/all.yaml,line=1,")


@pytest.mark.usefixtures("evil")
def test_the_page_of_a_workflow(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    page = terminal.root / "summary.md"
    page.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    terminal("validate", "--format", "json")
    assert page.read_text(encoding="utf-8") == "before\n"
    terminal("validate", "--format", "github")
    written = page.read_text(encoding="utf-8")
    assert written.startswith("before\n### reconciler validate: ")
    assert written.count("\n| error | ") >= 3
    rows = written.partition("| --- |")[2].replace("<br>", "")
    assert not {"\x1b", "\x9b", "\r", "\u202e", "[", "<", ">", "`"} & set(rows)
    assert all(line.count("|") == 6 for line in lines(rows)[1:])


def test_a_page_that_cannot_be_written_changes_nothing(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.has_the_example()
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(terminal.root / "none" / "summary.md"))
    said = terminal("validate", "--format", "github")
    assert said.code == 0
    assert "The summary was not written to" in said.err


def test_many_findings_are_counted_beyond_fifty(terminal: Terminal) -> None:
    unknown = "apiVersion: webexcc/v1\nkind: {}\nmetadata: {{name: x}}\nspec: {{}}\n"
    write(terminal.root, "---\n".join(unknown.format(f"Kind{n}") for n in range(60)))
    said = terminal("validate")
    assert said.out.count("error[SCH112]") == 50
    assert "… and 10 more errors; all of them with -v" in said.out
    assert "60 errors, 0 warnings" in said.out
    assert terminal("validate", "-v").out.count("error[SCH112]") == 60
    planned = terminal("plan")
    assert planned.out.count("SCH112") == 50
    assert "  … and 10 more errors; all of them with -v\n" in planned.out
    assert terminal("plan", "-v").out.count("SCH112") == 60
    stopped = terminal("drift")
    assert stopped.err.count("error[SCH112]") == 50
    assert "Stopped: 60 errors, 0 warnings." in stopped.err
    assert terminal("drift", "-v").err.count("error[SCH112]") == 60


@pytest.mark.parametrize("project", [None, "apiVersion: reconciler/v1\nkind: Projct\n"])
def test_a_check_that_was_stopped_still_writes_its_document(
    terminal: Terminal, project: str | None
) -> None:
    if project is not None:
        (terminal.root / "reconciler.yaml").write_text(project, encoding="utf-8")
    code = "PRJ101" if project is None else "PRJ102"
    said = terminal("validate", "--format", "sarif")
    (run,) = said.json["runs"]
    assert said.code == 1
    assert {each["ruleId"] for each in run["results"]} == {code}
    assert run["invocations"] == [{"executionSuccessful": False}]
    assert f"error[{code}]" in said.err
    report = ET.fromstring(terminal("validate", "--format=junit").out)  # noqa: S314 - our own
    assert {each.get("type") for each in report.iter("failure")} == {code}
    lines = terminal("validate", "--format", "github").out.splitlines()
    assert lines
    assert all(each.startswith("::error file=reconciler.yaml,") for each in lines)
    assert terminal("plan").out == ""


def test_a_stopped_check_names_files_from_where_it_was_called(terminal: Terminal) -> None:
    (terminal.root / "deep").mkdir()
    (terminal.root / "deep" / "reconciler.yaml").write_text("kind: [", encoding="utf-8")
    said = terminal("validate", "-C", "deep", "--format", "github")
    assert said.out.startswith("::error file=deep/reconciler.yaml,")


def test_one_mistake_made_often_is_told_once_and_by_machines_each_time(terminal: Terminal) -> None:
    user = "apiVersion: webexcc/v1\nkind: Usr\nmetadata: {name: x}\nspec: {}\n"
    write(terminal.root, "---\n".join([user] * 60))
    said = terminal("validate")
    assert said.out.count("error[SCH112]") == 1
    assert "   = also: 56 more; all of them with -v\n" in said.out
    assert "60 errors, 0 warnings" in said.out
    assert terminal("validate", "-v").out.count("error[SCH112]") == 60
    assert len(terminal("validate", "--format", "json").json["diagnostics"]) == 60
    planned = terminal("plan")
    assert "(60 alike)\n" in planned.out
    assert "    57 more; all of them with -v\n" in planned.out
    assert len(terminal("plan", "--format", "json").json["findings"]) == 60
