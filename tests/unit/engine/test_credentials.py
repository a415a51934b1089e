"""Secrets from variables, files and commands: read, kept, never shown."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.engine import credentials
from reconciler.engine.credentials import ALLOW, Place
from reconciler.errors import ProjectError
from reconciler.manifests.credentials import FromCommand, FromEnvironment, FromFile, Secret
from tests.systems import needs_links, needs_pipes, needs_posix_modes, needs_posix_words

CANARY = "canary-90be12"


def place(root: Path, source: Secret, warned: list[str] | None = None, **variables: str) -> Place:
    heard = [] if warned is None else warned
    return Place("live", "token", source, root, variables, heard.append)


def read(found: Place) -> str:
    return asyncio.run(found.read())


def refused(found: Place) -> ProjectError:
    with pytest.raises(ProjectError) as caught:
        read(found)
    error = caught.value
    assert error.__cause__ is None
    assert CANARY not in f"{error!r} {error.told}"
    return error


def secret(root: Path, text: str | bytes, mode: int = 0o600) -> FromFile:
    file = root / "token"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    file.chmod(mode)
    return FromFile(file="token")


def printing(code: str) -> FromCommand:
    return FromCommand(command=[sys.executable, "-c", code])


def test_a_variable_holds_it(tmp_path: Path) -> None:
    source = FromEnvironment(env="TOKEN")
    assert read(place(tmp_path, source, TOKEN=f" {CANARY}\n")) == CANARY
    assert refused(place(tmp_path, source)).told.code == "PRJ123"
    assert refused(place(tmp_path, source, None, **{"TOKEN": "  "})).told.hint.startswith(
        "export TOKEN"
    )


def test_a_file_holds_it(tmp_path: Path) -> None:
    assert read(place(tmp_path, secret(tmp_path, f"{CANARY}\n"))) == CANARY
    absolute = FromFile(file=str(tmp_path / "token"))
    assert read(place(tmp_path / "elsewhere", absolute)) == CANARY


@needs_posix_modes
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o622, 0o777])
def test_a_file_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    error = refused(place(tmp_path, secret(tmp_path, CANARY, mode)))
    assert error.told.code == "PRJ162"
    assert f"mode {mode:04o}" in error.told.summary
    assert error.told.hint == "run `chmod 600` on it"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda root: root, "No such file"),
        pytest.param(
            lambda root: (root / "token").mkdir(), "Is a directory", marks=needs_posix_words
        ),
        pytest.param(
            lambda root: os.mkfifo(root / "token", 0o600), "which is not a file", marks=needs_pipes
        ),
        (lambda root: secret(root, ""), "which is empty"),
        (lambda root: secret(root, " \n"), "which is empty"),
        (lambda root: secret(root, b"\xff\xfe"), "which is not text"),
        (lambda root: secret(root, "x" * 100_000), "too large"),
    ],
)
def test_a_file_that_holds_none_is_told(
    tmp_path: Path, make: Callable[[Path], object], said: str
) -> None:
    make(tmp_path)
    error = refused(place(tmp_path, FromFile(file="token")))
    assert error.told.code == "PRJ162"
    assert said in error.told.summary


def test_a_command_prints_it_where_that_is_allowed(tmp_path: Path) -> None:
    source = printing(f"import os; print(' {CANARY} '); assert os.getcwd()")
    assert read(place(tmp_path, source, RECONCILER_ALLOW_COMMAND="1")) == CANARY


@pytest.mark.parametrize("allowed", ["", "0", "true", "yes"])
def test_a_command_does_not_run_unless_it_is_allowed(tmp_path: Path, allowed: str) -> None:
    source = printing("import pathlib; pathlib.Path('ran').touch(); print('x')")
    error = refused(place(tmp_path, source, RECONCILER_ALLOW_COMMAND=allowed))
    assert error.told.code == "PRJ163"
    assert f"{ALLOW}=1" in error.told.hint
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (printing(f"import sys; print('{CANARY}'); sys.exit('{CANARY}')"), "ended with 1"),
        (printing(f"import sys; print('{CANARY}', file=sys.stderr)"), "printed nothing"),
        pytest.param(
            FromCommand(command=["/nowhere/at/all"]),
            "cannot run: No such file",
            marks=needs_posix_words,
        ),
        (FromCommand(command=["a\0b"]), "cannot run: not a command"),
    ],
)
def test_a_command_that_fails_is_told_without_its_output(
    tmp_path: Path, source: FromCommand, said: str
) -> None:
    error = refused(place(tmp_path, source, RECONCILER_ALLOW_COMMAND="1"))
    assert error.told.code == "PRJ163"
    assert said in error.told.summary


def test_a_command_that_does_not_end_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "COMMAND_SECONDS", 0.2)
    source = printing(f"import time; print('{CANARY}', flush=True); time.sleep(60)")
    error = refused(place(tmp_path, source, RECONCILER_ALLOW_COMMAND="1"))
    assert "did not end within" in error.told.summary


def test_a_command_sees_no_shell(tmp_path: Path) -> None:
    source = FromCommand(
        command=[sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME;x"]
    )
    assert read(place(tmp_path, source, RECONCILER_ALLOW_COMMAND="1")) == "$HOME;x"


@needs_posix_modes
def test_a_new_secret_replaces_the_one_in_the_file_at_once(tmp_path: Path) -> None:
    warned: list[str] = []
    found = place(tmp_path, secret(tmp_path, "old"), warned)
    found.keep(CANARY)
    assert read(found) == CANARY
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["token"]
    assert warned == []


@needs_links
def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    secret(tmp_path / "real", "old")
    (tmp_path / "token").symlink_to("real/token")
    place(tmp_path, FromFile(file="token")).keep(CANARY)
    assert (tmp_path / "token").is_symlink()
    assert (tmp_path / "real" / "token").read_text() == f"{CANARY}\n"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (FromEnvironment(env="TOKEN"), "the variable TOKEN holds the old one"),
        (FromCommand(command=["op", "read"]), "what the command prints holds the old one"),
        (FromFile(file="gone/token"), "gone/token cannot hold it: No such file"),
    ],
)
def test_what_cannot_be_stored_is_a_warning_without_the_secret(
    tmp_path: Path, source: Secret, said: str
) -> None:
    warned: list[str] = []
    place(tmp_path, source, warned).keep(CANARY)
    (text,) = warned
    assert said in text
    assert text.startswith("tenant live: the vendor gave a new token")
    assert CANARY not in text
