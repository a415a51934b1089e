"""Roles and employees as CXone answers them: whole lists by search, and single ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reconciler.errors import NotFoundError
from reconciler.http.fields import identifier, segment, whole
from reconciler.http.paging import Part, Row, complete, list_from_offsets
from reconciler.http.session import ReadSession
from reconciler.http.uncounted_pages import UncountedPages
from reconciler.vendors.cxone import wire
from reconciler.vendors.cxone.answers import documented

ROLE_SEARCH = "/authorization/v1/roles/search"
USER_SEARCH = "/user-management/v2/users/search"
PAGE = 100
_MOST_USERS = 10_000_000


class Searches:
    """The searches of one tenant; at most `limit` pages under way at once."""

    def __init__(self, session: ReadSession, *, limit: int) -> None:
        self._session = session
        self._limit = limit
        self._pages = UncountedPages("roles", "roleId")

    async def roles(self) -> tuple[Row, ...]:
        """Every role of any status."""
        return tuple(await self._roles({}))

    async def role(self, role_id: str) -> Row:
        """One role; raises NotFoundError."""
        for row in await self._roles({"roleId": [role_id]}):
            if row["roleId"] == role_id:
                with documented(f"POST {ROLE_SEARCH}, role {role_id}"):
                    return whole(row)
        raise NotFoundError("TEN104", f"there is no role {role_id}")

    async def users(self) -> tuple[Row, ...]:
        """Every employee."""
        return await complete(
            lambda: list_from_offsets("employees", self._users, size=PAGE, limit=self._limit)
        )

    async def user(self, user_id: str) -> Row:
        """One employee's record; raises NotFoundError."""
        answer = await self._session.get(f"/user-management/v3/users/{segment(user_id)}")
        with documented(f"GET v3/users/{user_id}", answer.tracking_id):
            body = answer.body["user"]
            if not isinstance(body, dict):
                raise ValueError("`user` is not an object")
            if body["id"] != user_id:
                raise ValueError("it is of another user")
            return whole(body)

    async def _roles(self, wanted: Mapping[str, Sequence[str]]) -> list[Row]:
        async def page(number: int, size: int) -> list[Row]:
            asked = {"filter": wanted, "page": {"pageSize": size, "pageNo": number}}
            answer = await self._session.search(ROLE_SEARCH, asked)
            with documented(f"POST {ROLE_SEARCH}", answer.tracking_id):
                return _rows(answer.body["roles"], "roleId")

        return await self._pages.every(page)

    async def _users(self, start: int) -> Part:
        asked = {
            "filter": {},
            "fields": list(wire.USER_FIELDS),
            "skip": start,
            "top": PAGE,
            "orderBy": {"userName": "ASC"},
        }
        answer = await self._session.search(USER_SEARCH, asked)
        with documented(f"POST {USER_SEARCH}", answer.tracking_id):
            rows, total = _rows(answer.body["users"], "id"), answer.body["totalRecords"]
            if type(total) is not int or not 0 <= total <= _MOST_USERS:
                raise ValueError("totalRecords is not a number of users")
        return Part(tuple(rows), total, answer.tracking_id)


def _rows(written: Any, field: str) -> list[Row]:
    rows = list(written)
    for row in rows:
        identifier(row, field)
    return rows
