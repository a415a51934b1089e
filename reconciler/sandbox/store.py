"""The data of one emulated tenant: JSON bodies by kind and id, in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.sandbox.errors import SandboxError

Body = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entity (
    kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX IF NOT EXISTS entity_name ON entity (kind, name);
CREATE TABLE IF NOT EXISTS link (
    to_kind TEXT NOT NULL, to_id TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (to_kind, to_id, kind, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS link_from ON link (kind, id);
"""

Links = Callable[[str, Body], Iterable[tuple[str, str]]]
"""What a body of a kind refers to: kind and id of each."""


class Store:
    """Bodies by kind and id, listed in the order in which they were made; who refers to whom."""

    def __init__(self, database: Path, links: Links = lambda _kind, _body: ()) -> None:
        self._links = links
        try:
            self._connection = sqlite3.connect(database, isolation_level=None, timeout=10)
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
        self._connection.executescript("BEGIN; DELETE FROM entity; DELETE FROM link; COMMIT;")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes of the block, or none."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def rows(self, kind: str) -> list[Body]:
        """Every body of a kind."""
        found = self._connection.execute(
            "SELECT body FROM entity WHERE kind = ? ORDER BY rowid", (kind,)
        )
        return [json.loads(body) for (body,) in found]

    def count(self, kind: str) -> int:
        """How many bodies of a kind there are."""
        found = self._connection.execute("SELECT count(*) FROM entity WHERE kind = ?", (kind,))
        return int(found.fetchone()[0])

    def get(self, kind: str, object_id: str) -> Body | None:
        """One body, None where there is none."""
        return self._one("kind = ? AND id = ?", kind, object_id)

    def named(self, kind: str, name: str) -> Body | None:
        """The first body of that name, None where there is none."""
        return self._one("kind = ? AND name = ? ORDER BY rowid LIMIT 1", kind, name)

    def put(self, kind: str, body: Body, name: str) -> None:
        """Add a body, or replace the one with its id."""
        self._connection.execute(
            "INSERT INTO entity VALUES (?, ?, ?, ?) "
            "ON CONFLICT (kind, id) DO UPDATE SET name = excluded.name, body = excluded.body",
            (kind, body["id"], name, json.dumps(body)),
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
        body: Body = json.loads(found[0])
        return body
