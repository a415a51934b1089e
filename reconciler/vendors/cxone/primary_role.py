"""Primary roles of employees: written by the internal name of the role, verified by its id.

`role` of an employee takes the internal name of a role, as far as other people's code shows; no
document says so. What the tenant made of it is read back (`roleUUID`). Where that is another role,
every further write could give somebody else the wrong role too, so none is sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

from reconciler.errors import (
    CancelledError,
    MisappliedWriteError,
    NotFoundError,
    TenantError,
    UnknownOutcomeError,
)
from reconciler.model.live import LiveObject
from reconciler.model.value import Ref

Body = Mapping[str, Any]
T = TypeVar("T")


class Until(Protocol):
    """Reads an object until the answer shows a write (`WriteCycle.until`)."""

    async def __call__(
        self, object_id: str, read: Callable[[], Awaitable[T]], is_visible: Callable[[T], bool]
    ) -> T:
        """The last answer."""


class PrimaryRoles:
    """What one writer knows of the roles that it gives, and of what the tenant makes of them."""

    def __init__(
        self,
        fetch_role: Callable[[str], Awaitable[Body]],
        fetch_employee: Callable[[str], Awaitable[LiveObject | None]],
        until: Until,
    ) -> None:
        self._fetch_role = fetch_role
        self._fetch_employee = fetch_employee
        self._until = until
        self._known: dict[str, Body] = {}
        self._first = asyncio.Lock()
        self._is_proven = False
        self._is_misapplied = False

    async def role(self, role_id: str) -> Body:
        """The role of that id as the tenant has it; raises NotFoundError."""
        if role_id not in self._known:
            self._known[role_id] = await self._fetch_role(role_id)
        return self._known[role_id]

    def forget(self) -> None:
        """Read roles again: one was written, and may have another name."""
        self._known.clear()

    def refuse_further_writes(self) -> None:
        """Raise CancelledError where the tenant gave somebody another role than was written."""
        if self._is_misapplied:
            raise CancelledError(
                "RUN106", "the tenant gave an employee another primary role than was written"
            )

    @asynccontextmanager
    async def giving(self) -> AsyncIterator[None]:
        """Let one write of a role through; until the first is verified, one at a time."""
        self.refuse_further_writes()
        if self._is_proven:
            yield
            return
        async with self._first:
            self.refuse_further_writes()
            yield

    async def verify(self, user_id: str, before: Ref | None, written: Ref) -> None:
        """Raise MisappliedWriteError (TEN170) where the employee has another primary role now."""
        held = await self._until(
            user_id,
            lambda: self._held(user_id),
            lambda held: held == written or held != before,  # reads may be late
        )
        if held == written:
            self._is_proven = True
            return
        self._is_misapplied = True
        raise MisappliedWriteError(
            "TEN170",
            f"the tenant was sent the primary role {await self._described(written)} and gave "
            f"{await self._described(held)}",
            hint="nothing further was written; give the employee the right role in CXone, then run "
            "`reconciler plan`",
        )

    async def _held(self, user_id: str) -> Ref | None:
        try:
            live = await self._fetch_employee(user_id)
        except UnknownOutcomeError:
            raise
        except TenantError as error:
            raise UnknownOutcomeError.of(error) from error
        held = live.values["primaryRole"] if live is not None else None
        return held if isinstance(held, Ref) else None

    async def _described(self, role: Ref | None) -> str:
        if role is None:
            return "none"
        try:
            body = await self.role(str(role))
        except NotFoundError:
            return f"`{role}`"
        shown, internal = body.get("displayName"), body.get("roleName")
        return f"`{shown or internal}` (`{internal}`, {role})"
