"""References to an object: `incoming-references`, and the 412 of what is still referred to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from reconciler.sandbox.app import Answer, Call, Endpoint, Handler
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body
from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.data import CHANNEL, COLLECTION, PROFILE, USER, Data
from reconciler.vendors.webexcc.sandbox.query import number
from reconciler.vendors.webexcc.sandbox.resource_types import TYPES

_OWN_API = {each.name: each.path for each in TYPES.values() if not each.elsewhere}
ENTITIES: Mapping[str, str] = (
    {each: each for each in (PROFILE, COLLECTION, USER)} | _OWN_API | {CHANNEL: "entrypoint"}
)
"""What a kind is called where it refers to others."""

DEFAULT_SIZE = 100


def refuse_while_referenced(data: Data, kind: str, body: Body) -> None:
    """412 with the kinds that refer to the body, where there are any."""
    found = _referring(data, kind, body["id"])
    if found:
        facts = {"entity": kind, "referencedEntities": [ENTITIES[each] for each in found]}
        raise Refusal(412, f"{body['name']} is referred to by {', '.join(found)}", facts)


def _referring(data: Data, kind: str, object_id: str) -> list[str]:
    return [each for each in data.store.referring(kind, object_id) if each in ENTITIES]


class References:
    """Lists of what refers to a thing, a kind at a time."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def endpoints(self) -> Iterator[Endpoint]:
        """One operation for each kind."""
        paths = {PROFILE: PROFILE, COLLECTION: COLLECTION, USER: USER} | _OWN_API
        for kind, path in paths.items():
            whole = f"/organization/{{orgid}}/{path}/{{id}}/incoming-references"
            yield Endpoint("GET", whole, self._lister(kind))

    def _lister(self, kind: str) -> Handler:
        def listed(call: Call) -> Answer:
            access = Access.of(self._data, call.identity)
            object_id = access.one(kind, call.path["id"])["id"]
            return Answer(200, self._answer(call.query, access, kind, object_id))

        return listed

    def _answer(self, query: Mapping[str, str], access: Access, kind: str, object_id: str) -> Body:
        """One page of one kind; a page number without a kind walks through all kinds."""
        rows = {ENTITIES[by]: self._rows(access, kind, object_id, by)
                for by in _referring(self._data, kind, object_id)}  # fmt: skip
        rows = {name: found for name, found in rows.items() if found}
        size = min(number(query, "pageSize", DEFAULT_SIZE) or DEFAULT_SIZE, DEFAULT_SIZE)
        wanted, page = query.get("type"), number(query, "page", 0)
        if wanted is not None and wanted not in ENTITIES.values():
            raise Refusal(400, f"type is {wanted!r}; here it is one of {', '.join(rows)}")
        pages = [(name, at) for name, found in rows.items() if wanted in (None, name)
                 for at in range(-(-len(found) // size))]  # fmt: skip
        current, at = pages[page] if page < len(pages) else (wanted, page)
        found = rows.get(current or "", [])
        meta: Body = {
            "orgid": self._data.organization,
            "page": page,
            "pageSize": size,
            "totalPages": max(1, -(-len(found) // size)),
            "totalRecords": len(found),
            "links": {},
            "referencedEntities": list(rows),
        }
        if current is not None:
            meta["currentEntity"] = current
        shown = [_information(each) for each in found[at * size : (at + 1) * size]]
        return {"description": "list of referenced entities", "meta": meta, "data": shown}

    def _rows(self, access: Access, kind: str, object_id: str, by: str) -> list[Body]:
        ids = self._data.store.referrers(kind, object_id, by)
        return [self._data.one(by, each) for each in ids if access.sees(by, each)]


def _information(body: Body) -> Body:
    return {
        "id": body["id"],
        "name": body.get("name") or body["email"],
        "createdDate": _date(body["createdTime"]),
        "lastModifiedDate": _date(body["lastUpdatedTime"]),
        "version": body["version"],
    }


def _date(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat().replace("+00:00", "Z")
