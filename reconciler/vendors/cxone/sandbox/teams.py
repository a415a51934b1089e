"""Teams: searched, read, made and changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.cxone.sandbox import query
from reconciler.vendors.cxone.sandbox.data import TEAM, Data, refuse_unless

BASE = "/user-management"
STATUSES = ("ACTIVE", "INACTIVE")


class Teams:
    """UserHub's teams."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def endpoints(self) -> Iterator[Endpoint]:
        """Every operation on them."""
        yield Endpoint("POST", f"{BASE}/v3/teams", self.create)
        yield Endpoint("PUT", f"{BASE}/v3/teams", self.replace)
        yield Endpoint("GET", f"{BASE}/v3/teams/{{teamId}}", self.get)
        yield Endpoint("POST", f"{BASE}/v4/teams/search", self.search)

    def create(self, call: Call) -> Answer:
        """A new team."""
        return Answer(200, {"success": True, "team": self.add(_given(call.body))})

    def add(self, given: dict[str, Any]) -> Body:
        """A team, kept; refuses with 400."""
        name = str(given["name"])
        refuse_unless(self._data.store.named(TEAM, name) is None, "TEAM_NAME_EXISTS", "it is taken")
        made: Body = {
            **given,
            "id": str(uuid.uuid5(uuid.UUID(self._data.organization), f"team/{name}")),
        }
        self._data.store.put(TEAM, made, name)
        return made

    def replace(self, call: Call) -> Answer:
        """A team as the body has it."""
        given = _given(call.body)
        current = self._team(str(given.get("id")))
        same = self._data.store.named(TEAM, str(given["name"]))
        refuse_unless(
            same is None or same["id"] == current["id"], "TEAM_NAME_EXISTS", "the name is taken"
        )
        self._data.store.put(TEAM, {**given, "id": current["id"]}, str(given["name"]))
        return Answer(200, {"success": True, "team": given})

    def get(self, call: Call) -> Answer:
        """One team."""
        return Answer(200, {"team": self._team(call.path["teamId"])})

    def search(self, call: Call) -> Answer:
        """A part of the teams, with how many there are."""
        body = call.body if isinstance(call.body, dict) else {}
        rows = query.found(self._data.store.rows(TEAM), body)
        part = query.part(rows, body)
        told = {"skip": query.whole(body.get("skip"), 0), "top": query.whole(body.get("top"), 100)}
        return Answer(200, {"totalRecords": len(rows), **told, "teams": part})

    def _team(self, team_id: str) -> Body:
        found = self._data.store.get(TEAM, team_id)
        if found is None:
            raise Refusal(404, f"there is no team {team_id}", {"code": "TEAM_NOT_FOUND"})
        return found


def _given(body: Any) -> dict[str, Any]:
    given: dict[str, Any] = body if isinstance(body, dict) else {}
    refuse_unless(given.get("name"), "BAD_REQUEST", "missing: name")
    refuse_unless(given.get("status") in STATUSES, "BAD_REQUEST", "status is ACTIVE or INACTIVE")
    return given
