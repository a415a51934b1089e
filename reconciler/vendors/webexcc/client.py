"""The Webex Contact Center configuration API: one method for each thing we ask of it.

Source: Cisco's OpenAPI "Webex Contact Center" of 2026-05-04. List rows leave arrays out, so
profiles, collections and teams are read one by one after their list.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from reconciler.errors import (
    NotFoundError,
    ReconcilerError,
    StalePlanError,
    TenantError,
    UnknownOutcomeError,
)
from reconciler.http.fields import an_id, identifier, segment
from reconciler.http.paging import Row
from reconciler.http.parallel import in_parallel
from reconciler.http.retry import Landed
from reconciler.http.session import Answer, ReadSession, WriteSession, reading, writing
from reconciler.model.live import Identity, LiveObject, Snapshot
from reconciler.model.resource import Resource
from reconciler.model.value import Json, Ref, Values
from reconciler.vendor import Endpoint, Update, Written
from reconciler.vendors.webexcc import lists as listing
from reconciler.vendors.webexcc import wire
from reconciler.vendors.webexcc.answers import array, documented, explain
from reconciler.vendors.webexcc.bulk import Bulk, Going, Outcome, Together
from reconciler.vendors.webexcc.identity import FORBIDDEN, identify, unseen, whoami
from reconciler.vendors.webexcc.lists import Lists
from reconciler.vendors.webexcc.memory import Memory
from reconciler.vendors.webexcc.memory import remembered as told
from reconciler.vendors.webexcc.models import COLLECTION_TYPES
from reconciler.vendors.webexcc.wire import COLLECTION, PROFILE, USER

ITEMS = {
    PROFILE: "v3/user-profile",
    COLLECTION: "resource-collection",
    USER: "user",
    "team": "team",
}
FEW = 10
NO_TEAMS: frozenset[Ref] = frozenset()
KINDS = (PROFILE, COLLECTION, USER, *COLLECTION_TYPES)


class WebexReader:
    """Reads a tenant; holds a session that cannot write."""

    def __init__(self, session: ReadSession, endpoint: Endpoint) -> None:
        self._session = session
        self._endpoint = endpoint

    async def read(self, resources: tuple[Resource[Any], ...], remembered: Json = None) -> Snapshot:
        """Lists first, then the bodies that they leave out; raises TenantError.

        What is `remembered` and of the version that its list tells is not read again, but by who
        sees a part only: what they see may change while nothing else does.
        """
        organization = self._endpoint.organization
        me = await whoami(self._session, organization)
        identity, lists, refused = await self._lists(me)
        memory = Memory(remembered, identity, lists[USER])
        profiles = await self._items(PROFILE, "user profiles", lists[PROFILE], memory)
        collections = await self._items(COLLECTION, "collections", lists[COLLECTION], memory)
        teams = await self._teams(lists["team"], memory)
        wanted = frozenset(each.address.kind for each in resources)
        with documented("the lists of the tenant"):
            partial = unseen(me, identity, refused, collections, wanted)
            if partial and memory.reused:
                return await self.read(resources)
            members = None if "team" in refused else wire.members(teams)
            objects = {
                COLLECTION: tuple(collections),
                PROFILE: tuple(profiles),
                USER: tuple(
                    wire.user(row, None if members is None else members.get(row["id"], NO_TEAMS))
                    for row in lists[USER]
                ),
            }
            return Snapshot(
                organization=organization,
                objects=objects,
                inventory={
                    kind: tuple(wire.item(kind, row) for row in lists[kind])
                    for kind in COLLECTION_TYPES
                },
                requests=self._session.requests,
                identity=identity,
                partial=partial,
                memory=None
                if partial
                else told(
                    identity,
                    (*profiles, *collections),
                    lists[USER],
                    zip(lists["team"], (members for _, members in teams), strict=True),
                ),
                reused=memory.reused,
            )

    async def _items(
        self, kind: str, what: str, rows: Sequence[Row], memory: Memory
    ) -> list[LiveObject]:
        """The objects behind rows, in their order."""
        known = {row["id"]: each for row in rows if (each := memory.object(kind, row))}
        unknown = tuple(row["id"] for row in rows if row["id"] not in known)
        read = self._profile if kind == PROFILE else self._collection
        found = await self._parallel(what, unknown, read)
        known |= {each.id: each for each in found}
        return [known[row["id"]] for row in rows]

    async def _teams(self, rows: Sequence[Row], memory: Memory) -> list[tuple[str, list[str]]]:
        """Each team's id and its members' ids."""
        known = {row["id"]: each for row in rows if (each := memory.members(row)) is not None}
        unknown = tuple(row["id"] for row in rows if row["id"] not in known)
        known |= dict(await self._parallel("teams", unknown, self._members))
        return [(row["id"], known[row["id"]]) for row in rows]

    async def _lists(
        self, me: Mapping[str, Any]
    ) -> tuple[Identity, dict[str, tuple[Row, ...]], dict[str, TenantError]]:
        """Who asks, every list (empty where they may not ask), and those that were refused."""
        parallelism = self._endpoint.parallelism
        lists = Lists(self._session, self._endpoint.organization, limit=parallelism)
        found: dict[str, tuple[Row, ...]] = {}
        refused: dict[str, TenantError] = {}

        async def one(kind: str) -> None:
            try:
                found[kind] = await lists.rows(kind)
            except TenantError as error:
                if error.status != FORBIDDEN:
                    raise
                found[kind], refused[kind] = (), error

        asked = asyncio.ensure_future(identify(self._session, self._endpoint.organization, me))
        try:
            await self._parallel("lists", KINDS, one)
            return await asked, found, refused
        finally:
            asked.cancel()

    async def _profile(self, object_id: str) -> LiveObject:
        """GET v3/user-profile/{id}: permissions and collections included."""
        return (await self._item(PROFILE, object_id))[1]

    async def _collection(self, object_id: str) -> LiveObject:
        """GET resource-collection/{id}: its resources included."""
        return (await self._item(COLLECTION, object_id))[1]

    async def _members(self, team_id: str) -> tuple[str, list[str]]:
        """GET team/{id}: the team, and its members' ids."""
        answer = await self._answer("team", team_id)
        with documented(f"GET team/{team_id}", answer.tracking_id):
            return team_id, array(answer.body, "userIds", str)

    async def _item(self, kind: str, object_id: str) -> tuple[Mapping[str, Any], LiveObject]:
        """An object as it is answered, and in normal form; raises TenantError."""
        answer = await self._answer(kind, object_id)
        with documented(f"GET {ITEMS[kind]}/{object_id}", answer.tracking_id):
            return answer.body, _live(kind, answer.body)

    async def _answer(self, kind: str, object_id: str) -> Answer:
        answer = await self._session.get(self._path(ITEMS[kind], segment(object_id)))
        if not isinstance(answer.body, dict) or answer.body.get("id") != object_id:
            raise TenantError(
                "TEN113",
                f"GET {ITEMS[kind]}/{object_id}: the answer is not that {kind}",
                tracking_id=answer.tracking_id,
            )
        return answer

    def _path(self, *parts: str) -> str:
        organization = segment(self._endpoint.organization)
        return "/".join(("/organization", organization, *parts))

    async def _parallel(
        self, what: str, items: tuple[str, ...], work: Callable[[str], Awaitable[Any]]
    ) -> list[Any]:
        done = 0

        async def counted(item: str) -> Any:
            nonlocal done
            result = await work(item)
            done += 1
            self._endpoint.progress(what, done, len(items))
            return result

        return await in_parallel(items, counted, limit=self._endpoint.parallelism)


class WebexWriter(WebexReader):
    """Carries out operations; each write is checked before and read back after."""

    def __init__(self, session: WriteSession, endpoint: Endpoint) -> None:
        super().__init__(session, endpoint)
        self._writes = session
        self._collection_names: dict[str, str] = {}

    async def fetch(self, kind: str, object_id: str) -> LiveObject | None:
        """The object as it is now, None where it is gone."""
        try:
            return (await self._item(kind, object_id))[1]
        except NotFoundError:
            return None

    async def find(self, kind: str, name: str) -> LiveObject | None:
        """The profile or collection of that name, None where there is none."""
        object_id = await self._id_of(kind, name)
        return await self.fetch(kind, object_id) if object_id else None

    async def taken(self, kind: str, names: Collection[str]) -> Mapping[str, str]:
        """Few names are asked for one by one; for many the list takes fewer requests."""
        if len(names) > FEW:
            lists = Lists(
                self._session, self._endpoint.organization, limit=self._endpoint.parallelism
            )
            return {
                n: str(row["id"])
                for row in await lists.rows(kind)
                if isinstance(n := row.get("name"), str) and n in names
            }
        asked = tuple(names)
        found = await in_parallel(
            asked, lambda name: self._id_of(kind, name), limit=self._endpoint.parallelism
        )
        return {name: each for name, each in zip(asked, found, strict=True) if each}

    async def _id_of(self, kind: str, name: str) -> str | None:
        # json.dumps quotes as RSQL does; names hold neither quotes nor backslashes anyway
        query = {"filter": f"name=={json.dumps(name)}", "page": "0", "pageSize": "2"}
        answer = await self._session.get(self._path(listing.PATHS[kind]), query)
        with documented(f"GET {listing.PATHS[kind]}", answer.tracking_id):
            return next((identifier(row, "id") for row in answer.body["data"]), None)

    async def create(self, kind: str, values: Values) -> Written:
        """POST the object, and read it back."""
        path = self._path(listing.PATHS[PROFILE] if kind == PROFILE else ITEMS[kind])
        body = await self._body(kind, values, None)

        async def made() -> LiveObject | None:
            there = await self.find(kind, str(body["name"]))
            if there is not None and there.values != self._sent(kind, there.id, body).values:
                raise TenantError(
                    "TEN116",
                    f"POST {path}: the answer was lost, and what carries the name is another "
                    f"object ({there.id})",
                    hint="nobody can tell who made it: look at it, then run `reconciler plan`",
                )
            return there

        async def make() -> Answer:
            answer = await self._writes.post(path, body)
            with suppress(ValueError, KeyError, TypeError):
                an_id(answer.body["id"])
                return answer
            raise UnknownOutcomeError(
                "TEN113",
                f"POST {path}: the answer names no object",
                status=answer.status,
                tracking_id=answer.tracking_id,
                hint="whether it was created is unknown: run `reconciler plan` to see",
            )

        done = await self._writes.surely(make, made, repeatable=False)
        object_id = done.answer.body["id"] if done.answer else ""
        return await self._read_back(self._sent(kind, object_id, body), done)

    async def update(self, kind: str, object_id: str, values: Values, expect: str) -> Written:
        """Replace (or patch) the object as it is now, if it is as expected; read it back."""
        going = await self._going(kind, Update(object_id, values, expect))
        path = self._path(ITEMS[kind], segment(object_id))
        write = self._writes.patch if kind == USER else self._writes.put

        async def replaced() -> Answer:
            while True:
                try:
                    return await write(path, going.body)
                except TenantError as refused:
                    if not going.leave_out_what_is_off(refused):
                        raise

        done = await self._writes.surely(replaced, lambda: self._landed(going))
        return await self._read_back(going.whole, done)

    async def update_many(self, kind: str, updates: Sequence[Update]) -> list[Outcome]:
        """Replace the objects in one call, each if it is as expected; read each back.

        Where the tenant refuses the whole call (403, 404, 405: it has none, or not for who
        applies; 400, 413: it does not take these together) each goes out by itself, as it does
        where an answer says nothing of it and a read shows it undone.
        """

        async def ready(update: Update) -> Going | ReconcilerError:
            try:
                return await self._going(kind, update)
            except ReconcilerError as error:
                return error

        bulk = Bulk(
            self._writes,
            self._path(ITEMS[kind], "bulk"),
            self._endpoint.parallelism,
            landed=self._landed,
            read=lambda going: self.fetch(kind, going.object_id),
            alone=lambda going: self.update(kind, going.object_id, going.values, going.expect),
        )
        readied = await in_parallel(updates, ready, limit=self._endpoint.parallelism)
        going = [each for each in readied if isinstance(each, Going)]
        for each in going:
            each.body["organizationId"] = self._endpoint.organization
        outcomes = await Together(bulk, going).written()
        return [outcomes[each.object_id] if isinstance(each, Going) else each for each in readied]

    async def _going(self, kind: str, update: Update) -> Going:
        """The object on its way; raises StalePlanError where it is not as expected."""
        object_id, values, expect = update.object_id, update.values, update.expect
        current = await self._expected(kind, object_id, expect)
        body = await self._body(kind, values, current)
        whole = self._sent(kind, object_id, {**current, **body} if kind == USER else body)
        return Going(kind, object_id, values, expect, current, body, whole)

    async def _landed(self, going: Going) -> LiveObject | None:
        """The object as it was sent, None where it is as before; raises StalePlanError."""
        there = await self.fetch(going.kind, going.object_id)
        if there is not None and there.is_as(going.expect):
            return None
        if there is None or there.values != going.whole.values:
            raise _changed(going.kind, going.object_id)
        return there

    async def delete(self, kind: str, object_id: str, expect: str) -> Written:
        """DELETE the object, if it is as expected."""
        await self._expected(kind, object_id, expect)
        path = self._path(ITEMS[kind], segment(object_id))

        async def gone() -> bool | None:
            there = await self.fetch(kind, object_id)
            if there is not None and not there.is_as(expect):
                raise _changed(kind, object_id)
            return True if there is None else None

        done = await self._writes.surely(lambda: self._writes.delete(path), gone)
        return Written(None, done.answer.tracking_id if done.answer else "", done.attempts)

    async def _expected(self, kind: str, object_id: str, expect: str) -> Mapping[str, Any]:
        body, live = await self._item(kind, object_id)
        if not live.is_as(expect):
            raise _changed(kind, object_id)
        return body

    async def _read_back(self, sent: LiveObject, done: Landed[LiveObject]) -> Written:
        """What the tenant has now; what a write put out of sight, as its answer told it."""
        tracking_id = done.answer.tracking_id if done.answer else ""
        live = done.found or await self.fetch(sent.kind, sent.id)
        if live is None and done.answer and isinstance(done.answer.body, dict):
            # what a write takes out of the writer's own sight is told by its answer alone
            with documented(f"the written {sent.kind} {sent.id}", tracking_id):
                live = _live(sent.kind, done.answer.body)
        return Written(live, tracking_id, done.attempts)

    @staticmethod
    def _sent(kind: str, object_id: str, body: Mapping[str, Any]) -> LiveObject:
        """The object as it would read back if the tenant kept all that was sent."""
        return _live(kind, {**body, "id": object_id})

    async def _body(
        self, kind: str, values: Values, current: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        if kind == PROFILE:
            return wire.profile_body(values, current, await self._names(values))
        if kind == COLLECTION:
            return wire.collection_body(values, current)
        return wire.user_body(values)

    async def _names(self, values: Values) -> Mapping[str, str]:
        resources = values.get("resources")
        wanted = resources["collections"] if isinstance(resources, Mapping) else frozenset()
        for each in wanted if isinstance(wanted, frozenset) else ():
            if each not in self._collection_names:
                self._collection_names[each] = (await self._collection(each)).name
        return self._collection_names


def _live(kind: str, body: Mapping[str, Any]) -> LiveObject:
    if kind == PROFILE:
        return wire.profile(body)
    if kind == COLLECTION:
        return wire.collection(body)
    return wire.user_item(body)


def _changed(kind: str, object_id: str) -> StalePlanError:
    return StalePlanError(
        "RUN104",
        f"{kind} {object_id} was changed by somebody after the plan was made",
        hint="nothing was written over it: make a new plan",
    )


@asynccontextmanager
async def open_reader(endpoint: Endpoint) -> AsyncIterator[WebexReader]:
    """A reader of the tenant, open for the length of the block."""
    async with reading(endpoint, host(endpoint.region), explain) as session:
        yield WebexReader(session, endpoint)


@asynccontextmanager
async def open_writer(endpoint: Endpoint) -> AsyncIterator[WebexWriter]:
    """A writer to the tenant, open for the length of the block."""
    async with writing(endpoint, host(endpoint.region), explain) as session:
        yield WebexWriter(session, endpoint)


def host(region: str | None) -> str:
    """The API's host in a region (data centre)."""
    return f"api.wxcc-{region}.cisco.com"


def _ids(rows: tuple[Row, ...]) -> tuple[str, ...]:
    return tuple(row["id"] for row in rows)
