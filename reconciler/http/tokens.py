"""Sources of access tokens: one that is kept somewhere, and one that is granted when needed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeGuard


class FixedToken:
    """A token that is given once and for all: a sandbox's."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        """The token."""
        return self._token

    async def renewed(self, refused: str) -> str | None:
        """There is no other one."""
        return None if refused == self._token else self._token


class KeptToken:
    """A token that somebody keeps in a variable, in a file or behind a command.

    It is read once, and once more after the tenant refused it: it may have been replaced there.
    """

    def __init__(self, read: Callable[[], Awaitable[str]]) -> None:
        self._read = read
        self._token: str | None = None
        self._once = _SingleFlight()

    async def token(self) -> str:
        """The token as it was read; raises ProjectError."""
        return self._token or await self._once(self._fetch)

    async def renewed(self, refused: str) -> str | None:
        """What is there now, None where it is still the one that was refused."""
        if self._token == refused:
            await self._once(self._fetch)
        return None if self._token == refused else self._token

    async def _fetch(self) -> str:
        self._token = await self._read()
        return self._token


MOST_OF_A_TOKEN = 16 * 1024
_TOKEN = re.compile(r"[!-~]+")


def is_token(value: object) -> TypeGuard[str]:
    """Return whether something can be a token: visible ASCII, and not without end."""
    return (
        isinstance(value, str)
        and len(value) <= MOST_OF_A_TOKEN
        and _TOKEN.fullmatch(value) is not None
    )


@dataclass(frozen=True, slots=True)
class Grant:
    """The answer of a token endpoint: lifetimes in seconds, where it says them.

    `unusable` says that its refresh token is not one: the one that there is must stay.
    """

    access_token: str = field(repr=False)
    expires_in: float | None = None
    refresh_token: str | None = field(default=None, repr=False)
    unusable: bool = False


class GrantedToken:
    """The access token of a service app or access key: fetched when needed, renewed before it ends.

    Of all that wait at the same time one fetches. `fetch` exchanges the parts for a grant, and
    stores a refresh token that comes with it; raises ProjectError or TenantError.
    """

    EARLY = 300.0
    """So many seconds before its end a token is renewed, but for a tenth of its life at most."""

    def __init__(self, fetch: Callable[[], Awaitable[Grant]], now: Callable[[], float]) -> None:
        self._fetch = fetch
        self._now = now
        self._token: str | None = None
        self._until = float("inf")
        self._once = _SingleFlight()

    async def token(self) -> str:
        """A token that is good for a while yet."""
        if self._token is None or self._now() >= self._until:
            return await self._once(self._renew)
        return self._token

    async def renewed(self, refused: str) -> str | None:
        """A new token, unless another caller has got one since."""
        if self._token == refused:
            await self._once(self._renew)
        return None if self._token == refused else self._token

    async def _renew(self) -> str:
        asked = self._now()
        grant = await self._fetch()
        if grant.expires_in is None:
            self._until = float("inf")
        else:
            early = min(self.EARLY, grant.expires_in / 10)
            self._until = asked + grant.expires_in - early
        self._token = grant.access_token
        return self._token


class _SingleFlight:
    """Of several that want the same at once, one does it, and all get what came of it.

    What one caller's cancellation would break off goes on for the others; nothing is bound to an
    event loop beyond one flight.
    """

    def __init__(self) -> None:
        self._flight: asyncio.Task[str] | None = None

    async def __call__(self, work: Callable[[], Awaitable[str]]) -> str:
        if self._flight is None or self._flight.done():
            self._flight = asyncio.ensure_future(_awaited(work))
            # the failure is every waiter's; where all of them have gone, nobody's
            self._flight.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(self._flight)


async def _awaited(work: Callable[[], Awaitable[str]]) -> str:
    return await work()
