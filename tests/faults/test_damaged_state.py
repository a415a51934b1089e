"""A state whose rows are not as they were written: each command refuses it with its place."""

from __future__ import annotations

import contextlib
import io
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from reconciler.cli.group import run
from tests.examples import examples
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

LEAD = "test/webexcc/UserProfile/lead"
COMMANDS = [
    ("plan",), ("drift",), ("state", "list"), ("state", "history"), ("state", "show", LEAD),
    ("state", "rm", LEAD, "--auto-approve"), ("apply", "--auto-approve"),
    ("apply", "--resume", "--auto-approve"), ("state", "unlock", "test"), ("drift", "--full"),
    ("drift", "--accept", "--auto-approve"), ("import", "--all", "--auto-approve"),
]  # fmt: skip
ODD: list[Any] = [
    None, "", "garbage", "{", "null", "[]", "5", '"x"', '{"name": 5}', '{"a": ', 10**15, -1, 1.5,
    b"", b"\x00\xff", "test/nope/Kind/name", "test/webexcc/Nope/x", "test/webexcc/UserProfile/",
    "other/webexcc/User/x", "../..", "a\x00b", "2026-13-45T99:99:99Z",
]  # fmt: skip


@dataclass(frozen=True)
class Damaged:
    """A project with a state of one run that ended half way, to be damaged again and again."""

    root: Path
    whole: bytes

    @property
    def file(self) -> Path:
        return self.root / ".reconciler" / "state.db"

    def restored(self) -> sqlite3.Connection:
        for each in self.file.parent.glob("state.db*"):
            each.unlink()
        self.file.write_bytes(self.whole)
        return sqlite3.connect(self.file)

    def set(self, table: str, column: str, value: Any) -> bool:
        with contextlib.closing(self.restored()) as connection:
            newest = f"rowid = (SELECT max(rowid) FROM {table})"  # noqa: S608 - of our own tables
            try:
                connection.execute(f'UPDATE {table} SET "{column}" = ? WHERE {newest}', (value,))  # noqa: S608
            except sqlite3.IntegrityError:
                return False
            connection.commit()
        return True

    def says(self, *command: str) -> tuple[int, str]:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            code = run([*command, "-C", str(self.root)])
        return code, out.getvalue()


@pytest.fixture(scope="module")
def here() -> Iterator[Damaged]:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        made = Workshop(root)
        made.manifests(COLLECTION, PROFILE, USER)
        made.planned_and_applied()
        made.drift()
        file = root / ".reconciler" / "state.db"
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.execute(
                "UPDATE operation SET outcome = NULL, finished = NULL "
                "WHERE rowid = (SELECT max(rowid) FROM operation)"
            )
            connection.execute("UPDATE run SET outcome = 'failed'")
            connection.commit()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield Damaged(root, file.read_bytes())


def columns(here: Damaged) -> list[tuple[str, str]]:
    with contextlib.closing(here.restored()) as connection:
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'alembic%'"
        tables = [name for (name,) in connection.execute(names)]
        return [
            (t, row[1]) for t in tables for row in connection.execute(f"PRAGMA table_info({t})")
        ]


@examples(80, suppress_health_check=list(HealthCheck), deadline=None)
@given(data=st.data())
def test_an_odd_value_in_any_row_is_refused_or_harmless(here: Damaged, data: st.DataObject) -> None:
    table, column = data.draw(st.sampled_from(columns(here)))
    if not here.set(table, column, data.draw(st.sampled_from(ODD))):
        return
    code, said = here.says(*data.draw(st.sampled_from(COMMANDS)))
    assert code in (0, 1, 2)
    assert "bug in reconciler" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("table", "column", "value", "command", "key"),
    [
        ("ownership", "applied", "{", "plan", "test/webexcc/"),
        ("ownership", "applied", "null", "plan", "test/webexcc/"),
        ("ownership", "applied", '{"name": ', "drift", "test/webexcc/"),
        ("ownership", "address", "garbage", "plan", "garbage"),
        ("ownership", "address", "test/webexcc/Nope/x", "plan", "test/webexcc/Nope/x"),
        ("ownership", "address", "test/nope/User/x", "drift", "test/nope/User/x"),
        ("ownership", "address", "other/webexcc/User/x", "plan", "other/webexcc/User/x"),
        ("ownership", "object_id", b"\xff", "plan", "test/webexcc/"),
        ("ownership", "object_id", "", "plan", "test/webexcc/"),
        ("ownership", "name", b"\x00", "drift", "test/webexcc/"),
        ("operation", "keep", '{"address": 1}', "plan", "run-"),
        ("operation", "keep", "{", "drift", "run-"),
        ("operation", "before", "[1]", "plan", "run-"),
        ("operation", "action", "nonsense", "plan", "run-"),
        ("operation", "address", "x", "apply", "x"),
        ("memory", "remembered", b"\x00", "drift", "test"),
        ("memory", "reads", "many", "drift", "test"),
        ("run", "plan", b"\x00", "apply --resume", "run-"),
    ],
)  # fmt: skip
def test_a_damaged_row_is_named_by_table_and_key(  # noqa: PLR0913, PLR0917 - one row of the table
    here: Damaged, table: str, column: str, value: Any, command: str, key: str
) -> None:
    assert here.set(table, column, value)
    if (table, column) == ("ownership", "applied"):
        with contextlib.closing(sqlite3.connect(here.file)) as connection:
            connection.execute("UPDATE ownership SET applied = ?", (value,))
            connection.commit()
    code, said = here.says(*command.split(), *(["--auto-approve"] if "apply" in command else []))
    assert code == 1
    assert "error[RUN121]" in said, said
    assert f"table `{table}`" in said
    assert key in said


def test_what_cannot_be_decoded_is_damage(here: Damaged) -> None:
    with contextlib.closing(here.restored()) as connection:
        connection.execute("UPDATE ownership SET name = CAST(x'fffe' AS TEXT)")
        connection.commit()
    code, said = here.says("plan")
    assert (code, "error[RUN121]" in said) == (1, True), said
    assert os.fspath(here.root) not in said
