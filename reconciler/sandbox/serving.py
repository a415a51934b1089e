"""A sandbox on a port of this machine; the only place that knows the server."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.contract.connection import AsgiApp
from reconciler.sandbox.asgi import HANG_UP, Receive, Scope, Send
from reconciler.sandbox.errors import SandboxError

HOST = "127.0.0.1"
"""Never another one: whoever reaches a sandbox may do everything in it."""

PATIENCE = 2
"""Seconds that calls under way have to end when the server stops."""


def listening(port: int) -> socket.socket:
    """A socket that listens on the port, on a free one for 0; raises SandboxError (PRJ151)."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":  # there it would let two servers have one port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((HOST, port))
        found.listen()
    except OSError as error:
        found.close()
        in_use = error.errno == errno.EADDRINUSE
        raise SandboxError(
            "PRJ151",
            f"port {port} is in use" if in_use else f"port {port} cannot be used: {error.strerror}",
            hint="choose another with --port; --port 0 takes a free one",
        ) from error
    return found


def serve(app: AsgiApp, listener: socket.socket, seconds: float | None = None) -> int:
    """Answer until a signal comes or the time is up; gives the number of the signal, else 0."""
    config = uvicorn.Config(
        app,
        http=_Closable,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=PATIENCE,
    )
    try:
        with _signals_raised():
            asyncio.run(_until(uvicorn.Server(config), listener, seconds))
    except _SignalledError as signalled:
        return signalled.number
    finally:
        listener.close()
    return 0


async def _until(server: uvicorn.Server, listener: socket.socket, seconds: float | None) -> None:
    def stop() -> None:
        server.should_exit = True

    timer = asyncio.get_running_loop().call_later(seconds, stop) if seconds is not None else None
    try:
        await server.serve(sockets=[listener])
    finally:
        if timer is not None:
            timer.cancel()


class _Closable(H11Protocol):
    """The server's protocol, with connections that the application may close."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        app: Any = self.app

        async def closable(scope: Scope, receive: Receive, send: Send) -> None:
            extensions = {**(scope.get("extensions") or {}), HANG_UP: transport.close}
            await app({**scope, "extensions": extensions}, receive, send)

        self.app = closable


class _SignalledError(BaseException):
    """The person or the system wants the server to stop, and it has."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def _signals_raised() -> Iterator[None]:
    """The server raises again the signals that stopped it: they end up here as an exception."""

    def stopped(number: int, _frame: FrameType | None) -> None:
        raise _SignalledError(number)

    before: dict[signal.Signals, Callable[[int, FrameType | None], Any] | int | None] = {}
    for each in (signal.SIGINT, signal.SIGTERM):
        before[each] = signal.signal(each, stopped)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
