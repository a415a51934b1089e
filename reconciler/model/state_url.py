"""The URL of a state: the file behind it, without a library that knows databases."""

from __future__ import annotations

import re
from urllib.parse import unquote

DEFAULT_STATE = "sqlite:///.reconciler/state.db"

SIDE_FILES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database, and reads as part of it."""

_SQLITE = re.compile(r"sqlite(?:\+\w+)?:///(?P<path>[^?]+)(?:\?.*)?", re.DOTALL)


def file_of(url: str) -> str | None:
    """The path in a SQLite URL as it is written; None for any other URL."""
    found = _SQLITE.fullmatch(url)
    return unquote(found["path"]) if found else None
