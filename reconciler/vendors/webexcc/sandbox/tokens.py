"""The token endpoint: a refresh token becomes an access token and the next refresh token.

`POST /v1/access_token` is webexapis.com's, form-urlencoded and without a bearer token. Times are
the sandbox's clock. No value is ever logged or repeated in an answer other than the grant.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from reconciler.contract.connection import AsgiApp
from reconciler.sandbox.asgi import (
    Heard,
    Receive,
    Scope,
    Send,
    give,
    header,
    json_answer,
    request_body,
)
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.sandbox.tenant import IDENTITY
from reconciler.vendors.webexcc.sandbox.access import SCOPES
from reconciler.vendors.webexcc.sandbox.checks import refuse_unless
from reconciler.vendors.webexcc.sandbox.data import Data

PATH = "/v1/access_token"
APP, TOKEN = "service-app", "access-token"

EXPIRES_IN = 1_209_600
REFRESH_EXPIRES_IN = 7_776_000
"""14 and 90 days: what the vendor grants where the seed does not say otherwise."""

_FIELDS = ("id", "secret", "refreshToken", "expiresIn", "refreshExpiresIn")
_FORM = "application/x-www-form-urlencoded"


class Tokens:
    """Service apps and the tokens that they were granted."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def seed(self, identity: str, app: Any) -> None:
        """Take a service app of the seed in; refuses with 400 what describes none."""
        refuse_unless(isinstance(app, Mapping), "serviceApp is not a mapping")
        unknown = sorted(set(app) - set(_FIELDS))
        refuse_unless(not unknown, f"serviceApp has no field {', '.join(unknown)}")
        for field in ("id", "secret", "refreshToken"):
            text = app.get(field)
            refuse_unless(isinstance(text, str) and text, f"serviceApp.{field} is not text")
        lives = {
            "expiresIn": app.get("expiresIn", EXPIRES_IN),
            "refreshExpiresIn": app.get("refreshExpiresIn", REFRESH_EXPIRES_IN),
        }
        for field, seconds in lives.items():
            refuse_unless(type(seconds) is int and seconds > 0, f"serviceApp.{field}: seconds?")
        refuse_unless(self._data.store.get(APP, app["id"]) is None, "serviceApp.id is taken")
        body = dict(app) | lives | {"identity": identity}
        body["refreshUntil"] = self._now() + lives["refreshExpiresIn"]
        self._data.store.put(APP, body, str(app["id"]))

    def identity(self, token: str) -> str | None:
        """The owner of the token; None where it is unknown or has expired."""
        issued = self._data.store.get(TOKEN, token)
        if issued is not None:
            return str(issued["identity"]) if self._now() < issued["until"] else None
        seeded = self._data.store.named(IDENTITY, token)
        return str(seeded["id"]) if seeded else None

    def endpoint(self, app: AsgiApp) -> AsgiApp:
        """The application, and the token endpoint beside it."""

        async def answering(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or scope["path"] != PATH:
                await app(scope, receive, send)
                return
            body = await request_body(receive)
            await give(self._answer(scope, body), send)

        return answering

    def _answer(self, scope: Scope, body: bytes) -> Heard:
        try:
            if scope["method"] != "POST":
                raise Refusal(405, "The request method is not allowed on this resource.")
            if header(scope, "content-type").partition(";")[0].strip().lower() != _FORM:
                raise Refusal(415, f"The content type is not {_FORM}.")
            with self._data.store.transaction():
                granted = self._granted(_form(body))
        except Refusal as refusal:
            worded = {
                "message": refusal.reason,
                "errors": [{"description": refusal.reason}],
                "trackingId": f"SBX_{header(scope, 'trackingid') or uuid.uuid4()}",
            }
            return json_answer(refusal.status, worded)
        headers = (("cache-control", "no-store"), ("pragma", "no-cache"))
        return json_answer(200, granted, headers)

    def _granted(self, form: Mapping[str, str]) -> Body:
        refuse_unless("grant_type" in form, "invalid_request: grant_type is missing")
        refuse_unless(
            form["grant_type"] == "refresh_token", "unsupported_grant_type: only refresh_token"
        )
        for field in ("client_id", "client_secret", "refresh_token"):
            refuse_unless(form.get(field), f"invalid_request: {field} is missing")
        app = self._data.store.get(APP, form["client_id"])
        if app is None or not _same(app["secret"], form["client_secret"]):
            raise Refusal(401, "invalid_client: Client authentication failed.")
        refuse_unless(
            _same(app["refreshToken"], form["refresh_token"]),
            "invalid_grant: The refresh token is invalid or was used before.",
        )
        now = self._now()
        refuse_unless(now < app["refreshUntil"], "invalid_grant: The refresh token has expired.")
        return self._issued(app, now)

    def _issued(self, app: Body, now: float) -> Body:
        """A new pair; the refresh token that was used is good for nothing from now on."""
        access, refresh = self._made(), self._made()
        owner = {"id": access, "identity": app["identity"], "until": now + app["expiresIn"]}
        self._data.store.put(TOKEN, owner, access)
        until = now + app["refreshExpiresIn"]
        self._data.store.put(APP, app | {"refreshToken": refresh, "refreshUntil": until}, app["id"])
        seeded = self._data.store.get(IDENTITY, app["identity"]) or {}
        scopes = seeded.get("scopes") or SCOPES
        return {
            "access_token": access,
            "expires_in": app["expiresIn"],
            "refresh_token": refresh,
            "refresh_token_expires_in": app["refreshExpiresIn"],
            "token_type": "Bearer",
            "scope": " ".join(scopes),
        }

    def _made(self) -> str:
        """As the vendor's tokens look: value, cluster and organization."""
        return f"{secrets.token_urlsafe(36)}_SBX_{self._data.organization}"

    def _now(self) -> float:
        return self._data.clock().timestamp()


def _same(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qs(body.decode("ascii"), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise Refusal(400, "invalid_request: the body is no form") from error
    return {name: values[0] for name, values in pairs.items() if len(values) == 1}
