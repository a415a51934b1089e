"""Tenants in the state: which organization each one is, and what happens when one is renamed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from reconciler.state import rows, tables

_BY_NAME = (tables.look, tables.memory, tables.spent, tables.run)
"""What is kept by the name of a tenant and holds no address."""


def record(connection: Connection, tenant: str, organization: str) -> None:
    """Record of which organization a tenant is."""
    table = tables.tenant
    connection.execute(delete(table).where(table.c.name == tenant))
    connection.execute(insert(table).values(name=tenant, organization=organization))


def organizations(connection: Connection) -> Mapping[str, str]:
    """The organization of each tenant, as far as it was recorded."""
    table = tables.tenant
    found = connection.execute(select(*rows.raw(table))).mappings()
    checked = (rows.checked(table, row, row["name"]) for row in found)
    return {row["name"]: row["organization"] for row in checked}


def rename(connection: Connection, old: str, new: str) -> None:
    """Give everything of a tenant to another name: ownership, runs, operations, drift checks.

    The plan of an interrupted run cannot be resumed then, as it is about the old name; its open
    operations are read back as ever.
    """
    _rename_addresses(connection, tables.ownership, tables.ownership.c.tenant == old, old, new)
    of_runs = select(tables.run.c.id).where(tables.run.c.tenant == old)
    _rename_addresses(connection, tables.operation, tables.operation.c.run.in_(of_runs), old, new)
    connection.execute(update(tables.run).where(tables.run.c.tenant == old).values(plan=None))
    for table in _BY_NAME:
        connection.execute(update(table).where(table.c.tenant == old).values(tenant=new))
    connection.execute(delete(tables.tenant).where(tables.tenant.c.name == old))


def forget_lock(connection: Connection, tenant: str) -> None:
    """Remove the lock of a tenant that is gone, unless somebody holds it."""
    table = tables.lock
    connection.execute(delete(table).where(table.c.tenant == tenant, table.c.held.is_(False)))


def _rename_addresses(connection: Connection, table: Table, which: Any, old: str, new: str) -> None:
    """Rewrite every address of these rows, also those inside of what is kept with an operation."""
    keys = list(table.primary_key.columns)
    columns = [c for c in table.c if c.name in ("address", "drop", "keep", "tenant")]
    for held in connection.execute(select(*table.c).where(which)).mappings().all():
        this = [key == held[key.name] for key in keys]
        values = {c.name: renamed(held[c.name], old, new) for c in columns}
        connection.execute(update(table).where(*this).values(**values))


def renamed(value: Any, old: str, new: str) -> Any:
    """An address, a record or the name of a tenant, with another name of the tenant in it."""
    if isinstance(value, dict) and "address" in value:
        return {**value, "address": renamed(value["address"], old, new)}
    if value == old:
        return new
    if isinstance(value, str) and value.startswith(f"{old}/"):
        return f"{new}/{value.removeprefix(f'{old}/')}"
    return value
