"""The reader and the writer of a CXone tenant."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from reconciler.contract.connection import Endpoint, Update, Written
from reconciler.errors import ReconcilerError
from reconciler.http.items import RowReader
from reconciler.http.lists import WholeLists, is_unreadable, read_lists
from reconciler.http.parallel import InParallel
from reconciler.http.session import ReadSession, WriteSession, reading, writing
from reconciler.http.write_cycle import WriteCycle
from reconciler.model.live import Identity, LiveObject, Snapshot
from reconciler.model.resource import Resource
from reconciler.model.value import Json, Ref, Values
from reconciler.vendors.cxone import assumed, assumed_ids, wire
from reconciler.vendors.cxone.answers import documented, explain
from reconciler.vendors.cxone.codecs import EmployeeCodec, RoleCodec, role
from reconciler.vendors.cxone.employee_calls import EmployeeCalls
from reconciler.vendors.cxone.group import GROUP, group_kind
from reconciler.vendors.cxone.hosts import host
from reconciler.vendors.cxone.permissions import PERMISSION, catalogue
from reconciler.vendors.cxone.primary_role import PrimaryRoles
from reconciler.vendors.cxone.searches import ROLE_SEARCH, USER_SEARCH, Searches
from reconciler.vendors.cxone.semantics import EMPLOYEE, ROLE, roles_of

NAMES = ("displayName", "roleName", "emailAddress")
"""The fields that may hold the name of a row of unexpected shape, the best first."""


class CxoneReader:
    """Reads a tenant; holds a session that cannot write."""

    def __init__(self, session: ReadSession, endpoint: Endpoint) -> None:
        self._session = session
        self._endpoint = endpoint
        self._searches = Searches(session, limit=endpoint.parallelism)

    async def read(self, resources: tuple[Resource[Any], ...], remembered: Json = None) -> Snapshot:
        """All roles, whatever their status, and all employees.

        Lists carry all that is read, so nothing needs to be remembered.
        """
        claims = _claims(await self._endpoint.token.token())
        lists = await self._lists()
        rows = RowReader(GROUP, documented, NAMES)
        bodies = lists.rows[ROLE]
        roles = tuple(
            rows.of_rows(ROLE, f"POST {ROLE_SEARCH}", bodies, wire.role, identifier="roleId")
        )
        known = {each.id for each in roles}
        ids = wire.ids_by_name(body for body in bodies if body["roleId"] in known)
        made = partial(wire.employee, role_ids=ids)
        employees = tuple(rows.of_rows(EMPLOYEE, f"POST {USER_SEARCH}", lists.rows[EMPLOYEE], made))
        return Snapshot(
            organization=self._endpoint.organization,
            objects={group_kind(ROLE): roles, group_kind(EMPLOYEE): employees},
            inventory={group_kind(PERMISSION): catalogue(roles, lists.rows.get(PERMISSION, ()))},
            requests=self._session.requests,
            # what an unknown role allows is unknown
            identities={GROUP: _identity(claims, employees, roles, complete=not rows.unknown)},
            unread={group_kind(kind): error.told.summary for kind, error in lists.refused.items()},
            unknown=tuple(rows.unknown),
        )

    async def _lists(self) -> WholeLists[Any]:
        """Roles, employees and, where the tenant has the assumed call for that, permissions.

        Nothing needs the list of permissions: roles list permissions too.
        """
        read: dict[str, Callable[[], Awaitable[tuple[Any, ...]]]] = {
            ROLE: self._searches.roles,
            EMPLOYEE: self._searches.users,
        }
        if assumed_ids.LIST_PERMISSIONS in self._endpoint.assumed:
            read[PERMISSION] = self._permissions
        return await read_lists(
            tuple(read),
            lambda kind: read[kind](),
            lambda kind, error: kind == PERMISSION and is_unreadable(error),
            InParallel(self._endpoint),
        )

    async def _permissions(self) -> tuple[str, ...]:
        answer = await assumed.permissions(self._session)
        with documented("the list of permissions", answer.tracking_id):
            return tuple(wire.permissions(answer.body["applications"]))


class CxoneWriter(CxoneReader):
    """Carries out operations; each write is checked before and read back after."""

    def __init__(self, session: WriteSession, endpoint: Endpoint) -> None:
        super().__init__(session, endpoint)
        searches = self._searches
        employee = EmployeeCodec(searches)
        employees = WriteCycle(employee, session, endpoint)
        self._primary_roles = PrimaryRoles(searches.role, employees.fetch, employees.until)
        self._employee_calls = EmployeeCalls(searches, session, employees, self._primary_roles)
        roles = RoleCodec(searches, session, self._primary_roles.forget)
        self._codecs = {ROLE: roles, EMPLOYEE: employee}
        self._cycles = {ROLE: WriteCycle(roles, session, endpoint), EMPLOYEE: employees}

    async def fetch(self, kind: str, object_id: str) -> LiveObject | None:
        """The object as it is now, None where it is gone."""
        return await self._cycles[kind].fetch(object_id)

    async def find(self, kind: str, name: str) -> LiveObject | None:
        """The object of that name, None where there is none."""
        return await self._codecs[kind].find(name)

    async def taken(self, kind: str, names: Collection[str]) -> Mapping[str, str]:
        """Those of these names that are there, with their ids: one list has all."""
        every = [role(body) for body in await self._searches.roles()] if kind == ROLE else []
        by_name = {each.name.casefold(): each.id for each in every}
        return {name: by_name[n] for name in names if (n := name.casefold()) in by_name}

    async def create(self, kind: str, values: Values) -> Written:
        """A new role, where the tenant has the assumed call for it."""
        if kind != ROLE or assumed_ids.CREATE_ROLE not in self._endpoint.assumed:
            raise assumed.refuse(assumed_ids.CREATE_ROLE)
        self._primary_roles.refuse_further_writes()
        return await self._cycles[kind].create(values)

    async def update(self, kind: str, object_id: str, values: Values, expect: str) -> Written:
        """Write the object as it is now, with these values, if it is as expected."""
        if kind == ROLE and assumed_ids.WRITE_ROLE not in self._endpoint.assumed:
            raise assumed.refuse(assumed_ids.WRITE_ROLE)
        self._primary_roles.refuse_further_writes()
        update = Update(object_id, values, expect)
        if kind == ROLE:
            return await self._cycles[kind].update(update)
        return await self._cycles[kind].update_in_calls(update, self._employee_calls.of(update))

    async def update_many(
        self, kind: str, updates: Sequence[Update]
    ) -> list[Written | ReconcilerError]:
        """There is no call for several."""
        raise AssertionError(f"{kind} has no bulk call, and {len(updates)} updates came in one")

    async def delete(self, kind: str, object_id: str, expect: str) -> Written:
        """Nothing in CXone is ever deleted."""
        raise AssertionError(f"{kind} {object_id} ({expect}) cannot be deleted")


def _claims(token: str) -> Mapping[str, Any]:
    """The claims of a JWT about its owner; empty where it is not a JWT."""
    try:
        body = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _identity(
    claims: Mapping[str, Any],
    employees: Sequence[LiveObject],
    roles: Sequence[LiveObject],
    *,
    complete: bool,
) -> Identity:
    """The identity that the token's claims name, with the union of what its roles allow.

    That is not known where the roles are not `complete`.
    """
    name = str(claims.get("userName") or "an unknown account")
    me = next((each for each in employees if each.id == claims.get("userId")), None)
    if me is None:
        return Identity(name)
    if not complete:
        return Identity(me.name, Ref(me.id))
    held = roles_of(me.values)
    allowed: set[str] = set()
    for each in roles:
        permissions = each.values["permissions"]
        if each.id in held and isinstance(permissions, frozenset):
            allowed |= permissions
    rights = LiveObject(
        group_kind(ROLE), "", "their roles", {"permissions": frozenset(allowed)}, ""
    )
    return Identity(me.name, Ref(me.id), rights)


@asynccontextmanager
async def open_reader(endpoint: Endpoint) -> AsyncIterator[CxoneReader]:
    """A reader of the tenant, open for the length of the block."""
    async with reading(endpoint, host(endpoint.region), explain) as session:
        yield CxoneReader(session, endpoint)


@asynccontextmanager
async def open_writer(endpoint: Endpoint) -> AsyncIterator[CxoneWriter]:
    """A writer to the tenant, open for the length of the block."""
    async with writing(endpoint, host(endpoint.region), explain) as session:
        yield CxoneWriter(session, endpoint)
