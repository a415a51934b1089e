"""Sessions: one authenticated connection to one tenant's API.

`ReadSession` can only read; only a `WriteSession` can change anything, so a reader that is
built on the first has no way to write. Each request waits for its turn, carries the token of the
moment, and is sent again only where that is safe (`retry`).
"""

from __future__ import annotations

import asyncio
import logging
import re
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import httpx2

from reconciler import __version__
from reconciler.contract.connection import Endpoint, Pace
from reconciler.errors import ProjectError, TenantError
from reconciler.http.answers import (
    TIMEOUT_SECONDS,
    TOO_MANY,
    UNAUTHORIZED,
    Answer,
    Asked,
    Explain,
    Failure,
    body_of,
    judged,
    unfinished,
    unreached,
)
from reconciler.http.inprocess import InProcess
from reconciler.http.pacing import Pacing
from reconciler.http.retry import DEADLINE_SECONDS, Attempts, Landed, look_up, surely

__all__ = ["Answer", "Explain", "ReadSession", "WriteSession", "reading", "writing"]

T = TypeVar("T")

_log = logging.getLogger(__name__)

# These log whole URLs, headers of answers and addresses of proxies, whose passwords are in them.
for _name in (
    "httpx2", "httpcore2.connection", "httpcore2.http11", "httpcore2.http2", "httpcore2.proxy",
    "httpcore2.socks",
):  # fmt: skip
    logging.getLogger(_name).disabled = True


class Connection:
    """One pool of connections to all hosts of a tenant: tokens, turns, retries, counting."""

    def __init__(self, client: httpx2.AsyncClient, endpoint: Endpoint, explain: Explain) -> None:
        self._client = client
        self._source = endpoint.token
        self._explain = explain
        self._permit = endpoint.permit
        self._unsent = endpoint.unsent
        self.pace: Pace = endpoint.pace or Pacing()
        self.counter: Counter[str] = Counter()
        self.sandbox = _sandbox(endpoint)
        self.waiting = endpoint.waiting

    async def call(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        reads: bool = False,
    ) -> Answer:
        """Send a request until it is answered; raises TenantError, and for a write whose answer is
        lost UnknownOutcomeError. One that `reads` changes nothing, with any method.
        """
        attempts = Attempts(reads=reads, pace=self.pace)
        token, renewed = await self._source.token(), False
        while True:
            attempts.count += 1
            tracking_id = str(uuid.uuid4())
            headers = {"Authorization": _bearer(token), "TrackingId": tracking_id}
            request = self._client.build_request(
                method, url, params=query, json=body, headers=headers
            )
            asked = Asked(f"{method} {request.url.path}", tracking_id, token)
            outcome = await self._once(request, asked, reads=reads)
            if isinstance(outcome, Answer):
                return replace(outcome, attempts=attempts.count)
            if outcome.error.status == UNAUTHORIZED and not renewed:
                renewed = True
                other = await self._source.renewed(token)
                if other is not None:
                    token = other
                    continue
            await attempts.after(outcome)
            if method == "POST" and not reads and outcome.error.status == TOO_MANY:
                await look_up(outcome.error)

    async def _once(
        self, request: httpx2.Request, asked: Asked, *, reads: bool
    ) -> Answer | Failure:
        await self.pace.turn()
        if not reads:
            self._permit()
        self.counter[request.method] += 1
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                response = await self._client.send(request, stream=True)
                try:
                    content = await body_of(response, asked)
                finally:
                    await response.aclose()
        except TimeoutError:
            outcome: Answer | Failure = unfinished(asked, DEADLINE_SECONDS)
        except httpx2.RequestError as error:
            outcome = unreached(error, asked)
        else:
            outcome = (
                content
                if isinstance(content, Failure)
                else judged(response, content, asked, self._explain)
            )
        if isinstance(outcome, Failure):
            if outcome.unsent and not reads:
                self._unsent()
            _log.debug("%s (tracking id %s)", outcome.error, outcome.error.tracking_id)
        return outcome


class ReadSession:
    """Reads from one tenant; counts its requests."""

    def __init__(self, connection: Connection, base: str) -> None:
        self._connection = connection
        self._base = base

    @property
    def requests(self) -> int:
        """The number of requests sent so far, to all hosts of the vendor."""
        return self._connection.counter.total()

    @property
    def pace(self) -> Pace:
        """The queue of all requests to the tenant, and its clock."""
        return self._connection.pace

    def at(self, host: str) -> ReadSession:
        """The same connection towards another of the vendor's hosts; read only.

        A sandbox answers for all of its vendor's hosts.
        """
        return ReadSession(self._connection, self._connection.sandbox or _origin(host))

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """GET; raises NotFoundError on 404 and TenantError on every other refusal."""
        return await self._connection.call("GET", self._base + path, query=query, reads=True)

    def query_of(self, answer: Answer, path: str) -> Mapping[str, str] | None:
        """The query of the next page of a path, None where the answer names none.

        Raises TenantError where it leads to another host or path: the token is not taken there.
        """
        if not answer.next:
            return None
        there, here = urlsplit(answer.next), urlsplit(self._base)
        try:
            is_here = (there.hostname, there.port or None) == (here.hostname, here.port or None)
        except ValueError:
            is_here = False
        if not is_here or there.path != path:
            raise TenantError(
                "TEN114",
                f"GET {path}: the next page is said to be at another place; the token is not taken "
                "there",
                tracking_id=answer.tracking_id,
                hint="check the region; a proxy may stand in between",
            )
        return dict(parse_qsl(there.query, keep_blank_values=True))

    async def search(self, path: str, body: Any) -> Answer:
        """POST a question to a path that ends with `/search`: it reads, as long as its name says.

        Raises ValueError for another path: nothing that is held to read may write.
        """
        if not path.endswith("/search"):
            raise ValueError(f"{path} is not a search")
        url = self._base + path
        return await self._connection.call("POST", url, body=body, reads=True)


class WriteSession(ReadSession):
    """Reads from and writes to one tenant.

    A write whose answer is lost raises UnknownOutcomeError, unless it is made by `surely`.
    """

    async def post(self, path: str, body: Any) -> Answer:
        """POST a JSON body."""
        return await self._connection.call("POST", self._base + path, body=body)

    async def put(self, path: str, body: Any) -> Answer:
        """PUT a JSON body."""
        return await self._connection.call("PUT", self._base + path, body=body)

    async def patch(self, path: str, body: Any) -> Answer:
        """PATCH with a JSON body."""
        return await self._connection.call("PATCH", self._base + path, body=body)

    async def delete(self, path: str) -> Answer:
        """DELETE."""
        return await self._connection.call("DELETE", self._base + path)

    async def surely(
        self,
        write: Callable[[], Awaitable[Answer]],
        landed: Callable[[], Awaitable[T | None]],
        *,
        repeatable: bool = True,
    ) -> Landed[T]:
        """A write whose outcome is known in the end; see `retry.surely`."""
        connection = self._connection
        return await surely(
            write, landed, connection.pace, repeatable=repeatable, waiting=connection.waiting
        )


@asynccontextmanager
async def reading(endpoint: Endpoint, host: str, explain: Explain) -> AsyncIterator[ReadSession]:
    """A session that cannot write, open for the length of the block."""
    async with _client(endpoint) as client:
        yield ReadSession(Connection(client, endpoint, explain), _base(endpoint, host))


@asynccontextmanager
async def writing(endpoint: Endpoint, host: str, explain: Explain) -> AsyncIterator[WriteSession]:
    """A session that can write, open for the length of the block."""
    async with _client(endpoint) as client:
        yield WriteSession(Connection(client, endpoint, explain), _base(endpoint, host))


@contextmanager
def proxies_understood() -> Iterator[None]:
    """A client is made; raises ProjectError for a proxy of the environment that makes no sense.

    What the library says about it has the proxy's password in it.
    """
    try:
        yield
    except (httpx2.InvalidURL, ValueError, ImportError):
        raise ProjectError(
            "PRJ168",
            "the proxy that the environment names cannot be used",
            hint="check HTTPS_PROXY, HTTP_PROXY and ALL_PROXY: expected http://HOST:PORT",
        ) from None


def _sandbox(endpoint: Endpoint) -> str | None:
    """The address of the tenant's sandbox, None for a tenant of the vendor's."""
    return "http://sandbox" if endpoint.app else endpoint.url and endpoint.url.rstrip("/")


def _base(endpoint: Endpoint, host: str) -> str:
    return _sandbox(endpoint) or _origin(host)


def _client(endpoint: Endpoint) -> httpx2.AsyncClient:
    # without a base of its own: it would take every address apart twice more
    transport = InProcess(endpoint.app) if endpoint.app else None
    with proxies_understood():
        return httpx2.AsyncClient(
            transport=transport,
            headers={"Accept": "application/json", "User-Agent": f"reconciler/{__version__}"},
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
            # companies have proxies; a sandbox is on this machine and never behind one
            trust_env=_sandbox(endpoint) is None,
            limits=httpx2.Limits(
                max_connections=endpoint.parallelism, max_keepalive_connections=endpoint.parallelism
            ),
        )


def _origin(host: str) -> str:
    """A host of the vendor's as an origin: nothing in it can lead anywhere else."""
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?", host):
        raise ProjectError("PRJ105", f"`{host}` is not a valid host", hint="correct `region`")
    return f"https://{host}"


def _bearer(token: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise ProjectError(
            "PRJ169",
            "the given token is not valid: it holds blanks or other characters",
            hint="check where `credentials` says that it is",
        )
    return f"Bearer {token}"
