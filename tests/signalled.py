"""Commands in processes of their own, which are sent signals at chosen moments.

`python -m tests.signalled FAULTS COMMAND...` is `reconciler COMMAND...` with an embedded sandbox
that has faults (a JSON list). What arrives there is noted in the file `requests`, what it answers
in the file `answers`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconciler.cli import app, options
from reconciler.contract.connection import AsgiApp
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from tests.killed import Log, calls
from tests.workshop import Workshop

LONGEST = 300.0
HERE = Path(__file__).parent.parent


def main() -> None:
    """The command of the child."""
    # as at a terminal: who runs the tests may ignore Ctrl-C, and what is ignored is inherited
    signal.signal(signal.SIGINT, signal.default_int_handler)
    faults = tuple(fault(each) for each in json.loads(sys.argv[1]))
    sys.argv[1:2] = []
    here = Workshop(Path.cwd())
    here.calls = Log(here.root)
    here.around = lambda inner: _noted(faulty(inner, faults), here.root)
    setattr(options, "discover", lambda: here.vendors)  # noqa: B010 - no part of its interface
    app.main()


def _noted(inner: AsgiApp, root: Path) -> AsgiApp:
    async def noted(scope: Any, receive: Any, send: Any) -> None:
        with (root / "requests").open("a", encoding="ascii", errors="replace") as file:
            file.write(f"{scope['method']} {scope['path']}\n")

        async def noting(message: Any) -> None:
            if message["type"] == "http.response.start":
                with (root / "answers").open("a", encoding="ascii") as file:
                    file.write(f"{scope['method']} {message['status']}\n")
            await send(message)

        await inner(scope, receive, noting)

    return noted


class Command:
    """A `reconciler` under way: what it has said so far, and how it ends."""

    def __init__(
        self,
        root: Path,
        arguments: Iterable[str],
        faults: Iterable[str],
        stdin: int,
        env: Mapping[str, str],
    ) -> None:
        command = [sys.executable, "-m", "tests.signalled", json.dumps(list(faults))]
        self.root = root
        self.process = subprocess.Popen(
            [*command, *arguments],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(HERE), **env},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.out: list[str] = []
        self.err: list[str] = []
        self._readers = [
            threading.Thread(target=_keep, args=(kept, stream), daemon=True)
            for kept, stream in ((self.out, self.process.stdout), (self.err, self.process.stderr))
        ]
        for each in self._readers:
            each.start()

    def send(self, what: signal.Signals) -> None:
        """Signal it."""
        self.process.send_signal(what)

    def until(self, seen: Callable[[], bool]) -> None:
        """Wait for a moment, which has to come while it runs."""
        wait(lambda: seen() or self.process.poll() is not None)
        assert seen(), self.text

    def until_landed(self, method: str) -> None:
        """Wait until the sandbox did what a call wants, its answer on the way."""
        self.until(lambda: any(call.method == method for call in calls(self.root)))

    def until_answered(self, answer: str) -> None:
        """Wait until an answer, such as `POST 429`, has come."""
        file = self.root / "answers"
        self.until(lambda: file.exists() and answer in file.read_text("ascii").splitlines())

    def until_asked(self, method: str, within: str, times: int) -> None:
        """Wait until so many requests of a kind have arrived, whatever is answered."""
        file = self.root / "requests"

        def arrived() -> bool:
            lines = file.read_text("ascii").splitlines() if file.exists() else []
            fitting = (each for each in lines if each.startswith(f"{method} ") and within in each)
            return sum(1 for _ in fitting) >= times

        self.until(arrived)

    def until_handled(self) -> None:
        """Wait until a SIGTERM would be handled."""
        status = Path(f"/proc/{self.process.pid}/status")

        def handled() -> bool:
            lines = dict(line.split(":", 1) for line in status.read_text("ascii").splitlines())
            return bool(int(lines.get("SigCgt", "0"), 16) >> (signal.SIGTERM - 1) & 1)

        self.until(handled)

    @property
    def text(self) -> str:
        """All that it has said."""
        return "".join(self.out + self.err)

    @property
    def errors(self) -> str:
        """What it has said on stderr."""
        return "".join(self.err)

    def ended(self) -> int:
        """Its exit code, once it is over."""
        code = self.process.wait(timeout=LONGEST)
        for each in self._readers:
            each.join()
        return code


def _keep(lines: list[str], stream: Iterable[str]) -> None:
    for line in stream:  # as it comes, not at the end
        lines.append(line)  # noqa: PERF402


@contextmanager
def typed(
    root: Path,
    *arguments: str,
    faults: Iterable[str] = (),
    stdin: int = subprocess.DEVNULL,
    env: Mapping[str, str] | None = None,
) -> Iterator[Command]:
    """A command, which is over after the block whatever happens."""
    command = Command(root, arguments, faults, stdin, env or {})
    try:
        yield command
    finally:
        command.process.kill()
        command.ended()
        for stream in (command.process.stdin, command.process.stdout, command.process.stderr):
            if stream is not None:
                stream.close()


def done(root: Path, *arguments: str, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """A command that nothing disturbs: its exit code, and all that it said."""
    with typed(root, *arguments, env=env) as command:
        return command.ended(), command.text


def created(root: Path) -> int:
    """How many objects were made, by all processes."""
    return sum(call.method == "POST" and call.status < 300 for call in calls(root))


def wait(seen: Callable[[], bool]) -> None:
    """Wait for a moment that has to come."""
    deadline = time.monotonic() + LONGEST
    while not seen():
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.01)


if __name__ == "__main__":
    main()
