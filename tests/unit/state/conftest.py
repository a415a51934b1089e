"""Connections to a state's database end with the test that opened them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event


@pytest.fixture(autouse=True)
def nothing_stays_open() -> Iterator[None]:
    """What a test leaves open is closed: Python 3.13 warns of it, in whichever test is next."""
    opened: list[sqlite3.Connection] = []

    def connected(connection: sqlite3.Connection, _record: object) -> None:
        opened.append(connection)

    event.listen(Engine, "connect", connected)
    try:
        yield
    finally:
        event.remove(Engine, "connect", connected)
        for each in opened:
            each.close()
