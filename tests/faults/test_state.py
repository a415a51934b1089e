"""A state that cannot be used: nothing more is sent, it is said why, and a mended one goes on."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from reconciler.errors import StateError
from reconciler.state import lease
from tests.systems import needs_open_files_gone
from tests.workshop import COLLECTION, Terminal, Workshop

NAMES = tuple(f"Desk {number}" for number in range(1, 25))
SHORT = 0.3

Broken = Callable[[Path], Any]


@contextmanager
def refusing(pragma: str) -> Iterator[None]:
    """SQLite itself refuses what every connection that is used meanwhile wants to write."""

    def taken(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(pragma)

    event.listen(Engine, "checkout", taken)
    try:
        yield
    finally:
        event.remove(Engine, "checkout", taken)


@contextmanager
def damaged(file: Path) -> Iterator[None]:
    """Something overwrites the file; a copy of it as it was is put back."""
    copy = file.with_suffix(".copy")
    with closing(sqlite3.connect(file)) as whole, closing(sqlite3.connect(copy)) as kept:
        whole.backup(kept)
    for each in file.parent.glob("state.db*"):
        each.unlink()
    file.write_bytes(b"no database at all " * 500)
    yield
    copy.replace(file)


STATES: dict[str, tuple[str, Broken]] = {
    "read-only": ("RUN122", lambda _file: refusing("PRAGMA query_only = ON")),
    "full": ("RUN123", lambda _file: refusing("PRAGMA max_page_count = 1")),
    "damaged": ("RUN121", damaged),
}
DAMAGED = pytest.param("damaged", marks=needs_open_files_gone)


@pytest.fixture
def many(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """Collections to create, enough to fill a disk; a lease that soon runs out."""
    monkeypatch.setattr(lease, "SECONDS", SHORT)
    workshop.manifests(
        *(
            COLLECTION.replace("name: billing", f"name: {name.lower().replace(' ', '-')}").replace(
                "name: Billing\n", f"name: {name}\n  description: {'long ' * 50}\n"
            )
            for name in NAMES
        )
    )
    return workshop


def state_of(workshop: Workshop) -> Path:
    return workshop.root / ".reconciler" / "state.db"


def intents(workshop: Workshop) -> int:
    with closing(sqlite3.connect(state_of(workshop))) as connection:
        (count,) = connection.execute("SELECT count(*) FROM operation").fetchone()
    return int(count)


@pytest.mark.parametrize("how", ["read-only", "full", DAMAGED])
def test_a_state_that_breaks_in_mid_run_stops_before_the_next_call(
    many: Workshop, how: str
) -> None:
    code, broken = STATES[how]
    plan = many.plan()
    many.writes()
    ended: list[Any] = []

    def before(method: str, _path: str) -> None:
        if method != "GET" and not ended and intents(many) >= 2:
            ended.append(broken(state_of(many)))
            ended[0].__enter__()

    many.before = before
    (ledger,) = many.apply(plan)
    ended[0].__exit__(None, None, None)
    written = len(many.writes())
    assert ledger.outcome == "partial"
    assert code in {each.code for each in (*ledger.failed, *ledger.unsettled)}
    outcomes = (ledger.done, ledger.failed, ledger.unknown, ledger.not_started)
    assert sum(map(len, outcomes)) == len(NAMES)
    assert 1 <= written < len(NAMES)
    # no call was sent without its intent
    assert written <= intents(many)
    time.sleep(SHORT)  # a process that ends leaves no lock behind, but this one goes on
    many.planned_and_applied()
    assert many.plan().outcome == "no_changes"
    names = [row["name"] for row in many.bodies()["resource-collection"]]
    assert sorted(names) == sorted(NAMES)


@pytest.mark.parametrize("how", ["read-only", DAMAGED])  # one that is full may have room yet
def test_a_state_that_is_broken_at_the_start_stops_before_the_first_write(
    many: Workshop, how: str
) -> None:
    code, broken = STATES[how]
    many.manifests(COLLECTION)
    many.planned_and_applied()
    many.manifests(COLLECTION.replace("[Billing EN]", "all"))
    plan = many.plan()
    many.writes()
    with broken(state_of(many)), pytest.raises(StateError) as caught:
        many.apply(plan)
    assert caught.value.told.code == code
    assert caught.value.told.hint
    assert not many.writes()
    time.sleep(SHORT)
    assert many.apply(plan)[0].outcome == "done"


def test_a_state_that_can_only_be_read_is_enough_to_look(
    workshop: Workshop, terminal: Terminal
) -> None:
    workshop.manifests(COLLECTION)
    workshop.planned_and_applied()
    with refusing("PRAGMA query_only = ON"):
        assert workshop.plan().outcome == "no_changes"
        assert terminal("state", "list").code == 0
        assert terminal("state", "history").code == 0
        said = terminal("state", "rm", "billing", "--auto-approve")
    assert (said.code, "error[RUN122]: the state cannot be written" in said.err) == (1, True)
    assert "billing" in terminal("state", "list").out


def test_a_newer_state_stops_everything_before_the_tenant_is_asked(
    workshop: Workshop, terminal: Terminal
) -> None:
    workshop.manifests(COLLECTION)
    plan = workshop.plan()
    workshop.planned_and_applied()
    with closing(sqlite3.connect(state_of(workshop))) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    workshop.calls.clear()
    for attempt in (workshop.plan, lambda: workshop.apply(plan)):
        with pytest.raises(StateError, match="written by a newer version") as caught:
            attempt()
        assert caught.value.told.code == "RUN124"
    assert not workshop.calls
    assert "error[RUN124]" in terminal("state", "list").err
