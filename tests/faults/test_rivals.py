"""Processes that apply to one tenant for a while, some of them stopped beyond their lease."""

from __future__ import annotations

import random
import signal
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.rivals import LONGEST, NAMES, Line, Rival, log
from tests.workshop import COLLECTION, Workshop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are stopped by signals")

LEASE = 0.6
MAY_HAPPEN = {"done", "locked", "stale", "partial", "RUN104", "RUN111"}


@pytest.fixture
def two(workshop: Workshop) -> Iterator[tuple[Rival, Rival]]:
    """Two processes at the same six collections."""
    workshop.manifests(
        *(
            COLLECTION.replace("name: billing", f"name: {n.lower()}").replace("Billing\n", f"{n}\n")
            for n in NAMES
        )
    )
    workshop.planned_and_applied()
    both = Rival(workshop.root, LEASE), Rival(workshop.root, LEASE)
    yield both
    for each in both:
        each.end()


def let_run(root: Path, until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 2 * LONGEST
    while not until():
        assert time.monotonic() < deadline, "they do not get on"
        time.sleep(0.05)
    (root / "stop").touch()


def stopped_now_and_then(both: tuple[Rival, Rival], root: Path, until: Callable[[], bool]) -> None:
    """One of them, whichever, is stopped for longer than its lease, again and again."""
    chance = random.Random(20261124)  # noqa: S311 - no secret
    deadline = time.monotonic() + 2 * LONGEST
    while not until():
        assert time.monotonic() < deadline, "they do not get on"
        time.sleep(chance.uniform(0.05, 0.5))
        each = chance.choice(both)
        each.process.send_signal(signal.SIGSTOP)
        time.sleep(LEASE * chance.uniform(1.2, 2.5))
        each.process.send_signal(signal.SIGCONT)
    (root / "stop").touch()


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


def test_two_processes_never_interleave_their_writes(
    workshop: Workshop, two: tuple[Rival, Rival]
) -> None:
    let_run(workshop.root, lambda: len(runs(log(workshop.root))) >= 12)
    end_well(workshop, two)
    never_interleave(log(workshop.root))


def test_a_process_that_was_stopped_begins_no_write_once_its_lease_is_another_s(
    workshop: Workshop, two: tuple[Rival, Rival]
) -> None:
    stopped_now_and_then(two, workshop.root, lambda: len(runs(log(workshop.root))) >= 8)
    end_well(workshop, two)
    never_begin_late(log(workshop.root))


@pytest.mark.soak
def test_for_a_minute_two_processes_never_interleave_their_writes(
    workshop: Workshop, two: tuple[Rival, Rival]
) -> None:
    let_run(workshop.root, for_a_minute())
    print(end_well(workshop, two), len(runs(log(workshop.root))), "runs wrote")
    never_interleave(log(workshop.root))


@pytest.mark.soak
def test_for_a_minute_a_process_that_was_stopped_begins_no_write(
    workshop: Workshop, two: tuple[Rival, Rival]
) -> None:
    stopped_now_and_then(two, workshop.root, for_a_minute())
    print(end_well(workshop, two), len(runs(log(workshop.root))), "runs wrote")
    never_begin_late(log(workshop.root))
