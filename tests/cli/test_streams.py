"""Output that cannot be written, narrow and dumb terminals, encodings without most letters."""

from __future__ import annotations

import codecs
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.cli import streams
from tests.signalled import HERE
from tests.workshop import COLLECTION, PROFILE, SEED, USER, Workshop

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="of terminals and of /dev/full"
)

ASCII = {
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONIOENCODING": "ascii",
}
QUEUE = "Bücher \U0001f4da"
RECONCILER = (sys.executable, "-m", "reconciler")
APPLY = ("apply", "--auto-approve")


@pytest.fixture
def root(workshop: Workshop) -> Path:
    workshop.manifests(COLLECTION, PROFILE, USER)
    return workshop.root


@pytest.fixture
def named(workshop: Workshop) -> Workshop:
    """The tenant has a queue whose name is not in ASCII, and a manifest names it."""
    workshop.write("seed.yaml", SEED.replace("Billing EN", QUEUE))
    workshop.manifests(COLLECTION.replace("Billing EN", QUEUE), PROFILE, USER)
    return workshop


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HERE), **(more or {})}


def shell(root: Path, script: str, env: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """What a line of bash makes of `$R`, the command: exit code, stdout, stderr."""
    done = subprocess.run(
        ["/bin/bash", "-c", f"set -o pipefail; {script}"],
        cwd=root,
        env={**environment(env), "R": " ".join(RECONCILER)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def shown(root: Path, *arguments: str, columns: int = 40, term: str = "xterm") -> str:
    """What a command writes to a terminal of so many columns, stdout and stderr."""
    person, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = environment({"TERM": term})
    env.pop("COLUMNS", None)
    process = subprocess.Popen(
        [*RECONCILER, *arguments], cwd=root, env=env, stdin=terminal, stdout=terminal,
        stderr=terminal,
    )  # fmt: skip
    os.close(terminal)
    said = b""
    try:
        while part := os.read(person, 4096):
            said += part
    except OSError:  # the other side is closed
        pass
    process.wait(timeout=300)
    os.close(person)
    return said.decode().replace("\r\n", "\n")


def is_applied(here: Workshop) -> bool:
    return not here.plan().differs


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("| head -1", "Nobody reads the output any more; the apply goes on.\n"),
        ("> /dev/full", "No output any more (No space left on device); the apply goes on.\n"),
        (">&-", ""),
        (">&- 2>&-", ""),
        ("2> /dev/full", ""),
        ("| true 2>&-", "Nobody reads the output any more; the apply goes on.\n"),
    ],
)
def test_an_apply_goes_on_without_its_output(
    workshop: Workshop, root: Path, output: str, told: str
) -> None:
    code, _, err = shell(root, f"$R apply --auto-approve {output}")
    assert (code, err) == (0, told)
    assert is_applied(workshop)
    assert (root / ".reconciler" / "state.db").read_bytes().startswith(b"SQLite format 3")


@pytest.mark.parametrize(
    "command", ["plan", "drift", "validate", "state list --format json", "--help", "rules list"]
)
def test_what_only_tells_says_that_it_cannot(workshop: Workshop, root: Path, command: str) -> None:
    workshop.planned_and_applied()
    code, _, err = shell(root, f"$R {command} > /dev/full")
    assert code == 1
    assert err.splitlines()[-1] == (
        "error[RUN129]: the output cannot be written: No space left on device"
    )


def test_nobody_is_asked_who_cannot_see_the_plan(workshop: Workshop, root: Path) -> None:
    code, _, err = shell(root, "$R apply > /dev/full")
    assert (code, "RUN129" in err) == (1, True)
    assert not is_applied(workshop)


def test_closed_streams_do_not_get_in_the_way(workshop: Workshop, root: Path) -> None:
    assert shell(root, "$R plan <&- >&- 2>&-") == (0, "", "")
    assert shell(root, "$R validate <&-")[0] == 0


@pytest.mark.parametrize(
    "command",
    [
        "apply --auto-approve --format json", "plan --format json", "state list --format json",
        "validate --format json", "state show billing --format json",
    ],
)  # fmt: skip
def test_json_is_valid_in_every_encoding(named: Workshop, command: str) -> None:
    if not command.startswith(("apply", "plan")):
        named.planned_and_applied()
    code, out, _ = shell(named.root, f"$R {command}", ASCII)
    assert code == 0
    documents = [json.loads(each) for each in (out.splitlines() if "apply" in command else [out])]
    assert documents
    if command.startswith(("plan", "state show")):
        assert QUEUE in json.dumps(documents, ensure_ascii=False)


def test_names_outside_of_the_encoding_are_escaped(named: Workshop) -> None:
    root = named.root
    code, out, err = shell(root, "$R plan; $R apply --auto-approve; $R state show billing", ASCII)
    assert (code, err.isascii(), out.isascii()) == (0, True, True)
    assert "B\\u00fccher \\ud83d\\udcda" in out
    assert shell(root, "$R state show b\u00fccher", ASCII)[0] == 1
    assert shell(root, "$R validate b\u00fccher", ASCII)[0] == 1


def test_an_answer_outside_of_the_encoding_is_a_no(root: Path) -> None:
    person, terminal = pty.openpty()
    process = subprocess.Popen(
        [*RECONCILER, "apply"], cwd=root, env=environment(ASCII), stdin=terminal,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.close(terminal)
    os.write(person, "jä\n".encode())
    _, err = process.communicate(timeout=300)
    os.close(person)
    assert process.returncode == 1
    assert "RUN106" in err


@pytest.mark.parametrize("text", ["Bücher", "\U0001f4da", "\udcff", '"\x00', "ж" * 3])
def test_what_is_escaped_still_is_the_same_json(text: str) -> None:
    codecs.register_error("tested", streams._escaped)
    written = json.dumps(text, ensure_ascii=False).encode("ascii", "tested")
    assert json.loads(written) == text


def test_a_dumb_terminal_gets_no_escape_codes(workshop: Workshop, root: Path) -> None:
    for command in (("plan",), APPLY, ("drift",), ("state", "list"), ("plan", "nonsense")):
        said = shown(root, *command, columns=80, term="dumb")
        assert "\x1b" not in said
        assert "Reading" not in said
    assert is_applied(workshop)


def test_a_person_at_a_terminal_sees_colours_and_progress(root: Path) -> None:
    """So that the test before this one tests something."""
    said = shown(root, "plan", columns=80)
    assert "\x1b[32m" in said
    assert "Reading" in said


def test_tables_have_a_line_for_each_cell_where_there_is_no_room(
    workshop: Workshop, root: Path
) -> None:
    workshop.planned_and_applied()
    plain = re.sub(r"\x1b\[[?0-9;]*\w", "", shown(root, "state", "list"))
    assert "webexcc/ResourceCollection/billing\n  kind" in plain
    assert all(len(line) <= 54 for line in plain.splitlines()[:2])
    history = re.sub(r"\x1b\[[?0-9;]*\w", "", shown(root, "state", "history"))
    assert re.search(r"run-\d+-1\n  tenant +test\n  command +apply\n", history)
    assert "ADDRESS" in shown(root, "state", "list", columns=150)


def test_the_mark_is_below_what_it_marks_on_a_narrow_terminal(
    workshop: Workshop, root: Path
) -> None:
    workshop.manifests(COLLECTION.replace("queue: [Billing EN]", "que: [Billing EN, Sales EN]"))
    lines = shown(root, "validate", "--no-color").splitlines()
    at = next(number for number, line in enumerate(lines) if "^" in line)
    marked, marks = lines[at - 1], lines[at]
    assert max(len(marked), len(marks)) <= 40
    start = marks.index("^")
    assert marked[start : start + marks.count("^")] == "resources"
