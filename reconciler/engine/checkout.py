"""The Git checkout that a project is in."""

from __future__ import annotations

import subprocess
from pathlib import Path

_SECONDS = 10
_DESCRIBE = (
    "git", "--no-optional-locks", "-c", "core.fsmonitor=false",
    "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*",
)  # fmt: skip


def commit_of(folder: Path) -> str:
    """The commit that is checked out, with `-dirty` where files that it has differ from it.

    Empty where it is unknown: no checkout, no commit yet, no Git.
    """
    try:
        done = subprocess.run(  # noqa: S603 - git itself, no shell
            _DESCRIBE, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True,
            timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode else done.stdout.decode("ascii", "replace").strip()
