from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from reconciler.engine.checkout import commit_of


def git(folder: Path, *command: str) -> str:
    whole = ("git", "-c", "user.name=ada", "-c", "user.email=ada@here.example", *command)
    done = subprocess.run(whole, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_the_commit_is_told_and_whether_files_differ(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a").write_text("1")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-qm", "One")
    git(tmp_path, "tag", "v1")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert commit_of(tmp_path) == commit
    (tmp_path / "a").write_text("2")
    assert commit_of(tmp_path) == f"{commit}-dirty"


def test_what_is_no_checkout_has_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert commit_of(tmp_path) == ""
    git(tmp_path, "init", "-q")
    assert commit_of(tmp_path) == ""  # no commit yet
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit_of(tmp_path) == ""
