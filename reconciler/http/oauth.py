"""Fetching an access token: with a refresh token (RFC 6749, section 6), or an access key.

Nothing of an answer is shown but the standard's own error words.
"""

from __future__ import annotations

import math
import uuid
from typing import Any

import httpx2

from reconciler import __version__
from reconciler.contract.connection import Pace
from reconciler.contract.credentials import TokenRequest
from reconciler.errors import TenantError
from reconciler.http.answers import (
    TIMEOUT_SECONDS,
    Answer,
    Asked,
    Failure,
    body_of,
    judged,
    unreached,
)
from reconciler.http.retry import Attempts
from reconciler.http.secrets import remember
from reconciler.http.session import proxies_understood
from reconciler.http.tokens import Grant, is_token

_WORDS = (
    "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client",
    "unsupported_grant_type", "invalid_scope",
)  # fmt: skip


async def fetch(request: TokenRequest, pace: Pace, sandbox: str | None = None) -> Grant:
    """A grant from the vendor's host, or from a sandbox at that origin; raises TenantError."""
    base = sandbox or f"https://{request.host}"
    # asking twice is safe enough: what may be lost with the first answer is lost anyway
    attempts = Attempts(reads=True, pace=pace)
    with proxies_understood():
        client = httpx2.AsyncClient(
            base_url=base,
            headers={"Accept": "application/json", "User-Agent": f"reconciler/{__version__}"},
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
            trust_env=sandbox is None,
        )
    async with client:
        while True:
            attempts.count += 1
            outcome = await _once(client, request)
            if isinstance(outcome, Grant):
                return outcome
            await attempts.after(outcome)


async def _once(client: httpx2.AsyncClient, request: TokenRequest) -> Grant | Failure:
    asked = Asked(f"POST {request.path}", str(uuid.uuid4()), "")
    headers, form = {"TrackingId": asked.tracking_id}, dict(request.form)
    body: dict[str, Any] = {"json" if request.as_json else "data": form}
    try:
        async with client.stream("POST", request.path, headers=headers, **body) as response:
            content = await body_of(response, asked)
            if isinstance(content, Failure):
                return content
            outcome = judged(response, content, asked, _explained)
    except httpx2.RequestError as error:
        return unreached(error, asked)
    if isinstance(outcome, Answer):
        return _grant(outcome.body, asked)
    if outcome.error.status in (400, 401, 403):
        return Failure(_refused(outcome.error, request))
    return outcome


def _explained(_body: Any, text: str) -> tuple[str, str]:
    """The standard's word for it, wherever it stands; the rest may repeat what was sent."""
    return next((word for word in _WORDS if word in text), ""), ""


def _refused(error: TenantError, request: TokenRequest) -> TenantError:
    return TenantError(
        "TEN102",
        f"{error.told.summary}: no access token is given for the {request.what}",
        status=error.status,
        tracking_id=error.tracking_id,
        hint=request.help,
        lasting=True,
    )


def _grant(body: Any, asked: Asked) -> Grant | Failure:
    if not isinstance(body, dict) or not isinstance(body.get("access_token"), str):
        return Failure(asked.failure("TEN102", "the answer holds no access token", lasting=True))
    access, refresh = body["access_token"], body.get("refresh_token")
    if not is_token(access):
        said = "the access token of the answer is empty, too long, or holds other characters"
        return Failure(asked.failure("TEN102", said, lasting=True))
    newer = refresh if is_token(refresh) and refresh != access else None
    return Grant(
        access_token=remember(access),
        expires_in=_seconds(body.get("expires_in")),
        refresh_token=None if newer is None else remember(newer),
        unusable=refresh is not None and newer is None,
    )


def _seconds(lifetime: object) -> float | None:
    """The seconds that a token is valid, at least one; None where no sensible value is given."""
    if not isinstance(lifetime, (int, float)) or isinstance(lifetime, bool):
        return None
    try:
        seconds = float(lifetime)
    except OverflowError:
        return None
    return max(seconds, 1.0) if math.isfinite(seconds) else None
