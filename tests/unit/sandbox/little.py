"""A little application to put layers around: notes by id, in memory, listed in pages of two."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qsl

import httpx2

from reconciler.contract.connection import AsgiApp
from reconciler.http.inprocess import InProcess
from reconciler.sandbox.asgi import Receive, Scope, Send, answer, give, json_answer, request_body


class Notes:
    """GET /notes?page=, POST /notes, GET and PUT /notes/ID."""

    def __init__(self) -> None:
        self.held: dict[str, dict[str, Any]] = {}
        self.calls = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.calls += 1
        body = await request_body(receive)
        sent = json.loads(body) if body else {}
        name = scope["path"].removeprefix("/notes").strip("/")
        if scope["method"] == "POST":
            name = f"n{len(self.held)}"
            self.held[name] = sent | {"id": name}
            await give(json_answer(201, self.held[name]), send)
        elif not name:
            page = int(dict(parse_qsl(scope["query_string"].decode())).get("page", "0"))
            rows = list(self.held.values())
            shown = {"data": rows[page * 2 : page * 2 + 2], "records": len(rows)}
            await give(json_answer(200, shown), send)
        elif name not in self.held:
            await give(answer(404), send)
        else:
            if scope["method"] == "PUT":
                self.held[name] = sent | {"id": name}
            await give(json_answer(200, self.held[name]), send)


@asynccontextmanager
async def calling(app: AsgiApp, token: str = "tok") -> AsyncIterator[httpx2.AsyncClient]:  # noqa: S107
    """A client of the application, as `reconciler.http` has it in-process."""
    async with httpx2.AsyncClient(
        transport=InProcess(app),
        base_url="http://sandbox",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,  # a hang ends here
    ) as client:
        yield client
