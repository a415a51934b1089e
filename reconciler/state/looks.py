"""Drift checks in the state: each that found something else than the one before, and a memory.

Looks that find the same, one after the other, are one entry with the first and the last time: a
schedule of every five minutes makes no history that nobody reads.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection

from sqlalchemy import Connection, String, delete, insert, select, type_coerce, update

from reconciler.model.address import GroupKind
from reconciler.model.journal import Look, Memory, Seen
from reconciler.model.value import Json
from reconciler.state import rows, tables

MOST_LOOKS = 500
"""Entries of a tenant that are kept; the oldest go."""

_LOOK, _MEMORY = tables.look, tables.memory
_SHOWN = (
    "number", "tenant", "first", "last", "looks", "drifted", "objects", "requests", "identity",
    "started_by",
)  # fmt: skip


def noted(connection: Connection, seen: Seen, now: str, started_by: str) -> None:
    """Record what a drift check found, and what it leaves to the next one."""
    found = _packed(seen.found)
    last = connection.execute(
        select(_LOOK.c.number, type_coerce(_LOOK.c.found, String).label("found"))
        .where(_LOOK.c.tenant == seen.tenant)
        .order_by(_LOOK.c.number.desc())
        .limit(1)
    ).one_or_none()
    facts = {
        "last": now,
        "drifted": seen.drifted,
        "objects": seen.objects,
        "requests": seen.requests,
        "identity": seen.author.identity or None,
        "started_by": started_by,
        "git_commit": seen.author.commit or None,
    }
    if last is not None and last.found == found:
        this = _LOOK.c.number == last.number
        connection.execute(update(_LOOK).where(this).values(looks=_LOOK.c.looks + 1, **facts))
    else:
        connection.execute(
            insert(_LOOK).values(tenant=seen.tenant, first=now, looks=1, found=found, **facts)
        )
        kept = (
            select(_LOOK.c.number)
            .where(_LOOK.c.tenant == seen.tenant)
            .order_by(_LOOK.c.number.desc())
            .limit(MOST_LOOKS)
        )
        connection.execute(
            delete(_LOOK).where(_LOOK.c.tenant == seen.tenant, _LOOK.c.number.not_in(kept))
        )
    _remember(connection, seen.tenant, seen.memory)


def _remember(connection: Connection, tenant: str, memory: Memory) -> None:
    connection.execute(delete(_MEMORY).where(_MEMORY.c.tenant == tenant))
    connection.execute(
        insert(_MEMORY).values(
            tenant=tenant,
            reads=memory.reads,
            remembered=_packed(dict(memory.remembered)) if memory.remembered else None,
            known=None
            if memory.known is None
            else _packed({str(kind): sorted(ids) for kind, ids in memory.known.items()}),
        )
    )


def memory(connection: Connection, tenant: str) -> Memory:
    """What the last look left."""
    asked = select(*rows.raw(_MEMORY)).where(_MEMORY.c.tenant == tenant)
    held = connection.execute(asked).mappings().one_or_none()
    if held is None:
        return Memory()
    row = rows.checked(_MEMORY, held, tenant)
    remembered, known = (
        None if row[name] is None else _unpacked(_MEMORY.name, tenant, name, row[name])
        for name in ("remembered", "known")
    )
    if not isinstance(remembered, dict | None):
        raise rows.damaged(_MEMORY.name, tenant, "`remembered` is not memories by group")
    known = None if known is None else _ids(tenant, known)
    return Memory(row["reads"], remembered or {}, known)


def _ids(tenant: str, known: Json) -> dict[GroupKind, frozenset[str]]:
    try:
        found = {GroupKind.parse(kind): frozenset(ids) for kind, ids in known.items()}
    except (AttributeError, TypeError, ValueError):
        found = {GroupKind("", ""): frozenset({None})}
    if not all(isinstance(each, str) for ids in found.values() for each in ids):
        raise rows.damaged(_MEMORY.name, tenant, "`known` is not ids by group and kind")
    return found


def looks(connection: Connection, of: Collection[str]) -> tuple[Look, ...]:
    """Every look at these tenants, the newest first."""
    asked = (
        select(*rows.raw(_LOOK, (*_SHOWN, "git_commit")))
        .where(_LOOK.c.tenant.in_(of))
        .order_by(_LOOK.c.last.desc(), _LOOK.c.number.desc())
    )
    found = []
    for held in connection.execute(asked).mappings():
        row = rows.checked(_LOOK, held, held["number"])
        found.append(Look(commit=row.pop("git_commit"), **row))
    return tuple(found)


def found(connection: Connection, number: int) -> Json:
    """What a drift check found, as it was given."""
    asked = select(*rows.raw(_LOOK, ("found",))).where(_LOOK.c.number == number)
    row = rows.checked(_LOOK, connection.execute(asked).mappings().one(), number)
    return _unpacked(_LOOK.name, number, "found", row["found"])


def _packed(data: Json) -> bytes:
    return zlib.compress(json.dumps(data, separators=(",", ":"), sort_keys=True).encode())


def _unpacked(table: str, key: object, column: str, data: bytes) -> Json:
    return rows.decoded(table, key, column, rows.unpacked(table, key, column, data))
