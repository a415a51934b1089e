from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from reconciler import state as state_package
from reconciler.errors import LockedError, StateError
from reconciler.model.journal import Owned, Settled
from reconciler.model.ownership import Row
from reconciler.state import tables
from reconciler.state.database import database_file, engine_of
from reconciler.state.sql import SqlState, create_state, open_state
from tests.systems import needs_posix_modes

URL = "sqlite:///.reconciler/state.db"
ROW = Row.of("t/g/K/a", "1", "A", {"x": [1, {"id": "2", "name": "B"}]}, prevent_destroy=True)


@pytest.fixture
def state(tmp_path: Path) -> SqlState:
    return create_state(URL, tmp_path)


def test_rows_come_back_as_they_were(state: SqlState, tmp_path: Path) -> None:
    state.record("run-1", [ROW], [])
    state.close()
    again = open_state(URL, tmp_path)
    assert again is not None
    assert again.rows("t") == {ROW.address: ROW}
    assert again.rows("other") == {}


def test_a_moved_row_has_one_place(state: SqlState) -> None:
    state.record("run-1", [ROW], [])
    moved = Row.of("t/g/K/b", "1", "A", {})
    state.record("run-1", [moved], [ROW.address])
    assert state.rows("t") == {moved.address: moved}


@pytest.mark.parametrize("moved_first", [True, False])
def test_who_leaves_an_address_leaves_it_to_who_comes(state: SqlState, moved_first: bool) -> None:
    """Whichever of the two is written down first, together or one after the other."""
    state.record("run-1", [ROW], [])
    moved = Row.of("t/g/K/b", "1", "A", {})
    comes = Row.of(ROW.address, "2", "C", {})
    leaving = Settled("op-1", "done", "1", keep=moved, drop=ROW.address)
    coming = Settled("op-2", "done", "2", keep=comes)
    both = [leaving, coming] if moved_first else [coming, leaving]
    with state.lock("t", "apply") as lease:
        state.settle("run-1", both, lease)
        assert state.rows("t") == {moved.address: moved, comes.address: comes}
        state.record("run-1", [ROW], [moved.address])
        for each in both:
            state.settle("run-1", [each], lease)
    assert state.rows("t") == {moved.address: moved, comes.address: comes}


def test_no_file_is_no_state(tmp_path: Path) -> None:
    assert open_state(URL, tmp_path) is None
    assert not (tmp_path / ".reconciler").exists()


@needs_posix_modes
def test_the_file_is_its_owners_alone(state: SqlState, tmp_path: Path) -> None:
    mode = (tmp_path / ".reconciler" / "state.db").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_lock_keeps_others_out_of_its_tenant_alone(state: SqlState) -> None:
    with state.lock("t", "apply"):
        with state.lock("other", "apply"):
            pass
        with pytest.raises(LockedError), state.lock("t", "apply"):
            pass
    with state.lock("t", "apply"):
        pass


def test_a_lock_is_released_after_a_failure(state: SqlState) -> None:
    with pytest.raises(ValueError, match="broken"), state.lock("t", "apply"):
        raise ValueError("broken")
    with state.lock("t", "apply"):
        pass


def test_runs_are_numbered_by_day(tmp_path: Path, clock: Callable[[], datetime]) -> None:
    create_state(URL, tmp_path).close()
    state = SqlState(engine_of(database_file(URL, tmp_path)), clock)
    assert [state.start_run("t", "apply", "x") for _ in range(2)] == [
        "run-20261123-1",
        "run-20261123-2",
    ]


def test_the_migrations_make_the_tables_that_the_code_uses(state: SqlState, tmp_path: Path) -> None:
    with engine_of(database_file(URL, tmp_path)).connect() as connection:
        context = MigrationContext.configure(connection)
        assert context.get_current_revision() == tables.HEAD
        assert compare_metadata(context, tables.metadata) == []


def of_version(version: str, folder: Path) -> Engine:
    """A state as an older version of the tables has it."""
    file = database_file(URL, folder)
    file.parent.mkdir()
    config = Config()
    config.set_main_option(
        "script_location", str(Path(str(state_package.__file__)).parent / "migrations")
    )
    engine = engine_of(file)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)
    return engine


def test_a_state_of_the_first_version_is_brought_along(tmp_path: Path) -> None:
    engine = of_version("0001", tmp_path)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO operation (run, id, address, action, intended) "
            "VALUES ('run-1', 'op-1', 't/g/K/a', 'create', '2026-11-23T09:30:00Z')"
        )
        connection.exec_driver_sql(
            "INSERT INTO ownership VALUES ('t/g/K/a', 't', '1', 'A', '{\"x\": [1]}', 1, 0)"
        )
    again = open_state(URL, tmp_path)
    assert again is not None
    row = Row.of("t/g/K/a", "1", "A", {"x": [1]}, prevent_destroy=True)
    assert again.owned(["t"]) == (Owned(row, run=None, recorded=None),)
    assert [each.attempts for each in again.entries("run-1")] == [None]


@pytest.mark.parametrize("lives", [True, False])
def test_a_lock_that_an_older_version_holds_ends_with_its_process(
    tmp_path: Path, lives: bool
) -> None:
    engine = of_version("0002", tmp_path)
    pid = os.getpid() if lives else 2**22 + 1
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO lock VALUES ('t', 'apply', 'ada@vm', ?, ?, '2026-11-23T09:30:00Z')",
            (socket.gethostname(), pid),
        )
    state = open_state(URL, tmp_path)
    assert state is not None
    if lives:
        with pytest.raises(LockedError, match="locked by ada@"), state.lock("t", "apply"):
            pass
    else:
        with state.lock("t", "apply") as lease:
            assert lease.token == 2


def test_what_is_owned_tells_when_and_by_which_run(
    tmp_path: Path, clock: Callable[[], datetime]
) -> None:
    create_state(URL, tmp_path).close()
    state = SqlState(engine_of(database_file(URL, tmp_path)), clock)
    state.record("run-7", [ROW], [])
    assert state.owned(["t"]) == (Owned(ROW, "run-7", "2026-11-23T09:30:00.000000Z"),)
    assert state.owned(["other"]) == ()
    assert state.tenants() == {"t"}


def test_what_is_forgotten_is_journalled(state: SqlState) -> None:
    state.record("run-1", [ROW], [])
    run = state.start_run("t", "state rm")
    state.forget(run, [ROW.address])
    state.finish_run(run, "done")
    assert state.rows("t") == {}
    (entry,) = state.entries(run)
    assert (entry.address, entry.action, entry.object_id) == (ROW.address, "forget", "1")
    (told,) = state.runs(["t"])
    assert (told.id, told.outcome, told.done, told.failed, told.unknown) == (run, "done", 1, 0, 0)


@pytest.mark.parametrize("url", ["postgresql://u:hush@h/db", "nonsense", "sqlite://"])
def test_a_url_that_cannot_be_used_is_refused_without_its_password(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(StateError) as caught:
        open_state(url, tmp_path)
    assert caught.value.told.code == "RUN125"
    assert "hush" not in str(caught.value.told)


@needs_posix_modes
def test_a_read_only_state_is_told(state: SqlState, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    state.close()
    folder = tmp_path / ".reconciler"
    (folder / "state.db").chmod(0o400)
    folder.chmod(0o500)
    with pytest.raises(StateError, match="RUN122"):
        create_state(URL, tmp_path).record("run-1", [ROW], [])
    folder.chmod(0o700)
