"""Looks at drift in the state: each that found something else than the one before, and a memory.

Looks that find the same, one after the other, are one entry with the first and the last time: a
schedule of every five minutes makes no history that nobody reads.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select, update

from reconciler.model.journal import Look, Memory, Seen
from reconciler.model.value import Json
from reconciler.state import tables

MOST_LOOKS = 500
"""Entries of a tenant that are kept; the oldest go."""

_LOOK, _MEMORY = tables.look, tables.memory
_SHOWN = (
    "number", "tenant", "first", "last", "looks", "drifted", "objects", "requests", "identity",
    "started_by",
)  # fmt: skip


def noted(connection: Connection, seen: Seen, now: str, started_by: str) -> None:
    """Write down what a look found, and what it leaves to the next one."""
    found = _packed(seen.found)
    last = connection.execute(
        select(_LOOK.c.number, _LOOK.c.found)
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
            remembered=None if memory.remembered is None else _packed(memory.remembered),
            known=None
            if memory.known is None
            else _packed({kind: sorted(ids) for kind, ids in memory.known.items()}),
        )
    )


def memory(connection: Connection, tenant: str) -> Memory:
    """What the last look left."""
    asked = select(_MEMORY).where(_MEMORY.c.tenant == tenant)
    row = connection.execute(asked).one_or_none()
    if row is None:
        return Memory()
    known = None if row.known is None else _unpacked(row.known)
    return Memory(
        reads=row.reads,
        remembered=None if row.remembered is None else _unpacked(row.remembered),
        known=None if known is None else {kind: frozenset(ids) for kind, ids in known.items()},
    )


def looks(connection: Connection, of: Collection[str]) -> tuple[Look, ...]:
    """Every look at these tenants, the newest first."""
    asked = (
        select(*(_LOOK.c[name] for name in _SHOWN), _LOOK.c.git_commit.label("commit"))
        .where(_LOOK.c.tenant.in_(of))
        .order_by(_LOOK.c.last.desc(), _LOOK.c.number.desc())
    )
    return tuple(Look(**row) for row in connection.execute(asked).mappings())


def found(connection: Connection, number: int) -> Json:
    """What a look found, as it was given."""
    asked = select(_LOOK.c.found).where(_LOOK.c.number == number)
    return _unpacked(connection.execute(asked).scalar_one())


def _packed(data: Json) -> bytes:
    return zlib.compress(json.dumps(data, separators=(",", ":"), sort_keys=True).encode())


def _unpacked(data: bytes) -> Json:
    return json.loads(zlib.decompress(data))
