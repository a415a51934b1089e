"""The fixtures: a frozen clock, a workshop (a project on a recorded sandbox), a terminal, an
assassin (applies that are killed).

And what holds for all tests: the profiles of the properties, and how much garbage may lie about.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from reconciler.http import secrets
from tests.examples import USUAL
from tests.killed import Assassin
from tests.workshop import Terminal, Workshop

# How long an example takes and how large it is fails no test: the machine may be busy. A change
# is tested with half of the examples that a property asks for, each night with ten times as many.
settings.register_profile(
    "usual",
    max_examples=USUAL // 2,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
        HealthCheck.filter_too_much,
    ],
)
# In CI a run repeats itself: what chance finds belongs to whoever looks for it, not to the next
# change that comes along.
settings.register_profile("ci", settings.get_profile("usual"), derandomize=True)
# Whoever looks for it: `--hypothesis-profile nightly`.
settings.register_profile(
    "nightly", settings.get_profile("usual"), max_examples=10 * USUAL, print_blob=True
)
settings.load_profile("ci" if os.environ.get("CI") else "usual")

BLOCKS = pytest.StashKey[int]()
"""The pieces of memory in use after the last look for garbage."""
MOST_BLOCKS = 400_000
"""So many more of them bring the next look (some 40 MiB)."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what golden tests see")


def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Look for garbage where there is much: a load makes all of it old, and nobody looks there.

    That is right for a command, which loads once. A test process loads thousands of times.
    """
    if sys.getallocatedblocks() - item.config.stash.get(BLOCKS, 0) > MOST_BLOCKS:
        gc.collect()
        item.config.stash[BLOCKS] = sys.getallocatedblocks()


@pytest.fixture(autouse=True)
def no_secrets_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test reads as a secret is an ordinary word in another."""
    monkeypatch.setattr(secrets, "_known", secrets._Index())


@pytest.fixture
def clock() -> Callable[[], datetime]:
    return lambda: datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


@pytest.fixture
def terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    for name in ("RECONCILER_STATE", "NO_COLOR", "WEBEX_TOKEN", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return Terminal(tmp_path, capsys)


@pytest.fixture(scope="session")
def assassin() -> Iterator[Assassin]:
    made = Assassin()
    yield made
    made.close()
