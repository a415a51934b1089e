"""The state of a project is chosen by who runs it, never by who writes a pull request."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from reconciler.errors import ProjectError, ReconcilerError
from reconciler.manifests.credentials import FromEnvironment
from reconciler.manifests.state_location import located
from tests.systems import needs_links
from tests.workshop import PROJECT, Terminal, Workshop

DEFAULT = "sqlite:///.reconciler/state.db"
FROM_VARIABLE = FromEnvironment(env="WHERE")


def refused(root: Path, written: str | FromEnvironment, **environment: str) -> ProjectError:
    with pytest.raises(ProjectError) as caught:
        located(root, written, environment)
    return caught.value


def git(root: Path, *arguments: str) -> None:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *arguments]
    subprocess.run(command, cwd=root, check=True, capture_output=True)


OUTSIDE = (
    "sqlite:///../state.db",
    "sqlite:////tmp/state.db",
    "sqlite:///a/../../state.db",
    "sqlite:///a/../state.db",
    "sqlite:///%2e%2e/state.db",
    "sqlite+pysqlite:///../state.db",
    "sqlite:///../state.db?mode=ro",
)


@pytest.mark.parametrize("url", OUTSIDE)
def test_a_state_outside_the_project_is_refused_but_from_the_operator(
    tmp_path: Path, url: str
) -> None:
    assert refused(tmp_path, url).told.code == "PRJ155"
    by_variable = refused(tmp_path, FROM_VARIABLE, WHERE=url)
    assert by_variable.told.code == "PRJ155"
    assert "RECONCILER_STATE" in by_variable.told.hint
    assert located(tmp_path, url, {"RECONCILER_STATE": url}) == url


@pytest.mark.parametrize("url", [DEFAULT, "sqlite:///x.db", "sqlite:///deep/er/x.db"])
def test_a_state_in_the_project_is_taken(tmp_path: Path, url: str) -> None:
    assert located(tmp_path, url, {}) == url
    assert located(tmp_path, FROM_VARIABLE, {"WHERE": url}) == url
    assert located(tmp_path, f"sqlite:///{tmp_path}/x.db", {}) == f"sqlite:///{tmp_path}/x.db"


@needs_links
@pytest.mark.parametrize(
    ("link", "to"),
    [
        (".reconciler", "elsewhere"),
        (".reconciler", "nowhere"),
        (".reconciler/state.db", "elsewhere/x.db"),
        (".reconciler/state.db-wal", "elsewhere/x.db-wal"),
        (".reconciler/state.db-journal", "elsewhere/x.db-journal"),
    ],
)
def test_a_link_on_the_way_to_the_state_is_refused(tmp_path: Path, link: str, to: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / link).parent.mkdir(exist_ok=True)
    (tmp_path / link).symlink_to(tmp_path / to)
    found = refused(tmp_path, DEFAULT)
    assert (found.told.code, f"`{link}` is a symbolic link" in found.told.summary) == (
        "PRJ156",
        True,
    )
    assert refused(tmp_path, DEFAULT, RECONCILER_STATE=DEFAULT).told.code == "PRJ156"


@needs_links
def test_a_project_that_is_itself_reached_by_a_link_is_fine(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    real, link = tmp_path / "real", tmp_path / "link"
    for root, base in ((link, link), (link, real), (real, real)):
        assert located(root, f"sqlite:///{base}/x.db", {}) == f"sqlite:///{base}/x.db"


@pytest.mark.parametrize("name", ["state.db", "state.db-wal", "state.db-journal"])
@pytest.mark.parametrize("folder", ["", "sub"])
def test_a_state_that_git_tracks_is_refused(tmp_path: Path, name: str, folder: str) -> None:
    root = tmp_path / folder
    (root / ".reconciler").mkdir(parents=True)
    git(tmp_path, "init", "-q")
    (root / ".reconciler" / name).write_bytes(b"x")
    assert located(root, DEFAULT, {}) == DEFAULT  # there, and not tracked
    git(tmp_path, "add", "-f", ".")
    found = refused(root, DEFAULT)
    assert found.told.code == "PRJ157"
    assert f".reconciler/{name}" in found.told.summary
    git(tmp_path, "rm", "-q", "--cached", "-r", ".")
    assert located(root, DEFAULT, {}) == DEFAULT


def test_a_state_within_a_submodule_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    git(other, "commit", "-q", "--allow-empty", "-m", "x")
    root = tmp_path / "root"
    root.mkdir()
    git(root, "init", "-q")
    git(
        root,
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        str(other),
        ".reconciler",
    )
    (root / ".reconciler" / "state.db").write_bytes(b"x")
    assert refused(root, DEFAULT).told.code == "PRJ157"


SECRETS = (
    "hunter2-is-no-url",
    "mysql://user:hunter2@db.example/x",
    "sqlite:////somewhere/hunter2.db",
    "sqlite:///../hunter2.db",
    "sqlite:///a\0hunter2",
    "sqlite:///%00hunter2",
    "postgresql://hunter2",
)


@pytest.mark.parametrize("value", SECRETS)
@pytest.mark.parametrize("command", ["validate", "plan", "drift"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_a_variable_holds_is_never_shown(  # noqa: PLR0913, PLR0917 - a table
    workshop: Workshop,
    terminal: Terminal,
    monkeypatch: pytest.MonkeyPatch,
    value: str,
    command: str,
    form: str,
) -> None:
    if "\0" in value:
        pytest.skip("no variable holds that") if os.name == "posix" else None
    workshop.write("reconciler.yaml", PROJECT + "state: {env: HOLDS_IT}\n")
    workshop.manifests(
        "apiVersion: webexcc/v1\nkind: User\nmetadata: {name: a@b.example}\nspec: {}"
    )
    monkeypatch.setenv("HOLDS_IT", value)
    said = terminal(command, "--format", form)
    shown = said.out + said.err
    assert "hunter2" not in shown
    assert "mysql" not in shown
    assert "postgresql" not in shown
    assert "This is a bug" not in shown


@needs_links
@pytest.mark.parametrize("command", ["plan", "drift", "apply", "validate"])
def test_every_command_refuses_a_linked_state(
    workshop: Workshop, terminal: Terminal, command: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    workshop.manifests(
        "apiVersion: webexcc/v1\nkind: User\nmetadata: {name: a@b.example}\nspec: {}"
    )
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (workshop.root / ".reconciler").symlink_to(elsewhere)
    said = terminal(command, *(["--auto-approve"] if command == "apply" else []))
    assert said.code == 1
    assert "PRJ156" in said.err
    assert not list(elsewhere.iterdir())


@needs_links
def test_a_sandbox_behind_a_link_is_refused(workshop: Workshop) -> None:
    workshop.write("reconciler.yaml", PROJECT + "state: sqlite:///s.db\n")
    workshop.write(".reconciler/x", "")
    (workshop.root / ".reconciler" / "sandbox").symlink_to(workshop.root)
    workshop.manifests("# nothing\n")
    with pytest.raises(ReconcilerError) as caught:
        workshop.act("edit-profile")
    assert caught.value.told.code == "PRJ156"
