"""The state on SQLite: rows of ownership, one lock a tenant, runs and their operations."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, bindparam, delete, func, insert, select, update

from reconciler.model.address import GroupKind
from reconciler.model.change import Action
from reconciler.model.guard import Affected, Earlier
from reconciler.model.journal import (
    NOBODY,
    Author,
    Entry,
    Holder,
    Intent,
    Left,
    Look,
    Memory,
    Owned,
    Resumable,
    Run,
    Seen,
    Settled,
    Unsettled,
)
from reconciler.model.ownership import Row
from reconciler.model.value import Json
from reconciler.state import journal, looks, rows, tables, tenants, unfinished, window
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


_STEP = tables.operation
_SETTLED = (
    update(_STEP)
    .where(
        _STEP.c.run == bindparam("of_run"),
        _STEP.c.id == bindparam("of_id"),
        _STEP.c.outcome.is_(None),
    )
    .values(
        {
            name: bindparam(name)
            for name in ("outcome", "digest", "tracking_id", "attempts", "error", "finished")
        }
        | {"object_id": func.coalesce(bindparam("found_id"), _STEP.c.object_id)}
    )
)

_OWNED = tables.ownership
_LEFT = delete(_OWNED).where(
    _OWNED.c.address == bindparam("gone"), _OWNED.c.object_id == bindparam("of_object")
)


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

    def looks(self, tenants: Collection[str]) -> tuple[Look, ...]:
        """Every drift check of these tenants, the newest first."""
        with reading(self._engine) as connection:
            return looks.looks(connection, tenants)

    def found(self, number: int) -> Json:
        """What a drift check found, as it was given to `look`."""
        with reading(self._engine) as connection:
            return looks.found(connection, number)

    def memory(self, tenant: str) -> Memory:
        """What the last drift check left."""
        with reading(self._engine) as connection:
            return looks.memory(connection, tenant)

    def spent(self, tenant: str) -> dict[tuple[GroupKind, str], str]:
        """Every name that was ever read, by kind and as names are compared, with whose it was.

        The group of a name from before groups were recorded is empty.
        """
        table = tables.spent
        asked = select(*rows.raw(table, ("group", "kind", "name", "object_id")))
        with reading(self._engine) as connection:
            held = connection.execute(asked.where(table.c.tenant == tenant)).mappings()
            found = (rows.checked(table, row, f"{tenant} {row['name']!r}") for row in held)
            return {
                (GroupKind(row["group"], row["kind"]), row["name"]): row["object_id"]
                for row in found
            }

    def spend(self, tenant: str, names: Mapping[tuple[GroupKind, str], str]) -> None:
        """Remember names for good; one that is known keeps whose it was first."""
        new = [
            {
                "tenant": tenant,
                "group": kind.group,
                "kind": kind.name,
                "name": name,
                "object_id": object_id,
                "seen": self._time(),
            }
            for (kind, name), object_id in names.items()
        ]
        if new:
            with writing(self._engine) as connection:
                connection.execute(insert(tables.spent).prefix_with("OR IGNORE"), new)

    def organizations(self) -> Mapping[str, str]:
        """The organization of each tenant, as far as an apply or a drift check recorded it."""
        with reading(self._engine) as connection:
            return tenants.organizations(connection)

    def record_organization(self, tenant: str, organization: str) -> None:
        """Record of which organization a tenant is."""
        if self.organizations().get(tenant) != organization:
            with writing(self._engine) as connection:
                tenants.record(connection, tenant, organization)

    def rename_tenant(self, old: str, new: str) -> None:
        """Give everything of a tenant to another name; raises LockedError where one is locked."""
        with self.lock(old, "rename"), writing(self._engine) as connection:
            tenants.rename(connection, old, new)
        with writing(self._engine) as connection:
            tenants.forget_lock(connection, old)

    def look(self, seen: Seen) -> None:
        """Record a drift check: it needs no lock, and takes no ownership."""
        me = this_process()
        with writing(self._engine) as connection:
            looks.noted(connection, seen, self._time(), f"{me.user}@{me.host}")

    def under_way(self, tenant: str) -> frozenset[str]:
        """The addresses with an operation that a run carries out right now, or may."""
        with reading(self._engine) as connection:
            found = unfinished.unsettled(connection, tenant)
        if not found:
            return frozenset()
        running = {each.id for each in self.runs([tenant]) if each.running}
        return frozenset(e.intent.address for e in found if e.run in running)

    @contextmanager
    def lock(
        self,
        tenant: str,
        command: str,
        warn: Callable[[str], None] = _silent,
        pause: Callable[[float], None] = time.sleep,
        patience: float = 0.0,
    ) -> Iterator[Lease]:
        """Hold the tenant for the length of the block; raises LockedError.

        `warn` is called where it takes long to see whether another holder is still alive; `pause`
        lets that time pass, and may raise to end the wait. Another run is waited for as many
        seconds as there is `patience`.
        """
        with acquired(
            self._engine, self._clock, tenant, command, warn, pause, patience
        ).kept() as lease:
            yield lease

    def unlock(
        self, tenant: str, warn: Callable[[str], None] = _silent, *, force: bool = False
    ) -> Holder | None:
        """Take the lock of a tenant away; answers with who had it, None where nobody did.

        Raises LockedError where the holder lives and no force is used.
        """
        return unlocked(self._engine, self._clock, tenant, warn, force=force)

    def start_run(  # noqa: PLR0913 - the facts of a run
        self,
        tenant: str,
        command: str,
        plan_digest: str = "",
        *,
        lease: Lease | None = None,
        author: Author = NOBODY,
        plan: bytes | None = None,
        reached: Mapping[str, tuple[Affected, ...]] | None = None,
        allowed: str = "",
    ) -> str:
        """Open a run, under a lock; answers with its id, such as `run-20261123-1`.

        Its plan is kept until all of it is done, so that it can be resumed. `reached` is what its
        operations affect, by guard, and `allowed` the overrides that it has.
        """
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
                    plan=unfinished.packed(plan) if plan is not None else None,
                    reached=window.packed(reached) if reached is not None else None,
                    allowed=allowed or None,
                )
            )
        return run

    def counted_within(self, tenant: str, length: timedelta) -> Earlier:
        """What applies destroyed in a tenant in the time until now, whose access they changed, and
        who became able to give rights, as far as no override of theirs covered it.
        """
        since = written(self._clock() - length)
        with reading(self._engine) as connection:
            return window.counted_since(connection, tenant, since)

    def finish_run(self, run: str, outcome: str) -> None:
        """Close a run; of one that is done no plan of its tenant has to be kept any longer."""
        table = tables.run
        with writing(self._engine) as connection:
            this = table.c.id == run
            closed = update(table).where(this).values(outcome=outcome, finished=self._time())
            connection.execute(closed)
            if outcome == unfinished.DONE:
                tenant = select(table.c.tenant).where(this).scalar_subquery()
                connection.execute(update(table).where(table.c.tenant == tenant).values(plan=None))

    def finished_run(self, tenant: str, plan_digest: str) -> str | None:
        """The last run of the tenant, where nothing of this plan is left to do after it."""
        with reading(self._engine) as connection:
            return unfinished.is_finished(connection, tenant, plan_digest)

    def carried_out(self, tenant: str, plan_digest: str) -> Mapping[str, Left]:
        """What the last runs of a tenant did of this plan, by operation."""
        with reading(self._engine) as connection:
            return unfinished.carried_out(connection, tenant, plan_digest)

    def half_done(self, tenant: str, plan_digest: str) -> Mapping[str, Left]:
        """What the last runs of a tenant did of this plan in part, by operation."""
        with reading(self._engine) as connection:
            return unfinished.half_done(connection, tenant, plan_digest)

    def is_last_plan(self, tenant: str, plan_digest: str) -> bool:
        """Whether the last run of the tenant was an apply of this plan, however it ended."""
        with reading(self._engine) as connection:
            return unfinished.is_last_plan(connection, tenant, plan_digest)

    def resumable(self, tenants: Collection[str]) -> Resumable | None:
        """The newest run on these tenants that left something to do, None where none did."""
        with reading(self._engine) as connection:
            return unfinished.resumable(connection, tenants)

    def unsettled(self, tenant: str) -> tuple[Unsettled, ...]:
        """The operations of which no run wrote down what came of them.

        One that is under way in another process is none of them.
        """
        with reading(self._engine) as connection:
            found = unfinished.unsettled(connection, tenant)
        if not found:
            return ()
        running = {each.id for each in self.runs([tenant]) if each.running}
        return tuple(each for each in found if each.run not in running)

    def intend(self, run: str, intents: Iterable[Intent], lease: Lease) -> None:
        """Commit that these operations are about to be carried out, and what each changes.

        Raises LockedError where the lock is another's by now: then nothing is begun.
        """
        with writing(self._engine) as connection:
            if not lease.holds_in(connection):
                raise lease.lost()
            connection.execute(
                insert(tables.operation),
                [
                    {
                        "run": run,
                        "id": each.operation,
                        "address": each.address,
                        "action": each.action,
                        "object_id": each.object_id,
                        "intended": self._time(),
                        "before": each.before,
                        "after": each.after,
                        "keep": unfinished.kept(each.keep),
                        "drop": each.drop,
                    }
                    for each in intents
                ],
            )

    def settle(self, run: str, settled: Iterable[Settled], lease: Lease) -> None:
        """Commit what came of these operations, with the records that they bring and take.

        Where the lock is another's by now neither outcome nor ownership is written: the next run
        reads back what came of them, as it does after a kill.
        """
        rows = list(settled)
        known = [
            {
                "of_run": run,
                "of_id": each.operation,
                "outcome": each.outcome,
                "digest": each.digest,
                "tracking_id": each.tracking_id,
                "attempts": each.attempts,
                "error": each.error,
                "finished": self._time() if each.outcome else None,
                "found_id": each.object_id,
            }
            for each in rows
        ]
        done = [each for each in rows if each.outcome == unfinished.DONE]
        keep = [each.keep for each in done if each.keep is not None]
        # another object may have come to an address that this one left
        drop = [
            {"gone": each.drop, "of_object": each.object_id}
            for each in done
            if each.drop is not None
        ]
        with writing(self._engine) as connection:
            if not lease.holds_in(connection):
                return
            connection.execute(_SETTLED, known)
            if drop:
                connection.execute(_LEFT, drop)
            self._record(connection, run, keep, [])

    def record(self, run: str, keep: Iterable[Row], drop: Iterable[str]) -> None:
        """Rewrite ownership where nothing was written to the tenant."""
        with writing(self._engine) as connection:
            self._record(connection, run, keep, drop)

    def forget(self, run: str, addresses: Iterable[str]) -> None:
        """Give up the ownership of these, and journal each; the tenant is not touched."""
        now, table = self._time(), tables.ownership
        with writing(self._engine) as connection:
            for number, address in enumerate(addresses, start=1):
                held = select(*rows.raw(table, ("object_id", "applied")))
                asked = held.where(table.c.address == address)
                row = rows.checked(table, connection.execute(asked).mappings().one(), address)
                connection.execute(
                    insert(tables.operation).values(
                        run=run,
                        id=f"op-{number}",
                        address=address,
                        action=str(Action.FORGET),
                        object_id=row["object_id"],
                        before=row["applied"],
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

    def _time(self) -> str:
        return written(self._clock())


def open_state(url: str, root: Path) -> SqlState | None:
    """The state that is there, None where none is; raises StateError."""
    return _opened(url, root) if database_file(url, root).exists() else None


def has_state(url: str, root: Path) -> bool:
    """Whether there is a state; nothing is opened."""
    return database_file(url, root).exists()


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
    return run.outcome is None and held and lock is not None and not lock.is_left
