"""The UserHub and authorization APIs of CXone: one method for each thing we ask of them."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from reconciler.errors import (
    NotFoundError,
    ReconcilerError,
    StalePlanError,
    TenantError,
    UnknownOutcomeError,
)
from reconciler.http.fields import identifier, segment, whole
from reconciler.http.parallel import in_parallel
from reconciler.http.secrets import without
from reconciler.http.session import Answer, ReadSession, WriteSession, reading, writing
from reconciler.model.live import Identity, LiveObject, Snapshot
from reconciler.model.resource import Resource
from reconciler.model.value import Json, Ref, Value, Values
from reconciler.vendor import Endpoint, Update, Written
from reconciler.vendors.cxone import assumed, supposed, wire
from reconciler.vendors.cxone.answers import documented, explain
from reconciler.vendors.cxone.hosts import host
from reconciler.vendors.cxone.permissions import PERMISSION, catalogue
from reconciler.vendors.cxone.semantics import EMPLOYEE, ROLE, roles_of

ROLE_SEARCH = "/authorization/v1/roles/search"
USER_SEARCH = "/user-management/v2/users/search"
USERS = "/user-management/v1/users"
PAGE = 100
_MOST_USERS = 10_000_000


@dataclass(frozen=True, slots=True)
class _Page:
    """A part of a list, with how much there is of it."""

    rows: list[Mapping[str, Any]]
    total: int
    tracking_id: str


class CxoneReader:
    """Reads a tenant; holds a session that cannot write."""

    def __init__(self, session: ReadSession, endpoint: Endpoint) -> None:
        self._session = session
        self._endpoint = endpoint

    async def read(self, resources: tuple[Resource[Any], ...], remembered: Json = None) -> Snapshot:
        """All roles, whatever their status, and all employees; lists carry all that is read."""
        claims = _claims(await self._endpoint.token.token())
        roles = tuple(map(_role, await self.roles()))
        ids = _ids_by_name(roles)
        users = await self._users()
        employees = tuple(_employee(body, ids) for body in users)
        return Snapshot(
            organization=self._endpoint.organization,
            objects={ROLE: roles, EMPLOYEE: employees},
            inventory={PERMISSION: catalogue(roles, await self._listed())},
            requests=self._session.requests,
            identity=_identity(claims, employees, roles),
        )

    async def roles(self) -> list[Mapping[str, Any]]:
        """Every role as the service tells it."""
        return await self._roles({})

    async def _listed(self) -> list[str]:
        """The permissions that the tenant lists, where it has the assumed call for that."""
        if supposed.LIST_PERMISSIONS not in self._endpoint.assumed:
            return []
        answer = await assumed.permissions(self._session)
        with documented("the list of permissions", answer.tracking_id):
            return list(wire.permissions(answer.body["applications"]))

    async def _roles(self, wanted: Mapping[str, Sequence[str]]) -> list[Mapping[str, Any]]:
        """Role search, page after page until one is not full: the answer tells no total."""
        found: dict[str, Mapping[str, Any]] = {}
        number = 1
        while True:
            asked = {"filter": wanted, "page": {"pageSize": PAGE, "pageNo": number}}
            answer = await self._session.search(ROLE_SEARCH, asked)
            with documented(f"POST {ROLE_SEARCH}", answer.tracking_id):
                rows = list(answer.body["roles"])
                new = {identifier(row, "roleId"): row for row in rows}
            if new.keys() & found.keys() or len(new) < len(rows):
                raise TenantError(
                    "TEN120",
                    f"the list of roles is not complete: page {number} repeats a role",
                    tracking_id=answer.tracking_id,
                    hint="run it again",
                )
            found |= new
            if len(rows) < PAGE:
                return list(found.values())
            number += 1

    async def _users(self) -> list[Mapping[str, Any]]:
        """User search, a page and then all others at once.

        Raises TenantError where a row is missing or repeats, or the total is another one meanwhile.
        """
        first = await self._page_of_users(0)
        size = len(first.rows) or PAGE  # the service may give less than was asked for
        starts = range(size, first.total, size)
        limit = self._endpoint.parallelism
        pages = [first, *await in_parallel(starts, self._page_of_users, limit=limit)]
        found = {row["id"]: row for page in pages for row in page.rows}
        came = sum(len(page.rows) for page in pages)
        if {page.total for page in pages} != {first.total} or not (
            len(found) == came == first.total
        ):
            raise TenantError(
                "TEN120",
                f"the list of employees is not complete: {len(found)} of {first.total} came",
                tracking_id=pages[-1].tracking_id,
                hint="run it again: somebody may have changed the tenant while it was read",
            )
        return list(found.values())

    async def _page_of_users(self, start: int) -> _Page:
        asked = {
            "filter": {},
            "fields": list(wire.USER_FIELDS),
            "skip": start,
            "top": PAGE,
            "orderBy": {"userName": "ASC"},
        }
        answer = await self._session.search(USER_SEARCH, asked)
        with documented(f"POST {USER_SEARCH}", answer.tracking_id):
            rows, total = list(answer.body["users"]), answer.body["totalRecords"]
            if type(total) is not int or not 0 <= total <= _MOST_USERS:
                raise ValueError("totalRecords is not a number of users")
            for row in rows:
                identifier(row, "id")
        return _Page(rows, total, answer.tracking_id)

    async def _role_body(self, role_id: str) -> Mapping[str, Any]:
        for each in await self._roles({"roleId": [role_id]}):
            if each["roleId"] == role_id:
                with documented(f"POST {ROLE_SEARCH}, role {role_id}"):
                    return whole(each)
        raise NotFoundError("TEN104", f"there is no role {role_id}")

    async def _user_body(self, user_id: str) -> Mapping[str, Any]:
        answer = await self._session.get(f"/user-management/v3/users/{segment(user_id)}")
        with documented(f"GET v3/users/{user_id}", answer.tracking_id):
            body: Mapping[str, Any] = answer.body["user"]
            if body["id"] != user_id:
                raise ValueError("it is of another user")
            return whole(body)


class CxoneWriter(CxoneReader):
    """Carries out operations; each write is checked before and read back after."""

    def __init__(self, session: WriteSession, endpoint: Endpoint) -> None:
        super().__init__(session, endpoint)
        self._writes = session

    async def fetch(self, kind: str, object_id: str) -> LiveObject | None:
        """The object as it is now, None where it is gone."""
        try:
            if kind == ROLE:
                return _role(await self._role_body(object_id))
            return await self._employee(await self._user_body(object_id))
        except NotFoundError:
            return None

    async def _employee(self, body: Mapping[str, Any]) -> LiveObject:
        # an answer may name the primary role; only the roles tell its id then
        ids = {} if body.get("roleUUID") else _ids_by_name(map(_role, await self.roles()))
        return _employee(body, ids)

    async def find(self, kind: str, name: str) -> LiveObject | None:
        """The object of that name, None where there is none."""
        if kind == ROLE:
            wanted = name.casefold()
            every = map(_role, await self.roles())
            return next((each for each in every if each.name.casefold() == wanted), None)
        users = await self._users()
        found = (u for u in users if str(u.get("emailAddress")).casefold() == name.casefold())
        body = next(found, None)
        return await self.fetch(kind, body["id"]) if body else None

    async def taken(self, kind: str, names: Collection[str]) -> Mapping[str, str]:
        """Those of these names that are there, with their ids: one list tells all."""
        every = [_role(body) for body in await self.roles()] if kind == ROLE else []
        by_name = {each.name.casefold(): each.id for each in every}
        return {name: by_name[n] for name in names if (n := name.casefold()) in by_name}

    async def create(self, kind: str, values: Values) -> Written:
        """A new role, where the tenant has the assumed call for it."""
        if kind != ROLE or supposed.CREATE_ROLE not in self._endpoint.assumed:
            raise assumed.refuse(supposed.CREATE_ROLE)
        body = wire.role_body(values, None)

        async def there() -> LiveObject | None:
            return await self.find(ROLE, str(values["name"]))

        async def make() -> Answer:
            answer = await assumed.create_role(self._writes, body)
            with suppress(ValueError, KeyError, TypeError):
                identifier(answer.body, "roleId")
                return answer
            raise UnknownOutcomeError(
                "TEN113",
                f"POST {assumed.ROLES}: the answer names no role",
                status=answer.status,
                tracking_id=answer.tracking_id,
                hint="whether it was created is unknown: run `reconciler plan` to see",
            )

        done = await self._writes.surely(make, there, repeatable=False)
        live = done.found or await self.fetch(
            ROLE, done.answer.body["roleId"] if done.answer else ""
        )
        return Written(live, done.answer.tracking_id if done.answer else "", done.attempts)

    async def update(self, kind: str, object_id: str, values: Values, expect: str) -> Written:
        """Write the object as it is now, with these values, if it is as expected."""
        if kind == ROLE:
            return await self._update_role(object_id, values, expect)
        return await self._update_employee(object_id, values, expect)

    async def _update_role(self, role_id: str, values: Values, expect: str) -> Written:
        if supposed.WRITE_ROLE not in self._endpoint.assumed:
            raise assumed.refuse(supposed.WRITE_ROLE)
        current = await self._role_body(role_id)
        _refuse_changed(ROLE, _role(current), expect)
        body = wire.role_body(values, current)

        async def landed() -> LiveObject | None:
            live = await self.fetch(ROLE, role_id)
            return _landed(live, values, expect, ROLE, role_id)

        done = await self._writes.surely(
            lambda: assumed.write_role(self._writes, role_id, body), landed
        )
        live = done.found or await self.fetch(ROLE, role_id)
        return Written(live, done.answer.tracking_id if done.answer else "", done.attempts)

    async def _update_employee(self, user_id: str, values: Values, expect: str) -> Written:
        """Deactivated first, then other roles, then revived: an inactive one may hold any role."""
        current = await self._user_body(user_id)
        before = await self._employee(current)
        _refuse_changed(EMPLOYEE, before, expect)
        wanted = values.get("active")
        changed = {key: each for key, each in values.items() if key != "active"}
        tracking, attempts = "", 0
        if wanted is False and before.values["active"]:
            done = await self._switch(user_id, on=False)
            tracking, attempts = done.tracking_id, attempts + done.attempts
        if changed and any(before.values[key] != each for key, each in changed.items()):
            done = await self._put(user_id, changed)
            tracking, attempts = done.tracking_id, attempts + done.attempts
        if wanted is True and not before.values["active"]:
            done = await self._switch(user_id, on=True)
            tracking, attempts = done.tracking_id, attempts + done.attempts
        return Written(await self.fetch(EMPLOYEE, user_id), tracking, max(attempts, 1))

    async def _put(self, user_id: str, values: Values) -> Answer:
        """PUT the whole record, as it was read just now."""
        body = wire.employee_body(await self._user_body(user_id), values)
        return await self._sure(user_id, values, lambda: self._writes.put(USERS, body))

    async def _switch(self, user_id: str, *, on: bool) -> Answer:
        async def write() -> Answer:
            if on:
                return await self._writes.post(f"{USERS}/{segment(user_id)}/revive", None)
            answer = await self._writes.post(f"{USERS}/deactivate", {"userIds": [user_id]})
            with documented("POST v1/users/deactivate", answer.tracking_id):
                if user_id in (answer.body.get("notDeletedUserIds") or ()):
                    raise TenantError(
                        "TEN151",
                        "the tenant did not deactivate the employee, and does not say why",
                        tracking_id=answer.tracking_id,
                        hint="look at the employee in CXone",
                    )
            return answer

        return await self._sure(user_id, {"active": on}, write)

    async def _sure(self, user_id: str, values: Mapping[str, Value], write: Any) -> Answer:
        """A write of an employee whose outcome is known in the end."""

        async def landed() -> bool | None:
            live = await self.fetch(EMPLOYEE, user_id)
            if live is None:
                raise _changed(EMPLOYEE, user_id)
            return all(live.values[key] == each for key, each in values.items()) or None

        async def told() -> Answer:
            answer: Answer = await write()
            if isinstance(answer.body, dict) and answer.body.get("success") is False:
                reason, _ = explain({"message": without(answer.body.get("message"))}, "")
                raise TenantError(
                    "TEN152",
                    f"the tenant refused it: {reason[:300] or 'no reason is given'}",
                    tracking_id=answer.tracking_id,
                )
            return answer

        done = await self._writes.surely(told, landed)
        return done.answer or Answer(200, None, "", attempts=done.attempts)

    async def update_many(
        self, kind: str, updates: Sequence[Update]
    ) -> list[Written | ReconcilerError]:
        """There is no call for several."""
        raise AssertionError(f"{kind} has no bulk call, and {len(updates)} updates came in one")

    async def delete(self, kind: str, object_id: str, expect: str) -> Written:
        """Nothing in CXone is ever deleted."""
        raise AssertionError(f"{kind} {object_id} ({expect}) cannot be deleted")


def _role(body: Mapping[str, Any]) -> LiveObject:
    with documented(f"POST {ROLE_SEARCH}"):
        return wire.role(body)


def _employee(body: Mapping[str, Any], role_ids: Mapping[str, str]) -> LiveObject:
    with documented(f"POST {USER_SEARCH}"):
        return wire.employee(body, role_ids)


def _ids_by_name(roles: Any) -> dict[str, str]:
    return {each.name: each.id for each in roles}


def _claims(token: str) -> Mapping[str, Any]:
    """What a JWT says of whose it is; nothing where it is none."""
    try:
        body = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _identity(
    claims: Mapping[str, Any], employees: Sequence[LiveObject], roles: Sequence[LiveObject]
) -> Identity:
    """Who the token's claims name, with the union of what their roles allow."""
    name = str(claims.get("userName") or "an unknown account")
    me = next((each for each in employees if each.id == claims.get("userId")), None)
    if me is None:
        return Identity(name)
    held = roles_of(me.values)
    allowed: set[str] = set()
    for each in roles:
        permissions = each.values["permissions"]
        if each.id in held and isinstance(permissions, frozenset):
            allowed |= permissions
    rights = LiveObject(ROLE, "", "their roles", {"permissions": frozenset(allowed)}, "")
    return Identity(me.name, Ref(me.id), rights)


def _landed(
    live: LiveObject | None, values: Values, expect: str, kind: str, object_id: str
) -> LiveObject | None:
    if live is not None and live.is_as(expect):
        return None
    if live is None or any(live.values.get(key) != each for key, each in values.items()):
        raise _changed(kind, object_id)
    return live


def _refuse_changed(kind: str, live: LiveObject, expect: str) -> None:
    if not live.is_as(expect):
        raise _changed(kind, live.id)


def _changed(kind: str, object_id: str) -> StalePlanError:
    return StalePlanError(
        "RUN104",
        f"{kind} {object_id} was changed by somebody after the plan was made",
        hint="nothing was written over it: make a new plan",
    )


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
