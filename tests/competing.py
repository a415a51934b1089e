"""An apply in a process of its own, which notes each write that reaches the tenant.

`python -m tests.competing FOLDER LEASE STOP_AT`: plans, says `ready`, waits for the file `go`,
applies, and prints what came of it. In the write of that number it stops itself (SIGSTOP).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from reconciler.errors import ReconcilerError
from reconciler.state import lease
from tests.workshop import Workshop

LONGEST = 300.0


def main() -> None:
    """The apply of the child."""
    folder, lease.SECONDS, stop_at = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    workshop = Workshop(folder)
    plan = workshop.plan()
    renewing = _renewals_in_turn()
    print("ready", flush=True)
    deadline = time.monotonic() + LONGEST
    while not (folder / "go").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    seen = 0

    def before(method: str, path: str) -> None:
        nonlocal seen
        if method == "GET":
            return
        seen += 1
        with (folder / "log").open("a", encoding="ascii") as log:
            log.write(f"{os.getpid()} {method} {path}\n")
        if seen == stop_at:
            with renewing:
                os.kill(os.getpid(), signal.SIGSTOP)

    workshop.before = before
    try:
        (ledger,) = workshop.apply(plan, saved=False)
    except ReconcilerError as error:
        told = error.told
        print(error.outcome, told.code, told.summary, told.detail, told.hint, sep="\n")
    else:
        print(
            ledger.outcome, *(event.code for event in (*ledger.failed, *ledger.unsettled)), sep="\n"
        )


def _renewals_in_turn() -> threading.Lock:
    """Return a lock that each renewal of the lease holds: one stopped in it locks the database."""
    renewing, renew = threading.Lock(), lease.Lease.renew

    def in_turn(held: lease.Lease) -> bool:
        with renewing:
            return renew(held)

    setattr(lease.Lease, "renew", in_turn)  # noqa: B010 - a method cannot be assigned
    return renewing


class Competitor:
    """The child, from outside."""

    def __init__(self, folder: Path, *, lease: float = 30, stop_at: int = 0) -> None:
        command = [sys.executable, "-m", "tests.competing", str(folder)]
        self._process = subprocess.Popen(
            [*command, str(lease), str(stop_at)],
            cwd=Path(__file__).parent.parent,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.pid = self._process.pid
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def send(self, what: signal.Signals) -> None:
        """Signal the child."""
        self._process.send_signal(what)

    def stopped(self) -> None:
        """Wait until it has stopped itself."""
        _, status = os.waitpid(self.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)

    def said(self) -> list[str]:
        """Wait for its end; the outcome, and what else it printed."""
        out, _ = self._process.communicate(timeout=LONGEST)
        return out.splitlines()

    def ended(self) -> bool:
        """Whether it is over."""
        return self._process.poll() is not None

    def end(self) -> None:
        """Whatever it does, it does no more."""
        self._process.kill()
        self._process.communicate()


def first_to_end(those: list[Competitor]) -> Competitor:
    """Wait until one of them is over."""
    deadline = time.monotonic() + LONGEST
    while time.monotonic() < deadline:
        for each in those:
            if each.ended():
                return each
        time.sleep(0.01)
    raise AssertionError("none of them ends")


if __name__ == "__main__":
    main()
