"""The bulk call of the configuration API: one envelope, a status for each item in its answer.

The envelope (a 207 with a status for each item) is of Cisco's OpenAPI "Webex Contact Center" of
2026-05-04. That the call wants full objects, and that an empty answer means that nothing was
done, no document says: tenants were seen to do so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.errors import TenantError
from reconciler.http import secrets
from reconciler.http.answers import SERVER, TOO_MANY, Answer, refusal
from reconciler.http.session import WriteSession
from reconciler.http.write_cycle import PendingUpdate
from reconciler.vendors.webex.answers import explain

_OK = range(200, 300)


class BulkEnvelope:
    """The bulk call at a path, for the objects of one organization."""

    def __init__(self, session: WriteSession, path: str, organization: str) -> None:
        self._session = session
        self._path = path
        self._organization = organization
        self.call = f"PATCH {path}"

    async def send(self, updates: Sequence[PendingUpdate]) -> Answer:
        """PATCH the items, numbered in this order."""
        items = [
            {
                "itemIdentifier": number,
                "item": {**each.body, "organizationId": self._organization},
                "requestAction": "SAVE",
            }
            for number, each in enumerate(updates, 1)
        ]
        return await self._session.patch(self._path, {"items": items})

    def judge(self, answer: Answer, ids: Sequence[str]) -> Mapping[str, TenantError | None]:
        """None or the refusal of each object whose item has a status that says which."""
        verdicts: dict[str, TenantError | None] = {}
        for object_id, row in _rows(answer.body, ids).items():
            status = row.get("status")
            if type(status) is not int or status == TOO_MANY or not 0 < status < SERVER:
                continue
            verdicts[object_id] = None if status in _OK else self._refusal(status, row, answer)
        return verdicts

    def _refusal(self, status: int, row: Mapping[str, Any], answer: Answer) -> TenantError:
        reason, tracking_id = explain(secrets.without(row.get("apiError")), "")
        return refusal(
            self.call,
            status,
            secrets.redacted(reason),
            secrets.redacted(tracking_id) or answer.tracking_id,
        )


def _rows(body: Any, ids: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
    """The items of an answer by their object; what cannot be matched is left out."""
    items = body.get("items") if isinstance(body, dict) else None
    found: dict[str, Mapping[str, Any]] = {}
    for row in items if isinstance(items, list) else ():
        if isinstance(row, dict) and (object_id := _about(row, ids)) is not None:
            found[object_id] = row
    return found


def _about(row: Mapping[str, Any], ids: Sequence[str]) -> str | None:
    number = row.get("itemIdentifier")
    if type(number) is int:
        return ids[number - 1] if 0 < number <= len(ids) else None
    named = str(row.get("href") or "").rstrip("/").rpartition("/")[2]
    return named if named in ids else None
