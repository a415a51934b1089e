"""An application called in-process, failing as a network would.

The library's own transport knows neither time-outs nor broken connections; a sandbox with faults
has both, and what is built on top must not see a difference.
"""

from __future__ import annotations

import asyncio

import httpx2

from reconciler.vendor import AsgiApp


class InProcess(httpx2.AsyncBaseTransport):
    """Raises ReadTimeout after the request's time-out for reading, and ReadError where the
    application raises a ConnectionError, be it before its answer or in the middle of it.
    """

    def __init__(self, app: AsgiApp) -> None:
        self._inner = httpx2.ASGITransport(app=app)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request and its answer."""
        limit = request.extensions.get("timeout", {}).get("read")
        try:
            async with asyncio.timeout(limit):
                response = await self._inner.handle_async_request(request)
        except TimeoutError as error:
            raise httpx2.ReadTimeout("no answer in time", request=request) from error
        except ConnectionError as error:
            raise httpx2.ReadError(str(error), request=request) from error
        return response
