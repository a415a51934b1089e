from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select

from reconciler.errors import LockedError, StateError
from reconciler.model.ownership import Row
from reconciler.state import tables
from reconciler.state.database import database_file, engine_of
from reconciler.state.sql import SqlState, create_state, open_state

URL = "sqlite:///.reconciler/state.db"
ROW = Row("t/g/K/a", "1", "A", {"x": [1, {"id": "2", "name": "B"}]}, prevent_destroy=True)


@pytest.fixture
def state(tmp_path: Path) -> SqlState:
    return create_state(URL, tmp_path)


def test_rows_come_back_as_they_were(state: SqlState, tmp_path: Path) -> None:
    state.record([ROW], [])
    state.close()
    again = open_state(URL, tmp_path)
    assert again is not None
    assert again.rows("t") == {ROW.address: ROW}
    assert again.rows("other") == {}


def test_a_moved_row_has_one_place(state: SqlState) -> None:
    state.record([ROW], [])
    moved = Row("t/g/K/b", "1", "A", {})
    state.record([moved], [ROW.address])
    assert state.rows("t") == {moved.address: moved}


def test_no_file_is_no_state(tmp_path: Path) -> None:
    assert open_state(URL, tmp_path) is None
    assert not (tmp_path / ".reconciler").exists()


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
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


def test_a_state_of_the_first_version_is_brought_along(state: SqlState, tmp_path: Path) -> None:
    state.record([ROW], [])
    state.close()
    engine = engine_of(database_file(URL, tmp_path))
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE operation DROP COLUMN attempts")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
        connection.exec_driver_sql(
            "INSERT INTO operation (run, id, address, action, intended) "
            "VALUES ('run-1', 'op-1', 't/g/K/a', 'create', '2026-11-23T09:30:00Z')"
        )
    again = open_state(URL, tmp_path)
    assert again is not None
    assert again.rows("t") == {ROW.address: ROW}
    with engine.connect() as connection:
        (attempts,) = connection.execute(select(tables.operation.c.attempts)).scalars()
    assert attempts is None


@pytest.mark.parametrize("url", ["postgresql://u:hush@h/db", "nonsense", "sqlite://"])
def test_a_url_that_cannot_be_used_is_refused_without_its_password(
    tmp_path: Path, url: str
) -> None:
    with pytest.raises(StateError) as caught:
        open_state(url, tmp_path)
    assert caught.value.told.code == "RUN125"
    assert "hush" not in str(caught.value.told)


def test_a_read_only_state_is_told(state: SqlState, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    state.close()
    folder = tmp_path / ".reconciler"
    (folder / "state.db").chmod(0o400)
    folder.chmod(0o500)
    with pytest.raises(StateError, match="RUN122"):
        create_state(URL, tmp_path).record([ROW], [])
    folder.chmod(0o700)
