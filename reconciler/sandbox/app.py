"""Handlers of a sandbox as an ASGI application: bearer tokens, JSON in and out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json, to_json
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, Router

from reconciler.contract.connection import AsgiApp
from reconciler.sandbox.errors import Refusal


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a handler sees it; `identity` is who the token belongs to.

    `tracking_id` is what the caller calls the request, empty where it calls it nothing; `url` is
    the address that it asked, without its query.
    """

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    identity: str
    tracking_id: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and JSON body; no body where it is None."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


NO_HEADERS: Mapping[str, str] = {}

Handler = Callable[[Call], Answer]
Wording = Callable[[Refusal, str], Any]
"""A refusal and the caller's tracking id as the vendor's error body."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One operation of the API."""

    method: str
    path: str
    handler: Handler


def asgi(
    endpoints: Iterable[Endpoint], identify: Callable[[str], str | None], wording: Wording
) -> AsgiApp:
    """The application; a call without a token is a 400, with an unknown one a 401."""

    def route(endpoint: Endpoint) -> Route:
        async def answer(request: Request) -> Response:
            tracking_id = request.headers.get("TrackingId", "")
            try:
                call = await _call(request, identify)
                found = endpoint.handler(call)
            except Refusal as refusal:
                return _json(wording(refusal, tracking_id), refusal.status)
            if found.body is None:
                return Response(status_code=found.status, headers=dict(found.headers))
            return _json(found.body, found.status, found.headers)

        return Route(endpoint.path, answer, methods=[endpoint.method])

    router = Router([route(each) for each in _merged(endpoints)])
    return router


def _json(body: Any, status: int, headers: Mapping[str, str] = NO_HEADERS) -> Response:
    return Response(to_json(body), status, dict(headers), media_type="application/json")


def _merged(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    """Fixed paths before those with parameters, so that the exact one answers."""
    return sorted(endpoints, key=lambda each: each.path.count("{"))


async def _call(request: Request, identify: Callable[[str], str | None]) -> Call:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refusal(400, "the Authorization header is missing or malformed")
    identity = identify(token.strip())
    if identity is None:
        raise Refusal(401, "the token is unknown or has expired")
    raw = await request.body()
    try:
        body = from_json(raw) if raw else None
    except ValueError as error:
        raise Refusal(400, "the body is no JSON") from error
    tracking_id = request.headers.get("TrackingId", "")
    url = str(request.url.replace(query=""))
    return Call(request.path_params, request.query_params, body, identity, tracking_id, url)
