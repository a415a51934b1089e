"""Faults put around an application."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reconciler.contract.connection import AsgiApp
from reconciler.sandbox.asgi import Receive, Scope, Send
from reconciler.sandbox.faults import Fault
from reconciler.sandbox.misbehaviour import EFFECTS, Happening, Memory, delayed


def _now() -> datetime:
    return datetime.now(UTC)


def faulty(app: AsgiApp, faults: Iterable[Fault], now: Callable[[], datetime] = _now) -> AsgiApp:
    """The application with its faults.

    Each fault counts the calls that it is on by itself. Where several are due the first one
    happens and the others wait for the next call; latency comes on top of whatever happens.
    Where a connection is to be dropped and the application runs in-process, DroppedError is
    raised to the caller.
    """
    turns = tuple(_Turn(each) for each in faults)
    memory = Memory()
    slow = [turn for turn in turns if turn.fault.kind == "latency"]
    others = [turn for turn in turns if turn.fault.kind != "latency"]
    if any(turn.fault.kind == "stale-read" for turn in others):
        app = memory.kept_of(app)

    async def misbehaving(scope: Scope, receive: Receive, send: Send) -> None:
        due = [turn for turn in others if turn.is_due(scope, memory)]
        if due:
            fault = due[0].taken()
            happening = Happening(fault, app, scope, receive, send, now(), memory)
            await EFFECTS[fault.kind](happening)
        else:
            await app(scope, receive, send)

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        whole: AsgiApp = misbehaving
        for turn in slow:
            if turn.is_due(scope, memory):
                whole = delayed(whole, turn.taken())
        await whole(scope, receive, send)

    return called


@dataclass(slots=True)
class _Turn:
    """One fault, and how many calls it was on and happened to."""

    fault: Fault
    seen: int = 0
    happened: int = 0
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.fault.seed)  # noqa: S311 - repeatable, no secret

    def is_due(self, scope: Scope, memory: Memory) -> bool:
        """Count the call, and say whether the fault is to happen to it."""
        if not self.fault.is_on(scope["method"], scope["path"]):
            return False
        if self.fault.kind == "stale-read" and not (scope["method"] == "GET" and memory.wrote):
            return False
        self.seen += 1
        if self.fault.times is not None and self.happened >= self.fault.times:
            return False
        if self.fault.probability is not None:
            return self.chance.random() < self.fault.probability
        return self.seen >= self.fault.nth

    def taken(self) -> Fault:
        """The fault, which happens now."""
        self.happened += 1
        return self.fault
