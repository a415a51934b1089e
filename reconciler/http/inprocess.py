"""An application called in-process, failing as a network would.

The library's own transport knows neither time-outs nor broken connections; a sandbox with faults
has both, and what is built on top must not see a difference. It also looks for an event loop of
another library at each request, which takes a quarter of the request.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import httpx2

from reconciler.contract.connection import AsgiApp


class InProcess(httpx2.AsyncBaseTransport):
    """Raises ReadTimeout after the request's time-out for reading, and ReadError where the
    application raises a ConnectionError, be it before its answer or in the middle of it.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request and its answer."""
        limit = request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(limit):
                return await self._answer(request)
        except TimeoutError as error:
            raise httpx2.ReadTimeout("no answer in time", request=request) from error
        except ConnectionError as error:
            raise httpx2.ReadError(str(error), request=request) from error

    async def _answer(self, request: httpx2.Request) -> httpx2.Response:
        sent = await request.aread()
        heard = asyncio.Event()
        asked = False
        started: MutableMapping[str, Any] = {}
        body: list[bytes] = []

        async def receive() -> MutableMapping[str, Any]:
            nonlocal asked
            if asked:  # who goes on listening hears that the caller leaves, once it is answered
                await heard.wait()
                return {"type": "http.disconnect"}
            asked = True
            return {"type": "http.request", "body": sent, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
            elif message["type"] == "http.response.body":
                body.append(message.get("body", b""))
                if not message.get("more_body", False):
                    heard.set()

        await self._app(_scope(request), receive, send)
        return httpx2.Response(
            started["status"], headers=started.get("headers", ()), stream=_Body(body)
        )


class _Body(httpx2.AsyncByteStream):
    """What was sent, still to be read: it may be packed, and larger than anybody wants."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for each in self._parts:
            yield each


def _scope(request: httpx2.Request) -> MutableMapping[str, Any]:
    url = request.url
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.partition(b"?")[0],
        "query_string": url.query,
        "server": (url.host, url.port),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }
