"""The UserHub and authorization APIs of CXone: one method for each thing we ask of them."""

from __future__ import annotations

import base64
import json
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from reconciler.errors import (
    MisappliedWriteError,
    NotFoundError,
    ReconcilerError,
    StalePlanError,
    TenantError,
    UnknownOutcomeError,
)
from reconciler.http.answers import is_unexpected
from reconciler.http.fields import identifier, name_if_any, segment, whole
from reconciler.http.paging import IncompleteListError, complete
from reconciler.http.parallel import in_parallel
from reconciler.http.secrets import without
from reconciler.http.session import Answer, ReadSession, WriteSession, reading, writing
from reconciler.http.visibility import until_visible
from reconciler.model.live import Identity, LiveObject, Snapshot, UnknownObject
from reconciler.model.resource import Resource
from reconciler.model.value import Json, Ref, Value, Values
from reconciler.vendor import Endpoint, Update, Written
from reconciler.vendors.cxone import assumed, supposed, wire
from reconciler.vendors.cxone.answers import documented, explain
from reconciler.vendors.cxone.hosts import host
from reconciler.vendors.cxone.permissions import PERMISSION, catalogue
from reconciler.vendors.cxone.primary_role import PrimaryRoles
from reconciler.vendors.cxone.role_pages import RolePages
from reconciler.vendors.cxone.semantics import EMPLOYEE, ROLE, roles_of

ROLE_SEARCH = "/authorization/v1/roles/search"
USER_SEARCH = "/user-management/v2/users/search"
USERS = "/user-management/v1/users"
PAGE = 100
_MOST_USERS = 10_000_000
UNREADABLE = frozenset({402, 403, 404})
"""How a list is refused that the tenant does not have, or that nobody gave a right to read."""

T = TypeVar("T")


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
        self._pages = RolePages()

    async def read(self, resources: tuple[Resource[Any], ...], remembered: Json = None) -> Snapshot:
        """All roles, whatever their status, and all employees; lists carry all that is read."""
        claims = _claims(await self._endpoint.token.token())
        odd: list[UnknownObject] = []
        bodies = await self.roles()
        roles = tuple(_known(ROLE, ROLE_SEARCH, bodies, _role, odd))
        ids = wire.ids_by_name(_of(roles, bodies))
        users = await complete(self._users)
        employees = tuple(
            _known(EMPLOYEE, USER_SEARCH, users, lambda body: _employee(body, ids), odd)
        )
        unread: dict[str, str] = {}
        try:
            listed = await self._listed()
        except TenantError as error:
            if error.status not in UNREADABLE:
                raise
            listed, unread[PERMISSION] = [], error.told.summary
        return Snapshot(
            organization=self._endpoint.organization,
            objects={ROLE: roles, EMPLOYEE: employees},
            inventory={PERMISSION: catalogue(roles, listed)},
            requests=self._session.requests,
            # what an unknown role allows nobody can tell
            identity=_identity(claims, employees, roles, complete=not odd),
            unread=unread,
            unknown=tuple(odd),
        )

    async def roles(self) -> list[Mapping[str, Any]]:
        """Every role as the service tells it."""
        return await complete(lambda: self._roles({}))

    async def _listed(self) -> list[str]:
        """The permissions that the tenant lists, where it has the assumed call for that."""
        if supposed.LIST_PERMISSIONS not in self._endpoint.assumed:
            return []
        answer = await assumed.permissions(self._session)
        with documented("the list of permissions", answer.tracking_id):
            return list(wire.permissions(answer.body["applications"]))

    async def _roles(self, wanted: Mapping[str, Sequence[str]]) -> list[Mapping[str, Any]]:
        """Role search, page after page: the answer tells no total."""

        async def page(number: int, size: int) -> list[Mapping[str, Any]]:
            asked = {"filter": wanted, "page": {"pageSize": size, "pageNo": number}}
            answer = await self._session.search(ROLE_SEARCH, asked)
            with documented(f"POST {ROLE_SEARCH}", answer.tracking_id):
                rows = list(answer.body["roles"])
                for row in rows:
                    identifier(row, "roleId")
                return rows

        return await self._pages.every(page)

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
            raise IncompleteListError(
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
            body = answer.body["user"]
            if not isinstance(body, dict):
                raise ValueError("`user` is not an object")
            if body["id"] != user_id:
                raise ValueError("it is of another user")
            return whole(body)


class CxoneWriter(CxoneReader):
    """Carries out operations; each write is checked before and read back after."""

    def __init__(self, session: WriteSession, endpoint: Endpoint) -> None:
        super().__init__(session, endpoint)
        self._writes = session
        self._replaced: dict[str, frozenset[str]] = {}
        self._primary_roles = PrimaryRoles(self._role_body, self._fetched_employee, session.sleep)

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
        ids = {} if body.get("roleUUID") else wire.ids_by_name(await self.roles())
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
        self._primary_roles.refuse_further_writes()
        body = wire.role_body(values, None)

        async def there() -> LiveObject | None:
            found = await self.find(ROLE, str(values["name"]))
            if found is not None and any(found.values.get(key) != values[key] for key in values):
                raise TenantError(
                    "TEN116",
                    f"POST {assumed.ROLES}: the tenant did not confirm it, and what carries the "
                    f"name is another role ({found.id})",
                    hint="check in CXone who made it, then run `reconciler plan`",
                )
            return found

        async def make() -> Answer:
            answer = await assumed.create_role(self._writes, body)
            with suppress(ValueError, KeyError, TypeError):
                identifier(answer.body, "roleId")
                return answer
            raise _unconfirmed(f"POST {assumed.ROLES}", answer)

        done = await self._writes.surely(make, there, repeatable=False)
        if done.found is not None:
            self._replaced[done.found.id] = frozenset()
            return Written(done.found, "", done.attempts)
        assert done.answer is not None  # noqa: S101 - there is one of the two
        answer, role_id = done.answer, str(done.answer.body["roleId"])
        self._replaced[role_id] = frozenset()
        with _accepted(answer.tracking_id, done.attempts):
            live = await self._until_visible(
                lambda: self.fetch(ROLE, role_id), lambda each: each is not None, ROLE, role_id
            )
            if live is None:
                raise NotFoundError("TEN104", f"there is no role {role_id} yet")
        return Written(live, answer.tracking_id, done.attempts)

    async def _until_visible(
        self, read: Callable[[], Awaitable[T]], is_visible: Callable[[T], bool], kind: str, key: str
    ) -> T:
        waiting, what = self._endpoint.waiting, f"{kind} {key} to appear as it was written"
        return await until_visible(read, is_visible, self._session.pace, waiting, what)

    async def _settled(
        self, kind: str, object_id: str, expect: str, read: Callable[[], Awaitable[T | None]],
        live_of: Callable[[T], LiveObject],
    ) -> T:  # fmt: skip
        """What a read gives before a write; raises StalePlanError where it is not as expected.

        A read that does not show this writer's own last write yet is repeated.
        """
        replaced = self._replaced.get(object_id)

        def is_visible(found: T | None) -> bool:
            if replaced is None:
                return True
            if found is None:
                return False
            live = live_of(found)
            return live.is_as(expect) or live.digest not in replaced

        found = await self._until_visible(read, is_visible, kind, object_id)
        if found is None:
            raise NotFoundError("TEN104", f"there is no {kind} {object_id}")
        _refuse_changed(kind, live_of(found), expect)
        return found

    def _remember(self, before: LiveObject) -> None:
        """Keep what reads may still show of an object that this writer has written."""
        former = self._replaced.get(before.id, frozenset())
        self._replaced[before.id] = former | {before.digest}

    async def update(self, kind: str, object_id: str, values: Values, expect: str) -> Written:
        """Write the object as it is now, with these values, if it is as expected."""
        if kind == ROLE:
            return await self._update_role(object_id, values, expect)
        return await self._update_employee(object_id, values, expect)

    async def _update_role(self, role_id: str, values: Values, expect: str) -> Written:
        if supposed.WRITE_ROLE not in self._endpoint.assumed:
            raise assumed.refuse(supposed.WRITE_ROLE)
        self._primary_roles.refuse_further_writes()

        async def read() -> Mapping[str, Any] | None:
            try:
                return await self._role_body(role_id)
            except NotFoundError:
                return None

        current = await self._settled(ROLE, role_id, expect, read, _role)
        before = _role(current)
        body = wire.role_body(values, current)

        async def landed() -> LiveObject | None:
            live = await self.fetch(ROLE, role_id)
            return _landed(live, values, expect, ROLE, role_id)

        done = await self._writes.surely(
            lambda: assumed.write_role(self._writes, role_id, body), landed
        )
        self._remember(before)
        self._primary_roles.forget()
        if done.found is not None:
            return Written(done.found, "", done.attempts)
        tracking_id = done.answer.tracking_id if done.answer else ""

        def is_visible(live: LiveObject | None) -> bool:
            return (
                live is not None
                and (live.changed != before.changed or live.digest != before.digest)
            ) or all(before.values.get(key) == each for key, each in values.items())

        with _accepted(tracking_id, done.attempts):
            live = await self._until_visible(
                lambda: self.fetch(ROLE, role_id), is_visible, ROLE, role_id
            )
        return Written(live, tracking_id, done.attempts)

    async def _update_employee(self, user_id: str, values: Values, expect: str) -> Written:
        """Deactivated first, then other roles, then revived: an inactive one may hold any role."""
        self._primary_roles.refuse_further_writes()

        async def read() -> LiveObject | None:
            return await self.fetch(EMPLOYEE, user_id)

        before = await self._settled(EMPLOYEE, user_id, expect, read, lambda live: live)
        wanted = values.get("active")
        changed = {key: each for key, each in values.items() if key != "active"}
        sent: list[Answer] = []
        if wanted is False and before.values["active"]:
            sent.append(await self._switch(user_id, on=False))
        if changed and any(before.values[key] != each for key, each in changed.items()):
            with _after(sent):
                sent.append(await self._put(user_id, changed, before, sent))
        if wanted is True and not before.values["active"]:
            with _after(sent):
                sent.append(await self._switch(user_id, on=True))
        self._remember(before)
        tracking_id = sent[-1].tracking_id if sent else ""
        attempts = sum(each.attempts for each in sent)
        with _accepted(tracking_id, attempts):
            live = await self._until_visible(read, _has(values), EMPLOYEE, user_id)
        return Written(live, tracking_id, max(attempts, 1))

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
            answer = await self._sure(
                user_id, values, lambda: self._writes.put(USERS, body), (had, wanted)
            )
            await self._primary_roles.verify(user_id, had, wanted)
        return answer

    async def _current_record(self, user_id: str, sent: Sequence[Answer]) -> Mapping[str, Any]:
        """The record to write over, after the calls of the same operation that were `sent`.

        The record has the status too, so reads must show a deactivation before it is written.
        """
        if not sent:
            return await self._user_body(user_id)

        def is_inactive(body: Mapping[str, Any]) -> bool:
            return bool(body.get("status") == wire.DEACTIVATED)

        return await self._until_visible(
            lambda: self._user_body(user_id), is_inactive, EMPLOYEE, user_id
        )

    async def _fetched_employee(self, user_id: str) -> LiveObject | None:
        return await self.fetch(EMPLOYEE, user_id)

    async def _switch(self, user_id: str, *, on: bool) -> Answer:
        async def write() -> Answer:
            if on:
                return await self._writes.post(f"{USERS}/{segment(user_id)}/revive", None)
            answer = await self._writes.post(f"{USERS}/deactivate", {"userIds": [user_id]})
            if not isinstance(answer.body, dict):
                raise _unconfirmed(f"POST {USERS}/deactivate", answer)
            if user_id in (answer.body.get("notDeletedUserIds") or ()):
                raise TenantError(
                    "TEN151",
                    "the tenant did not deactivate the employee, and does not say why",
                    tracking_id=answer.tracking_id,
                    hint="look at the employee in CXone",
                )
            return answer

        return await self._sure(user_id, {"active": on}, write)

    async def _sure(
        self,
        user_id: str,
        values: Mapping[str, Value],
        write: Any,
        roles: tuple[Ref | None, ...] = (),
    ) -> Answer:
        """A write of an employee whose outcome is known in the end.

        An employee whose primary role is none of `roles` got a wrong one by it.
        """

        async def landed() -> bool | None:
            live = await self.fetch(EMPLOYEE, user_id)
            if live is None:
                raise _changed(EMPLOYEE, user_id)
            if roles and live.values["primaryRole"] not in roles:
                return True
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


@contextmanager
def _accepted(tracking_id: str, attempts: int) -> Iterator[None]:
    """Reads after a write that the tenant accepted: where one fails, the outcome is unknown."""
    try:
        yield
    except UnknownOutcomeError:
        raise
    except ReconcilerError as error:
        raise UnknownOutcomeError.unread(
            error, tracking_id=tracking_id, attempts=attempts
        ) from error


@contextmanager
def _after(sent: Sequence[Answer]) -> Iterator[None]:
    """A later call of one operation: where it fails, a part of the operation has landed.

    How the object was left is for a read to find out, so the outcome is unknown.
    """
    try:
        yield
    except MisappliedWriteError:
        raise
    except ReconcilerError as error:
        if not sent:
            raise
        own = error if isinstance(error, TenantError) else None
        partly = UnknownOutcomeError(
            error.told.code,
            f"a part of the change landed, and a later call failed: {error.told.summary}",
            status=own.status if own else None,
            tracking_id=own.tracking_id if own else "",
            detail=error.told.detail,
            hint="correct the cause, then run `reconciler apply --resume`: it does the rest",
        )
        partly.attempts = sum(each.attempts for each in sent) + (own.attempts if own else 0)
        raise partly from error


def _unconfirmed(what: str, answer: Answer) -> UnknownOutcomeError:
    """A success whose body does not say what was done."""
    return UnknownOutcomeError(
        "TEN113",
        f"{what}: the answer does not say what was done",
        status=answer.status,
        tracking_id=answer.tracking_id,
        hint="whether the write landed is unknown: run `reconciler plan` to see",
    )


def _has(values: Values) -> Callable[[LiveObject | None], bool]:
    """Whether an object has these values."""

    def is_visible(live: LiveObject | None) -> bool:
        return live is not None and all(live.values.get(key) == values[key] for key in values)

    return is_visible


def _role(body: Mapping[str, Any]) -> LiveObject:
    with documented(f"POST {ROLE_SEARCH}"):
        return wire.role(body)


def _employee(body: Mapping[str, Any], role_ids: Mapping[str, str]) -> LiveObject:
    with documented(f"POST {USER_SEARCH}"):
        return wire.employee(body, role_ids)


def _known(
    kind: str,
    endpoint: str,
    rows: Sequence[Mapping[str, Any]],
    made: Callable[[Mapping[str, Any]], LiveObject],
    odd: list[UnknownObject],
) -> Iterator[LiveObject]:
    """What rows are; one of unexpected shape goes to `odd`.

    Raises TenantError for a row without an id: nothing tells what it is.
    """
    for row in rows:
        try:
            live = made(row)
            with documented("its name"):
                if not isinstance(live.name, str):
                    raise ValueError("it is no text")
            yield live
        except TenantError as error:
            key = row.get("roleId" if kind == ROLE else "id")
            if not isinstance(key, str) or not is_unexpected(error):
                raise
            name = row.get("displayName") or row.get("roleName") or row.get("emailAddress")
            reason = f"POST {endpoint}: {key}: {error.told.summary}"
            odd.append(UnknownObject(kind, key, name_if_any(name), reason))


def _of(roles: Sequence[LiveObject], bodies: Sequence[Mapping[str, Any]]) -> list[Any]:
    """The bodies of these roles: not those of unexpected shape."""
    known = {each.id for each in roles}
    return [body for body in bodies if body["roleId"] in known]


def _claims(token: str) -> Mapping[str, Any]:
    """What a JWT says of whose it is; nothing where it is none."""
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
    """Who the token's claims name, with the union of what their roles allow.

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
