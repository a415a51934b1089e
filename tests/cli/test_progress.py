"""The line of progress on a real terminal: below the lines of the apply, never within them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER

pty = pytest.importorskip("pty", reason="terminals as POSIX has them")

ERASED = "\r\x1b[K"
ROWS, COLUMNS = 24, 60


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in (("seed.yaml", SEED), ("reconciler.yaml", PROJECT)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "access").mkdir()
    (tmp_path / "access" / "all.yaml").write_text(COLLECTION + PROFILE + USER, encoding="utf-8")
    return tmp_path


def shown(root: Path, *options: str, term: str = "xterm") -> str:
    """What reaches a terminal of 60 columns."""
    import fcntl  # noqa: PLC0415 - POSIX alone has it
    import struct  # noqa: PLC0415
    import termios  # noqa: PLC0415

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    command = [sys.executable, "-m", "reconciler", "apply", "--auto-approve", *options]
    around = {**os.environ, "TERM": term, "NO_COLOR": "1"}
    with subprocess.Popen(
        command, cwd=root, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=around
    ) as process:
        os.close(theirs)
        seen = b""
        while more := _read(ours):
            seen += more
    os.close(ours)
    assert process.returncode == 0, seen.decode()
    return seen.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so where the other side is closed
        return b""


def left_on_screen(seen: str) -> str:
    """The text without what was erased again."""
    return re.sub(rf"[^\n]*{re.escape(ERASED)}", "", seen)


def test_progress_is_drawn_and_erased(root: Path) -> None:
    seen = shown(root)
    drawn = re.findall(r"\x1b\[K([^\r\n\x1b]+)\r", seen)
    assert any(re.search(r"\d of 3 done", line) for line in drawn), seen
    assert all(len(line) < COLUMNS for line in drawn)
    screen = left_on_screen(seen)
    assert "\x1b" not in screen
    assert " of 3 done" not in screen
    steps = [line for line in screen.splitlines() if line.startswith("Step ") and ": " in line]
    assert len(steps) == 6
    assert screen.rstrip().splitlines()[-2].startswith("Apply complete!")


@pytest.mark.parametrize("options", [("-q",), ("--format", "json")])
def test_no_progress_where_it_is_not_wanted(root: Path, options: tuple[str, ...]) -> None:
    assert " of 3 done" not in shown(root, *options)


def test_a_dumb_terminal_gets_lines_alone(root: Path) -> None:
    assert "\x1b" not in shown(root, term="dumb")


def test_quiet_prints_the_ledger_alone(root: Path) -> None:
    first, *more = shown(root, "-q", term="dumb").splitlines()
    assert first.startswith("Apply complete!")
    assert [line.split()[0] for line in more] == ["written"]
