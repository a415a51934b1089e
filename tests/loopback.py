"""A server on this machine that says exactly what it is told to, byte by byte."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Loopback:
    """Answers one after another, each on a connection of its own; `heard` has the requests."""

    answers: list[bytes]
    url: str = ""
    heard: list[bytes] = field(default_factory=list)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(
            (int(n) for k, _, n in _fields(head) if k.lower() == b"content-length"),
            0,
        )
        self.heard.append(head + await reader.readexactly(length))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


def _fields(head: bytes) -> list[tuple[bytes, bytes, bytes]]:
    return [line.partition(b":") for line in head.split(b"\r\n")]


def said(status: str, body: bytes, *headers: str, length: int | None = None) -> bytes:
    """A whole answer; another `length` than the body's makes it a broken one."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*lines, "Connection: close", *headers, "", ""]).encode() + body


@asynccontextmanager
async def serving(*answers: bytes) -> AsyncIterator[Loopback]:
    """The server, for the length of the block; its last answer is given again and again."""
    made = Loopback(list(answers))
    server = await asyncio.start_server(made._one, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made
