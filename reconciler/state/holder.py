"""Processes that hold a lock: which one this is, and whether another one still lives.

Whether a process lives can be asked on its own machine alone, and there in the same container
alone (`place`). Its number may have been given to another process meanwhile (`born`).
"""

from __future__ import annotations

import getpass
import os
import socket
import sys
import uuid
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_PROC = Path("/proc")
_DEAD = ("Z", "X", "x")
_STATE, _START = 0, 19  # of /proc/PID/stat, counted from behind the name


@dataclass(frozen=True, slots=True)
class Process:
    """A process: whose, on which machine, its number, its birth, and where it can be seen."""

    user: str
    host: str
    pid: int
    born: str
    place: str

    @property
    def is_here(self) -> bool:
        """Whether this very process shares machine, start of the machine and container with it."""
        return bool(self.place) and self.place == _place()

    @property
    def is_dead(self) -> bool:
        """Whether it surely ended; False where that is unknown from here."""
        if self.place:
            return self.is_here and not _lives(self.pid, self.born)
        # a row of an older version: it kept no more than the name of the machine
        return self.host == socket.gethostname() and not _lives(self.pid, "")


def this_process() -> Process:
    """Who asks for a lock here."""
    pid = os.getpid()
    return Process(_user(), socket.gethostname(), pid, _stat(pid)[1], _place())


@cache
def _place() -> str:
    """Where numbers of processes and the monotonic clock mean the same: a boot, a container."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot}/{(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return f"{socket.gethostname()}/{uuid.getnode():x}"


def _lives(pid: int, born: str) -> bool:
    if sys.platform == "win32":
        return True  # there, asking with signal 0 would end the process
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    state, started = _stat(pid)
    return state not in _DEAD and (not born or not started or born == started)


def _stat(pid: int) -> tuple[str, str]:
    """State and start of a process; empty where the system does not say."""
    try:
        told = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "", ""
    # its name stands in parentheses and may hold any character
    fields = told.rpartition(")")[2].split()
    return fields[_STATE], fields[_START]


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container's user may have no name
        return "unknown" if sys.platform == "win32" else str(os.getuid())
