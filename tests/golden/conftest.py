"""The fixture that compares with a file, or writes it with `--update-golden`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.engine.events import Ledger

HERE = Path(__file__).parent

Golden = Callable[[str, str], None]


def untimed(ledger: Ledger) -> Ledger:
    """Return the ledger of a machine so fast that no operation takes time."""
    events = (e for e in ledger.events if e.type != "apply_progress")
    return replace(ledger, events=tuple(replace(e, elapsed_seconds=0.0) for e in events))


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    def compare(name: str, seen: str) -> None:
        file = HERE / name
        if request.config.getoption("--update-golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(seen, encoding="utf-8")
        assert seen == file.read_text(encoding="utf-8"), f"{name}: --update-golden, then read it"

    return compare
