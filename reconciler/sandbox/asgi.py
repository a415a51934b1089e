"""Helpers of the layers around a sandbox: hear an answer, give one, hang up."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from reconciler.contract.connection import AsgiApp

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

HANG_UP = "reconciler.hang_up"
"""The extension by which a server lets an application close the connection: a call without
arguments. `sandbox serve` offers it; in-process there is none."""


class DroppedError(ConnectionResetError):
    """Raised by an application that runs in-process and has no connection to close.

    `reconciler.http` turns it into what a closed socket would have been.
    """


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole answer of an application."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    @property
    def json(self) -> Any:
        """The decoded body; None where it is empty or no JSON."""
        try:
            return json.loads(self.body) if self.body else None
        except ValueError:
            return None


def answer(
    status: int, body: bytes = b"", *, media: str = "", headers: tuple[tuple[str, str], ...] = ()
) -> Heard:
    """An answer made here, its length included."""
    whole = [*headers, ("content-length", str(len(body)))]
    if media:
        whole.append(("content-type", media))
    return Heard(status, tuple((k.encode(), v.encode()) for k, v in whole), body)


def json_answer(status: int, body: Any, headers: tuple[tuple[str, str], ...] = ()) -> Heard:
    """A JSON answer made here."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return answer(status, text, media="application/json", headers=headers)


async def request_body(receive: Receive) -> bytes:
    """Everything that the caller sends."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            return b"".join(parts)


async def hear(app: AsgiApp, scope: Scope, body: bytes) -> Heard:
    """Ask an application, and keep its answer back."""
    started: list[MutableMapping[str, Any]] = []
    parts: list[bytes] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
        elif message["type"] == "http.response.body":
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return Heard(started[0]["status"], tuple(started[0].get("headers", ())), b"".join(parts))


async def give(heard: Heard, send: Send) -> None:
    """Send an answer as it is."""
    await begin(heard, send)
    await send({"type": "http.response.body", "body": heard.body})


async def begin(heard: Heard, send: Send) -> None:
    """Send status and headers of an answer; the body is the caller's."""
    start = {"type": "http.response.start", "status": heard.status, "headers": list(heard.headers)}
    await send(start)


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Close the connection on the caller; raises DroppedError where there is none."""
    close = scope.get("extensions", {}).get(HANG_UP)
    if close is None:
        raise DroppedError("the sandbox is set to drop this connection")
    close()
    while (await receive())["type"] != "http.disconnect":
        pass


def header(scope: Scope, name: str) -> str:
    """A header of the request, empty where it is absent."""
    wanted = name.lower().encode()
    return next((v.decode("latin-1") for k, v in scope["headers"] if k.lower() == wanted), "")
