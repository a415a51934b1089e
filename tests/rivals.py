"""Applies to one tenant, again and again, in a process of its own; each write is noted.

`python -m tests.rivals FOLDER LEASE STOPS`: until the file `stop` is there, somebody edits what Git
wants otherwise, and an apply puts it back, if no other process is at it. In the midst of a write it
may stop itself (SIGSTOP), by the chance of `STOPS`. `log` has a line for each run
that begins (`run TOKEN TIME`) and for each write (`write TOKEN TIME`): the lock's token, and the
moment before which the lock was looked at last. At its end it prints its outcomes.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.errors import ReconcilerError
from reconciler.state import lease
from reconciler.state.sql import SqlState
from tests.workshop import Workshop

LONGEST = 300.0
NAMES = ("One", "Two", "Three", "Four", "Five", "Six")


@dataclass(frozen=True)
class Line:
    """One moment: a run that begins, or a write; `time` is on the clock of all processes here."""

    what: str
    token: int
    time: float


class Rival:
    """The child, from outside."""

    def __init__(self, folder: Path, lease_seconds: float, stops: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.rivals", str(folder), str(lease_seconds), str(stops)],
            cwd=Path(__file__).parent.parent,
            stdout=subprocess.PIPE,
            text=True,
        )

    def has_stopped(self) -> bool:
        """Whether it has stopped itself since the last look."""
        try:
            stopped = os.waitid(os.P_PID, self.process.pid, os.WSTOPPED | os.WNOHANG)
        except ChildProcessError:  # it has ended
            return False
        return stopped is not None

    def outcomes(self) -> Counter[str]:
        """Wait for its end."""
        out, _ = self.process.communicate(timeout=LONGEST)
        assert self.process.returncode == 0
        return Counter(json.loads(out))

    def end(self) -> None:
        """Whatever it does, it does no more."""
        self.process.kill()
        self.process.communicate()


def log(folder: Path) -> list[Line]:
    """What happened, in order."""
    file = folder / "log"
    lines = file.read_text(encoding="ascii").splitlines() if file.exists() else []
    found = [line.split(" ") for line in lines]
    return [Line(what, int(token), float(time_)) for what, token, time_ in found]


class _Noting:
    """Notes the lock's token and the last look at it of whoever writes."""

    def __init__(self, folder: Path, stops: float) -> None:
        self._file = folder / "log"
        self._stops = stops
        self._chance = random.Random(os.getpid())  # noqa: S311 - no secret
        self._token = 0
        self._looked: dict[Any, float] = {}

    def note(self, what: str, moment: float) -> None:
        with self._file.open("a", encoding="ascii") as file:
            file.write(f"{what} {self._token} {moment}\n")

    def started(self, held: lease.Lease) -> None:
        self._token = held.token
        self._looked.clear()
        self.note("run", time.monotonic())

    def looks(self) -> None:
        self._looked[asyncio.current_task()] = time.monotonic()

    def before(self, method: str, _path: str) -> None:
        if method != "GET":
            self.note("write", self._looked[asyncio.current_task()])
            if self._chance.random() < self._stops:
                os.kill(os.getpid(), signal.SIGSTOP)


def main() -> None:
    """The applies of the child."""
    folder, lease.SECONDS = Path(sys.argv[1]), float(sys.argv[2])
    here, noting = Workshop(folder), _Noting(folder, float(sys.argv[3]))
    here.before = noting.before
    check, start_run = lease.Lease.check, SqlState.start_run

    def checked(self: lease.Lease) -> None:
        noting.looks()
        check(self)

    def started(self: SqlState, *given: Any, **named: Any) -> str:
        noting.started(named["lease"])
        return start_run(self, *given, **named)

    lease.Lease.check = checked  # type: ignore[method-assign]
    SqlState.start_run = started  # type: ignore[method-assign]
    outcomes: Counter[str] = Counter()
    deadline = time.monotonic() + 2 * LONGEST
    while not (folder / "stop").exists() and time.monotonic() < deadline:
        for name in NAMES:
            here.act("edit-collection", collection=name, queue="Sales EN")
        try:
            (ledger,) = here.apply(here.plan(), saved=False)
        except ReconcilerError as error:
            outcomes[error.outcome] += 1
        else:
            outcomes[ledger.outcome] += 1
            outcomes.update(event.code for event in (*ledger.failed, *ledger.unsettled))
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main()
