"""Carrying out a plan: what needs nothing of one another at the same time, each journalled.

Only the operations of its orders are carried out. The intent of each is committed before its call
and the outcome after it; each object is compared once more just before its own write.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from heapq import heappop, heappush

from reconciler.contract.connection import Written
from reconciler.engine.calls import Calls
from reconciler.engine.events import Event, Ledger, Report
from reconciler.engine.journal import Journal
from reconciler.engine.objects import Objects, Outcome, tracking_id
from reconciler.engine.send_guard import Call
from reconciler.engine.stopping import GRACE_SECONDS, Stop
from reconciler.engine.writers import Writers
from reconciler.errors import (
    CancelledError,
    LockedError,
    MisappliedWriteError,
    ReconcilerError,
    StalePlanError,
    StateError,
    TenantError,
    UnknownOutcomeError,
)
from reconciler.model.address import Address
from reconciler.model.journal import Left
from reconciler.model.orders import Orders
from reconciler.model.plan import Operation
from reconciler.planning import ownership_rows
from reconciler.state.lease import Lease
from reconciler.state.sql import SqlState

STILL_SECONDS = 10.0
"""The interval at which an operation is reported as still under way."""


@dataclass
class Apply:
    """One tenant's apply under way.

    `lease` is the tenant's lock: without it nothing is begun, sent, or recorded as owned. `done` is
    what earlier runs did of this plan, `half` what they did in part; `stop` is asked before
    each operation. `blocked` has, by id, why operations failed or cannot begin; `held_back` says
    why no operation can.
    """

    orders: Orders
    writer: Writers
    state: SqlState
    lease: Lease
    run: str
    report: Report
    done: Mapping[str, Left] = field(default_factory=dict)
    half: Mapping[str, Left] = field(default_factory=dict)
    stop: Stop = field(default_factory=Stop)
    parallelism: int = 8
    clock: Callable[[], float] = time.monotonic
    events: list[Event] = field(default_factory=list)
    blocked: dict[str, str] = field(default_factory=dict)
    held_back: str = ""
    by_hand: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._objects = Objects(self.orders, self.state.rows(self.tenant), self.half)
        self._steps = {
            operation.id: step for step in self.orders.steps for operation in step.operations
        }
        self._operations = {each.id: each for each in self.orders.operations()}
        self._last_step = max((step.number for step in self._steps.values()), default=0)
        self._left = len(self._operations.keys() - self.done.keys())
        self._broken: StateError | None = None
        self._is_stale = False
        self._recorded: tuple[str, ...] = ()
        self._calls = Calls(self.writer, self._objects)
        self._in_a_row: set[str] = set()  # what a person can do as soon as they like
        self._under_way: dict[Call, bool] = {}  # and whether a stop can do without each
        self.journal = Journal(self.state, self.run, self.lease)
        for each, left in self.done.items():
            if each in self._operations:
                self._objects.leaves(self._operations[each], left)

    @property
    def tenant(self) -> str:
        """The name of the tenant."""
        return self.orders.tenant

    async def carry_out(self) -> Ledger:
        """Do every operation of the tenant that can be done; reports the rest in the ledger."""
        await self._all()
        if self._broken is None:
            try:
                self.lease.check()
                self._record_what_needs_no_write()
            except StateError as error:
                self._broken = error
        return self._ledger()

    def broken_off(self) -> Ledger:
        """The account of an apply that was stopped in the middle of its operations."""
        told = {event.operation for event in self.events}
        for each in self._operations.values():
            if each.id not in told and each.id not in self.done:
                self.events.append(
                    self._event("apply_skipped", each, message="the apply was stopped at once")
                )
        return self._ledger()

    def _ledger(self) -> Ledger:
        return Ledger(
            self.tenant,
            self.run,
            tuple(self.events),
            carried_over=tuple(each for each in self._operations if each in self.done),
            recorded=self._recorded,
            interrupted=self.stop.word,
            unrecorded=self._broken.told if self._broken else None,
            lost_lock=isinstance(self._broken, LockedError),
            is_stale=self._is_stale,
        )

    async def _all(self) -> None:
        """Work off the graph in the plan's order, so many at once.

        What is cancelled, or is a bug, takes along what is under way.
        """
        units = self._units()
        unit_of = {each.id: name for name, unit in units.items() for each in unit}
        graph = TopologicalSorter(
            {name: {unit_of[a] for op in unit for a in op.after} for name, unit in units.items()}
        )
        graph.prepare()
        places = {
            name: -1 if unit[0].mends else place  # access that is wider for now waits for no place
            for place, (name, unit) in enumerate(units.items())
        }
        ready: list[tuple[int, str]] = []
        running: dict[asyncio.Task[None], str] = {}
        ending = asyncio.create_task(self._end_when_asked())
        try:
            while graph.is_active():
                for each in graph.get_ready():
                    heappush(ready, (places[each], each))
                while ready and len(running) < self.parallelism:
                    _, each = heappop(ready)
                    running[asyncio.create_task(self._unit(units[each]))] = each
                over, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in [each for each in running if each in over]:
                    graph.done(running.pop(task))
                    task.result()
        finally:
            for task in (ending, *running):
                task.cancel()
            await asyncio.gather(ending, *running, return_exceptions=True)

    async def _end_when_asked(self) -> None:
        """Cancel at a stop what has sent nothing yet; the rest has some time to end."""
        await self.stop.wait()
        for call in [each for each, can_wait in self._under_way.items() if can_wait]:
            call.give_up()
        await asyncio.sleep(GRACE_SECONDS)
        while True:  # what is begun this late is no different
            for call in list(self._under_way):
                call.leave()
            await asyncio.sleep(1)

    def _units(self) -> Mapping[str, list[Operation]]:
        """The operations by what goes out in one call, in the plan's order."""
        units: dict[str, list[Operation]] = defaultdict(list)
        for operation in self._operations.values():
            units[operation.batch or operation.id].append(operation)
        return units

    async def _unit(self, unit: Iterable[Operation]) -> None:
        """Carry out what goes out in one call: intents, the call, outcomes."""
        begun = [each for each in unit if each.id not in self.done and self._begins(each)]
        if not begun:
            return
        started = self.clock()
        try:
            await self.journal.intend(self._objects.intent(each) for each in begun)
        except StateError as error:
            for each in begun:
                self._block(each, error, self.clock() - started)
            return
        still = asyncio.create_task(self._tell_that_it_lasts(begun, started))

        def report_wait(reason: str) -> None:
            self._report_progress(begun, started, reason)

        try:
            outcomes = await self._sent(begun, report_wait)
        finally:
            still.cancel()
        elapsed = self.clock() - started
        try:
            await self.journal.settle(map(self._objects.settled, begun, outcomes))
        except StateError as error:
            for each, outcome in zip(begun, outcomes, strict=True):
                is_unknown = isinstance(outcome, (Written, UnknownOutcomeError))
                self._block(each, _unwritten(error, outcome), elapsed, is_unknown=is_unknown)
            return
        for each, outcome in zip(begun, outcomes, strict=True):
            self._account(each, outcome, elapsed)

    def _begins(self, operation: Operation) -> bool:
        waits_for = self._waits_for(operation)
        if not waits_for and self._is_for_a_person(operation):
            return False
        if waits_for:
            self.blocked[operation.id] = waits_for
            self._tell("apply_skipped", operation, message=waits_for)
        else:
            self._tell("apply_start", operation)
        return not waits_for

    def _waits_for(self, operation: Operation) -> str:
        """The reason why an operation cannot be begun; empty where it can.

        What restores what a write of reconciler left open goes on, whatever else ends or failed.
        """
        closes = self._closes(operation)
        if self.stop.asked and not closes:
            return f"the apply was {self.stop.word}"
        if self.held_back:
            return self.held_back
        if closes:
            return ""
        return next((self.blocked[each] for each in operation.after if each in self.blocked), "")

    def _is_for_a_person(self, operation: Operation) -> bool:
        """Return whether it is done by hand, or waits for what is.

        What a person does one after the other waits for no call.
        """
        by_person = operation.by == "hand"
        before = [each for each in operation.after if each in self.by_hand]
        held = [each for each in before if not (by_person and each in self._in_a_row)]
        waits = self.by_hand[held[0]] if held else ""
        if not (by_person or waits):
            return False
        if not waits:
            self._in_a_row.add(operation.id)
        short = Address.parse(operation.addresses[0]).short
        self.by_hand[operation.id] = waits or f"{short} is done by hand first"
        self._tell("apply_by_hand", operation, message=waits)
        return True

    def _closes(self, operation: Operation) -> bool:
        return bool(operation.mends) and self._objects.is_left(operation)

    async def _tell_that_it_lasts(self, unit: Iterable[Operation], started: float) -> None:
        while True:
            await asyncio.sleep(STILL_SECONDS)
            self._report_progress(unit, started)

    def _report_progress(self, unit: Iterable[Operation], started: float, reason: str = "") -> None:
        elapsed = self.clock() - started
        for each in unit:
            self.report(
                self._event("apply_progress", each, elapsed_seconds=elapsed, message=reason)
            )

    async def _sent(
        self, unit: Sequence[Operation], report_wait: Callable[[str], None]
    ) -> Sequence[Outcome]:
        """The outcome of each; a stop may end that early."""
        call, can_wait = Call(report_wait), not any(map(self._closes, unit))
        if not (self.stop.asked and can_wait):
            self._under_way[call] = can_wait
            try:
                with call.under_way():
                    return await self._calls.outcomes(unit)
            finally:
                del self._under_way[call]
        if not call.left:
            unsent = f"the apply was {self.stop.word} before it was sent"
            return [CancelledError("RUN106", unsent)] * len(unit)
        return [
            UnknownOutcomeError(
                "RUN113",
                f"the apply was {self.stop.word} before its outcome was known",
                hint="the next `reconciler apply` reads that back",
            )
        ] * len(unit)

    def _account(self, operation: Operation, outcome: Outcome, elapsed: float) -> None:
        """Report the outcome of an operation, and hold back what waits for one that failed."""
        if isinstance(outcome, CancelledError):
            self.blocked[operation.id] = outcome.told.summary
            self._tell("apply_skipped", operation, message=outcome.told.summary)
            return
        if isinstance(outcome, ReconcilerError):
            self._block(operation, outcome, elapsed)
            return
        if ignored := self._objects.ignored(operation, outcome):
            error = TenantError(
                "RUN105",
                f"the tenant took the write and did not keep {', '.join(ignored)}",
                tracking_id=outcome.tracking_id,
            )
            self._block(operation, error, elapsed)
            return
        self._tell(
            "apply_complete",
            operation,
            object_id=outcome.live.id if outcome.live else operation.request.object_id,
            elapsed_seconds=elapsed,
            tracking_id=outcome.tracking_id,
            attempts=outcome.attempts,
        )

    def _block(
        self,
        operation: Operation,
        error: ReconcilerError,
        elapsed: float,
        *,
        is_unknown: bool = False,
    ) -> None:
        """Report an operation that did not end well, and what waits for it stays undone."""
        short = Address.parse(operation.addresses[0]).short
        is_unknown = is_unknown or isinstance(error, UnknownOutcomeError)
        failed = f"the outcome of {short} is unknown" if is_unknown else f"{short} failed"
        self.blocked[operation.id] = failed
        if isinstance(error, StateError):
            self._broken = self._broken or error
        self._is_stale |= isinstance(error, StalePlanError)
        is_misapplied = isinstance(error, MisappliedWriteError)
        is_lasting = isinstance(error, TenantError) and error.lasting
        if self._broken or is_misapplied or is_lasting:
            self.held_back = self.held_back or f"{failed}: {error.told.summary}"
        self._tell(
            "apply_unknown" if is_unknown else "apply_errored",
            operation,
            elapsed_seconds=elapsed,
            message=error.told.summary,
            detail=error.told.detail,
            hint=error.told.hint,
            code=error.told.code,
            tracking_id=tracking_id(error),
            attempts=error.attempts if isinstance(error, TenantError) else 0,
        )

    def _record_what_needs_no_write(self) -> None:
        """Adopted, moved and forgotten objects, and rows that Git has overtaken."""
        found = ownership_rows.unwritten(self.orders, self._objects.rows)
        self.state.record(self.run, found.keep, found.drop)
        changed = (row.address for row in found.keep if self._objects.rows.get(row.address) != row)
        ended = (each for each in found.drop if each in self._objects.rows)
        self._recorded = tuple(dict.fromkeys((*changed, *ended)))

    def _tell(self, kind: str, operation: Operation, **facts: object) -> None:
        if kind != "apply_start":
            self._left -= 1
        event = self._event(kind, operation, **facts)
        self.events.append(event)
        self.report(event)

    def _event(self, kind: str, operation: Operation, **facts: object) -> Event:
        return Event(
            type=kind,  # type: ignore[arg-type]
            tenant=self.tenant,
            step=self._steps[operation.id].number,
            steps=self._last_step,
            operation=operation.id,
            address=operation.addresses[0],
            action=operation.request.action,
            left=self._left,
            **facts,  # type: ignore[arg-type]
        )


def _unwritten(error: StateError, outcome: Outcome) -> StateError:
    """Why what came of an operation could not be written down, and what follows."""
    if isinstance(outcome, ReconcilerError):
        return error
    told = error.told
    more = "The tenant took the write; the next run reads that back."
    detail = f"{told.detail}\n{more}" if told.detail else more
    return type(error)(told.code, told.summary, detail=detail, hint=told.hint)
