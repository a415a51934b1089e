"""Reading the state as a person does: what is owned, the runs and their operations."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, String, case, func, select, type_coerce

from reconciler.model.journal import Entry, Owned, Run
from reconciler.state import rows, tables

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
        for tenant in connection.execute(select(table.c.tenant).distinct()).scalars():
            if not isinstance(tenant, str):
                raise rows.damaged(table.name, tenant, "`tenant` is not text")
            found.add(tenant)
    return frozenset(found)


def owned(connection: Connection, of: Collection[str]) -> tuple[Owned, ...]:
    """Every row of these tenants, in the order of addresses."""
    table = tables.ownership
    columns = (
        table.c.address,
        table.c.object_id,
        table.c.name,
        type_coerce(table.c.applied, String),  # as text: few of many rows are ever looked into
        type_coerce(table.c.prevent_destroy, String),
        type_coerce(table.c.adopted, String),
        table.c.run,
        table.c.recorded,
        table.c.tenant,
    )
    asked = select(*columns).where(table.c.tenant.in_(of)).order_by(table.c.address)
    found = []
    for *held, run, recorded, tenant in connection.execute(asked):
        if not isinstance(run, str | None) or not isinstance(recorded, str | None):
            raise rows.damaged(table.name, held[0], "`run` or `recorded` is not text")
        found.append(Owned(rows.owned(held, tenant), run, recorded))
    return tuple(found)


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
            *rows.raw(table, (*_RUN, "git_commit")),
            *(func.coalesce(counted.c[name], 0).label(name) for name in counts),
        )
        .outerjoin(counted, counted.c.run == table.c.id)
        .where(table.c.tenant.in_(of))
        .order_by(table.c.started.desc(), table.c.id.desc())
    )
    return tuple(
        Run(**_with_commit(rows.checked(table, row, row["id"])))
        for row in connection.execute(asked).mappings()
    )


def _with_commit(row: dict[str, Any]) -> dict[str, Any]:
    return {"commit" if name == "git_commit" else name: value for name, value in row.items()}


def entries(connection: Connection, run: str) -> tuple[Entry, ...]:
    """The operations of a run, in the order in which they were begun."""
    table = tables.operation
    asked = (
        select(*rows.raw(table, _ENTRY))
        .where(table.c.run == run)
        .order_by(table.c.intended, func.length(table.c.id), table.c.id)
    )
    found = []
    for row in connection.execute(asked).mappings():
        entry = Entry(**rows.checked(table, row, f"{run} {row['id']}"))
        rows.address(table.name, entry.address)
        found.append(entry)
    return tuple(found)
