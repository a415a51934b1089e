"""From a response to an answer, or to an error in reconciler's words; nothing else of it gets out.

Redirects are refused here: the token stays with the host that it was made for.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2

from reconciler.errors import NotFoundError, TenantError
from reconciler.http import secrets

MOST_BYTES = 64 * 1024 * 1024
"""No answer of an API is as large; a larger one is not read on."""

TIMEOUT_SECONDS = 30.0

_NETWORK = "check the network, the region and the proxy, then run it again"


@dataclass(frozen=True, slots=True)
class Answer:
    """A vendor's answer: status, decoded JSON body (None where there is none), tracking id.

    `attempts` says how many times the request was sent until it came; `next` is the address of the
    next page, where a `Link` header names one. It may lead anywhere.
    """

    status: int
    body: Any
    tracking_id: str
    attempts: int = 1
    next: str = ""


Explain = Callable[[Any, str], tuple[str, str]]
"""Reads a vendor's error body (JSON or text): the reason, and the tracking id in it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A request that failed, and what that means for sending it again.

    - `passing`: the next attempt may well succeed.
    - `lost`: the tenant may have done what was asked for, all the same.
    - `unsent`: it certainly never reached the tenant, or the tenant did not process it.
    - `retry_after`: how many seconds the tenant asks to wait.
    """

    error: TenantError
    passing: bool = False
    lost: bool = False
    unsent: bool = False
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """One attempt at a request, for the words about it: the token is there to be kept out."""

    operation: str
    tracking_id: str
    token: str

    def failure(
        self,
        code: str,
        said: str,
        *,
        hint: str = "",
        status: int | None = None,
        lasting: bool = False,
    ) -> TenantError:
        """The error of this attempt."""
        return TenantError(
            code,
            self.redacted(f"{self.operation}: {said}"),
            status=status,
            tracking_id=self.tracking_id,
            hint=hint,
            lasting=lasting,
        )

    def redacted(self, text: str) -> str:
        """The text without the token, however it is echoed."""
        return secrets.redacted(text, self.token)


_UNSENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


async def body_of(response: httpx2.Response, asked: Asked) -> bytes | Failure:
    """The body, read so far as an answer may be large."""
    found = bytearray()
    async for chunk in response.aiter_bytes():
        found += chunk
        if len(found) > MOST_BYTES:
            said = f"the answer is larger than {MOST_BYTES // 1024 // 1024} MiB"
            error = asked.failure("TEN115", said, status=response.status_code)
            return Failure(error, lost=response.is_success)
    return bytes(found)


def unreached(error: httpx2.RequestError, asked: Asked) -> Failure:
    """The failure of a request that got no whole answer."""
    unsent = isinstance(error, _UNSENT)
    if isinstance(error, httpx2.TimeoutException):
        code, said = "TEN110", f"no answer within {TIMEOUT_SECONDS:.0f} s"
    else:
        code, said = (
            "TEN111",
            f"the connection to {error.request.url.host} failed ({type(error).__name__})",
        )
    failed = asked.failure(code, said, hint=_NETWORK, lasting=True)
    return Failure(failed, passing=True, lost=not unsent, unsent=unsent)


def unfinished(asked: Asked, seconds: float) -> Failure:
    """The failure of a request whose answer comes in and does not end."""
    said = f"no whole answer within {seconds:.0f} s"
    failed = asked.failure("TEN110", said, hint=_NETWORK, lasting=True)
    return Failure(failed, lost=True)


def judged(
    response: httpx2.Response, content: bytes, asked: Asked, explain: Explain
) -> Answer | Failure:
    """Judge a whole response."""
    status = response.status_code
    if response.is_redirect or 300 <= status < 400:  # noqa: PLR2004 - the redirects of HTTP
        return Failure(_redirected(response, asked))
    body = _decoded(content)
    if response.is_success:
        if body is _NOT_JSON:
            return _no_json(content, asked, status)
        return Answer(status, body, asked.tracking_id, next=_next(response))
    text = content[:10_000].decode("utf-8", "replace")
    # before anything is cut to a line: a part of a secret is not found as easily as all of it
    sound = None if body is _NOT_JSON else secrets.without(body, asked.token)
    reason, told = explain(sound, asked.redacted(text))
    tracking_id = asked.redacted(told) or asked.tracking_id
    return Failure(
        refusal(asked.operation, status, asked.redacted(reason), tracking_id),
        passing=status in _PASSING,
        lost=status >= SERVER,
        unsent=status == TOO_MANY,
        retry_after=_retry_after(response.headers) if status in _PASSING else None,
    )


def refusal(operation: str, status: int, reason: str, tracking_id: str) -> TenantError:
    """The error of what a tenant refused, with the reason that it gave."""
    kind, code = _REFUSALS.get(status, (TenantError, "TEN100"))
    return kind(
        code,
        f"{operation}: {status} {reason}".rstrip(),
        status=status,
        tracking_id=tracking_id,
        hint=_HINTS.get(status, _AILING if status >= SERVER else ""),
        lasting=status in (UNAUTHORIZED, TOO_MANY),
        reason=reason,
    )


SERVER = 500
"""Where the errors of servers begin."""

TOO_MANY = 429
CONFLICTS = frozenset({409, 412})
UNAUTHORIZED = 401
_PASSING = frozenset({TOO_MANY, 500, 502, 503, 504})
_NOT_JSON = object()

_REFUSALS: Mapping[int, tuple[type[TenantError], str]] = {
    401: (TenantError, "TEN101"),
    403: (TenantError, "TEN103"),
    404: (NotFoundError, "TEN104"),
    409: (TenantError, "TEN105"),
    412: (TenantError, "TEN106"),
    429: (TenantError, "TEN107"),
}

_AILING = "the service fails by itself: run it again later; its support can find the tracking id"

_HINTS: Mapping[int, str] = {
    401: "the token is unknown or has expired: get a new one",
    403: "the identity of the token lacks a scope or a role for this",
    429: "the tenant's request limit is used up: wait a minute and run it again",
}


def _decoded(content: bytes) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return _NOT_JSON


def _no_json(content: bytes, asked: Asked, status: int) -> Failure:
    if content.lstrip()[:1] == b"<":
        hint = "a proxy or a login page may stand in between; check the region"
        said = f"{status}, but the answer is a web page"
        return Failure(asked.failure("TEN112", said, hint=hint, status=status), lost=True)
    hint = "it may have been cut off on its way; run it again"
    said = f"{status}, but the answer is not JSON"
    error = asked.failure("TEN112", said, hint=hint, status=status)
    return Failure(error, passing=True, lost=True)


def _redirected(response: httpx2.Response, asked: Asked) -> TenantError:
    where = _host(response.headers.get("location", ""))
    return asked.failure(
        "TEN114",
        f"{response.status_code} points to {where}; the token is not taken there",
        hint="check the region; a proxy or a login page may stand in between",
        status=response.status_code,
    )


def _host(location: str) -> str:
    """The host of a redirect; the rest of it may hold anything."""
    try:
        host = urlsplit(location).hostname
    except ValueError:
        host = None
    if host is None:
        return "another path"
    return host if re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", host) else "another host"


def _next(response: httpx2.Response) -> str:
    """The address that `Link: <…>; rel="next"` has, made whole; empty where there is none."""
    try:
        written = response.links.get("next", {}).get("url", "")
        return urljoin(str(response.url), written) if written else ""
    except ValueError:
        return ""


def _retry_after(headers: httpx2.Headers) -> float | None:
    """Seconds to wait, from a number or a date; by the tenant's clock where that shows."""
    written = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", written):
        return float(written)
    until = _seconds(written)
    if until is None:
        return None
    now = _seconds(headers.get("date", ""))
    return max(0.0, until - (time.time() if now is None else now))


def _seconds(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
