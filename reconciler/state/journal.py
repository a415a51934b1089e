"""Reading the state as a person does: what is owned, the runs and their operations."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, String, case, func, select, type_coerce

from reconciler.model.journal import Entry, Owned, Run
from reconciler.model.ownership import Row
from reconciler.state import tables

_RUN = (
    "id", "tenant", "command", "plan_digest", "started", "finished", "outcome", "token",
    "identity", "started_by",
)  # fmt: skip
_ENTRY = (
    "id", "address", "action", "intended", "finished", "outcome", "object_id", "tracking_id",
    "attempts", "error", "before", "after",
)  # fmt: skip


def tenants(connection: Connection) -> frozenset[str]:
    """Every tenant of which there is anything: rows, a lock, runs."""
    found: set[str] = set()
    for table in (tables.ownership, tables.lock, tables.run, tables.look):
        found.update(connection.execute(select(table.c.tenant).distinct()).scalars())
    return frozenset(found)


def owned(connection: Connection, of: Collection[str]) -> tuple[Owned, ...]:
    """Every row of these tenants, in the order of addresses."""
    table = tables.ownership
    columns = (
        table.c.address,
        table.c.object_id,
        table.c.name,
        type_coerce(table.c.applied, String),  # as text: few of many rows are ever looked into
        table.c.prevent_destroy,
        table.c.adopted,
        table.c.run,
        table.c.recorded,
    )
    asked = select(*columns).where(table.c.tenant.in_(of)).order_by(table.c.address)
    return tuple(
        Owned(Row(*held), run, recorded) for *held, run, recorded in connection.execute(asked)
    )


def runs(connection: Connection, of: Collection[str]) -> tuple[Run, ...]:
    """Every run on these tenants, the newest first."""
    table, step = tables.run, tables.operation
    counts = {
        "done": func.sum(case((step.c.outcome == "done", 1), else_=0)),
        "failed": func.sum(case((step.c.outcome == "failed", 1), else_=0)),
        "unknown": func.sum(case((step.c.outcome.is_(None), 1), else_=0)),
    }
    counted = (
        select(step.c.run, *(count.label(name) for name, count in counts.items()))
        .group_by(step.c.run)
        .subquery()
    )
    asked = (
        select(
            *(table.c[name] for name in _RUN),
            table.c.git_commit.label("commit"),
            *(func.coalesce(counted.c[name], 0).label(name) for name in counts),
        )
        .outerjoin(counted, counted.c.run == table.c.id)
        .where(table.c.tenant.in_(of))
        .order_by(table.c.started.desc(), table.c.id.desc())
    )
    return tuple(Run(**row) for row in connection.execute(asked).mappings())


def entries(connection: Connection, run: str) -> tuple[Entry, ...]:
    """The operations of a run, in the order in which they were begun."""
    table = tables.operation
    asked = (
        select(*(table.c[name] for name in _ENTRY))
        .where(table.c.run == run)
        .order_by(table.c.intended, func.length(table.c.id), table.c.id)
    )
    return tuple(Entry(**row) for row in connection.execute(asked).mappings())
