"""Applies that are killed (SIGKILL) just before or after one of their writes to the journal.

`python -m tests.killed` is a server of one thread: it has everything ready, and forks itself for
each apply that it is asked for, so that a process that really dies costs some milliseconds.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.contract.connection import AsgiApp
from reconciler.errors import ReconcilerError
from reconciler.http.tokens import FixedToken
from reconciler.model.plan import dump, load
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from reconciler.state.sql import SqlState
from tests.virtual import VirtualPacing
from tests.workshop import COLLECTION, Call, Workshop

PLAN = "plan.json"
JOURNAL = ("start_run", "intend", "settle", "record", "finish_run")
"""The writes of an apply to the state; those of the lock are not counted."""

UNREAD = "unread-"
"""A fault whose name begins so fails every read after the first write that was accepted."""

ODD = {"null": b"null", "odd": b'{"id": 7, "roles": 5, "user": []}'}

_FIRST_INTENT = 2


@dataclass(frozen=True)
class Order:
    """One apply: of the plan in `plan.json` (as one that was `saved`, or just made), where
    something goes wrong and it is killed.

    It dies at its `kill_at`-th write to the journal, `before` or `after` it; 0 lets it live. What
    operations write down at the same time is one write: without `parallelism` each has its own.
    Besides the faults of the sandbox there is `timeout`: the first write lands, its answer does not
    come in time, and `unread-401` and the like (see `UNREAD`). `meddle` is an action in the
    console, and its arguments, after the first intent.
    """

    folder: str
    faults: tuple[str, ...] = ()
    kill_at: int = 0
    when: str = "before"
    resume: bool = False
    saved: bool = True
    parallelism: int = 8
    meddle: tuple[str, dict[str, str]] | None = None


@dataclass(frozen=True)
class Died:
    """What became of it: killed, or its outcome (of the ledger, or of the error that it raised).

    `failed` and `unknown` count operations of the ledger.
    """

    killed: bool
    outcome: str
    told: str = ""
    writes: int = 0
    failed: int = 0
    unknown: int = 0


class Log(list[Call]):
    """Calls, kept in a file as well: what happened before the end of a process is known after."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._file = folder / "calls"

    def append(self, call: Call, /) -> None:
        super().append(call)
        with self._file.open("a", encoding="ascii") as file:
            file.write(f"{call.method} {call.path} {call.status}\n")


def calls(folder: Path) -> list[Call]:
    """Every call of every process, in order."""
    file = folder / "calls"
    lines = file.read_text(encoding="ascii").splitlines() if file.exists() else []
    found = [line.split(" ") for line in lines]
    return [Call(method, path, int(status)) for method, path, status in found]


class Assassin:
    """The server, from outside; it is started when it is first needed."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.killed"],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def apply(self, order: Order) -> Died:
        """Carry it out, and wait for its end."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(vars(order)) + "\n")
        stdin.flush()
        line = stdout.readline()
        assert line, "the server is gone"
        return Died(**json.loads(line))

    def close(self) -> None:
        """End the server."""
        self._process.communicate()


def main() -> None:
    """Answer orders until there are no more."""
    _warm_up()
    for line in sys.stdin:
        given: dict[str, Any] = json.loads(line)
        order = Order(**given | {"faults": tuple(given["faults"])})
        print(json.dumps(vars(_killed(order))), flush=True)


def _warm_up() -> None:
    """What is imported and built on first use is there before the forks."""
    with tempfile.TemporaryDirectory() as folder:
        here = Workshop(Path(folder))
        here.manifests(COLLECTION)
        plan = here.plan()
        here.apply(load(dump(plan)))


def _killed(order: Order) -> Died:
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reads)
            os.write(writes, json.dumps(vars(_carried_out(order))).encode())
            code = 0
        finally:
            os._exit(code)
    os.close(writes)
    with os.fdopen(reads, "rb") as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return Died(killed=True, outcome="killed")
    assert said, "the apply broke: see stderr"
    return Died(**json.loads(said))


def _carried_out(order: Order) -> Died:
    here = Workshop(Path(order.folder))
    here.kept["test"] = (VirtualPacing(), FixedToken(here.token()))
    here.calls = Log(here.root)
    here.parallelism = order.parallelism
    here.around = lambda app: _faulty(app, order.faults)
    counted = _watched(here, order)
    try:
        if order.resume:
            ledgers = here.resume()
        else:
            ledgers = here.apply(load((here.root / PLAN).read_bytes()), saved=order.saved)
    except ReconcilerError as error:
        told = f"{error}\n{error.told.detail}"
        return Died(killed=False, outcome=error.outcome, told=told, writes=counted())
    codes = " ".join(event.code for each in ledgers for event in (*each.failed, *each.unsettled))
    outcome = ledgers[-1].outcome if ledgers else "nothing"
    return Died(
        killed=False,
        outcome=outcome,
        told=codes,
        writes=counted(),
        failed=sum(len(each.failed) for each in ledgers),
        unknown=sum(len(each.unknown) for each in ledgers),
    )


def _faulty(app: AsgiApp, faults: Iterable[str]) -> AsgiApp:
    faults = list(faults)
    for unread in [each for each in faults if each.startswith(UNREAD)]:
        faults.remove(unread)
        app = _unread(app, unread.removeprefix(UNREAD))
    if "timeout" in faults:
        faults.remove("timeout")
        app = _late(app)
    return faulty(app, [fault(each) for each in faults])


def is_write(scope: Any) -> bool:
    """Whether a request changes anything; a search is a POST that does not."""
    return scope["method"] != "GET" and not scope["path"].endswith("/search")


def _unread(app: AsgiApp, how: str) -> AsgiApp:
    """Once a write was accepted, every read fails: with a status, or with `null`, `odd`, `drop`."""
    accepted: list[str] = []

    async def answered(send: Any, status: int, body: bytes) -> None:
        start = {"type": "http.response.start", "status": status, "headers": []}
        await send(start)
        await send({"type": "http.response.body", "body": body})

    async def unread(scope: Any, receive: Any, send: Any) -> None:
        async def noting(message: Any) -> None:
            is_good = message["type"] == "http.response.start" and message["status"] < 300
            if is_good and is_write(scope):
                accepted.append(scope["path"])
            await send(message)

        if is_write(scope) or not accepted:
            await app(scope, receive, noting)
        elif how == "drop":
            raise ConnectionResetError
        elif how in ODD:
            await answered(send, 200, ODD[how])
        else:
            await answered(send, int(how), b"{}")

    return unread


def _late(app: AsgiApp) -> AsgiApp:
    """The first write lands and is not answered in time."""
    wrote: list[str] = []

    async def late(scope: Any, receive: Any, send: Any) -> None:
        if scope["method"] == "GET" or wrote:
            await app(scope, receive, send)
            return
        wrote.append(scope["path"])

        async def unheard(_message: Any) -> None:
            return None

        await app(scope, receive, unheard)
        raise TimeoutError

    return late


def _watched(here: Workshop, order: Order) -> Callable[[], int]:
    """Kill this process at its n-th write to the journal; answers with what counts them."""
    seen = 0

    def dies(when: str) -> None:
        if seen == order.kill_at and when == order.when:
            os.kill(os.getpid(), signal.SIGKILL)

    def watched(name: str, write: Callable[..., Any]) -> Callable[..., Any]:
        def written(*given: Any, **named: Any) -> Any:
            nonlocal seen
            seen += 1
            dies("before")
            result = write(*given, **named)
            if name == "intend" and order.meddle is not None and seen <= _FIRST_INTENT:
                action, arguments = order.meddle
                here.act(action, **arguments)
            dies("after")
            return result

        return written

    for name in JOURNAL:
        setattr(SqlState, name, watched(name, getattr(SqlState, name)))
    return lambda: seen


if __name__ == "__main__":
    main()
