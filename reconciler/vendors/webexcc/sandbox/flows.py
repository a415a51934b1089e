"""Flows, sub-flows and functions: two services of their own, each with its own paging."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.data import Data
from reconciler.vendors.webexcc.sandbox.query import number
from reconciler.vendors.webexcc.sandbox.resource_types import FLOW, FUNCTION, SUB_FLOW

PROJECT = "5e5c9ad6d61f870d6d778c1b"
"""The project of every organization's flows."""

_FLOWS_A_PAGE, _FUNCTIONS_A_PAGE, _LARGEST_PAGE = 10, 100, 100
_KINDS = {"FLOW": FLOW, "SUBFLOW": SUB_FLOW}


class Flows:
    """Lists of the flow store, and functions."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation on them."""
        yield Endpoint("GET", "/flow-store/{orgId}/project/{projectId}/flows", self.flows)
        yield Endpoint("GET", "/v1/{orgId}/functions", self.functions)
        yield Endpoint("GET", "/v1/{orgId}/functions/{id}", self.function)

    def flows(self, call: Call) -> Answer:
        """Flows or sub-flows: a bare array, or a page where `includePagination` asks for it."""
        if call.path["projectId"] != PROJECT:
            raise Refusal(404, f"there is no project {call.path['projectId']}")
        flow_type = call.query.get("flowType", "FLOW")
        if flow_type not in _KINDS:
            raise Refusal(400, f"flowType is {flow_type!r}; it takes FLOW, SUBFLOW")
        there = Access.of(self._data, call.identity).rows(_KINDS[flow_type])
        rows = _chosen(there, call.query, "partialNameSearch")
        found, info = _page(rows, call.query, _FLOWS_A_PAGE)
        shown = [self._flow(row, flow_type) for row in found]
        if call.query.get("includePagination") != "true":
            return Answer(200, shown)
        return Answer(200, {"data": shown, **info})

    def functions(self, call: Call) -> Answer:
        """A page of functions; 404 where nothing matches."""
        there = Access.of(self._data, call.identity).rows(FUNCTION)
        rows = [
            row
            for row in _chosen(there, call.query, "name")
            if call.query.get("language", row["language"]) == row["language"]
            and call.query.get("status", row["status"]) == row["status"]
        ]
        if not rows:
            raise Refusal(404, "no function matches")
        found, info = _page(rows, call.query, _FUNCTIONS_A_PAGE)
        return Answer(200, {"data": [self._function(row) for row in found], "pageInfo": info})

    def function(self, call: Call) -> Answer:
        """One function."""
        return Answer(
            200, self._function(Access.of(self._data, call.identity).one(FUNCTION, call.path["id"]))
        )

    def _flow(self, row: Body, flow_type: str) -> Body:
        own = {"flowType": flow_type, "status": "Published", "tags": [], "assignedRS": []}
        return self._shown(row) | own

    def _function(self, row: Body) -> Body:
        return self._shown(row) | {"language": row["language"], "status": row["status"]}

    def _shown(self, row: Body) -> Body:
        return {
            "id": row["id"],
            "orgId": self._data.organization,
            "name": row["name"],
            "description": row["description"],
            "version": row["version"],
            "createdBy": "administrator",
            "createdDate": _date(row["createdTime"]),
            "lastModifiedBy": "administrator",
            "lastModifiedDate": _date(row["lastUpdatedTime"]),
        }


def _chosen(rows: list[Body], query: Mapping[str, str], by_name: str) -> list[Body]:
    part = query.get(by_name, "").lower()
    ids = query["ids"].split(",") if query.get("ids") else None
    return [
        row for row in rows if part in row["name"].lower() and (ids is None or row["id"] in ids)
    ]


def _page(
    rows: list[Body], query: Mapping[str, str], default: int
) -> tuple[list[Body], dict[str, Any]]:
    """The rows of the page that is asked for, and what the answer says about it."""
    page = number(query, "page", 0)
    size = min(number(query, "size", default) or default, _LARGEST_PAGE)
    info = {
        "currentPage": page,
        "pageSize": size,
        "totalPages": -(-len(rows) // size),
        "totalRecords": len(rows),
    }
    return rows[page * size : (page + 1) * size], info


def _date(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat().replace("+00:00", "Z")
