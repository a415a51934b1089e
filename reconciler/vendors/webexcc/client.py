"""The reader and the writer of a Webex Contact Center tenant.

Source: Cisco's OpenAPI "Webex Contact Center" of 2026-05-04. List rows leave arrays out, so
profiles, collections and teams are read one by one after their list.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any

from reconciler.contract.connection import Endpoint, Update, Written
from reconciler.errors import TenantError
from reconciler.http.bulk_write import Outcome, write_in_bulk
from reconciler.http.items import Items
from reconciler.http.lists import WholeLists, is_unreadable, read_lists
from reconciler.http.paging import Row
from reconciler.http.parallel import InParallel, in_parallel
from reconciler.http.session import ReadSession, WriteSession, reading, writing
from reconciler.http.write_cycle import WriteCycle
from reconciler.model.live import Identity, InventoryItem, LiveObject, Snapshot
from reconciler.model.resource import Resource
from reconciler.model.value import Json, Ref, Values
from reconciler.vendors.webex.answers import array, documented, explain
from reconciler.vendors.webex.people import TokenOwner, token_owner
from reconciler.vendors.webexcc import wire
from reconciler.vendors.webexcc.bulk import BulkEnvelope
from reconciler.vendors.webexcc.codecs import ITEMS, Objects, codecs
from reconciler.vendors.webexcc.group import GROUP, group_kind
from reconciler.vendors.webexcc.identity import identify, unread, unseen
from reconciler.vendors.webexcc.lists import PATHS, Lists
from reconciler.vendors.webexcc.memory import Memory, to_memory
from reconciler.vendors.webexcc.models import COLLECTION_TYPES
from reconciler.vendors.webexcc.wire import COLLECTION, PROFILE, USER

FEW = 10
NAMES = ("email", "name")
"""The fields that may hold the name of a row of unexpected shape, the best first."""
NO_TEAMS: frozenset[Ref] = frozenset()
KINDS = (PROFILE, COLLECTION, USER, *COLLECTION_TYPES)


class WebexReader:
    """Reads a tenant; holds a session that cannot write."""

    def __init__(self, session: ReadSession, endpoint: Endpoint) -> None:
        self._session = session
        self._endpoint = endpoint
        self._parallel = InParallel(endpoint)
        self._objects = Objects(session, endpoint.organization)

    async def read(self, resources: tuple[Resource[Any], ...], remembered: Json = None) -> Snapshot:
        """Lists first, then the bodies that they leave out; raises TenantError.

        What is `remembered` and of the version that its list shows is not read again, but by who
        sees a part only: what they see may change while nothing else does.
        """
        owner = await token_owner(self._session, self._endpoint)
        identity, lists = await self._lists(owner)
        memory = Memory(remembered, identity, lists.rows[USER])
        items = Items(self._again, self._parallel, documented, NAMES, group=GROUP)
        profiles = await items.read(
            PROFILE, "user profiles", lists.rows, self._profile, partial(memory.object, PROFILE)
        )
        collections = await items.read(
            COLLECTION,
            "collections",
            lists.rows,
            self._collection,
            partial(memory.object, COLLECTION),
        )
        teams = await items.read("team", "teams", lists.rows, self._members, memory.members)
        wanted = frozenset(each.address.kind for each in resources)
        hidden = unseen(owner, identity, lists.refused, collections.values(), wanted)
        if hidden and memory.reused:
            return await self.read(resources)
        hides_teams = "team" in lists.refused or items.is_odd("team")
        users = _users(items, lists.rows[USER], None if hides_teams else teams)
        snapshot = Snapshot(
            organization=self._endpoint.organization,
            objects={
                group_kind(COLLECTION): tuple(collections.values()),
                group_kind(PROFILE): tuple(profiles.values()),
                group_kind(USER): tuple(users),
            },
            inventory={
                group_kind(kind): _inventory(items, kind, lists.rows[kind])
                for kind in COLLECTION_TYPES
            },
            requests=self._session.requests,
            identities={GROUP: identity},
            hidden={group_kind(kind): reason for kind, reason in hidden.items()},
            unread={group_kind(kind): why for kind, why in unread(lists.refused, hidden).items()},
            unknown=tuple(items.unknown),
            reused=memory.reused,
        )
        if snapshot.is_blind or hides_teams:
            return snapshot
        rows = [(row, teams[row["id"]]) for row in lists.rows["team"]]
        objects = (*profiles.values(), *collections.values())
        memory_now = to_memory(identity, objects, lists.rows[USER], rows)
        return replace(snapshot, memory={GROUP: memory_now})

    async def _again(self, kind: str) -> tuple[Row, ...]:
        """A list once more, as it is now."""
        return await self._whole_lists().rows(kind)

    def _whole_lists(self) -> Lists:
        limit = self._endpoint.parallelism
        return Lists(self._session, self._endpoint.organization, limit=limit)

    async def _lists(self, owner: TokenOwner | None) -> tuple[Identity, WholeLists[Row]]:
        """Read who asks, and every list."""

        def may_be_refused(kind: str, error: TenantError) -> bool:
            is_needed = kind not in COLLECTION_TYPES
            return error.status == HTTPStatus.FORBIDDEN if is_needed else is_unreadable(error)

        asked = asyncio.ensure_future(identify(self._session, self._endpoint.organization, owner))
        try:
            lists = await read_lists(
                KINDS, self._whole_lists().rows, may_be_refused, self._parallel
            )
            return await asked, lists
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


def _users(
    items: Items, rows: Sequence[Row], teams: Mapping[str, list[str]] | None
) -> list[LiveObject]:
    """The users of rows, with the teams that they are members of; None where that is unknown."""
    members = None if teams is None else wire.members(teams.items())

    def user(row: Row) -> LiveObject:
        return wire.user(row, None if members is None else members.get(row["id"], NO_TEAMS))

    return items.of_rows(USER, f"GET {PATHS[USER]}", rows, user)


def _inventory(items: Items, kind: str, rows: Sequence[Row]) -> tuple[InventoryItem, ...]:
    endpoint = f"GET {PATHS.get(kind, kind)}"
    return tuple(items.of_rows(kind, endpoint, rows, partial(wire.item, kind)))


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
        if len(names) > FEW:
            return {
                n: str(row["id"])
                for row in await self._whole_lists().rows(kind)
                if isinstance(n := row.get("name"), str) and n in names
            }
        asked, limit = tuple(names), self._endpoint.parallelism
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
