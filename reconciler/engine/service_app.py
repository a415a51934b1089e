"""A service app's next access token: its parts read, exchanged, and what is new stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.engine.credentials import Place
from reconciler.errors import TenantError
from reconciler.http.tokens import Grant
from reconciler.vendor import Pace, TokenRequest


@dataclass(frozen=True, slots=True)
class ServiceApp:
    """Where the three parts are, and how the vendor wants to be asked."""

    client_id: Place
    secret: Place
    refresh_token: Place
    request: Callable[[str, str, str], TokenRequest]
    pace: Pace
    sandbox: str | None

    async def __call__(self) -> Grant:
        """Fetch a grant; a refresh token that is new is stored before the grant is used.

        Raises ProjectError where a part is not there, TenantError (TEN102) where it is refused.
        """
        used = await self.refresh_token.read()
        try:
            grant = await self._exchange(used)
        except TenantError:
            # another run may have spent it in this moment, and stored the one that came instead
            newer = await self.refresh_token.read()
            if newer == used:
                raise
            used, grant = newer, await self._exchange(newer)
        if grant.unusable:
            self.refresh_token.warn(
                f"tenant {self.refresh_token.tenant}: the vendor's answer has a refresh token that "
                "is empty, too long, or has characters that no token has: the old one is kept"
            )
        elif grant.refresh_token not in (None, used):
            self.refresh_token.keep(str(grant.refresh_token))
        return grant

    async def _exchange(self, refresh_token: str) -> Grant:
        from reconciler.http.oauth import fetch  # noqa: PLC0415 - `plan --help` does without HTTP

        client_id, secret = await self.client_id.read(), await self.secret.read()
        return await fetch(self.request(client_id, secret, refresh_token), self.pace, self.sandbox)
