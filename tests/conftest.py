"""The fixtures: a frozen clock, a workshop (a project on a recorded sandbox), a terminal, an
assassin (applies that are killed).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from tests.killed import Assassin
from tests.workshop import Terminal, Workshop

# In CI a run repeats itself: what chance finds belongs to whoever looks for it, not to the next
# change that comes along.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what golden tests see")


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
