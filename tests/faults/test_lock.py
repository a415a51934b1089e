"""Processes that want the same tenant: one of them writes, and only while the lock is its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import pytest

from tests.competing import Competitor, first_to_end
from tests.systems import needs_proc, needs_signals
from tests.workshop import COLLECTION, Workshop

pytestmark = needs_signals

NAMES = ("One", "Two", "Three", "Four", "Five", "Six")

Compete = Callable[..., Competitor]


@pytest.fixture
def compete(workshop: Workshop) -> Iterator[Compete]:
    """Starts processes that apply six collections to the workshop's tenant."""
    workshop.manifests(
        *(
            COLLECTION.replace("name: billing", f"name: {n.lower()}").replace("Billing\n", f"{n}\n")
            for n in NAMES
        )
    )
    started: list[Competitor] = []

    def start(**how: float) -> Competitor:
        started.append(Competitor(workshop.root, **how))  # type: ignore[arg-type]
        return started[-1]

    yield start
    for each in started:
        each.end()


def writers(root: Path) -> list[tuple[int, int]]:
    """Whose writes reached the tenant, and how many of them without another's between."""
    lines = (root / "log").read_text(encoding="ascii").splitlines()
    return [(pid, len(list(run))) for pid, run in groupby(int(each.split()[0]) for each in lines)]


def collections(workshop: Workshop) -> list[str]:
    return sorted(row["name"] for row in workshop.bodies()["resource-collection"])


def test_of_two_at_once_one_writes_and_the_other_says_who(
    workshop: Workshop, compete: Compete
) -> None:
    both = [compete(stop_at=1), compete(stop_at=1)]
    (workshop.root / "go").touch()
    second = first_to_end(both)
    (first,) = (each for each in both if each is not second)
    first.send(signal.SIGCONT)
    assert first.said() == ["done"]
    loser = second.said()
    assert loser[:2] == ["locked", "RUN110"]
    assert "tenant test is locked by " in loser[2]
    assert f"process {first.pid}, since " in loser[3]
    assert "reconciler state unlock test" in loser[-1]
    assert writers(workshop.root) == [(first.pid, len(NAMES))]


def test_a_stopped_holder_sends_nothing_more_once_another_has_the_lock(
    workshop: Workshop, compete: Compete
) -> None:
    slow = compete(lease=1, stop_at=2)
    (workshop.root / "go").touch()
    slow.stopped()
    # until its lease has run out it is the holder
    for _ in range(20):
        late = compete()
        said = late.said()
        if said[0] != "locked":
            break
        assert f"process {slow.pid}, since " in said[3]
    assert said == ["done"]
    slow.send(signal.SIGCONT)
    outcome, *codes = slow.said()
    assert outcome == "partial"
    assert codes[-1] == "RUN111"
    # what it had sent before it was stopped is the last that it sent
    assert writers(workshop.root) == [(slow.pid, 2), (late.pid, len(NAMES) - 1)]
    assert collections(workshop) == sorted(NAMES)
    assert workshop.plan().outcome == "no_changes"


@needs_proc
def test_the_lock_of_one_that_was_killed_is_taken_over_at_once(
    workshop: Workshop, compete: Compete
) -> None:
    killed = compete(stop_at=3)
    (workshop.root / "go").touch()
    killed.stopped()
    killed.send(signal.SIGKILL)
    os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)
    assert compete().said() == ["done"]
    assert collections(workshop) == sorted(NAMES)
    assert workshop.plan().outcome == "no_changes"
