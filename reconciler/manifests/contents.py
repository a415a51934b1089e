"""The bytes of files: what is no file, or too large, is refused before it is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from reconciler.manifests.parse import too_large, unreadable
from reconciler.manifests.text import MOST_BYTES
from reconciler.model.diagnostic import Diagnostic

_KINDS = (
    (stat.S_ISDIR, "it is a folder"),
    (stat.S_ISFIFO, "it is a pipe"),
    (stat.S_ISSOCK, "it is a socket"),
    (stat.S_ISCHR, "it is a device"),
    (stat.S_ISBLK, "it is a device"),
)


def content(root: Path, file: str) -> bytes | Diagnostic:
    """The bytes of a file, or why there are none."""
    try:
        path = root / file
        found = path.stat()
        for is_kind, said in _KINDS:
            if is_kind(found.st_mode):
                return unreadable(file, said, "write its content to a file, or pipe it to `-`")
        if found.st_size > MOST_BYTES:
            return too_large(file)
        with path.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as error:
        return unreadable(file, error.strerror or os.strerror(error.errno or 0))
