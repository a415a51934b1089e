"""Processes that apply to one tenant for a while, some of them stopped beyond their lease."""

from __future__ import annotations

import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.rivals import LONGEST, NAMES, Line, Rival, log
from tests.workshop import COLLECTION, Workshop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are stopped by signals")

LEASE = 0.6
MAY_HAPPEN = {"done", "locked", "stale", "partial", "RUN104", "RUN105", "RUN111"}


def two(workshop: Workshop, stops: float = 0.0) -> tuple[Rival, Rival]:
    """Two processes at the same six collections."""
    workshop.manifests(
        *(
            COLLECTION.replace("name: billing", f"name: {n.lower()}").replace("Billing\n", f"{n}\n")
            for n in NAMES
        )
    )
    workshop.planned_and_applied()
    return Rival(workshop.root, LEASE, stops), Rival(workshop.root, LEASE, stops)


def let_run(workshop: Workshop, both: tuple[Rival, Rival], until: Callable[[], bool]) -> None:
    """Until that, and until they have ended; who has stopped itself goes on after its lease."""
    deadline = time.monotonic() + 2 * LONGEST
    stopped: dict[Rival, float] = {}
    while alive := [each for each in both if each.process.poll() is None]:
        assert time.monotonic() < deadline, "they do not get on"
        if until():
            (workshop.root / "stop").touch()
        time.sleep(0.02)
        now = time.monotonic()
        stopped |= {each: now for each in alive if each.has_stopped()}
        for each in [each for each, since in stopped.items() if now - since > 2 * LEASE]:
            del stopped[each]
            each.process.send_signal(signal.SIGCONT)


def runs(lines: list[Line]) -> list[int]:
    """The runs that wrote, by their token."""
    return sorted({line.token for line in lines if line.what == "write"})


def end_well(workshop: Workshop, both: tuple[Rival, Rival]) -> Counter[str]:
    told = both[0].outcomes() + both[1].outcomes()
    assert set(told) <= MAY_HAPPEN, told
    assert told["done"]
    workshop.planned_and_applied()
    assert not workshop.plan().differs
    with closing(sqlite3.connect(workshop.root / ".reconciler" / "state.db")) as state:
        assert state.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert state.execute("SELECT * FROM operation WHERE outcome IS NULL").fetchall() == []
    return told


def never_interleave(lines: list[Line]) -> None:
    """The writes of a run all come before those of the next one to have the lock."""
    tokens = [line.token for line in lines if line.what == "write"]
    assert tokens == sorted(tokens)


def never_begin_late(lines: list[Line]) -> None:
    """Who writes looked at the lock before the next one had it; nobody passes that look later."""
    began = sorted((line.token, line.time) for line in lines if line.what == "run")
    for line in lines:
        if line.what == "write":
            later = [moment for token, moment in began if token > line.token]
            assert all(line.time <= moment for moment in later), line


def for_a_minute() -> Callable[[], bool]:
    end = time.monotonic() + 60
    return lambda: time.monotonic() > end


def after_runs(workshop: Workshop, number: int) -> Callable[[], bool]:
    return lambda: len(runs(log(workshop.root))) >= number


@pytest.mark.parametrize("length", ["short", pytest.param("a minute", marks=pytest.mark.soak)])
def test_two_processes_never_interleave_their_writes(workshop: Workshop, length: str) -> None:
    both = two(workshop)
    try:
        until = after_runs(workshop, 12) if length == "short" else for_a_minute()
        let_run(workshop, both, until)
        print(end_well(workshop, both), len(runs(log(workshop.root))), "runs wrote")
    finally:
        for each in both:
            each.end()
    never_interleave(log(workshop.root))


@pytest.mark.parametrize("length", ["short", pytest.param("a minute", marks=pytest.mark.soak)])
def test_a_process_that_was_stopped_begins_no_write_once_its_lease_is_another_s(
    workshop: Workshop, length: str
) -> None:
    both = two(workshop, stops=0.3)
    try:
        until = after_runs(workshop, 8) if length == "short" else for_a_minute()
        let_run(workshop, both, until)
        told = end_well(workshop, both)
        print(told, len(runs(log(workshop.root))), "runs wrote")
    finally:
        for each in both:
            each.end()
    never_begin_late(log(workshop.root))
