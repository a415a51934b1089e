"""Roles and employees of CXone: how each is addressed, read and written."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from reconciler.errors import NotFoundError, UnknownOutcomeError
from reconciler.http.codec import Body, Codec, Fetched
from reconciler.http.fields import identifier
from reconciler.http.session import Answer, WriteSession
from reconciler.model.live import LiveObject
from reconciler.model.value import Values
from reconciler.vendors.cxone import assumed, wire
from reconciler.vendors.cxone.answers import documented
from reconciler.vendors.cxone.searches import ROLE_SEARCH, USER_SEARCH, Searches
from reconciler.vendors.cxone.semantics import EMPLOYEE, ROLE


class RoleCodec(Codec):
    """Roles, written whole by the assumed calls; `role_written` is called after each."""

    kind = ROLE
    noun = "role"
    create_call = f"POST {assumed.ROLES}"
    who_made_it = "check in CXone who made it"

    def __init__(
        self, searches: Searches, session: WriteSession, role_written: Callable[[], None]
    ) -> None:
        self._searches = searches
        self._session = session
        self._role_written = role_written

    async def fetch(self, object_id: str) -> Fetched:
        """The role, by a search for its id."""
        with _named(ROLE, object_id):
            body = await self._searches.role(object_id)
        return Fetched(body, role(body))

    async def find(self, name: str) -> LiveObject | None:
        """The role that pages show by this name, in whatever case."""
        roles = map(role, await self._searches.roles())
        return next((each for each in roles if each.name.casefold() == name.casefold()), None)

    async def encode(self, values: Values, current: Body | None) -> dict[str, Any]:
        """The role whole."""
        return wire.role_body(values, current)

    async def create(self, body: Body) -> Answer:
        """A1."""
        return await assumed.create_role(self._session, body)

    def created_id(self, answer: Answer) -> str:
        """The id in the answer."""
        with suppress(ValueError, KeyError, TypeError):
            return identifier(answer.body, "roleId")
        raise unconfirmed(self.create_call, answer)

    async def update(self, object_id: str, body: Body) -> Answer:
        """A2."""
        try:
            return await assumed.write_role(self._session, object_id, body)
        finally:
            self._role_written()


class EmployeeCodec(Codec):
    """Employees; `employee_calls.py` has how they are written."""

    kind = EMPLOYEE
    noun = "employee"

    def __init__(self, searches: Searches) -> None:
        self._searches = searches

    async def fetch(self, object_id: str) -> Fetched:
        """The whole record."""
        with _named(EMPLOYEE, object_id):
            body = await self._searches.user(object_id)
        # an answer may name the primary role; only the roles have its id then
        ids = {} if body.get("roleUUID") else wire.ids_by_name(await self._searches.roles())
        return Fetched(body, employee(body, ids))

    async def find(self, name: str) -> LiveObject | None:
        """The employee of that address, in whatever case."""
        for row in await self._searches.users():
            if str(row.get("emailAddress")).casefold() == name.casefold():
                with suppress(NotFoundError):
                    return (await self.fetch(row["id"])).live
                return None
        return None


def role(body: Body) -> LiveObject:
    """A role as role search answers it; raises TenantError."""
    with documented(f"POST {ROLE_SEARCH}"):
        return wire.role(body)


def employee(body: Body, role_ids: Mapping[str, str]) -> LiveObject:
    """An employee as user search, or one by one, answers; raises TenantError."""
    with documented(f"POST {USER_SEARCH}"):
        return wire.employee(body, role_ids)


def unconfirmed(call: str, answer: Answer) -> UnknownOutcomeError:
    """A success whose body does not say what was done."""
    return UnknownOutcomeError(
        "TEN113",
        f"{call}: the answer does not say what was done",
        status=answer.status,
        tracking_id=answer.tracking_id,
        hint="whether the write landed is unknown: run `reconciler plan` to see",
    )


@contextmanager
def _named(kind: str, object_id: str) -> Iterator[None]:
    """An object that is missing, by its kind and id, whichever call says so."""
    try:
        yield
    except NotFoundError as missing:
        raise NotFoundError("TEN104", f"there is no {kind} {object_id}") from missing
