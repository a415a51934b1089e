"""Roles: searched for; written only where the tenant has the calls that are assumed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.cxone.sandbox import query
from reconciler.vendors.cxone.sandbox.data import EDIT_ROLES, ROLE, Data, refuse_unless, shown
from reconciler.vendors.cxone.sandbox.quirks import FROM_ZERO, ZERO_REFUSED
from reconciler.vendors.cxone.sandbox.trees import flat, grown, strings

PATH = "/authorization/v1/roles"
PAGE = 100


class Roles:
    """The authorization service."""

    def __init__(self, data: Data, assumed: frozenset[str]) -> None:
        self._data, self._assumed = data, assumed

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation; those that nobody published only where the seed asks for them."""
        yield Endpoint("POST", f"{PATH}/search", self.search)
        if "A1" in self._assumed:
            yield Endpoint("POST", PATH, self.create)
        if "A2" in self._assumed:
            yield Endpoint("PUT", f"{PATH}/{{roleId}}", self.replace)
        if "A3" in self._assumed:
            yield Endpoint("GET", "/authorization/v1/permissions", self.permissions)
        if "A4" in self._assumed:
            yield Endpoint("POST", f"{PATH}/{{roleId}}/history/search", self.history)

    def search(self, call: Call) -> Answer:
        """A page of roles, without a total."""
        body = call.body if isinstance(call.body, dict) else {}
        rows: Sequence[Body] = self._data.store.listing(ROLE)
        if body.get("filter") or body.get("orderBy"):
            rows = query.found(rows, body)
        page, columns = body.get("page") or {}, (body.get("metrices") or {}).get("columns")
        start, end = self._bounds(page, len(rows))
        part = [_shown(each) for each in rows[start:end]]
        return Answer(200, {"roles": [query.only(each, columns) for each in part]})

    def _bounds(self, page: Mapping[str, Any], total: int) -> tuple[int, int]:
        """Where a page begins and ends; refuses an invalid page with 400."""
        quirks = self._data.quirks
        first = 0 if quirks.role_pages == FROM_ZERO else 1
        size = query.whole(page.get("pageSize"), PAGE)
        number = query.whole(page.get("pageNo"), first)
        least = 1 if quirks.role_pages == ZERO_REFUSED else 0
        refuse_unless(
            size and number >= least,
            "BAD_REQUEST", f"a page has a size, and a number from {least} on",
        )  # fmt: skip
        size = min(size, quirks.page_size_cap)
        start = (max(number, first) - first) * size
        if quirks.last_page_repeats and start >= total:
            start = max(total - 1, 0) // size * size
        return start, start + size

    def create(self, call: Call) -> Answer:
        """A1."""
        self._demand(call)
        with self._data.store.transaction():
            made = self._data.add_role(_object(call.body), call.identity)
        return Answer(201, {"roleId": made["roleId"]})

    def replace(self, call: Call) -> Answer:
        """A2."""
        self._demand(call)
        with self._data.store.transaction():
            current = self._data.role(call.path["roleId"])
            made = self._data.change_role(current, _object(call.body), call.identity)
        return Answer(200, _shown(made))

    def permissions(self, _call: Call) -> Answer:
        """A3: everything that some role has, and what the seed adds to it."""
        return Answer(200, {"applications": grown(self._data.catalogue())})

    def history(self, call: Call) -> Answer:
        """A4: the changes of a role in a period, the newest first."""
        body = call.body if isinstance(call.body, dict) else {}
        role = self._data.role(call.path["roleId"])
        rows = self._data.history(f"role/{role['id']}", body.get("from"), body.get("to"))
        skip, top = int(body.get("skip") or 0), int(body.get("top") or PAGE)
        return Answer(200, {"totalRecords": len(rows), "changes": rows[skip : skip + top]})

    def _demand(self, call: Call) -> None:
        if not self._data.may(call.identity, EDIT_ROLES):
            raise Refusal(403, "Role Management: Edit is missing", {"code": "FORBIDDEN"})


def _shown(role: Body) -> Body:
    """A role as answers show it, its permissions in both of their forms."""
    return {**shown(role), "permissions": strings(flat(role["applications"]))}


def _object(body: Any) -> dict[str, Any]:
    refuse_unless(isinstance(body, dict), "BAD_REQUEST", "the body is no object")
    found: dict[str, Any] = body
    return found
