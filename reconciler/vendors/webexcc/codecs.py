"""The kinds of the configuration API: where each is, and how its objects are read and written.

Source: Cisco's OpenAPI "Webex Contact Center" of 2026-05-04. A kind is a row of `ITEMS` and
`DECODE`, a codec, and its JSON in `wire.py`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from reconciler.errors import NotFoundError, TenantError, UnknownOutcomeError
from reconciler.http.codec import Body, Codec, Fetched
from reconciler.http.fields import an_id, identifier, segment
from reconciler.http.session import Answer, ReadSession, WriteSession
from reconciler.model.live import LiveObject
from reconciler.model.value import Values
from reconciler.vendors.webex.answers import documented
from reconciler.vendors.webexcc import wire
from reconciler.vendors.webexcc.lists import PATHS
from reconciler.vendors.webexcc.wire import COLLECTION, PROFILE, USER

ITEMS: Mapping[str, str] = {
    PROFILE: "v3/user-profile",
    COLLECTION: "resource-collection",
    USER: "user",
    "team": "team",
}
"""Where the objects of a kind are read and written one by one."""

DECODE: Mapping[str, Callable[[Body], LiveObject]] = {
    PROFILE: wire.profile,
    COLLECTION: wire.collection,
    USER: wire.user_item,
}


class Objects:
    """Single objects of one organization, read by their ids or found by their names."""

    def __init__(self, session: ReadSession, organization: str) -> None:
        self._session = session
        self._organization = segment(organization)

    def path(self, *parts: str) -> str:
        """A path below the organization."""
        return "/".join(("/organization", self._organization, *parts))

    async def fetch(self, kind: str, object_id: str) -> Fetched:
        """GET an object of a kind; raises TenantError."""
        answer = await self.answer(kind, object_id)
        with documented(f"GET {ITEMS[kind]}/{object_id}", answer.tracking_id):
            return Fetched(answer.body, DECODE[kind](answer.body))

    async def answer(self, kind: str, object_id: str) -> Answer:
        """GET what has that id, which an answer has to name."""
        answer = await self._session.get(self.path(ITEMS[kind], segment(object_id)))
        if not isinstance(answer.body, dict) or answer.body.get("id") != object_id:
            raise TenantError(
                "TEN113",
                f"GET {ITEMS[kind]}/{object_id}: the answer is not that {kind}",
                tracking_id=answer.tracking_id,
            )
        return answer

    async def id_of(self, kind: str, name: str) -> str | None:
        """The id of the object of that name, None where there is none."""
        # json.dumps quotes as RSQL does; names hold neither quotes nor backslashes anyway
        query = {"filter": f"name=={json.dumps(name)}", "page": "0", "pageSize": "2"}
        answer = await self._session.get(self.path(PATHS[kind]), query)
        with documented(f"GET {PATHS[kind]}", answer.tracking_id):
            return next((identifier(row, "id") for row in answer.body["data"]), None)


class WebexCodec(Codec):
    """Codec shared by all kinds: objects are replaced whole, by PUT."""

    may_hide = True
    who_made_it = "who created it is unknown: check it in Control Hub"

    def __init__(self, objects: Objects, session: WriteSession) -> None:
        self._objects = objects
        self._session = session
        self.create_call = f"POST {objects.path(ITEMS[self.kind])}"

    async def fetch(self, object_id: str) -> Fetched:
        """GET the object."""
        return await self._objects.fetch(self.kind, object_id)

    async def find(self, name: str) -> LiveObject | None:
        """The object of that name, by a filter of the list."""
        object_id = await self._objects.id_of(self.kind, name)
        with suppress(NotFoundError):
            return (await self.fetch(object_id)).live if object_id else None
        return None

    def result(self, _values: Values, body: Body, current: Body | None) -> Values:
        """The whole object: a PUT leaves nothing of what was there."""
        object_id = current["id"] if current else "new"
        return DECODE[self.kind]({**body, "id": object_id}).values

    def answered(self, object_id: str, answer: Answer) -> LiveObject | None:
        """The object: a write answers with it."""
        if not isinstance(answer.body, dict):
            return None
        with documented(f"the written {self.kind} {object_id}", answer.tracking_id):
            return DECODE[self.kind](answer.body)

    def created_id(self, answer: Answer) -> str:
        """The id in the answer."""
        with suppress(ValueError, KeyError, TypeError):
            return an_id(answer.body["id"])
        raise UnknownOutcomeError(
            "TEN113",
            f"{self.create_call}: the answer names no object",
            status=answer.status,
            tracking_id=answer.tracking_id,
            hint="whether it was created is unknown: run `reconciler plan` to see",
        )

    async def create(self, body: Body) -> Answer:
        """POST the object."""
        return await self._session.post(self._objects.path(ITEMS[self.kind]), body)

    async def update(self, object_id: str, body: Body) -> Answer:
        """PUT the object."""
        return await self._session.put(self._item(object_id), body)

    async def delete(self, object_id: str) -> Answer:
        """DELETE the object."""
        return await self._session.delete(self._item(object_id))

    def omit_refused(self, body: dict[str, Any], current: Body, refused: TenantError) -> bool:
        """Drop the field that some tenants answer and do not take."""
        if refused.status != HTTPStatus.BAD_REQUEST:
            return False
        # Cisco documents no code for it
        named = re.search(r"\b(\w+) is not allowed when feature flag is disabled", refused.reason)
        field = named[1] if named else ""
        if field not in current or body.get(field) != current[field]:
            return False
        del body[field]
        return True

    def _item(self, object_id: str) -> str:
        return self._objects.path(ITEMS[self.kind], segment(object_id))


class CollectionCodec(WebexCodec):
    """Resource collections; `names` has those that were read back, for the profiles."""

    kind = COLLECTION

    def __init__(self, objects: Objects, session: WriteSession, names: dict[str, str]) -> None:
        super().__init__(objects, session)
        self._names = names

    async def encode(self, values: Values, current: Body | None) -> dict[str, Any]:
        """The collection whole."""
        return wire.collection_body(values, current)

    def read_back(self, live: LiveObject) -> None:
        """Keep its name."""
        self._names[live.id] = live.name


class ProfileCodec(WebexCodec):
    """User profiles; a request names each collection by its id and its name."""

    kind = PROFILE

    def __init__(self, objects: Objects, session: WriteSession, names: dict[str, str]) -> None:
        super().__init__(objects, session)
        self._names = names

    async def encode(self, values: Values, current: Body | None) -> dict[str, Any]:
        """The profile whole, with the names of its collections."""
        resources = values.get("resources")
        collections = resources["collections"] if isinstance(resources, Mapping) else frozenset()
        for object_id in collections if isinstance(collections, frozenset) else ():
            if object_id not in self._names:
                fetched = await self._objects.fetch(COLLECTION, object_id)
                self._names[object_id] = fetched.live.name
        return wire.profile_body(values, current, self._names)


class UserCodec(WebexCodec):
    """Users, of whom a PATCH changes what it names."""

    kind = USER

    async def encode(self, values: Values, _current: Body | None) -> dict[str, Any]:
        """The fields that change."""
        return wire.user_body(values)

    def result(self, values: Values, body: Body, current: Body | None) -> Values:
        """The user with the fields that change."""
        return super().result(values, {**(current or {}), **body}, current)

    async def update(self, object_id: str, body: Body) -> Answer:
        """PATCH the user."""
        return await self._session.patch(self._item(object_id), body)


def codecs(objects: Objects, session: WriteSession) -> tuple[WebexCodec, ...]:
    """The codec of each kind, for one writer."""
    names: dict[str, str] = {}
    return (
        CollectionCodec(objects, session, names),
        ProfileCodec(objects, session, names),
        UserCodec(objects, session),
    )
