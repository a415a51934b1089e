"""Sessions: one authenticated connection to one tenant's API.

`ReadSession` can only read; only a `WriteSession` can change anything, so a reader that is
built on the first has no way to write. Redirects are never followed: the token stays with the
host that it was made for.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from reconciler import __version__
from reconciler.errors import NotFoundError, TenantError
from reconciler.http.inprocess import InProcess
from reconciler.vendor import Endpoint

TIMEOUT_SECONDS = 30.0

# The library logs whole URLs at INFO; a URL may carry a query that is nobody's business.
for _name in ("httpx2", "httpcore2"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Answer:
    """A vendor's answer: status, decoded JSON body (None where there is none), tracking id."""

    status: int
    body: Any
    tracking_id: str


Explain = Callable[[Any, str], tuple[str, str]]
"""Reads a vendor's error body (JSON or text): the reason, and the tracking id in it."""


class ReadSession:
    """Reads from one tenant; counts its requests."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        explain: Explain,
        *,
        sandbox: bool = False,
        base: str = "",
        counter: Counter[str] | None = None,
    ) -> None:
        self._client = client
        self._explain = explain
        self._sandbox = sandbox
        self._base = base
        self._counter: Counter[str] = Counter() if counter is None else counter

    @property
    def requests(self) -> int:
        """How many requests were sent so far, to whichever of the vendor's hosts."""
        return self._counter.total()

    def at(self, host: str) -> ReadSession:
        """The same connection towards another of the vendor's hosts; read only.

        A sandbox answers for all of its vendor's hosts.
        """
        base = "" if self._sandbox else f"https://{host}"
        return ReadSession(
            self._client, self._explain, sandbox=self._sandbox, base=base, counter=self._counter
        )

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """GET; raises NotFoundError on 404 and TenantError on every other refusal."""
        return await self._call("GET", path, query=query)

    async def _call(
        self, method: str, path: str, *, query: Mapping[str, str] | None = None, body: Any = None
    ) -> Answer:
        tracking_id = str(uuid.uuid4())
        headers = {"TrackingId": tracking_id}
        self._counter[method] += 1
        try:
            response = await self._client.request(
                method, self._base + path, params=query, json=body, headers=headers
            )
        except httpx2.TimeoutException as error:
            raise TenantError(
                "TEN110",
                f"{method} {path}: no answer within {TIMEOUT_SECONDS:.0f} s",
                tracking_id=tracking_id,
                hint=_UNREACHED if method == "GET" else _UNKNOWN,
            ) from error
        except httpx2.TransportError as error:
            raise TenantError(
                "TEN111",
                f"{method} {path}: the connection failed ({type(error).__name__})",
                tracking_id=tracking_id,
                hint=_UNREACHED if method == "GET" else _UNKNOWN,
            ) from error
        return self._answer(f"{method} {path}", response, tracking_id)

    def _answer(self, operation: str, response: httpx2.Response, tracking_id: str) -> Answer:
        body = _decoded(response)
        if response.is_success:
            if body is _NOT_JSON:
                raise TenantError(
                    "TEN112",
                    f"{operation}: the answer is no JSON",
                    status=response.status_code,
                    tracking_id=tracking_id,
                    hint="check the region; a proxy may stand in between",
                )
            return Answer(response.status_code, body, tracking_id)
        reason, told = self._explain(None if body is _NOT_JSON else body, response.text)
        kind, code = _REFUSALS.get(response.status_code, (TenantError, "TEN100"))
        raise kind(
            code,
            f"{operation}: {response.status_code} {reason}".rstrip(),
            status=response.status_code,
            tracking_id=told or tracking_id,
            hint=_HINTS.get(response.status_code, ""),
        )


class WriteSession(ReadSession):
    """Reads from and writes to one tenant."""

    async def post(self, path: str, body: Any) -> Answer:
        """POST a JSON body."""
        return await self._call("POST", path, body=body)

    async def put(self, path: str, body: Any) -> Answer:
        """PUT a JSON body."""
        return await self._call("PUT", path, body=body)

    async def patch(self, path: str, body: Any) -> Answer:
        """PATCH with a JSON body."""
        return await self._call("PATCH", path, body=body)

    async def delete(self, path: str) -> Answer:
        """DELETE."""
        return await self._call("DELETE", path)


@asynccontextmanager
async def reading(endpoint: Endpoint, host: str, explain: Explain) -> AsyncIterator[ReadSession]:
    """A session that cannot write, open for the length of the block."""
    async with _client(endpoint, host) as client:
        yield ReadSession(client, explain, sandbox=endpoint.app is not None)


@asynccontextmanager
async def writing(endpoint: Endpoint, host: str, explain: Explain) -> AsyncIterator[WriteSession]:
    """A session that can write, open for the length of the block."""
    async with _client(endpoint, host) as client:
        yield WriteSession(client, explain, sandbox=endpoint.app is not None)


def _client(endpoint: Endpoint, host: str) -> httpx2.AsyncClient:
    transport = InProcess(endpoint.app) if endpoint.app else None
    return httpx2.AsyncClient(
        base_url="http://sandbox" if endpoint.app else f"https://{host}",
        transport=transport,
        headers={
            "Authorization": f"Bearer {endpoint.token}",
            "Accept": "application/json",
            "User-Agent": f"reconciler/{__version__}",
        },
        timeout=TIMEOUT_SECONDS,
        follow_redirects=False,
        limits=httpx2.Limits(max_connections=endpoint.parallelism),
    )


_NOT_JSON = object()
_UNREACHED = "nothing was written: check the network and the region, then run it again"
_UNKNOWN = "whether a write landed is unknown: run `reconciler plan` to see"

_REFUSALS: Mapping[int, tuple[type[TenantError], str]] = {
    401: (TenantError, "TEN101"),
    403: (TenantError, "TEN103"),
    404: (NotFoundError, "TEN104"),
    409: (TenantError, "TEN105"),
    412: (TenantError, "TEN106"),
    429: (TenantError, "TEN107"),
}

_HINTS: Mapping[int, str] = {
    401: "the token is unknown or has expired: get a new one",
    403: "the identity of the token lacks a scope or a role for this",
    429: "the tenant's request limit is used up: wait a minute and run it again",
}


def _decoded(response: httpx2.Response) -> Any:
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError:
        return _NOT_JSON
