"""The Webex Contact Center configuration API: one method for each thing we ask of it.

Source: Cisco's OpenAPI "Webex Contact Center" of 2026-05-04. List rows leave arrays out, so
profiles, collections and teams are read one by one after their list.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial as partial_function
from typing import Any, TypeVar

from reconciler.errors import (
    TenantError,
)
from reconciler.http.bulk_write import Outcome, write_in_bulk
from reconciler.http.items import Items
from reconciler.http.paging import Row, is_unreadable
from reconciler.http.parallel import in_parallel
from reconciler.http.session import ReadSession, WriteSession, reading, writing
from reconciler.http.write_cycle import WriteCycle
from reconciler.model.live import Identity, LiveObject, Snapshot
from reconciler.model.resource import Resource
from reconciler.model.value import Json, Ref, Values
from reconciler.vendor import Endpoint, Update, Written
from reconciler.vendors.webex.answers import array, documented, explain
from reconciler.vendors.webex.people import TokenOwner, token_owner
from reconciler.vendors.webexcc import lists as listing
from reconciler.vendors.webexcc import wire
from reconciler.vendors.webexcc.bulk import BulkEnvelope
from reconciler.vendors.webexcc.codecs import ITEMS, Objects, codecs
from reconciler.vendors.webexcc.identity import (
    FORBIDDEN,
    identify,
    unread,
    unseen,
)
from reconciler.vendors.webexcc.lists import Lists
from reconciler.vendors.webexcc.memory import Memory
from reconciler.vendors.webexcc.memory import remembered as told
from reconciler.vendors.webexcc.models import COLLECTION_TYPES
from reconciler.vendors.webexcc.wire import COLLECTION, PROFILE, USER

FEW = 10
NO_TEAMS: frozenset[Ref] = frozenset()
KINDS = (PROFILE, COLLECTION, USER, *COLLECTION_TYPES)

T = TypeVar("T")


class WebexReader:
    """Reads a tenant; holds a session that cannot write."""

    def __init__(self, session: ReadSession, endpoint: Endpoint) -> None:
        self._session = session
        self._endpoint = endpoint
        self._objects = Objects(session, endpoint.organization)

    async def read(self, resources: tuple[Resource[Any], ...], remembered: Json = None) -> Snapshot:
        """Lists first, then the bodies that they leave out; raises TenantError.

        What is `remembered` and of the version that its list tells is not read again, but by who
        sees a part only: what they see may change while nothing else does.
        """
        organization = self._endpoint.organization
        owner = await token_owner(self._session, organization)
        identity, lists, refused = await self._lists(owner)
        memory = Memory(remembered, identity, lists[USER])
        items = Items(self._again, self._parallel, documented)
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
                is_refused = kind in COLLECTION_TYPES and is_unreadable(error)
                if not is_refused and error.status != FORBIDDEN:
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
        return (await self._objects.fetch(PROFILE, object_id)).live

    async def _collection(self, object_id: str) -> LiveObject:
        """GET resource-collection/{id}: its resources included."""
        return (await self._objects.fetch(COLLECTION, object_id)).live

    async def _members(self, team_id: str) -> list[str]:
        """GET team/{id}: the ids of the team's members."""
        answer = await self._objects.answer("team", team_id)
        with documented(f"GET team/{team_id}", answer.tracking_id):
            return array(answer.body, "userIds", str)

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
        self._codecs = {codec.kind: codec for codec in codecs(self._objects, session)}
        self._cycles = {
            kind: WriteCycle(codec, session, endpoint) for kind, codec in self._codecs.items()
        }

    async def fetch(self, kind: str, object_id: str) -> LiveObject | None:
        """The object as it is now, None where it is gone."""
        return await self._cycles[kind].fetch(object_id)

    async def find(self, kind: str, name: str) -> LiveObject | None:
        """The profile or collection of that name, None where there is none."""
        return await self._codecs[kind].find(name)

    async def taken(self, kind: str, names: Collection[str]) -> Mapping[str, str]:
        """Few names are asked for one by one; for many the list takes fewer requests."""
        limit = self._endpoint.parallelism
        if len(names) > FEW:
            lists = Lists(self._session, self._endpoint.organization, limit=limit)
            return {
                n: str(row["id"])
                for row in await lists.rows(kind)
                if isinstance(n := row.get("name"), str) and n in names
            }
        asked = tuple(names)
        ids = await in_parallel(asked, lambda name: self._objects.id_of(kind, name), limit=limit)
        return {name: each for name, each in zip(asked, ids, strict=True) if each}

    async def create(self, kind: str, values: Values) -> Written:
        """POST the object, and read it back."""
        return await self._cycles[kind].create(values)

    async def update(self, kind: str, object_id: str, values: Values, expect: str) -> Written:
        """Replace (or patch) the object as it is now, if it is as expected; read it back."""
        return await self._cycles[kind].update(Update(object_id, values, expect))

    async def update_many(self, kind: str, updates: Sequence[Update]) -> list[Outcome]:
        """Replace the objects in one call, each if it is as expected; read each back."""
        path, organization = self._objects.path(ITEMS[kind], "bulk"), self._endpoint.organization
        return await write_in_bulk(
            BulkEnvelope(self._writes, path, organization),
            self._cycles[kind],
            self._writes,
            updates,
            parallelism=self._endpoint.parallelism,
        )

    async def delete(self, kind: str, object_id: str, expect: str) -> Written:
        """DELETE the object, if it is as expected."""
        return await self._cycles[kind].delete(object_id, expect)


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
