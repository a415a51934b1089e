"""Sites, teams, queues and channels: read by us, kept by others."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.sandbox.app import Answer, Call, Endpoint, Handler
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox import query
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.data import CHANNEL, QUEUE, SITE, TEAM, USER, Data

PATHS = {QUEUE: "contact-service-queue", SITE: "site", TEAM: "team", CHANNEL: "entry-point"}


class Inventory:
    """What collections hold."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def endpoints(self) -> Iterator[Endpoint]:
        """List and item of every type."""
        for kind, path in PATHS.items():
            yield Endpoint("GET", f"/organization/{{orgid}}/v2/{path}", self._lister(kind, path))
            yield Endpoint("GET", f"/organization/{{orgid}}/{path}/{{id}}", self._getter(kind))

    def _lister(self, kind: str, path: str) -> Handler:
        def listed(call: Call) -> Answer:
            rows = Access.of(self._data, call.identity).rows(kind)
            return query.page(self._data.organization, path, rows, call.query)

        return listed

    def _getter(self, kind: str) -> Handler:
        def got(call: Call) -> Answer:
            access = Access.of(self._data, call.identity)
            body = access.one(kind, call.path["id"])
            return Answer(200, access.shown(self._with_members(body) if kind == TEAM else body))

        return got

    def _with_members(self, team: Body) -> Body:
        users = self._data.store.rows(USER)
        return team | {"userIds": [user["id"] for user in users if team["id"] in user["teamIds"]]}
