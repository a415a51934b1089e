"""The Webex Contact Center configuration API: one method for each thing we ask of it.

Source: Cisco's OpenAPI "Webex Contact Center" of 2026-05-04. List rows leave arrays out, so
profiles, collections and teams are read one by one after their list.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial as partial_function
from typing import Any, TypeVar

from reconciler.errors import (
    NotFoundError,
    ReconcilerError,
    StalePlanError,
    TenantError,
    UnknownOutcomeError,
)
from reconciler.http.answers import is_unexpected
from reconciler.http.fields import an_id, identifier, segment
from reconciler.http.paging import Row
from reconciler.http.parallel import in_parallel
from reconciler.http.retry import Landed
from reconciler.http.session import Answer, ReadSession, WriteSession, reading, writing
from reconciler.http.visibility import until_visible
from reconciler.model.live import Identity, LiveObject, Snapshot
from reconciler.model.resource import Resource
from reconciler.model.value import Json, Ref, Values
from reconciler.vendor import Endpoint, Update, Written
from reconciler.vendors.webex.answers import array, documented, explain
from reconciler.vendors.webex.people import TokenOwner, token_owner
from reconciler.vendors.webexcc import lists as listing
from reconciler.vendors.webexcc import wire
from reconciler.vendors.webexcc.bulk import Bulk, Going, Outcome, Together
from reconciler.vendors.webexcc.identity import (
    FORBIDDEN,
    UNREADABLE,
    identify,
    unread,
    unseen,
)
from reconciler.vendors.webexcc.items import Items
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

T = TypeVar("T")


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
        owner = await token_owner(self._session, organization)
        identity, lists, refused = await self._lists(owner)
        memory = Memory(remembered, identity, lists[USER])
        items = Items(self._again, self._parallel)
        profiles = await items.read(
            PROFILE, "user profiles", lists, self._profile, lambda row: memory.object(PROFILE, row)
        )
        collections = await items.read(
            COLLECTION,
            "collections",
            lists,
            self._collection,
            lambda row: memory.object(COLLECTION, row),
        )
        teams = await items.read("team", "teams", lists, self._members, memory.members)
        wanted = frozenset(each.address.kind for each in resources)
        partial = unseen(owner, identity, refused, collections.values(), wanted)
        if partial and memory.reused:
            return await self.read(resources)
        hidden_teams = "team" in refused or items.is_odd("team")
        members = None if hidden_teams else wire.members(teams.items())
        users = items.of_rows(
            USER,
            f"GET {listing.PATHS[USER]}",
            lists[USER],
            lambda row: wire.user(
                row, None if members is None else members.get(row["id"], NO_TEAMS)
            ),
        )
        snapshot = Snapshot(
            organization=organization,
            objects={
                COLLECTION: tuple(collections.values()),
                PROFILE: tuple(profiles.values()),
                USER: tuple(users),
            },
            inventory={
                kind: tuple(
                    items.of_rows(
                        kind,
                        f"GET {listing.PATHS.get(kind, kind)}",
                        lists[kind],
                        partial_function(wire.item, kind),
                    )
                )
                for kind in COLLECTION_TYPES
            },
            requests=self._session.requests,
            identity=identity,
            partial=partial,
            unread=unread(refused, partial),
            unknown=tuple(items.unknown),
            reused=memory.reused,
        )
        if snapshot.is_blind or hidden_teams:
            return snapshot
        rows = [(row, teams[row["id"]]) for row in lists["team"]]
        objects = (*profiles.values(), *collections.values())
        return replace(snapshot, memory=told(identity, objects, lists[USER], rows))

    async def _again(self, kind: str) -> tuple[Row, ...]:
        """A list once more, as it is now."""
        limit = self._endpoint.parallelism
        return await Lists(self._session, self._endpoint.organization, limit=limit).rows(kind)

    async def _lists(
        self, owner: TokenOwner | None
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
                is_refused = error.status == FORBIDDEN or (
                    kind in COLLECTION_TYPES
                    and (error.status in UNREADABLE or is_unexpected(error))
                )
                if not is_refused:
                    raise
                found[kind], refused[kind] = (), error

        asked = asyncio.ensure_future(identify(self._session, self._endpoint.organization, owner))
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

    async def _members(self, team_id: str) -> list[str]:
        """GET team/{id}: the ids of the team's members."""
        answer = await self._answer("team", team_id)
        with documented(f"GET team/{team_id}", answer.tracking_id):
            return array(answer.body, "userIds", str)

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
        self, what: str, items: Sequence[str], work: Callable[[str], Awaitable[Any]]
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
        self._replaced: dict[tuple[str, str], frozenset[str]] = {}

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
                    f"POST {path}: the tenant did not confirm it, and what carries the name is "
                    f"another object ({there.id})",
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
        if done.found is not None:
            object_id = done.found.id
        else:
            assert done.answer is not None  # noqa: S101 - there is one of the two
            object_id = str(done.answer.body["id"])
        return await self._read_back(self._sent(kind, object_id, body), done, None)

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
        return await self._read_back(going.whole, done, going.before)

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
            read=lambda going: self._visible(going.whole, going.before),
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
        before = _live(kind, current)
        return Going(kind, object_id, values, expect, current, body, whole, before)

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
        """The object's body; raises StalePlanError where it is not as expected.

        A read that does not show this writer's own last write yet is repeated.
        """
        replaced = self._replaced.get((kind, object_id))

        async def read() -> tuple[Mapping[str, Any], LiveObject] | None:
            try:
                return await self._item(kind, object_id)
            except NotFoundError:
                if replaced is None:
                    raise
                return None

        def is_visible(found: tuple[Mapping[str, Any], LiveObject] | None) -> bool:
            if replaced is None or (found is not None and found[1].is_as(expect)):
                return True
            return found is not None and found[1].digest not in replaced

        found = await self._until_visible(read, is_visible, kind, object_id)
        if found is None or not found[1].is_as(expect):
            raise _changed(kind, object_id)
        return found[0]

    async def _until_visible(
        self, read: Callable[[], Awaitable[T]], is_visible: Callable[[T], bool], kind: str, key: str
    ) -> T:
        waiting, what = self._endpoint.waiting, f"{kind} {key} to appear as it was written"
        return await until_visible(read, is_visible, self._session.pace, waiting, what)

    async def _visible(self, sent: LiveObject, before: LiveObject | None) -> LiveObject | None:
        """The object after a write: reads that show it as it was before are repeated."""
        # a write that changes nothing leaves nothing to wait for
        changes = before is None or before.values != sent.values

        def is_visible(live: LiveObject | None) -> bool:
            if before is None:
                return live is not None
            return not changes or live is None or not _is_same_version(live, before)

        live = await self._until_visible(
            lambda: self.fetch(sent.kind, sent.id), is_visible, sent.kind, sent.id
        )
        self._remember(sent.kind, sent.id, before, live)
        return live

    def _remember(
        self, kind: str, object_id: str, before: LiveObject | None, live: LiveObject | None
    ) -> None:
        """Keep what reads may still show of an object that this writer has written."""
        former = self._replaced.get((kind, object_id), frozenset())
        digests = {each for each in (before.digest, before.part) if each} if before else set()
        self._replaced[kind, object_id] = former | digests
        if live is not None and kind == COLLECTION:
            self._collection_names[live.id] = live.name

    async def _read_back(
        self, sent: LiveObject, done: Landed[LiveObject], before: LiveObject | None
    ) -> Written:
        """What the tenant has now; what a write put out of sight, as its answer told it.

        Raises UnknownOutcomeError where that cannot be read: the write itself was accepted.
        """
        tracking_id = done.answer.tracking_id if done.answer else ""
        if done.found is not None:
            self._remember(sent.kind, done.found.id, before, done.found)
            return Written(done.found, tracking_id, done.attempts)
        try:
            live = await self._visible(sent, before)
            if live is None and done.answer and isinstance(done.answer.body, dict):
                # what a write takes out of the writer's own sight is told by its answer alone
                with documented(f"the written {sent.kind} {sent.id}", tracking_id):
                    live = _live(sent.kind, done.answer.body)
        except ReconcilerError as error:
            raise UnknownOutcomeError.unread(
                error, tracking_id=tracking_id, attempts=done.attempts
            ) from error
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


def _is_same_version(live: LiveObject, before: LiveObject) -> bool:
    """Whether a read after a write shows the object from before it."""
    return live.digest == before.digest and live.version == before.version


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
