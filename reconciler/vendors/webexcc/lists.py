"""The lists of the Webex API: where each kind and each resource type is listed, and how it pages.

Source: Cisco's OpenAPI "Webex Contact Center" of 2026-05-04; functions are in Cisco's document of
the whole contact center. Three ways of paging: `meta` and `pageSize`, flows with `size`, functions
with `pageInfo`, where 404 means that there is none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from reconciler.errors import NotFoundError
from reconciler.http import fields
from reconciler.http.paging import Page, Row, complete, whole_list
from reconciler.http.session import Answer, ReadSession
from reconciler.vendors.webex.answers import an_object, array, documented
from reconciler.vendors.webexcc import wire
from reconciler.vendors.webexcc.wire import COLLECTION, PROFILE, USER

PAGE_SIZE = 100

PATHS: Mapping[str, str] = {
    PROFILE: "v3/user-profile",
    COLLECTION: "v2/resource-collection",
    USER: "v2/user",
    "queue": "v2/contact-service-queue",
    "site": "v2/site",
    "team": "v2/team",
    "channel": "v2/entry-point",
    "multimedia-profile": "v2/multimedia-profile",
    "override": "v2/overrides",
    "holiday-list": "v2/holiday-list",
    "audio-prompt": "v2/audio-file",
    "skill-profile": "v2/skill-profile",
    "skill-definition": "v2/skill",
    "outdial-ani": "v2/outdial-ani",
    "desktop-layout": "v2/desktop-layout",
    "working-hour": "v2/business-hours",
    "desktop-profile": "v2/agent-profile",
    "idle-wrapup-code": "v2/auxiliary-code",
    "cad-variable": "v2/cad-variable",
    "address-book": "v3/address-book",  # without the entries, which may be many
}
"""What is listed under `/organization/{orgid}`, page by page with `meta`."""

_FLOW_TYPES = {"flow": "FLOW", "sub-flow": "SUBFLOW"}
_PROJECT = "5e5c9ad6d61f870d6d778c1b"
"""The one project that flows are in, the same in every organization."""


class Lists:
    """Whole lists of one organization; at most `limit` pages of all of them at once."""

    def __init__(self, session: ReadSession, organization: str, *, limit: int) -> None:
        self._session = session
        self._organization = organization
        self._limit = limit
        self._gate = asyncio.Semaphore(limit)

    async def rows(self, kind: str) -> tuple[Row, ...]:
        """The whole list of a kind or resource type; raises TenantError."""

        async def page(number: int) -> Page:
            if kind in _FLOW_TYPES:
                return await self._flows(_FLOW_TYPES[kind], number)
            if kind == "function":
                return await self._functions(number)
            return await self._plain(PATHS[kind], number)

        return await complete(lambda: whole_list(kind, page, limit=self._limit))

    async def _get(self, path: str, query: Mapping[str, str]) -> Answer:
        async with self._gate:
            return await self._session.get(path, query)

    async def _plain(self, path: str, number: int) -> Page:
        answer = await self._get(
            f"/organization/{self._organization}/{path}",
            {"page": str(number), "pageSize": str(PAGE_SIZE)},
        )
        with documented(f"GET {path}", answer.tracking_id):
            meta = an_object(answer.body)["meta"]
            return _page(answer, meta, meta.get("page"))

    async def _flows(self, flow_type: str, number: int) -> Page:
        path = f"/flow-store/{self._organization}/project/{_PROJECT}/flows"
        asked = {"flowType": flow_type, "includePagination": "true"}
        answer = await self._get(path, asked | _sized(number))
        with documented(f"GET {path}", answer.tracking_id):
            # where the totals stand is not documented: beside the rows, or in a map of their own
            body = an_object(answer.body)
            told = body.get("pageInfo") or body.get("meta") or body
            return _page(answer, told, told.get("currentPage"))

    async def _functions(self, number: int) -> Page:
        path = f"/v1/{self._organization}/functions"
        try:
            answer = await self._get(path, _sized(number))
        except NotFoundError:
            return Page((), 0, 0)
        with documented(f"GET {path}", answer.tracking_id):
            told = an_object(answer.body)["pageInfo"]
            return _page(answer, told, told.get("currentPage"))


def _sized(number: int) -> dict[str, str]:
    return {"page": str(number), "size": str(PAGE_SIZE)}


def _page(answer: Answer, told: Mapping[str, Any], number: object) -> Page:
    rows = array({"data": answer.body["data"]}, "data", dict)
    for row in rows:
        fields.identifier(row, "id")
    pages, records = told["totalPages"], told["totalRecords"]
    if type(pages) is not int or type(records) is not int:
        raise ValueError("totalPages and totalRecords are not numbers")
    if number is not None and type(number) is not int:
        raise ValueError("the number of the page is not a number")
    return Page(tuple(map(wire.listed, rows)), pages, records, number)
