"""Reading Control Hub's admin audit events: who changed what.

Source: Cisco's OpenAPI "Webex Admin" of 2026-05-04, `/adminAudit/events`. It pages by offset,
returns no total, promises no order, and new events may come in while it is read. So each page
begins within the one before it. Personal names stay here: who did something is named by e-mail,
else by id.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from reconciler.contract.connection import Endpoint
from reconciler.errors import TenantError
from reconciler.http.session import ReadSession, reading
from reconciler.model.audit import AuditEvent
from reconciler.vendors.webex.answers import an_object, array, documented, explain
from reconciler.vendors.webex.hosts import WEBEX
from reconciler.vendors.webex.ids import PLAIN_ID, plain_id, webex_id

PATH = "/v1/adminAudit/events"
PAGE_SIZE = 200
OVERLAP = 10
"""So many events of a page are asked for again with the next one."""

NO_IDS: frozenset[str] = frozenset()

_DIGITS = 9
_AGAIN = 3
_MOST_PAGES = 1000
_FORBIDDEN = 403
_WINDOW = timedelta(days=364)
"""At most a year is answered at once."""

_TICK = timedelta(milliseconds=1)
_MAIL = re.compile(r"[^@\s]+@[^@\s]+")


class WebexAudit:
    """The audit log of one organization.

    `categories` are the words in the categories of events that are about one group: such fit.
    """

    def __init__(
        self, session: ReadSession, organization: str, categories: Collection[str]
    ) -> None:
        self._session = session
        self._organization = organization.lower()
        self._categories = categories

    async def events(self, since: datetime, until: datetime) -> tuple[AuditEvent, ...]:
        """Every event that changed something, the oldest first; raises TenantError."""
        found: dict[str, _Row] = {}
        begin = since
        while begin <= until:
            end = min(begin + _WINDOW, until)
            found |= await self._window(begin - _TICK, end + _TICK)
            begin = end + _TICK
        kept = (self._event(row) for row in found.values() if not row.failed)
        return tuple(sorted(kept, key=lambda event: (event.at, event.id)))

    def _event(self, row: _Row) -> AuditEvent:
        event = _event(row, self._organization)
        category = event.category.upper()
        return replace(event, fits=any(word in category for word in self._categories))

    async def _window(self, since: datetime, until: datetime) -> dict[str, _Row]:
        """The events of at most a year by id, read again where pages did not fit together."""
        for _ in range(_AGAIN):
            found = await self._pages(since, until)
            if found is not None:
                return found
        raise _incomplete("its pages did not fit together, as events came or went meanwhile")

    async def _pages(self, since: datetime, until: datetime) -> dict[str, _Row] | None:
        """All pages; None where one does not begin within the one before it.

        A page names the next one in its `Link` header, where the service has that. Without it the
        size of pages is the service's to lower, so the end is a page that is shorter than another
        one. What comes in later moves events to later pages, and so they come twice.
        """
        found: dict[str, _Row] = {}
        largest = 0
        query: Mapping[str, str] = {
            "orgId": webex_id(self._organization),
            "from": _written(since),
            "to": _written(until),
            "max": str(PAGE_SIZE),
            "offset": "0",
        }
        ends: frozenset[str] = frozenset()
        links, names = False, list[Mapping[str, str]]()
        for _ in range(_MOST_PAGES):
            rows, named = await self._page(query)
            if ends and ends.isdisjoint(row.id for row in rows):
                return None
            known = len(found)
            found |= {row.id: row for row in rows}
            if named is not None and named in names:
                raise _incomplete("a page names one that was read before as the next")
            if named is not None:
                names.append(named)
            links = links or named is not None
            if named is None and (links or not rows or len(rows) < largest):
                return found
            largest = max(largest, len(rows))
            # where as much comes in as a page goes on, the next one has to go on by more
            overlap = min(OVERLAP, len(rows) // 2) if len(found) > known else 0
            following = _following(query, len(rows)) if named is None else named
            query, overlap = _earlier(following, overlap)
            ends = frozenset(row.id for row in rows[len(rows) - overlap :]) if overlap else NO_IDS
        raise _incomplete(f"it did not end after {_MOST_PAGES} pages")

    async def _page(
        self, query: Mapping[str, str]
    ) -> tuple[tuple[_Row, ...], Mapping[str, str] | None]:
        """The events of a page, and what the next one is asked with, where it names that."""
        try:
            answer = await self._session.get(PATH, query)
        except TenantError as error:
            if error.status == _FORBIDDEN:
                error.told = replace(error.told, hint=_RIGHTS)
            raise
        with documented(f"GET {PATH}", answer.tracking_id):
            rows = array({"items": an_object(answer.body)["items"]}, "items", dict)
            events = tuple(map(_row, rows))
        return events, self._session.query_of(answer, PATH)


def _following(query: Mapping[str, str], rows: int) -> Mapping[str, str]:
    return {**query, "offset": str(int(query["offset"]) + rows)}


def _earlier(query: Mapping[str, str], overlap: int) -> tuple[Mapping[str, str], int]:
    """The same page, begun so many events earlier; none where it does not go by an offset."""
    offset = query.get("offset", "")
    if not offset.isdecimal() or len(offset) > _DIGITS:
        return query, 0
    return {**query, "offset": str(max(int(offset) - overlap, 0))}, overlap


def _incomplete(how: str) -> TenantError:
    error = TenantError("TEN120", f"the audit log is not complete: {how}", hint="run it again")
    error.outcome = "partial"
    return error


_RIGHTS = (
    "its token needs the scope `audit:events_read`, granted by a full administrator: "
    "see docs/how-to/who-changed-it.md"
)


@dataclass(frozen=True, slots=True)
class _Row:
    """An event of the log as it is written there, checked."""

    id: str
    at: datetime
    actor_id: str
    data: Mapping[str, str]

    @property
    def failed(self) -> bool:
        """Return whether the event reports something that was refused."""
        return bool(self.data.get("errorCode") or self.data.get("errorMessage"))


_TEXTS = (
    "actorName", "actorEmail", "eventCategory", "eventDescription", "targetType", "targetId",
    "targetName", "trackingId", "errorCode", "errorMessage",
)  # fmt: skip


def _row(body: Mapping[str, Any]) -> _Row:
    """An event; raises ValueError or KeyError for what is none."""
    data = an_object(body["data"])
    texts = {name: _text(data, name) for name in _TEXTS}
    if not (event_id := _text(body, "id")):
        raise ValueError("an event has no id")
    at = datetime.fromisoformat(_text(body, "created"))
    if at.tzinfo is None:
        raise ValueError("created has no time zone")
    return _Row(event_id, at.astimezone(UTC), _text(body, "actorId"), texts)


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} is not text")
    return value or ""


def _event(row: _Row, organization: str) -> AuditEvent:
    """An event as the core knows it, without anybody's name."""
    told = row.data
    kind = told["targetType"].rpartition(".")[2]
    category = told["eventCategory"].rpartition(".")[2]
    target_id, target_name = plain_id(told["targetId"]), told["targetName"]
    if target_id == organization or kind == "ORG":
        target_id = target_name = ""
    if _is_person(kind, target_name, told["actorName"]):
        target_name = ""
    return AuditEvent(
        id=row.id,
        at=row.at,
        actor=_actor(told["actorEmail"], row.actor_id),
        target_type=kind,
        target_id=target_id,
        target_name=target_name,
        category=category,
        action=_without(told["eventDescription"], told["actorName"]),
        tracking_id=told["trackingId"],
    )


def _actor(email: str, actor_id: str) -> str:
    """An e-mail, else an id; the vendor's own doing has neither."""
    if _MAIL.fullmatch(email):
        return email
    plain = plain_id(actor_id)
    return plain if PLAIN_ID.fullmatch(plain) else ""


def _is_person(kind: str, name: str, actor: str) -> bool:
    """Whether the name of a target is a person's, which nobody needs: they go by id or e-mail."""
    words = set(re.split(r"[_\W]", kind.upper()))
    is_of_person = words & {"USER", "USERS", "PERSON", "PEOPLE"} and "PROFILE" not in words
    return name == actor or bool(is_of_person and not _MAIL.fullmatch(name))


def _without(text: str, name: str) -> str:
    return text.replace(name, "(somebody)") if name else text


def _written(moment: datetime) -> str:
    at = moment.astimezone(UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@asynccontextmanager
async def open_events(endpoint: Endpoint, categories: Collection[str]) -> AsyncIterator[WebexAudit]:
    """A reader of the organization's audit log, open for the length of the block."""
    async with reading(endpoint, WEBEX, explain) as session:
        yield WebexAudit(session, endpoint.organization, categories)
