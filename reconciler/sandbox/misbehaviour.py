"""The effect of each kind of fault on one call; latency is for any call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from reconciler.contract.connection import AsgiApp
from reconciler.sandbox.asgi import (
    Heard,
    Receive,
    Scope,
    Send,
    answer,
    begin,
    give,
    hang_up,
    header,
    hear,
    json_answer,
    request_body,
)
from reconciler.sandbox.faults import Fault

TOO_MANY = 429

_PAGE = b"""<!DOCTYPE html>
<html><head><title>Gateway</title></head><body><h1>Nothing to see</h1></body></html>
"""


@dataclass(slots=True)
class Memory:
    """The answers of reads before the last write, as far as anybody asked."""

    before: dict[tuple[str, bytes], Heard] = field(default_factory=dict)
    since: dict[tuple[str, bytes], Heard] = field(default_factory=dict)
    created: str = ""
    wrote: bool = False

    def kept_of(self, app: AsgiApp) -> AsgiApp:
        """The application, its answers to reads kept; a write makes those so far the old ones."""

        async def keeping(scope: Scope, receive: Receive, send: Send) -> None:
            body = await request_body(receive)
            key = (scope["path"], scope["query_string"])
            if scope["method"] == "GET":
                heard = self.since[key] = await hear(app, scope, body)
            else:
                await self._before_a_write(app, scope)
                heard = await hear(app, scope, body)
                made = heard.json if scope["method"] == "POST" else None
                self.created = str(made.get("id", "")) if isinstance(made, dict) else ""
            await give(heard, send)

        return keeping

    async def _before_a_write(self, app: AsgiApp, scope: Scope) -> None:
        self.wrote = True
        self.before |= self.since
        self.since.clear()
        if scope["method"] != "POST":
            read = {**scope, "method": "GET", "query_string": b""}
            self.before[(scope["path"], b"")] = await hear(app, read, b"")

    def old(self, scope: Scope, fresh: Heard) -> Heard:
        """The answer before the last write; where nobody had asked, without what it created."""
        key = (scope["path"], scope["query_string"])
        if key in self.before:
            return self.before[key]
        if self.created and scope["path"].endswith(f"/{self.created}"):
            return json_answer(404, {"message": "not found (yet)"})
        return _with_rows(fresh, lambda row: row.get("id") != self.created)


@dataclass(frozen=True, slots=True)
class Happening:
    """One call that a fault is due on."""

    fault: Fault
    app: AsgiApp
    scope: Scope
    receive: Receive
    send: Send
    now: datetime
    memory: Memory

    async def true_answer(self) -> Heard:
        """The application's answer; what is written is written."""
        return await hear(self.app, self.scope, await request_body(self.receive))

    async def instead(self, made_up: Heard) -> None:
        """Another answer, after the true one was given where the fault says so."""
        if self.fault.after:
            await self.true_answer()
        await give(made_up, self.send)


async def _refusal(call: Happening) -> None:
    status = call.fault.status
    headers = (("retry-after", _retry_after(call)),) if call.fault.retry_after else ()
    if status == TOO_MANY:
        await call.instead(answer(status, headers=headers))
    else:
        body = {
            "message": HTTPStatus(status).phrase,
            "trackingId": header(call.scope, "trackingid"),
        }
        await call.instead(json_answer(status, body, headers))


def _retry_after(call: Happening) -> str:
    kind, _, seconds = call.fault.retry_after.rpartition(":")
    if not kind:
        return seconds
    return format_datetime(call.now + timedelta(seconds=int(seconds)), usegmt=True)


async def _dropped(call: Happening) -> None:
    if call.fault.after:
        await call.true_answer()
    await hang_up(call.scope, call.receive)


async def _half_answer(call: Happening) -> None:
    heard = await call.true_answer()
    body = heard.body[: len(heard.body) // 2]
    await give(replace(heard, headers=_resized(heard, len(body)), body=body), call.send)


async def _cut_answer(call: Happening) -> None:
    heard = await call.true_answer()
    whole = replace(heard, headers=_resized(heard, len(heard.body)))
    await begin(whole, call.send)
    half = heard.body[: len(heard.body) // 2]
    await call.send({"type": "http.response.body", "body": half, "more_body": True})
    await hang_up(call.scope, call.receive)


def delayed(app: AsgiApp, fault: Fault) -> AsgiApp:
    """The application, slow: in taking a call up, or in answering one that it has dealt with."""

    async def slowly(scope: Scope, receive: Receive, send: Send) -> None:
        if not fault.after:
            await asyncio.sleep(fault.delay)
            await app(scope, receive, send)
            return
        heard = await hear(app, scope, await request_body(receive))
        await asyncio.sleep(fault.delay)
        await give(heard, send)

    return slowly


async def _stale_read(call: Happening) -> None:
    await give(call.memory.old(call.scope, await call.true_answer()), call.send)


async def _shifting_pages(call: Happening) -> None:
    """A page as if a row had come in at the front (or gone there, -1) since the one before it."""
    heard = await call.true_answer()
    rows = _rows(heard.json)
    query = dict(parse_qsl(call.scope["query_string"].decode()))
    page = query.get("page", "0")
    if heard.status != HTTPStatus.OK or not rows or not page.isdigit() or page == "0":
        await give(heard, call.send)
        return
    beside = urlencode(query | {"page": str(int(page) - call.fault.rows)}).encode()
    other = _rows((await hear(call.app, {**call.scope, "query_string": beside}, b"")).json) or []
    moved = [*other[-1:], *rows[:-1]] if call.fault.rows > 0 else [*rows[1:], *other[:1]]
    await give(_rebuilt(heard, moved), call.send)


async def _html(call: Happening) -> None:
    await call.instead(answer(call.fault.status, _PAGE, media="text/html; charset=utf-8"))


async def _null_body(call: Happening) -> None:
    heard = await call.true_answer()
    await give(json_answer(heard.status, None), call.send)


async def _redirect(call: Happening) -> None:
    query = call.scope["query_string"].decode()
    target = call.fault.to + call.scope["path"] + (f"?{query}" if query else "")
    await call.instead(answer(call.fault.status, headers=(("location", target),)))


async def _echo(call: Happening) -> None:
    told = f"cannot handle a request with Authorization: {header(call.scope, 'authorization')}"
    body = {"message": told, "trackingId": header(call.scope, "trackingid")}
    await call.instead(json_answer(call.fault.status, body, (("x-request-was", told),)))


EFFECTS: Mapping[str, Callable[[Happening], Awaitable[None]]] = {
    "refusal": _refusal,
    "dropped": _dropped,
    "half-answer": _half_answer,
    "cut-answer": _cut_answer,
    "stale-read": _stale_read,
    "shifting-pages": _shifting_pages,
    "html": _html,
    "null-body": _null_body,
    "redirect": _redirect,
    "echo": _echo,
}


def _resized(heard: Heard, length: int) -> tuple[tuple[bytes, bytes], ...]:
    others = [each for each in heard.headers if each[0].lower() != b"content-length"]
    return (*others, (b"content-length", str(length).encode()))


def _rows(body: Any) -> list[Any] | None:
    """The rows of a list, wrapped or bare; None where this is none."""
    rows = body.get("data") if isinstance(body, dict) else body
    return rows if isinstance(rows, list) else None


def _rebuilt(heard: Heard, rows: list[Any]) -> Heard:
    body = heard.json
    text = json.dumps(body | {"data": rows} if isinstance(body, dict) else rows).encode()
    return replace(heard, headers=_resized(heard, len(text)), body=text)


def _with_rows(heard: Heard, keep: Callable[[Mapping[str, Any]], bool]) -> Heard:
    rows = _rows(heard.json)
    if rows is None:
        return heard
    return _rebuilt(heard, [row for row in rows if not isinstance(row, dict) or keep(row)])
