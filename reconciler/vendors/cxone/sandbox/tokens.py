"""Access tokens: given for an access key, renewed with what comes along, good for an hour.

They are signed with a secret of the tenant's own, so that nobody makes one up. What is embedded
takes a token that does not end (`embedded`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.sandbox.tenant import IDENTITY
from reconciler.vendors.cxone.sandbox.data import DELETED, USER, Data

ACCESS_KEY = "/authentication/v1/token/access-key"
REFRESH = "/public/user/refresh"
EXPIRES_IN, REFRESH_EXPIRES_IN = 3600, 86_400
KEY = "access-key"

_SIGNING = "signing-key"


class Tokens:
    """The tokens and credentials that let somebody in."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def embedded(self, identity: str) -> str:
        """The token of a seeded identity: it does not end."""
        return self._signed(self._claims(identity))

    def identity(self, token: str) -> str | None:
        """The owner of the token; None where it is unknown, has ended, or they have left."""
        claims = self._read(token)
        if claims is None or claims.get("use") == "refresh" or self._is_over(claims):
            return None
        name = str(claims["userName"])
        user = self._data.store.named(USER, name)
        if user is not None:
            return name if user["status"] != DELETED else None
        return name if self._data.store.get(IDENTITY, name) else None

    def of_key(self, body: Mapping[str, Any]) -> Body:
        """A token for an access key; refuses with 401."""
        key = self._data.store.get(KEY, str(body.get("accessKeyId") or ""))
        given = digest(str(body.get("accessKeySecret") or ""))
        if key is None or not hmac.compare_digest(key["secretDigest"], given):
            raise Refusal(401, "Invalid access key")
        user = self._data.store.get(USER, key["userId"])
        if not key["isActive"] or user is None or user["status"] == DELETED:
            raise Refusal(401, "The access key is not active")
        used = {**key, "lastUsedDate": self._data.clock().isoformat()}
        self._data.store.put(KEY, used, key["id"])
        access, refresh = self._pair(str(user["userName"]), key["expiresIn"])
        return {
            "access_token": access,
            "refresh_token": refresh,
            "id_token": access,
            "token_type": "Bearer",
            "expires_in": key["expiresIn"],
            "resource_server_base_uri": "https://api-na1.niceincontact.com/inContactAPI/",
        }

    def refreshed(self, body: Mapping[str, Any]) -> Body:
        """A token for a refresh token, in keys of its own; refuses with 401."""
        claims = self._read(str(body.get("token") or ""))
        if claims is None or claims.get("use") != "refresh" or self._is_over(claims):
            raise Refusal(401, "Invalid refresh token")
        access, refresh = self._pair(str(claims["userName"]), EXPIRES_IN)
        return {
            "token": access,
            "refreshToken": refresh,
            "tokenExpirationTimeSec": EXPIRES_IN,
            "refreshTokenExpirationTimeSec": REFRESH_EXPIRES_IN,
        }

    def _pair(self, name: str, expires_in: int) -> tuple[str, str]:
        claims = self._claims(name)
        ends = [self._after(seconds) for seconds in (expires_in, REFRESH_EXPIRES_IN)]
        number = {"jti": secrets.token_hex(8)}
        return (
            self._signed(claims | number | {"exp": ends[0]}),
            self._signed({"userName": name, "use": "refresh", "exp": ends[1]} | number),
        )

    def _claims(self, name: str) -> dict[str, Any]:
        """The claims that tokens were seen to have."""
        user = self._data.store.named(USER, name) or {}
        return {
            "userName": name,
            "userId": user.get("id", ""),
            "firstName": user.get("firstName", ""),
            "lastName": user.get("lastName", ""),
            "teamId": user.get("teamId", ""),
            "tenantId": self._data.organization,
            "tenant": "sandbox",
            "icBUId": 1,
            "icClusterId": "C1",
            "role": {"legacyId": user.get("role", "")},
        }

    def _after(self, seconds: int) -> float:
        return (self._data.clock() + timedelta(seconds=seconds)).timestamp()

    def _is_over(self, claims: Mapping[str, Any]) -> bool:
        return "exp" in claims and self._data.clock().timestamp() >= claims["exp"]

    def _signed(self, claims: Mapping[str, Any]) -> str:
        said = ".".join(_encoded(json.dumps(each).encode()) for each in ({"alg": "HS256"}, claims))
        return f"{said}.{self._signature(said)}"

    def _signature(self, said: str) -> str:
        return _encoded(hmac.new(self._secret(), said.encode(), hashlib.sha256).digest())

    def _secret(self) -> bytes:
        kept = self._data.store.get("meta", _SIGNING)
        if kept is None:
            kept = {"id": _SIGNING, "value": secrets.token_hex(32)}
            self._data.store.put("meta", kept, _SIGNING)
        return bytes.fromhex(kept["value"])

    def _read(self, token: str) -> dict[str, Any] | None:
        said, _, signature = token.rpartition(".")
        if not hmac.compare_digest(self._signature(said).encode(), signature.encode()):
            return None
        found: dict[str, Any] = json.loads(_decoded(said.partition(".")[2]))
        return found


def digest(secret: str) -> str:
    """A secret as it is kept."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
