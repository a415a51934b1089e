"""Carrying out a plan: what needs nothing of one another at the same time, each journalled.

Only the plan's operations are carried out. The intent of each is committed before its call and
the outcome after it; each object is compared once more just before its own write.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from heapq import heappop, heappush
from typing import TypeAlias

from reconciler.engine.events import Event, Ledger, Report
from reconciler.engine.journal import Journal
from reconciler.engine.sending import Call
from reconciler.engine.stopping import GRACE_SECONDS, Stop
from reconciler.errors import (
    CancelledError,
    ReconcilerError,
    StalePlanError,
    StateError,
    TenantError,
    UnknownOutcomeError,
)
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.journal import Intent, Left, Settled
from reconciler.model.ownership import Row
from reconciler.model.plan import Operation, Plan, Request
from reconciler.model.value import Json, Values, from_json
from reconciler.planning import diff, recorded
from reconciler.planning.staleness import differences
from reconciler.state.lease import Lease
from reconciler.state.sql import SqlState
from reconciler.vendor import Update, Writer, Written

Outcome: TypeAlias = Written | ReconcilerError

STILL_SECONDS = 10.0
"""So often is told of an operation that it is still under way."""

# After these nothing tells what the tenant would answer next, so nothing more is sent.
_STOPS = frozenset({"TEN101", "TEN102", "TEN107", "TEN110", "TEN111"})


@dataclass
class Apply:
    """One tenant's apply under way; `created` maps addresses to the ids that they were given.

    `lease` is the tenant's lock: without it nothing is begun, sent, or recorded as ours. `done` is
    what earlier runs did of this plan; `stop` is looked at before each operation.
    """

    plan: Plan
    tenant: str
    writer: Writer
    state: SqlState
    lease: Lease
    run: str
    report: Report
    done: Mapping[str, Left] = field(default_factory=dict)
    stop: Stop = field(default_factory=Stop)
    parallelism: int = 8
    clock: Callable[[], float] = time.monotonic
    created: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    blocked: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._changes = {c.address: c for c in self.plan.changes if c.tenant == self.tenant}
        self._rows = self.state.rows(self.tenant)
        self._steps = {
            operation.id: step
            for step in self.plan.steps
            if step.tenant == self.tenant
            for operation in step.operations
        }
        self._operations = {
            operation.id: operation
            for operation in self.plan.operations()
            if operation.id in self._steps
        }
        self._last_step = max((step.number for step in self._steps.values()), default=0)
        self._left = len(self._operations.keys() - self.done.keys())
        self._broken: StateError | None = None
        self._recorded: tuple[str, ...] = ()
        self._calls: dict[Call, bool] = {}  # those under way, and whether a stop can do without
        self.journal = Journal(self.state, self.run, self.lease)
        for each, left in self.done.items():
            if each in self._operations:
                self._leaves(self._operations[each], left)

    async def carry_out(self) -> Ledger:
        """Do every operation of the tenant that can be done; tells the rest in the ledger."""
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
            name: -1 if unit[0].mends else place  # a moment of wider access waits for no place
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
        """What has sent nothing yet is given up at a stop; the rest has some time to end."""
        await self.stop.wait()
        for call in [each for each, can_wait in self._calls.items() if can_wait]:
            call.give_up()
        await asyncio.sleep(GRACE_SECONDS)
        while True:  # what is begun this late is no different
            for call in list(self._calls):
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
            await self.journal.intend(self._intent(each) for each in begun)
        except StateError as error:
            for each in begun:
                self._block(each, error, self.clock() - started)
            return
        still = asyncio.create_task(self._tell_that_it_lasts(begun, started))
        try:
            outcomes = await self._sent(begun)
        finally:
            still.cancel()
        elapsed = self.clock() - started
        try:
            await self.journal.settle(map(self._settled, begun, outcomes))
        except StateError as error:
            for each, outcome in zip(begun, outcomes, strict=True):
                self._block(each, _unwritten(error, outcome), elapsed)
            return
        for each, outcome in zip(begun, outcomes, strict=True):
            self._account(each, outcome, elapsed)

    def _begins(self, operation: Operation) -> bool:
        waits_for = self._waits_for(operation)
        if waits_for:
            self.blocked[operation.id] = waits_for
            self._tell("apply_skipped", operation, message=waits_for)
        else:
            self._tell("apply_start", operation)
        return not waits_for

    def _waits_for(self, operation: Operation) -> str:
        """Why an operation cannot be begun; empty where it can.

        What puts right what a write of ours left open goes on, whatever else ends or failed.
        """
        closes = self._closes(operation)
        if self.stop.asked and not closes:
            return f"the apply was {self.stop.word}"
        if "*" in self.blocked:
            return self.blocked["*"]
        if closes:
            return ""
        return next((self.blocked[each] for each in operation.after if each in self.blocked), "")

    def _closes(self, operation: Operation) -> bool:
        return bool(operation.mends) and operation.addresses[0] in self.left

    async def _tell_that_it_lasts(self, unit: Iterable[Operation], started: float) -> None:
        while True:
            await asyncio.sleep(STILL_SECONDS)
            elapsed = self.clock() - started
            for each in unit:
                self.report(self._event("apply_progress", each, elapsed_seconds=elapsed))

    def _intent(self, operation: Operation) -> Intent:
        request, change = operation.request, self._changes[operation.addresses[0]]
        deletes = request.action is Action.DELETE
        before, after = self._change(operation)
        return Intent(
            operation=operation.id,
            address=change.address,
            action=str(request.action),
            object_id=request.object_id,
            before=before,
            after=after,
            keep=None if deletes else self._row(change, request.object_id or "", change.name),
            drop=change.address if deletes else change.previous_address,
        )

    def _change(self, operation: Operation) -> tuple[Json, Json]:
        """The attributes that an operation is about, as they are and as they are to be."""
        request, before = operation.request, self._changes[operation.addresses[0]].before
        if request.action is Action.DELETE:
            return before, None
        # what the vendor itself changes with this write is not what tells whether it landed
        about = request.values.keys() - set(operation.disturbs)
        after = self._resolved({key: request.values[key] for key in request.values if key in about})
        if operation.mends:
            return None, after  # only the operation before it knows how it left the object
        if isinstance(before, dict):
            before = {key: value for key, value in before.items() if key in about}
        return before, after

    async def _sent(self, unit: Sequence[Operation]) -> Sequence[Outcome]:
        """What came of each; a stop may end that early."""
        call, can_wait = Call(), not any(map(self._closes, unit))
        if not (self.stop.asked and can_wait):
            self._calls[call] = can_wait
            try:
                with call.under_way():
                    return await self._outcomes(unit)
            finally:
                del self._calls[call]
        if not call.left:
            unsent = f"the apply was {self.stop.word} before it was sent"
            return [CancelledError("RUN106", unsent)] * len(unit)
        return [
            UnknownOutcomeError(
                "RUN113",
                f"the apply was {self.stop.word} before the tenant told what came of it",
                hint="the next `reconciler apply` reads that back",
            )
        ] * len(unit)

    async def _outcomes(self, unit: Sequence[Operation]) -> list[Outcome]:
        """What came of each, in their order."""
        outcomes = await (self._together(unit) if len(unit) > 1 else self._alone(unit[0]))
        for each, outcome in zip(unit, outcomes, strict=True):
            if isinstance(outcome, StalePlanError):
                await self._say_which_field(each, outcome)
        return outcomes

    async def _together(self, unit: Iterable[Operation]) -> list[Outcome]:
        updates = []
        for operation in unit:
            request = operation.request
            assert request.object_id  # noqa: S101 - plans put updates together, of what is there
            assert request.expect  # noqa: S101 - and was seen
            updates.append(Update(request.object_id, self._values(request), request.expect))
        kind = Address.parse(operation.addresses[0]).kind
        return list(await self.writer.update_many(kind, updates))

    async def _alone(self, operation: Operation) -> list[Outcome]:
        try:
            return [await self._write(operation)]
        except ReconcilerError as error:
            return [error]

    async def _write(self, operation: Operation) -> Written:
        request, kind = operation.request, Address.parse(operation.addresses[0]).kind
        values = self._values(request)
        if request.action is Action.CREATE:
            return await self.writer.create(kind, values)
        assert request.object_id  # noqa: S101 - plans give it
        expect = request.expect or self.left.get(operation.addresses[0])
        assert expect  # noqa: S101 - and this, or an operation before left it
        if request.action is Action.DELETE:
            return await self.writer.delete(kind, request.object_id, expect)
        if operation.mends:
            live = await self.writer.fetch(kind, request.object_id)
            if live is not None and live.is_as(expect) and not diff.differing(live.values, values):
                return Written(live, "", attempts=0)
        return await self.writer.update(kind, request.object_id, values, expect)

    async def _say_which_field(self, operation: Operation, error: StalePlanError) -> None:
        """A refusal to write over somebody's change names what they changed."""
        change, object_id = self._changes[operation.addresses[0]], operation.request.object_id
        if object_id is None:
            return
        try:
            live = await self.writer.fetch(change.kind, object_id)
        except TenantError:
            return  # the refusal stands, with or without
        error.add(f"Changed: {differences(change, live) if live else 'it is gone'}")

    def _values(self, request: Request) -> Values:
        values = from_json(self._resolved(dict(request.values)))
        assert isinstance(values, dict)  # noqa: S101 - the JSON of a mapping
        return values

    def _resolved(self, data: Json) -> Json:
        """The JSON with the ids of what this run created in place of their addresses."""
        if isinstance(data, dict):
            if data.keys() == {"address", "name"}:
                return {"id": self.created[data["address"]], "name": data["name"]}
            return {key: self._resolved(value) for key, value in data.items()}
        if isinstance(data, list):
            return [self._resolved(item) for item in data]
        return data

    def _settled(self, operation: Operation, outcome: Outcome) -> Settled:
        """The outcome as the journal keeps it, with the record that it brings or takes."""
        if isinstance(outcome, ReconcilerError):
            return Settled(
                operation=operation.id,
                # the next run reads back what nobody knows now
                outcome=None
                if isinstance(outcome, (UnknownOutcomeError, StateError))
                else "failed",
                error=str(outcome),
                tracking_id=_tracking_id(outcome),
                attempts=outcome.attempts if isinstance(outcome, TenantError) else 0,
            )
        change, live = self._changes[operation.addresses[0]], outcome.live
        object_id = live.id if live else str(operation.request.object_id)
        left = Left(object_id, live.digest if live else None)
        self._leaves(operation, left)
        return Settled(
            operation=operation.id,
            outcome="done",
            object_id=left.object_id,
            digest=left.digest,
            tracking_id=outcome.tracking_id,
            attempts=outcome.attempts,
            keep=self._row(change, live.id, live.name) if live else None,
            drop=change.previous_address if live else change.address,
        )

    def _account(self, operation: Operation, outcome: Outcome, elapsed: float) -> None:
        """Tell what came of an operation, and hold back what waits for one that failed."""
        if isinstance(outcome, CancelledError):
            self.blocked[operation.id] = outcome.told.summary
            self._tell("apply_skipped", operation, message=outcome.told.summary)
            return
        if isinstance(outcome, ReconcilerError):
            self._block(operation, outcome, elapsed)
            return
        if ignored := self._ignored(operation, outcome):
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

    def _leaves(self, operation: Operation, left: Left) -> None:
        """Remember how an operation left its object, for those that wait for it."""
        address = operation.addresses[0]
        if left.digest is not None:
            self.created[address] = left.object_id
            self.left[address] = left.digest

    def _ignored(self, operation: Operation, written: Written) -> list[str]:
        """The attributes that read back otherwise than they were written."""
        if operation.request.action is Action.DELETE:
            return []
        values = self._values(operation.request)
        differing = diff.differing(written.live.values if written.live else {}, values)
        return sorted(set(differing) - set(operation.disturbs))

    def _row(self, change: Change, object_id: str, name: str) -> Row:
        applied = self._resolved(change.after)
        return recorded.row(
            self.plan, change, self._rows, object_id=object_id, name=name, applied=applied
        )

    def _block(self, operation: Operation, error: ReconcilerError, elapsed: float) -> None:
        short = Address.parse(operation.addresses[0]).short
        self.blocked[operation.id] = f"{short} failed"
        if isinstance(error, StateError):
            self._broken = self._broken or error
        if self._broken or error.told.code in _STOPS:
            self.blocked.setdefault("*", f"{short} failed: {error.told.summary}")
        self._tell(
            "apply_errored",
            operation,
            elapsed_seconds=elapsed,
            message=error.told.summary,
            detail=error.told.detail,
            hint=error.told.hint,
            code=error.told.code,
            tracking_id=_tracking_id(error),
            attempts=error.attempts if isinstance(error, TenantError) else 0,
        )

    def _record_what_needs_no_write(self) -> None:
        """Adopted, moved and forgotten objects, and rows that Git has overtaken."""
        found = recorded.unwritten(self.plan, self.tenant, self._rows)
        self.state.record(self.run, found.keep, found.drop)
        changed = (row.address for row in found.keep if self._rows.get(row.address) != row)
        ended = (each for each in found.drop if each in self._rows)
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
    return StateError(told.code, told.summary, detail=detail, hint=told.hint)


def _tracking_id(error: ReconcilerError) -> str:
    return error.tracking_id if isinstance(error, TenantError) else ""
