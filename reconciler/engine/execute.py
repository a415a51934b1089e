"""Carrying out a plan: what needs nothing of one another at the same time, each journalled.

Only the plan's operations are carried out. The intent of each is committed before its call and
the outcome after it; each object is compared once more just before its own write.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from heapq import heappop, heappush

from reconciler.engine.events import Event, Ledger, Report
from reconciler.engine.stopping import Stop
from reconciler.errors import (
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
from reconciler.planning import diff
from reconciler.planning.staleness import differences
from reconciler.state.lease import Lease
from reconciler.state.sql import SqlState
from reconciler.vendor import Writer, Written

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
        self._silent = False
        for each, left in self.done.items():
            if each in self._operations:
                self._leaves(self._operations[each], left)

    async def carry_out(self) -> Ledger:
        """Do every operation of the tenant that can be done; tells the rest in the ledger."""
        await self._all()
        if not self._silent:
            try:
                self.lease.check()
                self._record_what_needs_no_write()
            except StateError as error:
                return self._ledger(error)
        return self._ledger()

    def _ledger(self, error: StateError | None = None) -> Ledger:
        return Ledger(
            self.tenant,
            self.run,
            tuple(self.events),
            earlier=len(self.done),
            interrupted=self.stop.word,
            unrecorded=error.told.summary if error else "",
        )

    async def _all(self) -> None:
        """Work off the graph in the plan's order, so many at once.

        What is cancelled, or is a bug, takes along what is under way.
        """
        graph = TopologicalSorter({op.id: op.after for op in self._operations.values()})
        graph.prepare()
        places = {
            each.id: -1 if each.mends else place  # a moment of wider access waits for no place
            for place, each in enumerate(self._operations.values())
        }
        ready: list[tuple[int, str]] = []
        running: dict[asyncio.Task[None], str] = {}
        try:
            while graph.is_active():
                for each in graph.get_ready():
                    heappush(ready, (places[each], each))
                while ready and len(running) < self.parallelism:
                    _, each = heappop(ready)
                    running[asyncio.create_task(self._one(each))] = each
                over, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in [each for each in running if each in over]:
                    graph.done(running.pop(task))
                    task.result()
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _one(self, operation_id: str) -> None:
        if operation_id in self.done:
            return
        operation = self._operations[operation_id]
        waits_for = self._waits_for(operation)
        if waits_for:
            self.blocked[operation.id] = waits_for
            self._tell("apply_skipped", operation, message=waits_for)
            return
        self._tell("apply_start", operation)
        started = self.clock()
        try:
            self.lease.check()
            self.state.intend(self.run, [self._intent(operation)])
        except StateError as error:
            self._block(operation, error, self.clock() - started)
            return
        still = asyncio.create_task(self._tell_that_it_lasts(operation, started))
        try:
            written = await self._write(operation)
        except ReconcilerError as error:
            await self._say_which_field(operation, error)
            self._failed(operation, error, self.clock() - started)
        else:
            self._succeeded(operation, written, self.clock() - started)
        finally:
            still.cancel()

    def _waits_for(self, operation: Operation) -> str:
        """Why an operation cannot be begun; empty where it can.

        What puts right what a write of ours left open goes on, whatever else ends or failed.
        """
        closes = bool(operation.mends) and operation.addresses[0] in self.left
        if self.stop.asked and not closes:
            return f"the apply was {self.stop.word}"
        if "*" in self.blocked:
            return self.blocked["*"]
        if closes:
            return ""
        return next((self.blocked[each] for each in operation.after if each in self.blocked), "")

    async def _tell_that_it_lasts(self, operation: Operation, started: float) -> None:
        while True:
            await asyncio.sleep(STILL_SECONDS)
            elapsed = self.clock() - started
            self.report(self._event("apply_progress", operation, elapsed_seconds=elapsed))

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

    async def _say_which_field(self, operation: Operation, error: ReconcilerError) -> None:
        """A refusal to write over somebody's change names what they changed."""
        change, object_id = self._changes[operation.addresses[0]], operation.request.object_id
        if not isinstance(error, StalePlanError) or object_id is None:
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

    def _succeeded(self, operation: Operation, written: Written, elapsed: float) -> None:
        change = self._changes[operation.addresses[0]]
        live = written.live
        object_id = live.id if live else str(operation.request.object_id)
        left = Left(object_id, live.digest if live else None)
        self._leaves(operation, left)
        settled = Settled(
            operation=operation.id,
            outcome="done",
            object_id=left.object_id,
            digest=left.digest,
            tracking_id=written.tracking_id,
            attempts=written.attempts,
            keep=self._row(change, live.id, live.name) if live else None,
            drop=change.previous_address if live else change.address,
        )
        if not self._settled(operation, settled, elapsed):
            return
        if ignored := self._ignored(operation, written):
            error = TenantError(
                "RUN105",
                f"the tenant took the write and did not keep {', '.join(ignored)}",
                tracking_id=written.tracking_id,
            )
            self._block(operation, error, elapsed)
            return
        self._tell(
            "apply_complete",
            operation,
            object_id=left.object_id,
            elapsed_seconds=elapsed,
            tracking_id=written.tracking_id,
            attempts=written.attempts,
        )

    def _leaves(self, operation: Operation, left: Left) -> None:
        """Remember how an operation left its object, for those that wait for it."""
        address = operation.addresses[0]
        if left.digest is not None:
            self.created[address] = left.object_id
            self.left[address] = left.digest

    def _settled(self, operation: Operation, settled: Settled, elapsed: float) -> bool:
        """Write down what came of an operation; without that nothing more is begun."""
        try:
            self.state.settle(self.run, [settled], self.lease)
        except StateError as error:
            if settled.outcome == "done":
                error.add("The tenant took the write; the next run reads that back.")
            self._block(operation, error, elapsed)
            return False
        return True

    def _ignored(self, operation: Operation, written: Written) -> list[str]:
        """The attributes that read back otherwise than they were written."""
        if operation.request.action is Action.DELETE:
            return []
        values = self._values(operation.request)
        differing = diff.differing(written.live.values if written.live else {}, values)
        return sorted(set(differing) - set(operation.disturbs))

    def _row(self, change: Change, object_id: str, name: str) -> Row:
        before = self._rows.get(change.previous_address or change.address)
        if self.plan.mode == "revert" and before is not None:
            return replace(before, name=name)
        return Row.of(
            address=change.address,
            object_id=object_id,
            name=name,
            applied=self._resolved(change.after),
            prevent_destroy=change.prevent_destroy,
            adopted=change.action is Action.ADOPT or (before is not None and before.adopted),
        )

    def _failed(self, operation: Operation, error: ReconcilerError, elapsed: float) -> None:
        settled = Settled(
            operation=operation.id,
            # the next run reads back what nobody knows now
            outcome=None if isinstance(error, (UnknownOutcomeError, StateError)) else "failed",
            error=str(error),
            tracking_id=_tracking_id(error),
            attempts=error.attempts if isinstance(error, TenantError) else 0,
        )
        if self._settled(operation, settled, elapsed):
            self._block(operation, error, elapsed)

    def _block(self, operation: Operation, error: ReconcilerError, elapsed: float) -> None:
        short = Address.parse(operation.addresses[0]).short
        self.blocked[operation.id] = f"{short} failed"
        broken = isinstance(error, StateError)
        if broken or error.told.code in _STOPS:
            self.blocked.setdefault("*", f"{short} failed: {error.told.summary}")
            self._silent = self._silent or broken
        self._tell(
            "apply_errored",
            operation,
            elapsed_seconds=elapsed,
            message=error.told.summary,
            detail=error.told.detail,
            hint=error.told.hint,
            code=error.told.code,
            tracking_id=_tracking_id(error),
        )

    def _record_what_needs_no_write(self) -> None:
        """Adopted, moved and forgotten objects, and rows that Git has overtaken."""
        keep = [
            Row.of(
                r.address,
                r.object_id,
                r.name,
                r.applied,
                prevent_destroy=r.prevent_destroy,
                adopted=r.adopted,
            )
            for r in self.plan.records
            if Address.parse(r.address).tenant == self.tenant
        ]
        drop = []
        for change in self._changes.values():
            if change.writes:
                continue
            if change.action is Action.FORGET:
                drop.append(change.address)
            elif change.object_id is not None:
                keep.append(self._row(change, change.object_id, change.name))
                if change.previous_address:
                    drop.append(change.previous_address)
        self.state.record(self.run, keep, drop)

    def _tell(self, kind: str, operation: Operation, **facts: object) -> None:
        event = self._event(kind, operation, **facts)
        self.events.append(event)
        self.report(event)

    def _event(self, kind: str, operation: Operation, **facts: object) -> Event:
        steps = self._steps.values()
        return Event(
            type=kind,  # type: ignore[arg-type]
            tenant=self.tenant,
            step=self._steps[operation.id].number,
            steps=max(step.number for step in steps),
            operation=operation.id,
            address=operation.addresses[0],
            action=operation.request.action,
            **facts,  # type: ignore[arg-type]
        )


def _tracking_id(error: ReconcilerError) -> str:
    return error.tracking_id if isinstance(error, TenantError) else ""
