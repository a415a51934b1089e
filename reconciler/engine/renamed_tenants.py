"""A tenant that the project file calls otherwise than the state: found by its organization.

Everything that the state has under the old name counts as the tenant's; the next command that
writes to the state moves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.engine.connect import organization_of
from reconciler.groups import Groups
from reconciler.manifests.project import Project, Tenant
from reconciler.model.journal import Unsettled
from reconciler.model.ownership import Row
from reconciler.state.sql import SqlState


def previous_name(state: SqlState, project: Project, tenant: Tenant, groups: Groups) -> str:
    """The name under which the state has a tenant; empty where that is its own, or not certain.

    A tenant of which the state has anything is not renamed, nor is one whose organization has
    several names that the project no longer has.
    """
    gone = {n: o for n, o in state.organizations().items() if n not in project.tenants}
    if not gone or state.rows(tenant.name) or state.runs([tenant.name]):
        return ""
    wanted = recorded(tenant, organization_of(tenant, groups, project.root) or "")
    found = [name for name, organization in gone.items() if organization == wanted]
    return found[0] if len(found) == 1 else ""


def recorded(tenant: Tenant, organization: str) -> str:
    """An organization as the state has it: a sandbox is never the tenant that it emulates."""
    return f"sandbox {organization}" if tenant.is_sandbox else organization


def rows_under(rows: Mapping[str, Row], old: str, new: str) -> dict[str, Row]:
    """Records as they are once the tenant has its new name."""
    moved = (replace(row, address=_address(row.address, old, new)) for row in rows.values())
    return {row.address: row for row in moved}


def unsettled_under(operations: tuple[Unsettled, ...], old: str, new: str) -> tuple[Unsettled, ...]:
    """Operations without an outcome, with the new name of their tenant."""
    return tuple(
        replace(
            operation,
            intent=replace(
                operation.intent,
                address=_address(operation.intent.address, old, new),
                drop=_address(operation.intent.drop, old, new) if operation.intent.drop else None,
                keep=replace(keep, address=_address(keep.address, old, new))
                if (keep := operation.intent.keep)
                else None,
            ),
        )
        for operation in operations
    )


def _address(address: str, old: str, new: str) -> str:
    return f"{new}/{address.removeprefix(f'{old}/')}"
