"""The next access token of an access key: its parts read, and exchanged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.engine.credentials import Place
from reconciler.http.tokens import Grant
from reconciler.vendor import Pace, TokenRequest


@dataclass(frozen=True, slots=True)
class AccessKey:
    """Where the two parts are, and how the vendor wants to be asked.

    A refresh token that comes along is not used: asking with the key again is simpler, and it does
    as well.
    """

    key_id: Place
    secret: Place
    request: Callable[[str, str], TokenRequest]
    pace: Pace
    sandbox: str | None

    async def __call__(self) -> Grant:
        """Fetch a grant.

        Raises ProjectError where a part is not there, TenantError (TEN102) where it is refused.
        """
        from reconciler.http.oauth import fetch  # noqa: PLC0415 - `plan --help` does without HTTP

        key_id, secret = await self.key_id.read(), await self.secret.read()
        return await fetch(self.request(key_id, secret), self.pace, self.sandbox)
