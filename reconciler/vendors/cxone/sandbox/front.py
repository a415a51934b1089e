"""What is before all services: who is let in without a token, which service a path is of, and the
headers of every answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from reconciler.contract.connection import AsgiApp
from reconciler.sandbox.asgi import (
    Heard,
    Receive,
    Scope,
    Send,
    give,
    header,
    hear,
    json_answer,
    request_body,
)
from reconciler.sandbox.errors import Refusal
from reconciler.vendors.cxone.sandbox.errors import of_acd, of_scim, of_userhub
from reconciler.vendors.cxone.sandbox.scim import PLACES

ACD = "/incontactapi/"
UNAUTHORIZED = 401

Open = Mapping[tuple[str, str], Callable[[Mapping[str, Any]], Any]]
"""What answers without a token, by method and path: given the body, or the query."""


def fronted(
    userhub: AsgiApp, acd: AsgiApp, scim: AsgiApp, open_: Open, now: Callable[[], str]
) -> AsgiApp:
    """The tenant's one application; `now` is its time, as its errors show it."""

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await userhub(scope, receive, send)
            return
        body = await request_body(receive)
        method, path = scope["method"], scope["path"]
        is_acd, is_scim = path.lower().startswith(ACD), path.startswith(PLACES)
        if (method, path) in open_:
            heard = _opened(open_[method, path], scope, body)
        else:
            # ACD takes its paths in any case
            inner = {**scope, "path": path.lower()} if is_acd else scope
            heard = await hear(acd if is_acd else scim if is_scim else userhub, inner, body)
        if heard.status >= 400:  # noqa: PLR2004 - a refusal, by HTTP
            if is_scim:
                heard = _in_scims_shape(heard)
            else:
                heard = _worded(heard, path, now(), is_acd=is_acd)
        if asked := header(scope, "correlationid"):
            told = (b"correlationid", asked.encode("latin-1"))
            heard = replace(heard, headers=(*heard.headers, told))
        await give(heard, send)

    return answering


def _opened(handler: Callable[[Mapping[str, Any]], Any], scope: Scope, body: bytes) -> Heard:
    try:
        given = json.loads(body) if body else {}
        if not isinstance(given, dict):
            raise Refusal(400, "the body is no object")
        return json_answer(200, handler(given))
    except Refusal as refusal:
        return json_answer(refusal.status, of_userhub(refusal, ""))
    except ValueError:
        return json_answer(400, of_userhub(Refusal(400, "the body is no JSON"), ""))


def _in_scims_shape(heard: Heard) -> Heard:
    """A refusal of SCIM's; of a path or method that it does not have, too."""
    if isinstance(heard.json, dict):
        return heard
    reason = HTTPStatus(heard.status).phrase
    return json_answer(heard.status, of_scim(Refusal(heard.status, reason), ""))


def _worded(heard: Heard, path: str, now: str, *, is_acd: bool) -> Heard:
    """A refusal as the service words it: ACD says why in a header too, UserHub when and where."""
    if is_acd:
        told = heard.json or of_acd(Refusal(heard.status, "Not Found"), "")
        reason = str(told.get("error_description", ""))
        return json_answer(heard.status, told, (("icStatusDescription", reason),))
    if heard.status == UNAUTHORIZED and isinstance(heard.json, dict):
        return json_answer(UNAUTHORIZED, {"timestamp": now, **heard.json, "path": path})
    return heard
