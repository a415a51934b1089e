"""The quirks of the service, put around its application: requests and answers are rewritten here.

The handlers behind know nothing of it, but for names that a PUT may take (`Data`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from reconciler.contract.connection import AsgiApp
from reconciler.sandbox.asgi import (
    Heard,
    Receive,
    Scope,
    Send,
    answer,
    give,
    header,
    hear,
    json_answer,
    request_body,
)
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.misbehaviour import Memory
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.data import PROFILE
from reconciler.vendors.webexcc.sandbox.errors import worded
from reconciler.vendors.webexcc.sandbox.quirks import SHAPES, Quirks

_PATH = re.compile(
    r"(?P<organization>/organization/[^/]+)/(?:(?P<version>v\d)/)?(?P<entity>[^/]+)(?:/(?P<id>[^/]+))?"
)
_CREATED, _MULTI, _NO_CONTENT, _CONFLICT, _REFERRED = 201, 207, 204, 409, 412
_TIMES = {"createdTime": 1_700_000_000_000, "lastUpdatedTime": 1_700_000_000_000}
_WRITES = ("POST", "PUT", "PATCH")


def quirky(app: AsgiApp, quirks: Quirks, clock: Callable[[], datetime]) -> AsgiApp:
    """The application with its quirks; itself where there are none."""
    if quirks.are_usual:
        return app
    layer = _Layer(app, quirks, clock)

    async def called(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        await give(await layer.answer(scope, await request_body(receive)), send)

    return called


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request below an organization: `id` is "bulk" for a bulk call, empty for a list."""

    scope: Scope
    organization: str
    version: str
    entity: str
    id: str
    body: Any

    @property
    def method(self) -> str:
        return str(self.scope["method"])

    @property
    def is_list(self) -> bool:
        return self.method == "GET" and not self.id

    @property
    def item(self) -> str:
        """The path of items of the entity: all but profiles are without a version."""
        version = "/v3" if self.entity == PROFILE else ""
        return f"{self.organization}{version}/{self.entity}"


@dataclass(slots=True)
class _Layer:
    """The application, its quirks, and what it takes to have them."""

    app: AsgiApp
    quirks: Quirks
    clock: Callable[[], datetime]
    memory: Memory = field(default_factory=Memory)
    refusals: int = 0
    written_at: float = float("-inf")

    def __post_init__(self) -> None:
        if self.quirks.settles_after:
            self.app = self.memory.kept_of(self.app)

    async def answer(self, scope: Scope, body: bytes) -> Heard:
        """The answer to one request, in the service's own way."""
        found = _PATH.fullmatch(scope["path"])
        if found is None:
            return self._shaped(await hear(self.app, scope, body))
        version, entity, object_id = (found[each] or "" for each in ("version", "entity", "id"))
        asked = _Asked(scope, found["organization"], version, entity, object_id, _decoded(body))
        try:
            asked = await self._sent(asked)
        except Refusal as refusal:
            heard = json_answer(refusal.status, worded(refusal, header(scope, "trackingid")))
            return self._shaped(heard)
        if self.quirks.empty_bulk_answer and asked.id == "bulk" and asked.method in _WRITES:
            return json_answer(_MULTI, {"items": []})
        sent = body if asked.body is None else json.dumps(asked.body).encode()
        heard = self._settled(asked, await hear(self.app, asked.scope, sent))
        if heard.status >= 400:  # noqa: PLR2004 - where refusals begin
            return self._shaped(heard)
        return await self._shown(asked, heard)

    async def _sent(self, asked: _Asked) -> _Asked:
        """A request as the service takes it; raises Refusal where it does not."""
        if asked.is_list:
            return replace(asked, scope=self._capped(asked.scope))
        if asked.method not in _WRITES or not isinstance(asked.body, dict):
            return asked
        body = dict(asked.body)
        written = _items(body) if asked.id == "bulk" else [body]
        for name in self._fields(self.quirks.refused_fields, asked.entity):
            if any(name in each for each in written):
                reason = f"{name} is not allowed when feature flag is disabled"
                raise Refusal(400, reason, {"entity": asked.entity})
        ignored = self._fields(self.quirks.ignored_fields, asked.entity)
        if asked.method == "PUT" and (ignored or self.quirks.stale_version_refused):
            current = (await self._get(asked, f"{asked.item}/{asked.id}")).json or {}
            self._refuse_stale(body, current)
            body |= {name: current[name] for name in ignored if name in current}
        else:
            for name in ignored:
                body.pop(name, None)
        self._forget_unknown(body)
        return replace(asked, body=body)

    def _capped(self, scope: Scope) -> Scope:
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        size, cap = query.get("pageSize", "100"), self.quirks.page_size_cap
        if not size.isdigit() or int(size) <= cap:
            return scope
        return {**scope, "query_string": urlencode(query | {"pageSize": str(cap)}).encode()}

    def _refuse_stale(self, body: Body, current: Body) -> None:
        sent = body.get("version")
        if self.quirks.stale_version_refused and type(sent) is int and sent < current["version"]:
            reason = f"version {sent} is behind {current['version']}"
            raise Refusal(_CONFLICT, reason)

    def _forget_unknown(self, body: Body) -> None:
        rows = body.get("permissions")
        if self.quirks.unknown_permissions and isinstance(rows, list):
            body["permissions"] = [
                row
                for row in rows
                if not isinstance(row, dict)
                or row.get("name") not in self.quirks.unknown_permissions
            ]

    async def _get(self, asked: _Asked, path: str) -> Heard:
        scope = {**asked.scope, "method": "GET", "path": path, "query_string": b""}
        return await hear(self.app, scope, b"")

    def _settled(self, asked: _Asked, heard: Heard) -> Heard:
        if not self.quirks.settles_after:
            return heard
        now = self.clock().timestamp()
        if asked.method != "GET":
            self.written_at = now
        elif now < self.written_at + self.quirks.settles_after:
            return self.memory.old(asked.scope, heard)
        return heard

    async def _shown(self, asked: _Asked, heard: Heard) -> Heard:
        """A success as the service words it."""
        status = heard.status
        if self.quirks.status_mix and status in (_CREATED, _NO_CONTENT):
            status = 200
        body = heard.json
        if not isinstance(body, dict):
            return replace(heard, status=status)
        if isinstance(body.get("data"), list):
            rows = [await self._row(asked, row) for row in body["data"]]
            return json_answer(status, body | {"data": rows})
        return json_answer(status, self._object(asked.entity, body) if "id" in body else body)

    async def _row(self, asked: _Asked, row: Any) -> Any:
        if not isinstance(row, dict) or "id" not in row:
            return row
        if self.quirks.lists_carry_arrays and asked.is_list:
            whole = await self._get(asked, f"{asked.item}/{row['id']}")
            row = whole.json if whole.status == 200 else row  # noqa: PLR2004 - found
        return self._object(asked.entity, row)

    def _object(self, entity: str, body: Body) -> Body:
        shown = dict(body)
        if entity == PROFILE and "permissions" in shown:
            unknown = [{"name": n, "access": "VIEW"} for n in self.quirks.unknown_permissions]
            shown["permissions"] = [*shown["permissions"], *unknown]
        for name, value in shown.items():
            if isinstance(value, list):
                shown[name] = self._array(value)
        for name in self._fields(self.quirks.refused_fields, entity):
            shown.setdefault(name, True)
        for name in self._fields(self.quirks.unknown_values, entity):
            shown[name] = self.quirks.unknown_values[f"{entity}.{name}"]
        if self.quirks.extra_fields:
            shown["addedLater"] = {"enabled": True, "values": ["a", "b"]}
        return shown

    def _array(self, rows: list[Any]) -> list[Any]:
        if self.quirks.nested_ids:
            rows = [
                {"id": f"nested-{n}", **_TIMES, **row} if isinstance(row, dict) else row
                for n, row in enumerate(rows)
            ]
        return rows[::-1] if self.quirks.reorder_arrays else rows

    def _shaped(self, heard: Heard) -> Heard:
        """A refusal in one of the shapes; anything else as it is."""
        body = heard.json
        if heard.status < 400 or not isinstance(body, dict):  # noqa: PLR2004 - refusals
            return heard
        error = body.get("error")
        if not self.quirks.referenced_entities and heard.status == _REFERRED:
            error = {k: v for k, v in (error or {}).items() if k != "referencedEntities"}
            body = body | {"error": error}
        shape = self.quirks.error_shapes
        if shape == "rotate":
            shape = SHAPES[self.refusals % len(SHAPES)]
            self.refusals += 1
        return _in_shape(shape, heard.status, body)

    @staticmethod
    def _fields(places: Iterable[str], entity: str) -> list[str]:
        return [each.partition(".")[2] for each in places if each.partition(".")[0] == entity]


def _items(body: Body) -> list[Any]:
    """The objects of a bulk call."""
    rows = body.get("items")
    found = [row.get("item") for row in rows if isinstance(row, dict)] if rows else []
    return [each for each in found if isinstance(each, dict)]


def _in_shape(shape: str, status: int, body: Body) -> Heard:
    tracking_id, error = body.get("trackingId", ""), body.get("error")
    messages = error.get("message", []) if isinstance(error, dict) else []
    reason = str(messages[0]["description"] if messages else body.get("message", ""))
    if shape == "string":
        return json_answer(status, {"trackingId": tracking_id, "error": reason})
    if shape == "errors":
        row = {"key": str(status), "message": [{"description": reason}]}
        return json_answer(status, {"trackingId": tracking_id, "errors": [row]})
    if shape == "text":
        return answer(status, reason.encode(), media="text/plain; charset=utf-8")
    return answer(status) if shape == "empty" else json_answer(status, body)


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
