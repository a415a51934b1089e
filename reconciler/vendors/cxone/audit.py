"""Authors of changes to roles, where the tenant has the assumed call for that (A4).

NICE publishes no call that returns a change's author. Roles have the time of the last change, so
only those that were changed in the time in question are asked for their history. Of
employees no call returns it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from reconciler.contract.connection import Endpoint
from reconciler.errors import TenantError
from reconciler.http.parallel import in_parallel
from reconciler.http.session import ReadSession, reading
from reconciler.model.audit import AuditEvent
from reconciler.vendors.cxone import assumed, assumed_ids, wire
from reconciler.vendors.cxone.answers import documented, explain
from reconciler.vendors.cxone.hosts import host
from reconciler.vendors.cxone.searches import PAGE, Searches
from reconciler.vendors.cxone.semantics import ROLE

_CLOCKS = timedelta(minutes=1)


class CxoneAudit:
    """The history of a tenant's roles."""

    def __init__(self, session: ReadSession, endpoint: Endpoint) -> None:
        self._session = session
        self._endpoint = endpoint
        self._searches = Searches(session, limit=endpoint.parallelism)

    async def events(self, since: datetime, until: datetime) -> tuple[AuditEvent, ...]:
        """What was changed of roles from `since` to `until`, the oldest first."""
        if assumed_ids.ROLE_HISTORY not in self._endpoint.assumed:
            raise TenantError(
                "TEN150",
                "the vendor's public API does not return who changed a role (A4)",
                hint="take `audit` out; or list A4 under `assumed`, if the tenant has it",
            )
        roles = [body for body in await self._searches.roles() if _may_be_of(body, since)]

        async def of(role: Mapping[str, Any]) -> list[AuditEvent]:
            return await self._history(role["roleId"], since, until)

        found = await in_parallel(roles, of, limit=self._endpoint.parallelism)
        every = (event for some in found for event in some)
        return tuple(sorted(every, key=lambda each: (each.at, each.id)))

    async def _history(self, role_id: str, since: datetime, until: datetime) -> list[AuditEvent]:
        found: list[AuditEvent] = []
        total: int | None = None
        while total is None or len(found) < total:
            asked = {
                "skip": len(found),
                "top": PAGE,
                "from": since.isoformat(),
                "to": until.isoformat(),
            }
            answer = await assumed.history(self._session, role_id, asked)
            with documented("the history of a role", answer.tracking_id):
                rows, total = list(answer.body["changes"]), int(answer.body["totalRecords"])
                found += [_event(role_id, n, row) for n, row in enumerate(rows, len(found))]
            if not rows and len(found) < total:
                raise TenantError(
                    "TEN120",
                    f"the history of role {role_id} is not complete: {len(found)} of {total} came",
                    tracking_id=answer.tracking_id,
                    hint="run it again",
                )
        return found


def _may_be_of(role: Mapping[str, Any], since: datetime) -> bool:
    """Return whether it was changed since then; where it has no time, nobody knows."""
    with documented("a role"):
        told = role.get("lastModifiedTime")
        return not told or wire.moment(told) >= since - _CLOCKS


def _event(role_id: str, number: int, row: Mapping[str, Any]) -> AuditEvent:
    at = wire.moment(row["modifiedTime"])
    return AuditEvent(
        id=f"{role_id} {at.isoformat()} {number}",
        at=at,
        actor=str(row["modifiedBy"]),
        target_type=ROLE,
        target_id=role_id,
        action=f"changed {row['attribute']}",
        fits=True,
    )


@asynccontextmanager
async def open_audit(endpoint: Endpoint) -> AsyncIterator[CxoneAudit]:
    """The history of the tenant's roles, open for the length of the block."""
    async with reading(endpoint, host(endpoint.region), explain) as session:
        yield CxoneAudit(session, endpoint)
