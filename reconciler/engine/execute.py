"""Carrying out a plan: one operation after another, each journalled before and after.

Only the plan's operations are carried out. Before the first write every object that the plan
touches is compared with what the plan saw; each one again just before its own write.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from reconciler.engine.events import Event, Ledger, Report
from reconciler.errors import LockedError, ReconcilerError, StalePlanError, TenantError
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.ownership import Row
from reconciler.model.plan import Operation, Plan, Request, Step
from reconciler.model.value import Json, Values, from_json
from reconciler.planning import diff
from reconciler.state.lease import LOST, Lease
from reconciler.state.sql import SqlState
from reconciler.vendor import Writer, Written

# After these nothing tells what the tenant would answer next, so nothing more is sent.
_STOPS = frozenset({"RUN111", "TEN101", "TEN102", "TEN107", "TEN110", "TEN111"})


@dataclass
class Apply:
    """One tenant's apply under way; `created` maps addresses to the ids that they were given.

    `lease` is the tenant's lock: without it nothing is begun, sent, or recorded as ours.
    """

    plan: Plan
    tenant: str
    writer: Writer
    state: SqlState
    lease: Lease
    run: str
    report: Report
    clock: Callable[[], float] = time.monotonic
    created: dict[str, str] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    blocked: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._changes = {c.address: c for c in self.plan.changes if c.tenant == self.tenant}
        self._rows = self.state.rows(self.tenant)
        self._lost = False
        self._steps = [step for step in self.plan.steps if step.tenant == self.tenant]

    async def carry_out(self) -> Ledger:
        """Do every operation of the tenant that can be done; tells the rest in the ledger."""
        for step in self._steps:
            for operation in step.operations:
                await self._operation(step, operation)
        if not self._lost:
            self.lease.check()
            self._record_what_needs_no_write()
        return Ledger(self.tenant, self.run, tuple(self.events))

    async def _operation(self, step: Step, operation: Operation) -> None:
        waits_for = self.blocked.get("*") or next(
            (self.blocked[each] for each in operation.after if each in self.blocked), None
        )
        if waits_for is not None:
            self.blocked[operation.id] = waits_for
            self._tell("apply_skipped", step, operation, message=waits_for)
            return
        self._tell("apply_start", step, operation)
        started = self.clock()
        try:
            self.lease.check()
        except LockedError as lost:
            self._block(step, operation, lost, self.clock() - started)
            return
        self.state.intend(self.run, operation, *self._change(operation))
        try:
            written = await self._write(operation)
        except ReconcilerError as error:
            self._failed(step, operation, error, self.clock() - started)
            return
        self._succeeded(step, operation, written, self.clock() - started)

    def _change(self, operation: Operation) -> tuple[Json, Json]:
        """The attributes that an operation is about, as they are and as they are to be."""
        request, before = operation.request, self._changes[operation.addresses[0]].before
        if request.action is Action.DELETE:
            return before, None
        after = self._resolved(dict(request.values))
        if isinstance(before, dict):
            before = {key: value for key, value in before.items() if key in request.values}
        return before, after

    async def _write(self, operation: Operation) -> Written:
        request, kind = operation.request, Address.parse(operation.addresses[0]).kind
        values = self._values(request)
        if request.action is Action.CREATE:
            written = await self.writer.create(kind, values)
        else:
            assert request.object_id  # noqa: S101 - plans give it
            assert request.expect  # noqa: S101 - and this
            if request.action is Action.DELETE:
                return await self.writer.delete(kind, request.object_id, request.expect)
            written = await self.writer.update(kind, request.object_id, values, request.expect)
        return written

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

    def _succeeded(
        self, step: Step, operation: Operation, written: Written, elapsed: float
    ) -> None:
        change = self._changes[operation.addresses[0]]
        live = written.live
        if live is not None:
            self.created[change.address] = live.id
        self.state.succeeded(
            self.run,
            operation.id,
            object_id=live.id if live else None,
            digest=live.digest if live else None,
            tracking_id=written.tracking_id,
            attempts=written.attempts,
            keep=self._row(change, live.id, live.name) if live else None,
            drop=change.previous_address if live else change.address,
            lease=self.lease,
        )
        ignored = self._ignored(operation, written)
        if ignored:
            error = TenantError(
                "RUN105",
                f"the tenant took the write and did not keep {', '.join(ignored)}",
                tracking_id=written.tracking_id,
            )
            self._block(step, operation, error, elapsed)
            return
        self._tell(
            "apply_complete",
            step,
            operation,
            object_id=live.id if live else operation.request.object_id,
            elapsed_seconds=elapsed,
            tracking_id=written.tracking_id,
            attempts=written.attempts,
        )

    def _ignored(self, operation: Operation, written: Written) -> list[str]:
        """The attributes that read back otherwise than they were written."""
        if operation.request.action is Action.DELETE:
            return []
        values = self._values(operation.request)
        return sorted(diff.differing(written.live.values if written.live else {}, values))

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

    def _failed(
        self, step: Step, operation: Operation, error: ReconcilerError, elapsed: float
    ) -> None:
        self.state.failed(
            self.run,
            operation.id,
            error=str(error),
            tracking_id=_tracking_id(error),
            attempts=error.attempts if isinstance(error, TenantError) else 0,
        )
        self._block(step, operation, error, elapsed)

    def _block(
        self, step: Step, operation: Operation, error: ReconcilerError, elapsed: float
    ) -> None:
        short = Address.parse(operation.addresses[0]).short
        self.blocked[operation.id] = f"{short} failed"
        if error.told.code in _STOPS:
            self.blocked["*"] = f"{short} failed: {error.told.summary}"
            self._lost = self._lost or error.told.code == LOST
        self._tell(
            "apply_errored",
            step,
            operation,
            elapsed_seconds=elapsed,
            message=error.told.summary,
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

    def _tell(self, kind: str, step: Step, operation: Operation, **facts: object) -> None:
        event = Event(
            type=kind,  # type: ignore[arg-type]
            tenant=self.tenant,
            step=step.number,
            steps=self._steps[-1].number,
            operation=operation.id,
            address=operation.addresses[0],
            action=operation.request.action,
            **facts,  # type: ignore[arg-type]
        )
        self.events.append(event)
        self.report(event)


async def refuse_if_moved_on(plan: Plan, tenant: str, writer: Writer) -> None:
    """Compare every object that the plan writes with what it saw; raises StalePlanError."""
    operations = [op for step in plan.steps if step.tenant == tenant for op in step.operations]
    written = {operation.request.object_id for operation in operations}
    names = {change.address: change.name for change in plan.changes}
    changed = []
    for operation in operations:
        address, request = Address.parse(operation.addresses[0]), operation.request
        with about(address):
            if request.object_id is None:
                there = await writer.find(address.kind, names[str(address)])
                # an object of that name that the plan itself renames or deletes is no obstacle
                if there is not None and there.id not in written:
                    changed.append(f"{address.short} exists in the tenant by now")
                continue
            live = await writer.fetch(address.kind, request.object_id)
        if live is None:
            changed.append(f"{address.short} is gone from the tenant")
        elif not live.is_as(request.expect):
            changed.append(f"{address.short} was changed in the tenant")
    if changed:
        raise stale(changed)


@contextmanager
def about(address: Address) -> Iterator[None]:
    """What goes wrong in the block is about this object."""
    try:
        yield
    except ReconcilerError as error:
        error.about(str(address))
        raise


def stale(changed: list[str]) -> StalePlanError:
    """The refusal of a plan whose ground has moved, with all that did."""
    return StalePlanError(
        "RUN103",
        "what the plan was made from has changed; nothing was written",
        detail="\n".join(changed),
        hint="make a new plan and review it",
    )


def _tracking_id(error: ReconcilerError) -> str:
    return error.tracking_id if isinstance(error, TenantError) else ""
