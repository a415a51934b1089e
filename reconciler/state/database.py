"""The database file: where it is, how it is opened, the error when it cannot be used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.pool import QueuePool

from reconciler.errors import StateError
from reconciler.model.state_url import file_of
from reconciler.state import tables

BUSY_SECONDS = 10


def database_file(url: str, root: Path) -> Path:
    """The file behind a URL, relative to the project; raises StateError."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StateError(
            "RUN125", "the state's URL cannot be read", hint="write sqlite:///PATH"
        ) from error
    file = parsed.database
    # where it is was checked without this library: both have to mean the same file
    if parsed.get_backend_name() != "sqlite" or not file or file != file_of(url):
        raise StateError(
            "RUN125",
            "this version keeps its state on SQLite alone",
            hint="write sqlite:///PATH, relative to the project's folder",
        )
    return root / file


def engine_of(file: Path) -> Engine:
    """An engine on the file: write-ahead log, transactions that write from their start."""
    # a connection is kept until the engine is disposed of: the last one to close writes the whole
    # log back; a thread that writes beside this one has another
    engine = create_engine(f"sqlite:///{file}", poolclass=QueuePool)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: Any) -> None:
        record.info["file"] = _identity(file)
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "checkout")
    def taken(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != _identity(file):
            raise DisconnectionError("the file was replaced")  # is opened anew

    @event.listens_for(engine, "begin")
    def begun(connection: Any) -> None:
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _identity(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_dev, found.st_ino


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that only reads: no writer makes it wait; raises StateError."""
    with told(), engine.connect().execution_options(reads=True) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes, committed at the end of the block; raises StateError."""
    with told(), engine.begin() as connection:
        yield connection


def written(moment: datetime) -> str:
    """A moment as the state keeps it: UTC, with all its digits, in an order that can be sorted."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def migrate(engine: Engine) -> None:
    """Bring the tables to this version; raises StateError for a newer one."""
    with told():
        version = _version(engine)
        if version == tables.HEAD:
            return
        if version is not None and version > tables.HEAD:
            raise StateError(
                "RUN124",
                f"the state was written by a newer version (schema {version})",
                hint="update reconciler",
            )
        from alembic import command  # noqa: PLC0415 - slow to import, needed once a version
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")


def _version(engine: Engine) -> str | None:
    with reading(engine) as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found = connection.execute(text("SELECT version_num FROM alembic_version"))
        version: str | None = found.scalar_one_or_none()
        return version


_Words = tuple[str, str, str]
"""The code of a refusal, its words around the database's own, and what to do."""

_DAMAGED: _Words = ("RUN121", "the state is damaged: {}", "restore a copy, or move it away")
_BUSY: _Words = ("RUN126", "the state is busy: {}", "wait for the other run to end")

_BY_RESULT: Mapping[int, _Words] = {
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_READONLY: (
        "RUN122", "the state cannot be written: {}", "check its permissions"
    ),
    sqlite3.SQLITE_CANTOPEN: (
        "RUN122", "the state cannot be opened: {}", "check its permissions"
    ),
    sqlite3.SQLITE_FULL: ("RUN123", "the state cannot grow: {}", "make room on the disk"),
    sqlite3.SQLITE_IOERR: ("RUN122", "the state cannot be read or written: {}", "check its disk"),
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
}  # fmt: skip
"""By SQLite's primary result codes (https://sqlite.org/rescode.html)."""

_PRIMARY = 0xFF
"""The bits of an extended result code that are the primary one."""


@contextmanager
def told() -> Iterator[None]:
    """Turns what the database or the disk refuses into a StateError in clear words."""
    try:
        yield
    except IntegrityError:
        raise
    except DBAPIError as error:
        raise _explained(error.orig) from error
    except sqlite3.Error as error:
        raise _explained(error) from error
    except OSError as error:
        raise StateError(
            "RUN122", f"the state cannot be opened: {error.strerror}", hint="check its permissions"
        ) from error


def _explained(error: BaseException | None) -> StateError:
    """What a driver's error means for the state."""
    words = _words(error)
    if words is None:
        return StateError("RUN120", f"the state cannot be used: {error}")
    code, summary, hint = words
    return StateError(code, summary.format(error), hint=hint)


def _words(error: BaseException | None) -> _Words | None:
    result: int | None = getattr(error, "sqlite_errorcode", None)
    if result is not None:
        return _BY_RESULT.get(result & _PRIMARY)
    # without a result code, Python itself could not read what SQLite gave: text that is no UTF-8
    return _DAMAGED if isinstance(error, sqlite3.OperationalError) else None
