"""The data of one emulated tenant: JSON bodies by kind and id, in one SQLite file."""

from __future__ import annotations

import os
import sqlite3
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, overload

from pydantic_core import from_json, to_json

from reconciler.sandbox.errors import SandboxError

Body = dict[str, Any]
T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entity (
    kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX IF NOT EXISTS entity_kind ON entity (kind);
CREATE INDEX IF NOT EXISTS entity_name ON entity (kind, name);
CREATE TABLE IF NOT EXISTS link (
    to_kind TEXT NOT NULL, to_id TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (to_kind, to_id, kind, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS link_from ON link (kind, id);
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
"""

MEMORY = Path(":memory:")
"""The database that is not a file, and is gone when it is closed."""

_BESIDE = ("-wal", "-shm", "-journal")
_CACHE_KIBIBYTES = 65_536
"""What a tenant of 100,000 users is filled with without reading its own pages again and again."""

Links = Callable[[str, Body], Iterable[tuple[str, str]]]
"""What a body of a kind refers to: kind and id of each."""


def no_links(_kind: str, _body: Body) -> Iterable[tuple[str, str]]:
    """For tenants in which nothing asks who refers to what."""
    return ()


class Store:
    """Bodies by kind and id, listed in the order in which they were made; who refers to whom."""

    def __init__(self, database: Path, links: Links = no_links) -> None:
        self._links = links
        self._stamp: tuple[int, int] = (0, 0)
        self._kept: dict[tuple[str, str], Any] = {}
        if database != MEMORY:
            _close_to_others(database)
        try:
            self._connection = sqlite3.connect(database, isolation_level=None, timeout=10)
            self._connection.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
            # not waited for the disk: what a power cut spoils is an emulated tenant, made again
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise SandboxError(
                "PRJ128",
                f"the sandbox's data cannot be used: {error}",
                hint="start it over: reconciler sandbox reset",
            ) from error

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def wipe(self) -> None:
        """Throw everything away, under whoever else has the file open."""
        self._connection.executescript(
            "BEGIN; DELETE FROM entity; DELETE FROM link; DELETE FROM counter; COMMIT;"
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes of the block, or none."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            self._kept.clear()
            raise
        self._connection.execute("COMMIT")

    def rows(self, kind: str) -> list[Body]:
        """Every body of a kind."""
        return list(self.listing(kind))

    def listing(self, kind: str) -> Rows:
        """Every body of a kind, each read when it is looked at: a page costs a page."""
        return Rows(self, kind)

    def order(self, kind: str) -> array[int]:
        """Where the bodies of a kind are, in the order in which they were made."""

        def found() -> array[int]:
            query = "SELECT rowid FROM entity WHERE kind = ? ORDER BY rowid"
            rows = self._connection.execute(query, (kind,))
            return array("q", [rowid for (rowid,) in rows])

        return self.kept("order", kind, found)

    def kept(self, what: str, of: str, make: Callable[[], T]) -> T:
        """What is made of the data, made again only after something of it has changed.

        It is not to be changed by who gets it: others get the same.
        """
        # changes of others, and our own: what was found before holds until there is one
        (others,) = self._connection.execute("PRAGMA data_version").fetchone()
        stamp = (others, self._connection.total_changes)
        if stamp != self._stamp:
            self._stamp = stamp
            self._kept.clear()
        if (what, of) not in self._kept:
            self._kept[what, of] = make()
        found: T = self._kept[what, of]
        return found

    def at(self, kind: str, order: array[int]) -> Iterator[Body]:
        """The bodies at a part of the order, from its first to its last."""
        if order:
            found = self._connection.execute(
                "SELECT body FROM entity WHERE kind = ? AND rowid BETWEEN ? AND ? ORDER BY rowid",
                (kind, order[0], order[-1]),
            )
            yield from (from_json(body) for (body,) in found.fetchall())

    def all_named(self, kind: str, name: str) -> list[Body]:
        """Every body of that name, in the order in which they were made."""
        query = "SELECT body FROM entity WHERE kind = ? AND name = ? ORDER BY rowid"
        found = self._connection.execute(query, (kind, name))
        return [from_json(body) for (body,) in found]

    def count(self, kind: str) -> int:
        """The number of bodies of a kind."""
        found = self._connection.execute("SELECT count(*) FROM entity WHERE kind = ?", (kind,))
        return int(found.fetchone()[0])

    def get(self, kind: str, object_id: str) -> Body | None:
        """One body, None where there is none."""
        return self._one("kind = ? AND id = ?", kind, object_id)

    def named(self, kind: str, name: str) -> Body | None:
        """The first body of that name, None where there is none."""
        return self._one("kind = ? AND name = ? ORDER BY rowid LIMIT 1", kind, name)

    def id_named(self, kind: str, name: str) -> str | None:
        """The id of the first body of that name, None where there is none."""
        found = self._connection.execute(
            "SELECT id FROM entity WHERE kind = ? AND name = ? ORDER BY rowid LIMIT 1", (kind, name)
        ).fetchone()
        return None if found is None else str(found[0])

    def next(self, counter: str) -> int:
        """Count one further, from 1 on."""
        self._connection.execute(
            "INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET value = value + 1",
            (counter,),
        )
        query = "SELECT value FROM counter WHERE name = ?"
        return int(self._connection.execute(query, (counter,)).fetchone()[0])

    def put(self, kind: str, body: Body, name: str) -> None:
        """Add a body, or replace the one with its id."""
        self._connection.execute(
            "INSERT INTO entity VALUES (?, ?, ?, ?) "
            "ON CONFLICT (kind, id) DO UPDATE SET name = excluded.name, body = excluded.body",
            (kind, body["id"], name, to_json(body).decode()),
        )
        self._unlink(kind, str(body["id"]))
        self._connection.executemany(
            "INSERT OR IGNORE INTO link VALUES (?, ?, ?, ?)",
            [(*target, kind, str(body["id"])) for target in self._links(kind, body)],
        )

    def referrers(self, kind: str, object_id: str, by: str) -> list[str]:
        """The ids of the bodies of the kind `by` that refer to an object."""
        found = self._connection.execute(
            "SELECT id FROM link WHERE to_kind = ? AND to_id = ? AND kind = ? ORDER BY id",
            (kind, object_id, by),
        )
        return [row[0] for row in found]

    def referring(self, kind: str, object_id: str) -> dict[str, int]:
        """Which kinds refer to an object, and by how many bodies."""
        found = self._connection.execute(
            "SELECT kind, count(*) FROM link WHERE to_kind = ? AND to_id = ? GROUP BY kind",
            (kind, object_id),
        )
        return dict(found.fetchall())

    def remove(self, kind: str, object_id: str) -> None:
        """Take a body out."""
        self._unlink(kind, object_id)
        self._connection.execute("DELETE FROM entity WHERE kind = ? AND id = ?", (kind, object_id))

    def _unlink(self, kind: str, object_id: str) -> None:
        self._connection.execute("DELETE FROM link WHERE kind = ? AND id = ?", (kind, object_id))

    def _one(self, where: str, *values: str) -> Body | None:
        # the conditions are the constants above, the values are bound
        query = f"SELECT body FROM entity WHERE {where}"  # noqa: S608
        found = self._connection.execute(query, values).fetchone()
        if found is None:
            return None
        body: Body = from_json(found[0])
        return body


def _close_to_others(database: Path) -> None:
    """Make the file, new or not, its owner's alone; what SQLite puts beside it follows."""
    try:
        os.close(os.open(database, os.O_RDWR | os.O_CREAT, 0o600))
        for each in (database, *(database.with_name(database.name + end) for end in _BESIDE)):
            if each.exists():
                each.chmod(0o600)
    except OSError as error:
        raise SandboxError(
            "PRJ128",
            f"the sandbox's data cannot be used: {error.strerror}",
            hint="start it over: reconciler sandbox reset",
        ) from error


class Rows(Sequence[Body]):
    """The bodies of a kind in the order in which they were made: a slice costs a slice."""

    def __init__(self, store: Store, kind: str) -> None:
        self._store = store
        self._kind = kind

    def named(self, name: str) -> list[Body]:
        """The bodies of one name."""
        return self._store.all_named(self._kind, name)

    def __len__(self) -> int:
        return len(self._store.order(self._kind))

    @overload
    def __getitem__(self, index: int) -> Body: ...
    @overload
    def __getitem__(self, index: slice) -> list[Body]: ...
    def __getitem__(self, index: int | slice) -> Body | list[Body]:
        order = self._store.order(self._kind)
        if isinstance(index, slice):
            return list(self._store.at(self._kind, order[index]))
        return next(self._store.at(self._kind, array("q", [order[index]])))

    def __iter__(self) -> Iterator[Body]:
        return self._store.at(self._kind, self._store.order(self._kind))
