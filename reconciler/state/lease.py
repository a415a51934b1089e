"""The lock of a tenant: a lease with a fencing token.

One row a tenant says who holds it, until when, and by which token. The token grows with every
holder, so that one that was stopped for long, and whose lease was given to another, finds out by
the token before it sends anything more. The holder renews the lease in a thread of its own.

No wall clock decides. On one machine all processes share a monotonic clock, and the row says when
the lease runs out by it (`ends`). From elsewhere a lease that seems to have run out (`expires`) is
watched for its whole length, by the watcher's own monotonic clock: who renews it lives.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from reconciler.errors import LockedError, StateError
from reconciler.model.journal import Holder
from reconciler.state import rows, tables
from reconciler.state.database import reading, writing, written
from reconciler.state.holder import Process, this_process

SECONDS = 30.0
"""How long a lease lasts; a third of it before each renewal."""

_TURN = 0.5
"""How long it is until a lock that is waited for is asked for again."""

LOST = "RUN111"
"""The code of a lock that is another's by now."""

_TABLE = tables.lock
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Held:
    """The row of a tenant's lock, held or not."""

    tenant: str
    token: int
    held: bool
    command: str
    since: str
    process: Process
    expires: str | None
    ends: float | None

    @property
    def is_left(self) -> bool:
        """Whether its holder surely is dead, or did not renew it, as far as this machine knows."""
        if self.process.is_dead:
            return True
        return self.process.is_here and self.ends is not None and self.ends <= time.monotonic()

    @property
    def holder(self) -> Holder:
        """Who has the lock, as a person wants to know it."""
        process = self.process
        return Holder(
            self.tenant, process.user, process.host, process.pid, self.command, self.since
        )


class Lease:
    """A lock that this process was given; `holds` and `check` say whether it still is its own."""

    def __init__(self, engine: Engine, clock: Clock, tenant: str, token: int) -> None:
        self.tenant = tenant
        self.token = token
        self._engine = engine
        self._clock = clock
        # asked before each write: made once, as making a statement takes longer than its answer
        self._mine = _is(tenant, token) & _TABLE.c.held.is_(True)
        self._asked = select(_TABLE.c.token).where(self._mine)
        self._ends = time.monotonic() + SECONDS
        self._given_back = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name=f"lease {tenant}", daemon=True)

    def holds(self) -> bool:
        """Whether it is held and nobody else's; renews a lease that is about to run out."""
        if self._given_back.is_set():
            return False
        if self._ends - time.monotonic() < SECONDS / 3:
            return self.renew()
        with reading(self._engine) as connection:
            return self.holds_in(connection)

    def holds_in(self, connection: Connection) -> bool:
        """The same, as one transaction sees it."""
        return connection.execute(self._asked).first() is not None

    def check(self) -> None:
        """Raise LockedError where it is another's by now, StateError where the state is silent."""
        if not self.holds():
            raise self.lost()

    def lost(self) -> LockedError:
        """The error where it is another's by now."""
        now = lock_of(self._engine, self.tenant)
        return LockedError(
            LOST,
            f"this run lost the lock of tenant {self.tenant}, so it sends nothing more",
            detail=now.holder.described(self._clock()) if now and now.held else "",
            hint="nothing is wrong with the state: the lock was not renewed in time, or `state "
            "unlock` took it away; wait until the run that has it now has ended (`reconciler state "
            "history`), then run `reconciler apply --resume`, or `reconciler plan` if that run "
            "changed the tenant",
        )

    def renew(self) -> bool:
        """Let the lease begin again; False where it is another's by now."""
        ends = time.monotonic() + SECONDS
        with writing(self._engine) as connection:
            done = connection.execute(
                update(_TABLE).where(self._mine).values(**_until(self._clock, ends))
            )
        if done.rowcount:
            self._ends = ends
        return bool(done.rowcount)

    @contextmanager
    def kept(self) -> Iterator[Lease]:
        """Renewed for the length of the block, then given back."""
        self._keeper.start()
        try:
            yield self
        finally:
            self._given_back.set()
            self._keeper.join()
            # a state that cannot be written was told of already; then the lease runs out by itself
            with suppress(StateError), writing(self._engine) as connection:
                connection.execute(update(_TABLE).where(self._mine).values(held=False))

    def _keep(self) -> None:
        while not self._given_back.wait(SECONDS / 3):
            with suppress(StateError):  # the next turn may do better; where none does, it runs out
                if not self.renew():
                    return


def acquired(  # noqa: PLR0913, PLR0917 - what it reads, whose it will be, how it waits
    engine: Engine,
    clock: Clock,
    tenant: str,
    command: str,
    warn: Callable[[str], None],
    pause: Callable[[float], None] = time.sleep,
    patience: float = 0.0,
) -> Lease:
    """The lock of a tenant, free or left by the dead; raises LockedError where somebody has it.

    `warn` is called where that takes as long as a lease lasts; `pause` lets that time pass. Another
    run is waited for as many seconds as there is `patience`.
    """
    waited = 0.0
    while True:
        seen = lock_of(engine, tenant)
        if seen is None:
            _add(engine, tenant)
            continue
        if seen.held and not _is_over(engine, clock, seen, warn, pause):
            if waited >= patience:
                raise _locked(seen, clock)
            if not waited:
                holder = seen.holder.described(clock())
                warn(f"the lock of {tenant} is held by {holder}; waiting up to {patience:g} s")
            pause(turn := min(_TURN, patience - waited))
            waited += turn
            continue
        if _swapped(engine, seen, held=True, **_mine_now(clock, command)):
            return Lease(engine, clock, tenant, seen.token + 1)


def unlocked(
    engine: Engine, clock: Clock, tenant: str, warn: Callable[[str], None], *, force: bool
) -> Holder | None:
    """Take a lock away from the dead, by force from anybody; answers with who had it.

    Raises LockedError where the holder lives. One that lives after all sends nothing more.
    """
    while True:
        seen = lock_of(engine, tenant)
        if seen is None or not seen.held:
            return None
        if not force and not _is_over(engine, clock, seen, warn, time.sleep):
            raise LockedError(
                "RUN112",
                f"the holder of tenant {tenant} is alive, or was a moment ago",
                detail=seen.holder.described(clock()),
                hint="wait for it to end, or pass --force: then it sends nothing more",
            )
        if _swapped(engine, seen, held=False):
            return seen.holder


def lock_of(engine: Engine, tenant: str) -> Held | None:
    """The row of a tenant's lock, None where nobody ever held it."""
    with reading(engine) as connection:
        asked = select(*rows.raw(_TABLE)).where(_TABLE.c.tenant == tenant)
        found = connection.execute(asked).mappings().one_or_none()
    if found is None:
        return None
    row = rows.checked(_TABLE, found, tenant)
    user = row["who"].rpartition("@")[0]
    process = Process(user, row["host"], row["pid"], row["born"], row["place"])
    return Held(
        tenant, row["token"], row["held"], row["command"], row["since"], process,
        rows.moment(_TABLE.name, tenant, "expires", row["expires"]), row["ends"],
    )  # fmt: skip


def _locked(seen: Held, clock: Clock) -> LockedError:
    holder = seen.holder
    return LockedError(
        "RUN110",
        f"tenant {seen.tenant} is locked by {holder.user}@{holder.host}",
        detail=holder.described(clock()),
        hint="wait for it to end; the lock of a process that has died is taken over\n"
        f"`reconciler state unlock {seen.tenant}` takes it away",
    )


def _is_over(
    engine: Engine,
    clock: Clock,
    seen: Held,
    warn: Callable[[str], None],
    pause: Callable[[float], None],
) -> bool:
    """Whether a held lock is nobody's any more: its holder is dead, or did not renew it."""
    if seen.process.is_dead:
        return True
    if seen.expires is None or seen.ends is None:
        return False  # of an older version, which renews nothing: its death alone ends it
    left = seen.ends - time.monotonic()
    if seen.process.is_here and left <= SECONDS:
        return left <= 0
    left = (datetime.fromisoformat(seen.expires) - clock()).total_seconds()
    if 0 < left <= SECONDS:
        return False
    # run out, or clocks differ: who renews it within its length is alive, whatever they say
    warn(
        f"the lock of {seen.tenant} is held by {seen.holder.described(clock())}; waiting "
        f"{SECONDS:.0f} s to see whether that is alive"
    )
    return not _changes(engine, seen, pause)


def _changes(engine: Engine, seen: Held, pause: Callable[[float], None]) -> bool:
    """Whether anything happens to the lock for as long as a lease lasts."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        pause(SECONDS / 30)
        if lock_of(engine, seen.tenant) != seen:
            return True
    return False


def _swapped(engine: Engine, seen: Held, **values: str | int | float | bool) -> bool:
    """Write to the row if it still is as it was seen; its token grows."""
    as_seen = (
        _is(seen.tenant, seen.token)
        & _TABLE.c.held.is_(seen.held)
        & _TABLE.c.expires.is_not_distinct_from(seen.expires)
    )
    with writing(engine) as connection:
        done = connection.execute(
            update(_TABLE).where(as_seen).values(token=seen.token + 1, **values)
        )
    return bool(done.rowcount)


def _add(engine: Engine, tenant: str) -> None:
    """A free lock for a tenant; another process may be the first to add it."""
    with suppress(IntegrityError), writing(engine) as connection:
        nobody = {"command": "", "who": "", "host": "", "pid": 0, "since": ""}
        connection.execute(insert(_TABLE).values(tenant=tenant, token=0, held=False, **nobody))


def _mine_now(clock: Clock, command: str) -> dict[str, str | int | float]:
    me = this_process()
    return {
        "command": command,
        "who": f"{me.user}@{me.host}",
        "host": me.host,
        "pid": me.pid,
        "born": me.born,
        "place": me.place,
        "since": written(clock()),
        **_until(clock, time.monotonic() + SECONDS),
    }


def _until(clock: Clock, ends: float) -> dict[str, str | float]:
    return {"ends": ends, "expires": written(clock() + timedelta(seconds=SECONDS))}


def _is(tenant: str, token: int) -> ColumnElement[bool]:
    return (_TABLE.c.tenant == tenant) & (_TABLE.c.token == token)
