"""What runs left behind: operations without an outcome, plans that are carried out in part."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, LargeBinary, select
from sqlalchemy import Row as Found

from reconciler.model.change import Action
from reconciler.model.journal import Intent, Left, Resumable, Unsettled
from reconciler.model.ownership import Row
from reconciler.model.value import Json
from reconciler.state import rows, tables

_RUN, _STEP = tables.run, tables.operation
APPLY = "apply"
DONE = "done"


def packed(plan: bytes) -> bytes:
    """A plan as it is kept with its run."""
    return zlib.compress(plan, level=1)


def kept(row: Row | None) -> Json:
    """The record of an object as it is kept with an operation."""
    return asdict(row) if row else None


def unsettled(connection: Connection, tenant: str) -> tuple[Unsettled, ...]:
    """The operations of the tenant of which nobody wrote down what came of them, in order."""
    asked = (
        select(*rows.raw(_STEP))
        .join(_RUN, _RUN.c.id == _STEP.c.run)
        .where(_RUN.c.tenant == tenant, _STEP.c.outcome.is_(None))
        .order_by(_STEP.c.intended, _STEP.c.id)
    )
    return tuple(_unsettled(_step(row)) for row in connection.execute(asked).mappings())


def _step(row: Mapping[Any, Any]) -> dict[str, Any]:
    """An operation as the journal has it; raises StateError where it is damaged."""
    return rows.checked(_STEP, row, f"{row['run']} {row['id']}")


def _unsettled(row: Mapping[str, Any]) -> Unsettled:
    key = f"{row['run']} {row['id']}"
    for name in ("address", "drop"):
        if row[name] is not None:
            rows.address(_STEP.name, row[name])
    if row["action"] not in set(Action):
        raise rows.damaged(_STEP.name, key, "`action` is not one of an operation")
    for name in ("before", "after"):
        if not isinstance(row[name], dict | None):
            raise rows.damaged(_STEP.name, key, f"`{name}` is not an object")
    intent = Intent(
        operation=row["id"],
        address=row["address"],
        action=row["action"],
        object_id=row["object_id"],
        before=row["before"],
        after=row["after"],
        keep=rows.kept(_STEP.name, key, row["keep"]),
        drop=row["drop"],
    )
    return Unsettled(row["run"], intent)


def carried_out(connection: Connection, tenant: str, plan_digest: str) -> dict[str, Left]:
    """What the latest runs of a tenant did of a plan, by operation.

    An earlier run of the same plan does not count where another run came between, or where that
    one had finished the plan: then it was begun again.
    """
    found: dict[str, Left] = {}
    for run in _of_plan(connection, tenant, plan_digest):
        wanted = rows.raw(_STEP, ("run", "id", "object_id", "digest"))
        asked = select(*wanted).where(_STEP.c.run == run.id, _STEP.c.outcome == DONE)
        for held in connection.execute(asked).mappings():
            row = _step(held)
            found.setdefault(row["id"], Left(row["object_id"], row["digest"]))
    return found


def half_done(connection: Connection, tenant: str, plan_digest: str) -> dict[str, Left]:
    """The operations of a plan that its latest runs did in part, and how they left the object."""
    found: dict[str, Left] = {}
    for run in _of_plan(connection, tenant, plan_digest):
        asked = select(_STEP).where(
            _STEP.c.run == run.id, _STEP.c.outcome != DONE, _STEP.c.digest.is_not(None)
        )
        for row in connection.execute(asked):
            found.setdefault(row.id, Left(row.object_id, row.digest))
    return found


def _of_plan(connection: Connection, tenant: str, plan_digest: str) -> Iterator[Found]:  # type: ignore[type-arg]
    """The latest runs of a tenant that carried out a plan, since it was begun, the newest first."""
    for number, run in enumerate(_latest(connection, [tenant])):
        if run.plan_digest != plan_digest or run.command != APPLY:
            return
        if number and run.outcome == DONE:
            return
        yield run


def is_finished(connection: Connection, tenant: str, plan_digest: str) -> str | None:
    """The last run of a tenant, where it did all that was left of this plan."""
    for run in _latest(connection, [tenant]):
        same = run.plan_digest == plan_digest and run.command == APPLY
        return run.id if same and run.outcome == DONE else None
    return None


def is_last_plan(connection: Connection, tenant: str, plan_digest: str) -> bool:
    """Whether the last run of a tenant was an apply of this plan, however it ended."""
    for run in _latest(connection, [tenant]):
        return bool(run.plan_digest == plan_digest and run.command == APPLY)
    return False


def resumable(connection: Connection, tenants: Collection[str]) -> Resumable | None:
    """The newest run that left something to do, of those that are the last of their tenant."""
    last: dict[str, Found] = {}  # type: ignore[type-arg]
    for run in _latest(connection, tenants):
        last.setdefault(run.tenant, run)
    for run in sorted(last.values(), key=lambda each: (each.started, each.id), reverse=True):
        if run.command != APPLY or run.outcome == DONE:
            continue
        asked = select(*rows.raw(_RUN, ("plan",))).where(_RUN.c.id == run.id)
        row = rows.checked(_RUN, connection.execute(asked).mappings().one(), run.id)
        if (plan := row["plan"]) is not None:
            return Resumable(run.id, run.tenant, rows.unpacked(_RUN.name, run.id, "plan", plan))
    return None


def _latest(connection: Connection, tenants: Collection[str]) -> tuple[Found, ...]:  # type: ignore[type-arg]
    """The runs on these tenants, of each the newest first: by its lock's token, as no clock can
    turn that back. Their plans, which may be large, are left out.
    """
    asked = (
        select(
            *rows.raw(
                _RUN, (column.name for column in _RUN.c if not isinstance(column.type, LargeBinary))
            )
        )
        .where(_RUN.c.tenant.in_(tenants))
        .order_by(_RUN.c.token.desc(), _RUN.c.started.desc(), _RUN.c.id.desc())
    )
    found = tuple(connection.execute(asked))
    for run in found:
        rows.checked(_RUN, run._mapping, run.id)
    return found
