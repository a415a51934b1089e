"""Files of a project written all or none: each beside its place first, then moved there."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from reconciler.errors import UsageError
from reconciler.manifests.files import inside

_BESIDE = ".reconciler-new"


def write_all(root: Path, files: Mapping[str, bytes], before: Mapping[str, bytes]) -> None:
    """Give these files of the project these bytes, in their order.

    `before` has the bytes of those that are there already. Raises UsageError, with nothing changed,
    where one is not as it was or cannot be written, and ProjectError for one that lies outside. A
    process that is killed leaves each file as it was before or as it is after.
    """
    beside: dict[Path, Path] = {}
    # a link stays one: what it leads to is written
    paths = {name: Path(os.path.realpath(inside(root, name))) for name in files}
    try:
        for name, data in files.items():
            path = paths[name]
            path.parent.mkdir(parents=True, exist_ok=True)
            beside[path] = path.with_name(f".{path.name}{_BESIDE}")
            _write(beside[path], data, path)
        for name, path in paths.items():
            if _bytes(path) != before.get(name):
                raise UsageError(
                    "RUN165",
                    f"{name} was changed in the meantime",
                    hint="nothing was written: run the command again",
                )
        for path, new in beside.items():
            new.replace(path)
        for folder in {path.parent for path in beside}:
            _settle(folder)
    except OSError as error:
        raise UsageError(
            "RUN166", f"{error.filename or 'a file'} cannot be written: {error.strerror}"
        ) from error
    finally:
        for new in beside.values():
            new.unlink(missing_ok=True)


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if os.path.lexists(path) else None


def _write(beside: Path, data: bytes, like: Path) -> None:
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if like.exists():
        beside.chmod(like.stat().st_mode & 0o7777)


def _settle(folder: Path) -> None:
    """Let the new names of a folder outlive a loss of power, where the system can do that."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
