"""The state on SQLite: rows of ownership, one lock a tenant, runs and their operations."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, update

from reconciler.model.change import Action
from reconciler.model.journal import NOBODY, Author, Entry, Holder, Owned, Run
from reconciler.model.ownership import Row
from reconciler.model.plan import Operation
from reconciler.model.value import Json
from reconciler.state import journal, tables
from reconciler.state.database import (
    database_file,
    engine_of,
    migrate,
    reading,
    told,
    writing,
    written,
)
from reconciler.state.holder import this_process
from reconciler.state.lease import Clock, Held, Lease, acquired, lock_of, unlocked


def _now() -> datetime:
    return datetime.now(UTC)


def _silent(_text: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """A run that carried out a whole plan: per operation the id and digest that it left."""

    run_id: str
    written: Mapping[str, tuple[str | None, str | None]]


class SqlState:
    """The state of a project; every method is one transaction."""

    def __init__(self, engine: Engine, clock: Clock = _now) -> None:
        self._engine = engine
        self._clock = clock

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def rows(self, tenant: str) -> dict[str, Row]:
        """What we own in a tenant, by address."""
        return {each.row.address: each.row for each in self.owned([tenant])}

    def owned(self, tenants: Collection[str]) -> tuple[Owned, ...]:
        """What we own in these tenants, with when and by which run each was recorded."""
        with reading(self._engine) as connection:
            return journal.owned(connection, tenants)

    def tenants(self) -> frozenset[str]:
        """Every tenant that the state knows of, whether the project still has it or not."""
        with reading(self._engine) as connection:
            return journal.tenants(connection)

    def runs(self, tenants: Collection[str]) -> tuple[Run, ...]:
        """Every run on these tenants, the newest first."""
        with reading(self._engine) as connection:
            found = journal.runs(connection, tenants)
        locks = {tenant: lock_of(self._engine, tenant) for tenant in {r.tenant for r in found}}
        return tuple(replace(each, running=_runs(each, locks[each.tenant])) for each in found)

    def entries(self, run: str) -> tuple[Entry, ...]:
        """The operations of a run, as the journal has them."""
        with reading(self._engine) as connection:
            return journal.entries(connection, run)

    @contextmanager
    def lock(
        self, tenant: str, command: str, warn: Callable[[str], None] = _silent
    ) -> Iterator[Lease]:
        """Hold the tenant for the length of the block; raises LockedError.

        `warn` is told where it takes long to see whether another holder is still alive.
        """
        with acquired(self._engine, self._clock, tenant, command, warn).kept() as lease:
            yield lease

    def unlock(
        self, tenant: str, warn: Callable[[str], None] = _silent, *, force: bool = False
    ) -> Holder | None:
        """Take the lock of a tenant away; answers with who had it, None where nobody did.

        Raises LockedError where the holder lives and no force is used.
        """
        return unlocked(self._engine, self._clock, tenant, warn, force=force)

    def start_run(
        self,
        tenant: str,
        command: str,
        plan_digest: str = "",
        *,
        lease: Lease | None = None,
        author: Author = NOBODY,
    ) -> str:
        """Open a run, under a lock; answers with its id, such as `run-20261123-1`."""
        me = this_process()
        table = tables.run
        prefix = f"run-{self._clock():%Y%m%d}-"
        with writing(self._engine) as connection:
            today = select(func.count()).where(table.c.id.startswith(prefix))
            run = f"{prefix}{connection.execute(today).scalar_one() + 1}"
            connection.execute(
                insert(table).values(
                    id=run,
                    tenant=tenant,
                    command=command,
                    plan_digest=plan_digest,
                    started=self._time(),
                    token=lease.token if lease else None,
                    identity=author.identity or None,
                    started_by=f"{me.user}@{me.host}",
                    git_commit=author.commit or None,
                )
            )
        return run

    def finish_run(self, run: str, outcome: str) -> None:
        """Close a run."""
        with writing(self._engine) as connection:
            connection.execute(
                update(tables.run)
                .where(tables.run.c.id == run)
                .values(outcome=outcome, finished=self._time())
            )

    def finished_run(self, tenant: str, plan_digest: str) -> FinishedRun | None:
        """The last run that did all of this plan, if there is one."""
        table, steps = tables.run, tables.operation
        with reading(self._engine) as connection:
            found = connection.execute(
                select(table.c.id)
                .where(
                    table.c.tenant == tenant,
                    table.c.plan_digest == plan_digest,
                    table.c.outcome == "done",
                )
                .order_by(table.c.started.desc())
            ).first()
            if found is None:
                return None
            written = connection.execute(
                select(steps.c.id, steps.c.object_id, steps.c.digest).where(steps.c.run == found.id)
            )
            return FinishedRun(found.id, {row.id: (row.object_id, row.digest) for row in written})

    def intend(self, run: str, operation: Operation, before: Json, after: Json) -> None:
        """Commit that an operation is about to be carried out, and what it is to change."""
        with writing(self._engine) as connection:
            connection.execute(
                insert(tables.operation).values(
                    run=run,
                    id=operation.id,
                    address=operation.addresses[0],
                    action=str(operation.request.action),
                    object_id=operation.request.object_id,
                    intended=self._time(),
                    before=before,
                    after=after,
                )
            )

    def succeeded(  # noqa: PLR0913 - one transaction: the outcome and the ownership it brings
        self,
        run: str,
        operation: str,
        *,
        object_id: str | None,
        digest: str | None,
        tracking_id: str,
        attempts: int,
        keep: Row | None,
        drop: str | None,
        lease: Lease,
    ) -> None:
        """Commit that an operation was carried out, with the row that it brings or takes.

        Ownership is left alone where the lock is another's by now: the next plan adopts by name.
        """
        facts: dict[str, str | int | None] = {
            "digest": digest,
            "tracking_id": tracking_id,
            "attempts": attempts,
        }
        if object_id is not None:
            facts["object_id"] = object_id
        with writing(self._engine) as connection:
            self._outcome(connection, run, operation, "done", facts)
            if lease.holds_in(connection):
                self._record(connection, run, [keep] if keep else [], [drop] if drop else [])

    def failed(
        self, run: str, operation: str, *, error: str, tracking_id: str, attempts: int
    ) -> None:
        """Commit that an operation failed; `attempts` are those of the request that did."""
        facts: dict[str, str | int | None] = {
            "error": error,
            "tracking_id": tracking_id,
            "attempts": attempts,
        }
        with writing(self._engine) as connection:
            self._outcome(connection, run, operation, "failed", facts)

    def record(self, run: str, keep: Iterable[Row], drop: Iterable[str]) -> None:
        """Rewrite ownership where nothing was written to the tenant."""
        with writing(self._engine) as connection:
            self._record(connection, run, keep, drop)

    def forget(self, run: str, addresses: Iterable[str]) -> None:
        """Give up the ownership of these, and journal each; the tenant is not touched."""
        now, table = self._time(), tables.ownership
        with writing(self._engine) as connection:
            for number, address in enumerate(addresses, start=1):
                held = select(table.c.object_id, table.c.applied).where(table.c.address == address)
                row = connection.execute(held).one()
                connection.execute(
                    insert(tables.operation).values(
                        run=run,
                        id=f"op-{number}",
                        address=address,
                        action=str(Action.FORGET),
                        object_id=row.object_id,
                        before=row.applied,
                        intended=now,
                        finished=now,
                        outcome="done",
                        attempts=0,
                    )
                )
                self._record(connection, run, [], [address])

    def _record(
        self, connection: Connection, run: str, keep: Iterable[Row], drop: Iterable[str]
    ) -> None:
        table, now = tables.ownership, self._time()
        rows = list(keep)
        gone = [{"gone": address} for address in (*drop, *(row.address for row in rows))]
        if gone:
            connection.execute(delete(table).where(table.c.address == bindparam("gone")), gone)
        if rows:
            connection.execute(
                insert(table),
                [
                    {
                        "address": row.address,
                        "tenant": row.address.partition("/")[0],
                        "object_id": row.object_id,
                        "name": row.name,
                        "applied": row.applied,
                        "prevent_destroy": row.prevent_destroy,
                        "adopted": row.adopted,
                        "run": run,
                        "recorded": now,
                    }
                    for row in rows
                ],
            )

    def _outcome(
        self,
        connection: Connection,
        run: str,
        operation: str,
        outcome: str,
        facts: Mapping[str, str | int | None],
    ) -> None:
        table = tables.operation
        connection.execute(
            update(table)
            .where(table.c.run == run, table.c.id == operation)
            .values(outcome=outcome, finished=self._time(), **facts)
        )

    def _time(self) -> str:
        return written(self._clock())


def open_state(url: str, root: Path) -> SqlState | None:
    """The state that is there, None where none is; raises StateError."""
    return _opened(url, root) if database_file(url, root).exists() else None


def create_state(url: str, root: Path) -> SqlState:
    """The state, made where there is none, readable by its owner alone; raises StateError."""
    file = database_file(url, root)
    with told():
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    return _opened(url, root)


def _opened(url: str, root: Path) -> SqlState:
    engine = engine_of(database_file(url, root))
    try:
        migrate(engine)
    except BaseException:
        engine.dispose()
        raise
    return SqlState(engine)


def _runs(run: Run, lock: Held | None) -> bool:
    """Whether a run is under way: it has the lock, and its process is not known to be dead."""
    held = lock is not None and lock.held and lock.token == run.token
    return run.outcome is None and held and lock is not None and not lock.process.is_dead
