"""A new user's first mistakes: each gets one clear error, exit code 1, and nothing is written."""

from __future__ import annotations

import pytest

from tests.workshop import EXAMPLE, Said, Terminal


def one_error(said: Said, code: str) -> str:
    assert said.code == 1
    text = said.out + said.err
    assert text.count("error[") == 1, text
    assert f"error[{code}]" in text
    assert "Traceback" not in text
    return text


def test_no_project(terminal: Terminal) -> None:
    said = one_error(terminal("plan"), "PRJ101")
    assert "there is no reconciler.yaml in" in said
    assert "reconciler demo" in said


def test_the_wrong_folder(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.has_the_example()
    monkeypatch.chdir(terminal.root / "access" / "cedar")
    said = one_error(terminal("plan"), "PRJ101")
    assert f"-C {terminal.root}" in said
    assert terminal("-C", str(terminal.root), "validate").code == 0
    assert terminal("validate", "-C", str(terminal.root)).code == 0


def test_a_folder_that_is_not_there(terminal: Terminal) -> None:
    assert "there is no folder nowhere" in one_error(terminal("plan", "-C", "nowhere"), "PRJ101")


def test_no_manifests(terminal: Terminal) -> None:
    terminal.has_the_example()
    project = terminal.root / "reconciler.yaml"
    project.write_text(project.read_text().replace("access/**", "acess/**"))
    for command in ("plan", "validate", "apply", "drift"):
        said = one_error(terminal(command), "PRJ110")
        assert "no file matches `acess/**/*.yaml`" in said


def test_a_typo_in_a_kind(terminal: Terminal) -> None:
    terminal.has_the_example()
    people = terminal.root / "access" / "shared" / "people.yaml"
    people.write_text(people.read_text().replace("kind: User", "kind: Usr", 1))
    said = one_error(terminal("validate"), "SCH112")
    assert "  --> access/shared/people.yaml:4:7   " in said
    assert " 4 | kind: Usr\n" in said
    assert "did you mean `User`?" in said
    assert terminal("plan").code == 1


def test_an_unknown_tenant(terminal: Terminal) -> None:
    terminal.has_the_example()
    said = one_error(terminal("plan", "--tenant", "meridian-sandbx"), "PRJ103")
    assert "did you mean `meridian-sandbox` or" in said


def test_a_tenant_without_its_token(terminal: Terminal) -> None:
    terminal.has_the_example()
    assert "WEBEX_TOKEN" in one_error(terminal("plan", "--tenant", "meridian"), "PRJ123")


def test_a_target_that_matches_nothing(terminal: Terminal) -> None:
    terminal.has_the_example()
    said = one_error(terminal("plan", "--target", "UserProfile/cedar-agnt"), "REF130")
    assert "did you mean `webexcc/UserProfile/cedar-agent`" in said


@pytest.mark.parametrize("plan", ["nope.plan", "reconciler.yaml"])
def test_a_file_that_is_no_plan(terminal: Terminal, plan: str) -> None:
    terminal.has_the_example()
    one_error(terminal("show", plan), "RUN101")
    one_error(terminal("apply", plan), "RUN101")


def test_nobody_there_to_say_yes(terminal: Terminal) -> None:
    terminal.has_the_example()
    one_error(terminal("apply", "--allow", "people=221:3b45"), "RUN102")
    assert not (terminal.root / ".reconciler" / "state.db").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["plna"], "did you mean `plan`?"),
        (["plan", "--formt", "json"], "--format"),
        (["plan", "extra"], "extra"),
        (["drift", "--out", "f"], "--revert"),
        (["sandbox", "act", "fly"], "edit-profile"),
        (["sandbox", "act", "edit-profile", "noequals"], "KEY=VALUE"),
    ],
)
def test_usage_errors_are_told_and_exit_with_1(
    terminal: Terminal, arguments: list[str], told: str
) -> None:
    terminal.has_the_example()
    said = terminal(*arguments)
    assert said.code == 1
    assert told in said.out + said.err


def test_files_are_validated_without_a_project(terminal: Terminal) -> None:
    said = terminal("validate", str(EXAMPLE / "access"))
    assert said.code == 0
    assert "The manifests are valid" in said.out
    (terminal.root / "bad.yaml").write_text("kind: User\n")
    assert terminal("validate", "bad.yaml").code == 1
