"""Assumed calls, which NICE has not published: each with its id, off unless the tenant lists it.

NICE publishes no call that writes roles, lists permissions or returns a role's history. Its console
does, so there are some; what they are like is guessed here, once, and is to be corrected here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.errors import TenantError
from reconciler.http.fields import segment
from reconciler.http.session import Answer, ReadSession, WriteSession

ROLES = "/authorization/v1/roles"
PERMISSIONS = "/authorization/v1/permissions"


async def create_role(session: WriteSession, body: Mapping[str, Any]) -> Answer:
    """A1: a role without an id; the answer has `roleId`.

    Seen in public test code of one origin, of unknown age: `POST /authorization/roleByPermissions`
    with `displayName`, `description`, `modifiable`, `status` and `permissions` as flat strings
    (`roleManagement:create`), answered with `success`. So a real call may take the flat form
    instead of the tree. It is not published: the path stays as assumed until a tenant shows it.
    """
    return await session.post(ROLES, body)


async def write_role(session: WriteSession, role_id: str, body: Mapping[str, Any]) -> Answer:
    """A2: a role whole, its status too; the answer is the role."""
    return await session.put(f"{ROLES}/{segment(role_id)}", body)


async def permissions(session: ReadSession) -> Answer:
    """A3: a tree like a role's, with everything that there is."""
    return await session.get(PERMISSIONS)


async def history(session: ReadSession, role_id: str, body: Mapping[str, Any]) -> Answer:
    """A4: what was changed of a role, a part of it: `skip`, `top`, `from`, `to`."""
    return await session.search(f"{ROLES}/{segment(role_id)}/history/search", body)


def refuse(call: str) -> TenantError:
    """The error for a call that the vendor's public API does not offer."""
    return TenantError(
        "TEN150",
        f"the vendor's public API does not offer this ({call})",
        hint="a person does it, as the plan's runbook says; or list the call under `assumed`",
    )
