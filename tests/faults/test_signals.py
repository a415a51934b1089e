"""Ctrl-C and SIGTERM at every moment of a command: what it says, leaves, and lets go of."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler import pipeline
from reconciler.engine.stopping import Stop
from reconciler.model.plan import dump, load
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from tests.killed import Log
from tests.signalled import created, typed
from tests.systems import bare_processes
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

pytestmark = [
    pytest.mark.skipif(
        not sys.platform.startswith("linux"), reason="what a process handles is read from /proc"
    ),
    bare_processes,
]

BOTH = pytest.mark.parametrize(
    ("by", "code", "word"),
    [(signal.SIGINT, 130, "Interrupted"), (signal.SIGTERM, 143, "Terminated")],
    ids=["Ctrl-C", "SIGTERM"],
)
SLOW_ANSWER = 'latency on="POST *" when=after delay=2s times=always'
NEVER = 'latency on="GET *" nth=2 delay=50s times=always'
"""The first read is answered, no other."""
APPLY = ("apply", "access.plan", "--parallelism", "1")


@pytest.fixture
def here(workshop: Workshop) -> Workshop:
    """Three things to be made, one after the other, and the plan for it."""
    workshop.calls = Log(workshop.root)
    workshop.manifests(COLLECTION, PROFILE, USER)
    (workshop.root / "access.plan").write_bytes(dump(workshop.plan()))
    return workshop


@pytest.fixture
def root(here: Workshop) -> Path:
    return here.root


def asked(root: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(root / ".reconciler" / "state.db")) as state:
        return state.execute(question).fetchall()


def is_free(root: Path) -> bool:
    return asked(root, "SELECT held FROM lock") == [(0,)]


def outcomes(root: Path) -> list[tuple[object, ...]]:
    return asked(root, "SELECT action, outcome, attempts FROM operation ORDER BY intended")


def is_finished(here: Workshop) -> None:
    """What is resumed works at once and does the rest; every object was made once."""
    assert [each.outcome for each in here.resume()] == ["done"]
    assert not here.plan().differs
    assert created(here.root) == 2


@BOTH
def test_once_what_is_under_way_is_finished_and_the_rest_is_not_begun(
    here: Workshop, root: Path, by: signal.Signals, code: int, word: str
) -> None:
    with typed(root, *APPLY, faults=[SLOW_ANSWER]) as apply:
        apply.until_landed("POST")
        apply.send(by)
        assert apply.ended() == code
    assert apply.errors.startswith(f"{word}: calls that are already sent finish")
    assert "1 done, 0 failed, 2 not started" in apply.text
    assert f"because the apply was {word.lower()}" in apply.text
    assert outcomes(root) == [("create", "done", 1)]
    assert asked(root, "SELECT outcome FROM run") == [("interrupted",)]
    assert is_free(root)
    is_finished(here)


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM])
def test_twice_it_stops_at_once_and_can_be_resumed(
    here: Workshop, root: Path, second: signal.Signals
) -> None:
    with typed(root, *APPLY, faults=[SLOW_ANSWER.replace("2s", "50s")]) as apply:
        apply.until_landed("POST")
        apply.send(signal.SIGINT)
        apply.until(lambda: "Once more stops at once." in apply.text)
        apply.send(second)
        assert apply.ended() == 130
    assert "unknown" in apply.text
    assert "Traceback" not in apply.text
    assert outcomes(root) == [("create", None, None)]
    assert asked(root, "SELECT outcome FROM run") == [("interrupted",)]
    assert is_free(root)
    is_finished(here)


@BOTH
def test_a_write_that_waits_to_be_sent_is_given_up(
    here: Workshop, root: Path, by: signal.Signals, code: int, word: str
) -> None:
    """The tenant asks for two minutes: nobody waits for them."""
    with typed(root, *APPLY, faults=['429 on="POST *" retryAfter=120']) as apply:
        apply.until_answered("POST 429")
        apply.send(by)
        assert apply.ended() == code
    assert "0 done, 0 failed, 3 not started" in apply.text
    assert f"the apply was {word.lower()} before it was sent" in apply.text
    assert outcomes(root) == [("create", "failed", 0)]
    assert created(root) == 0
    assert is_free(root)
    is_finished(here)


def test_a_write_is_not_begun_while_its_object_is_still_compared(
    here: Workshop, root: Path
) -> None:
    here.planned_and_applied()
    access = root / "access" / "all.yaml"
    access.write_text(access.read_text("utf-8").replace("[Billing EN]", "[Sales EN]"), "utf-8")
    # an apply without a saved plan reads the object twice: to be sure, and just before the write
    slow = 'latency on="GET */resource-collection/*" nth=2 delay=20s'
    with typed(root, "apply", "--auto-approve", faults=[slow]) as apply:
        apply.until(lambda: "Modifying..." in apply.text)
        apply.until_asked("GET", "/resource-collection/", 2)
        apply.send(signal.SIGINT)
        assert apply.ended() == 130
    assert "1 not started" in apply.text
    assert outcomes(root)[-1] == ("update", "failed", 0)
    is_finished(here)


@BOTH
def test_before_the_first_write_nothing_is_begun(
    here: Workshop, root: Path, by: signal.Signals, code: int, word: str
) -> None:
    with typed(root, "apply", "access.plan", faults=[NEVER]) as apply:
        apply.until_answered("GET 200")  # under the lock, as all that an apply does
        apply.send(by)
        assert apply.ended() == code
    assert apply.text == f"{word}: nothing was written.\n"
    assert not asked(root, "SELECT id FROM run")
    assert is_free(root)
    assert [each.outcome for each in here.apply(load((root / "access.plan").read_bytes()))] == [
        "done"
    ]
    assert created(root) == 2


@BOTH
@pytest.mark.parametrize("command", [("plan",), ("drift",), ("apply", "--auto-approve")])
def test_while_the_tenant_is_read_one_line_tells_it(
    root: Path, command: tuple[str, ...], by: signal.Signals, code: int, word: str
) -> None:
    with typed(root, *command, faults=[NEVER]) as reading:
        reading.until_answered("GET 200")
        reading.send(by)
        assert reading.ended() == code
    assert reading.text == f"{word}: nothing was written.\n"


def test_a_machine_is_told_in_one_document(root: Path) -> None:
    with typed(root, "plan", "--format", "json", faults=[NEVER]) as reading:
        reading.until_answered("GET 200")
        reading.send(signal.SIGTERM)
        assert reading.ended() == 143
    assert '"outcome": "interrupted"' in "".join(reading.out)
    assert len(reading.out) == 1


@BOTH
def test_the_wait_for_the_lock_of_somebody_silent_ends(
    here: Workshop, root: Path, by: signal.Signals, code: int, word: str
) -> None:
    here.manifests(COLLECTION)
    here.planned_and_applied()
    here.manifests(COLLECTION, PROFILE)
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    with closing(sqlite3.connect(root / ".reconciler" / "state.db")) as state:
        state.execute(
            "UPDATE lock SET held = 1, place = 'elsewhere', expires = ?, ends = 0", (past,)
        )
        state.commit()
    with typed(root, "apply", "--auto-approve") as apply:
        apply.until(lambda: "waiting 30 s" in apply.text)
        apply.send(by)
        assert apply.ended() == code
    assert apply.errors.endswith(f"{word}: nothing was written.\n")
    assert asked(root, "SELECT held, place FROM lock") == [(1, "elsewhere")]


@BOTH
def test_at_the_question_it_is_a_no(root: Path, by: signal.Signals, code: int, word: str) -> None:
    person, terminal = pty.openpty()
    try:
        with typed(root, "apply", stdin=terminal) as apply:
            apply.until(lambda: "Only 'yes' will be accepted." in apply.text)
            apply.send(by)
            assert apply.ended() == code
    finally:
        os.close(person)
        os.close(terminal)
    assert apply.errors == f"{word}: nothing was written.\n"
    assert created(root) == 0


def test_the_end_of_the_input_is_a_no(root: Path) -> None:
    person, terminal = pty.openpty()
    try:
        with typed(root, "apply", stdin=terminal) as apply:
            apply.until(lambda: "Only 'yes' will be accepted." in apply.text)
            os.write(person, b"\x04")
            assert apply.ended() == 1
    finally:
        os.close(person)
        os.close(terminal)
    assert "error[RUN106]: apply cancelled; nothing was written" in apply.errors


@BOTH
def test_a_check_that_waits_for_its_input_ends(
    root: Path, by: signal.Signals, code: int, word: str
) -> None:
    with typed(root, "validate", "-", stdin=subprocess.PIPE) as validate:
        validate.until_handled()
        validate.send(by)
        assert validate.ended() == code
    assert validate.text in {f"{word}.\n", ""}  # empty: before it was able to say anything


@BOTH
def test_the_demo_ends_what_it_began(
    root: Path, tmp_path: Path, by: signal.Signals, code: int, word: str
) -> None:
    with typed(root, "demo", env={"TMPDIR": str(tmp_path)}) as demo:
        demo.until(lambda: "$ reconciler validate" in demo.text)
        demo.send(by)
        assert demo.ended() == code
    assert demo.errors.startswith(f"{word}: the files of the demo are in {tmp_path}")
    assert demo.errors.count("\n") == 1


def test_an_answer_that_does_not_come_in_time_is_left_to_the_next_run(
    here: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.engine.execute.GRACE_SECONDS", 0.01)
    stop = Stop()

    def asked_for(method: str, _path: str) -> None:
        if method == "POST":
            stop.ask()

    here.before = asked_for
    never = 'latency on="POST *" when=after delay=50s'
    here.around = lambda app: faulty(app, [fault(never)])
    plan = load((here.root / "access.plan").read_bytes())
    doing = pipeline.apply(here.work(), plan, saved=True, report=here.events.append, stop=stop)
    (ledger,) = asyncio.run(doing)
    assert [each.code for each in ledger.unknown] == ["RUN113"]
    assert len(ledger.not_started) == 2
    assert outcomes(here.root) == [("create", None, 1)]
    here.before = lambda _method, _path: None
    here.around = lambda app: app
    is_finished(here)
