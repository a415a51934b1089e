"""The calls that change an employee: deactivate, write the whole record, revive.

An employee is deactivated first, then gets other roles, then is revived: an inactive one may hold
any role. Each call is written once, and read back where its answer is lost.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from reconciler.contract.connection import Update
from reconciler.errors import TenantError
from reconciler.http.fields import segment
from reconciler.http.secrets import without
from reconciler.http.session import Answer, WriteSession
from reconciler.http.write_cycle import Call, WriteCycle, changed
from reconciler.model.live import LiveObject
from reconciler.model.value import Ref, Value, Values
from reconciler.vendors.cxone import wire
from reconciler.vendors.cxone.answers import documented, explain
from reconciler.vendors.cxone.codecs import unconfirmed
from reconciler.vendors.cxone.primary_role import PrimaryRoles
from reconciler.vendors.cxone.searches import Searches
from reconciler.vendors.cxone.semantics import EMPLOYEE

USERS = "/user-management/v1/users"


class EmployeeCalls:
    """The calls of one writer."""

    def __init__(
        self,
        searches: Searches,
        session: WriteSession,
        cycle: WriteCycle,
        primary_roles: PrimaryRoles,
    ) -> None:
        self._searches = searches
        self._session = session
        self._cycle = cycle
        self._primary_roles = primary_roles

    def of(self, update: Update) -> Callable[[LiveObject], Sequence[Call]]:
        """The calls that an update takes, by the employee as they are before it."""
        return partial(self._calls, update)

    def _calls(self, update: Update, before: LiveObject) -> Sequence[Call]:
        user_id, wanted = update.object_id, update.values.get("active")
        others = {key: value for key, value in update.values.items() if key != "active"}
        calls: list[Call] = []
        if wanted is False and before.values["active"]:
            calls.append(lambda _sent: self._switch(user_id, on=False))
        if any(before.values[key] != value for key, value in others.items()):
            calls.append(lambda sent: self._put(user_id, others, before, sent))
        if wanted is True and not before.values["active"]:
            calls.append(lambda _sent: self._switch(user_id, on=True))
        return calls

    async def _put(
        self, user_id: str, values: Values, before: LiveObject, sent: Sequence[Answer]
    ) -> Answer:
        """PUT the whole record, as it was read just now; the tenant has to have given that role."""
        held = before.values["primaryRole"]
        had = held if isinstance(held, Ref) else None
        wanted = values.get("primaryRole", had)
        if not isinstance(wanted, Ref):
            raise TenantError(
                "TEN171",
                "the employee has no primary role, and the tenant takes no employee without one",
                hint="declare `primaryRole` too",
            )
        role = await self._primary_roles.role(str(wanted))
        current = await self._current_record(user_id, sent)
        with documented("a role"):
            body = wire.employee_body(current, values, role)
        async with self._primary_roles.giving():
            answer = await self._once(
                user_id, values, lambda: self._session.put(USERS, body), (had, wanted)
            )
            await self._primary_roles.verify(user_id, had, wanted)
        return answer

    async def _current_record(self, user_id: str, sent: Sequence[Answer]) -> Mapping[str, object]:
        """The record to write over, after the calls of the same operation that were `sent`.

        The record has the status too, so reads must show a deactivation before it is written.
        """
        if not sent:
            return await self._searches.user(user_id)
        return await self._cycle.until(
            user_id,
            lambda: self._searches.user(user_id),
            lambda body: bool(body.get("status") == wire.DEACTIVATED),
        )

    async def _switch(self, user_id: str, *, on: bool) -> Answer:
        async def write() -> Answer:
            if on:
                return await self._session.post(f"{USERS}/{segment(user_id)}/revive", None)
            answer = await self._session.post(f"{USERS}/deactivate", {"userIds": [user_id]})
            if not isinstance(answer.body, dict):
                raise unconfirmed(f"POST {USERS}/deactivate", answer)
            if user_id in (answer.body.get("notDeletedUserIds") or ()):
                raise TenantError(
                    "TEN151",
                    "the tenant did not deactivate the employee, and does not say why",
                    tracking_id=answer.tracking_id,
                    hint="check the employee in CXone",
                )
            return answer

        return await self._once(user_id, {"active": on}, write)

    async def _once(
        self,
        user_id: str,
        values: Mapping[str, Value],
        write: Callable[[], Awaitable[Answer]],
        roles: tuple[Ref | None, ...] = (),
    ) -> Answer:
        """One call, whose outcome is known in the end.

        An employee whose primary role is none of `roles` got a wrong one by it.
        """

        async def landed() -> bool | None:
            live = await self._cycle.fetch(user_id)
            if live is None:
                raise changed(EMPLOYEE, user_id)
            if roles and live.values["primaryRole"] not in roles:
                return True
            return all(live.values[key] == value for key, value in values.items()) or None

        async def send() -> Answer:
            answer = await write()
            if isinstance(answer.body, dict) and answer.body.get("success") is False:
                reason, _ = explain({"message": without(answer.body.get("message"))}, "")
                raise TenantError(
                    "TEN152",
                    f"the tenant refused it: {reason[:300] or 'no reason is given'}",
                    tracking_id=answer.tracking_id,
                )
            return answer

        done = await self._session.surely(send, landed)
        return done.answer or Answer(200, None, "", attempts=done.attempts)
