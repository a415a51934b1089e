"""Admin audit events: what Control Hub keeps of who changed what, for a year.

Handlers and forms `record` what somebody does; what the service itself changes besides (folders
that turn, a new queue in a default collection) has no event of its own, and neither have
resource collections, of which the vendor keeps no trail. `Audit` answers who asks for it.
"""

from __future__ import annotations

import base64
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.checks import refuse_unless
from reconciler.vendors.webexcc.sandbox.data import (
    COLLECTION,
    USER,
    Data,
    machine_id,
    time_text,
    webex_id,
)
from reconciler.vendors.webexcc.sandbox.query import number
from reconciler.vendors.webexcc.sandbox.quirks import AUDIT_TARGETS

EVENT = "audit-event"
SCOPE = "audit:events_read"
CONFIGURATION, LOGINS = "CONTACT_CENTER", "LOGINS"
CATEGORIES = (CONFIGURATION, LOGINS, "LOGOUT", "USERS", "LICENSE", "COMPLIANCE")

_MOST, _USUAL = 200, 100
_YEAR = timedelta(days=366)
_KEPT_MS = 365 * 24 * 3600 * 1000
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_ORGANIZATION_NAME = "The organization"
_ORGANIZATION_TYPE = "TargetResourceType.ORG"


def record(  # noqa: PLR0913, PLR0917 - who did what to which thing, with which request
    data: Data, identity: str, did: str, kind: str, body: Body, tracking_id: str = ""
) -> None:
    """Write down what somebody did to a thing, such as `edited`."""
    if kind == COLLECTION and not data.quirks.audit_collections:
        return
    name = _full_name(body) if kind == USER else ""
    target = {
        "targetType": f"TargetResourceType.{kind.upper().replace('-', '_')}",
        "targetId": str(body["id"]),
        "targetName": name or str(body.get("name") or body.get("email")),
    }
    description = f"A {kind.replace('-', ' ')} was {did}"
    _write(data, identity, data.now(), CONFIGURATION, description, target, tracking_id)


class Audit:
    """`/adminAudit` of webexapis.com: for full administrators, with the scope for it."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def endpoints(self) -> Iterator[Endpoint]:
        """Both operations."""
        yield Endpoint("GET", "/v1/adminAudit/events", self.events)
        yield Endpoint("GET", "/v1/adminAudit/eventCategories", self.categories)

    def categories(self, call: Call) -> Answer:
        """The categories that events may be of."""
        self._demand(call)
        return Answer(200, {"eventCategories": list(CATEGORIES)})

    def events(self, call: Call) -> Answer:
        """A page of the events of a time, at most a year."""
        self._demand(call)
        query = call.query
        refuse_unless(query.get("orgId"), "orgId is missing")
        if query["orgId"] != webex_id("ORGANIZATION", self._data.organization):
            raise Refusal(403, "the token belongs to another organization")
        since, until = _time(query, "from"), _time(query, "to")
        refuse_unless(since <= until, "from is after to")
        refuse_unless(until - since <= _YEAR, "at most one year of events is returned")
        size, offset = number(query, "max", _USUAL), number(query, "offset", 0)
        refuse_unless(1 <= size <= _MOST, f"max is 1 to {_MOST}")
        rows = self._visible(_ms(since), _ms(until))
        if wanted := set(filter(None, query.get("eventCategories", "").split(","))):
            rows = [row for row in rows if row["category"] in wanted]
        if actor := query.get("actorId"):
            rows = [row for row in rows if row["event"]["actorId"] == actor]
        page = rows[offset : offset + min(size, self._data.quirks.audit_page_cap)]
        self._arrive(call.identity, min(self._data.now(), _ms(until)) - 1)
        after = offset + len(page)
        more = {"Link": _next(call, after)} if page and after < len(rows) else {}
        return Answer(200, {"items": [self._shown(row) for row in page]}, more)

    def _demand(self, call: Call) -> None:
        access = Access.of(self._data, call.identity)
        if SCOPE not in access.scopes:
            raise Refusal(403, f"the token lacks the scope {SCOPE}")
        if not access.is_full:
            raise Refusal(403, "only a full administrator reads audit events")

    def _visible(self, since: int, until: int) -> list[Body]:
        """The events between two moments that are known by now and not yet forgotten."""
        now, quirks = self._data.now(), self._data.quirks
        known = now - int(quirks.audit_lag * 1000)
        rows = [
            row
            for row in self._data.store.rows(EVENT)
            if since < row["ms"] < until and now - _KEPT_MS < row["ms"] <= known
        ]
        newest = quirks.audit_order == "newest"
        return sorted(rows, key=lambda row: (row["ms"], row["number"]), reverse=newest)

    def _arrive(self, identity: str, at: int) -> None:
        """Add the events that come into the log while it is read."""
        target = {"targetType": _ORGANIZATION_TYPE} | self._organization()
        for _ in range(self._data.quirks.audit_arrivals):
            _write(self._data, identity, at, LOGINS, "An Admin logged in", target, "")

    def _organization(self) -> Body:
        return {
            "targetId": webex_id("ORGANIZATION", self._data.organization),
            "targetName": _ORGANIZATION_NAME,
        }

    def _shown(self, row: Body) -> Body:
        """An event with its target named as the service does it."""
        event, way = dict(row["event"]), self._data.quirks.audit_targets
        if row["category"] == LOGINS:
            return event
        if way == "rotate":
            way = AUDIT_TARGETS[row["number"] % len(AUDIT_TARGETS)]
        told = dict(event["data"])
        plain, kind = str(told["targetId"]), told["targetType"].rpartition(".")[2]
        if way == "base64":
            told["targetId"] = _base64(plain)
        elif way == "webex":
            told["targetId"] = webex_id("PEOPLE" if kind == "USER" else kind, plain)
        elif way == "name":
            del told["targetId"]
        elif way == "organization":
            told |= self._organization() | {"targetType": _ORGANIZATION_TYPE}
        return event | {"data": told}


def _write(  # noqa: PLR0913, PLR0917 - the facts of an event
    data: Data,
    identity: str,
    at: int,
    category: str,
    description: str,
    target: Mapping[str, Any],
    tracking_id: str,
) -> None:
    count = data.store.next(f"made/{EVENT}")
    here = uuid.UUID(data.organization)
    made = str(uuid.uuid5(here, f"{EVENT}/{count}"))
    request = str(uuid.uuid5(here, f"{EVENT}/{count}/request"))
    if tracking_id and data.quirks.audit_tracks_requests:
        request = tracking_id
    access = Access.of(data, identity)
    name, person = identity, machine_id(data.organization, identity)
    if access.user is not None:
        name, person = _full_name(access.user) or identity, access.user["ciUserId"]
    organization = webex_id("ORGANIZATION", data.organization)
    event = {
        "id": _base64(made),
        "created": time_text(at),
        "actorId": _base64(person),
        "actorOrgId": organization,
        "data": {
            "actorName": name,
            "actorEmail": identity,
            "actorIp": "192.0.2.1",
            "actorUserAgent": "sandbox",
            "actorOrgName": _ORGANIZATION_NAME,
            "adminRoles": ["id_full_admin" if access.is_full else "User"],
            "eventCategory": f"EventCategory.{category}",
            "eventDescription": description,
            "actionText": f"{name}: {description} ({target.get('targetName', '')})",
            "targetOrgId": organization,
            "targetOrgName": _ORGANIZATION_NAME,
            "trackingId": f"ATLAS_{request}_0",
            **target,
        },
    }
    row = {"id": made, "ms": at, "number": count, "category": category, "event": event}
    data.store.put(EVENT, row, category)


def _next(call: Call, offset: int) -> str:
    """The header that names the next page, as Webex does (RFC 8288)."""
    return f'<{call.url}?{urlencode({**call.query, "offset": str(offset)})}>; rel="next"'


def _full_name(user: Body) -> str:
    return f"{user['firstName']} {user['lastName']}".strip()


def _base64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _time(query: Mapping[str, str], name: str) -> datetime:
    text = query.get(name, "")
    refuse_unless(_TIME.fullmatch(text), f"{name} is no time such as 2026-01-01T13:12:11.789Z")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Refusal(400, f"{name} is no time") from error


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
