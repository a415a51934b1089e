"""A second vendor, small enough to read at once: doors, and the keys that open them.

Its tenant is a dictionary per organization. It shows what a vendor has to bring, and proves that
the core knows none by name.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from reconciler.contract.access import Access
from reconciler.contract.answers import NOT_OFFERED, NotOffered
from reconciler.contract.api import Api
from reconciler.contract.connection import Endpoint, Update, Written
from reconciler.contract.credentials import (
    ANY_WAY,
    NO_COMMAND,
    TOKEN,
    CredentialForm,
    CredentialPart,
    TokenRequest,
)
from reconciler.contract.lifecycle import Creation, Lifecycle, Removal
from reconciler.contract.shape import Refer, Resolve, Shape
from reconciler.contract.vendor import CONTRACT, Kind, Vendor
from reconciler.errors import NotFoundError, ReconcilerError, StalePlanError
from reconciler.model.address import GroupKind
from reconciler.model.change import Action
from reconciler.model.facts import Facts
from reconciler.model.live import InventoryItem, LiveObject, Snapshot
from reconciler.model.resource import Reference, Resource, Spec
from reconciler.model.value import Ref, Values, digest, to_json
from reconciler.rules.rule import Document, Finding, RuleSet, Where, rule
from reconciler.rules.world import World

MANUAL = Document("T1", "The manual of the tiny system")

GROUP = "tiny"

TENANTS: dict[str, dict[str, dict[str, Any]]] = {}
"""Per organization: id to {kind, name, values}."""


def group_kind(name: str) -> GroupKind:
    """A kind or a type of inventory, with the group."""
    return GroupKind(GROUP, name)


class Door(Spec):
    """A door of a building."""

    name: str | None = None
    building: Reference | None = None
    alarmed: bool | None = None


class Key(Spec):
    """A key and the doors that it opens."""

    doors: list[Reference] | None = None


def _door(resource: Resource[Door], resolve: Resolve) -> Values:
    spec, values = resource.spec, {"name": resource.spec.name or resource.address.name}
    if spec.building is not None:
        values["building"] = resolve("building", spec.building, ("spec", "building"))
    return values | ({} if spec.alarmed is None else {"alarmed": spec.alarmed})


def _key(resource: Resource[Key], resolve: Resolve) -> Values:
    doors = resource.spec.doors
    values: dict[str, Any] = {"name": resource.address.name}
    if doors is not None:
        values["doors"] = frozenset(
            resolve("Door", each, ("spec", "doors", n)) for n, each in enumerate(doors)
        )
    return values


def _door_spec(values: Values, refer: Refer) -> dict[str, Any]:
    building = values.get("building")
    spec = {"name": values["name"], "alarmed": values.get("alarmed")}
    named = {"building": refer("building", building)} if isinstance(building, Ref) else {}
    return {key: value for key, value in (spec | named).items() if value is not None}


def _key_spec(values: Values, refer: Refer) -> dict[str, Any]:
    doors = values.get("doors")
    assert isinstance(doors, frozenset)
    return {"doors": sorted(refer("Door", Ref(each)) for each in doors)}


_HEAD = "apiVersion: tiny/v1\nkind: Key\nmetadata: {name: master}\n"


@rule(
    "TNY101",
    on=Key,
    where=(Where.MANIFEST,),
    source=MANUAL / "Keys",
    good=_HEAD + "spec: {doors: [{id: d-1}]}\n",
    bad=_HEAD + "spec: {doors: []}\n",
)
def key_opens_a_door(key: Resource[Key], _: World) -> Iterator[Finding]:
    """A key opens at least one door."""
    if key.spec.doors == []:
        yield Finding(("spec", "doors"), "the key opens no door", hint="name a door")


SIGNED_IN: list[str] = []
"""The access tokens that readers came with."""


class TinyReader:
    kinds = ("Door", "Key")

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._here = TENANTS[endpoint.organization]
        self._organization = endpoint.organization

    async def read(
        self, _resources: tuple[Resource[Any], ...], _remembered: Any = None
    ) -> Snapshot:
        SIGNED_IN.append(await self._endpoint.token.token())
        objects = {
            group_kind(kind): tuple(_live(i, b) for i, b in self._here.items() if b["kind"] == kind)
            for kind in self.kinds
        }
        buildings = tuple(
            InventoryItem(group_kind("building"), i, b["name"])
            for i, b in self._here.items()
            if b["kind"] == "building"
        )
        return Snapshot(
            self._organization, objects, {group_kind("building"): buildings}, requests=1
        )


class TinyWriter(TinyReader):
    async def fetch(self, _kind: str, object_id: str) -> LiveObject | None:
        body = self._here.get(object_id)
        return _live(object_id, body) if body else None

    async def find(self, kind: str, name: str) -> LiveObject | None:
        found = (i for i, b in self._here.items() if (b["kind"], b["name"]) == (kind, name))
        return next((_live(i, self._here[i]) for i in found), None)

    async def taken(self, kind: str, names: Collection[str]) -> Mapping[str, str]:
        here = {b["name"]: i for i, b in self._here.items() if b["kind"] == kind}
        return {name: here[name] for name in names if name in here}

    async def create(self, kind: str, values: Values) -> Written:
        object_id = f"{kind[0].lower()}-{len(self._here) + 1}"
        self._here[object_id] = {"kind": kind, "name": values["name"], "values": dict(values)}
        return Written(_live(object_id, self._here[object_id]), "t-create")

    async def update(self, _kind: str, object_id: str, values: Values, expect: str) -> Written:
        body = self._expected(object_id, expect)
        body["values"] |= values
        body["name"] = body["values"]["name"]
        return Written(_live(object_id, body), "t-update")

    async def update_many(
        self, kind: str, updates: Sequence[Update]
    ) -> list[Written | ReconcilerError]:
        raise AssertionError(f"{kind} has no bulk call, and {len(updates)} updates came in one")

    async def delete(self, _kind: str, object_id: str, expect: str) -> Written:
        self._expected(object_id, expect)
        del self._here[object_id]
        return Written(None, "t-delete")

    def _expected(self, object_id: str, expect: str) -> dict[str, Any]:
        body = self._here.get(object_id)
        if body is None:
            raise NotFoundError("TEN104", f"there is no {object_id}")
        if _live(object_id, body).digest != expect:
            raise StalePlanError("RUN104", f"{object_id} was changed")
        return body


def _live(object_id: str, body: dict[str, Any]) -> LiveObject:
    mark = digest(to_json(body["values"], str))
    return LiveObject(group_kind(body["kind"]), object_id, body["name"], body["values"], mark)


@asynccontextmanager
async def _reader(endpoint: Endpoint) -> AsyncIterator[TinyReader]:
    yield TinyReader(endpoint)


@asynccontextmanager
async def _writer(endpoint: Endpoint) -> AsyncIterator[TinyWriter]:
    yield TinyWriter(endpoint)


def _endpoint(action: Action, object_id: str) -> tuple[str, str]:
    methods = {Action.CREATE: "POST", Action.DELETE: "DELETE"}
    return methods.get(action, "PUT"), f"/things/{object_id}"


def tenant(organization: str) -> dict[str, dict[str, Any]]:
    """A fresh tenant with one building and one door that is nobody's."""
    TENANTS[organization] = {
        "b-1": {"kind": "building", "name": "Main", "values": {}},
        "d-1": {
            "kind": "Door",
            "name": "Back door",
            "values": {"name": "Back door", "building": Ref("b-1"), "alarmed": True},
        },
    }
    return TENANTS[organization]


def not_offered(what: str) -> NotOffered:
    """What a made-up system answers to a hook that it lacks."""
    return NOT_OFFERED(f"a made-up system has no {what}", MANUAL / "Nothing more")


def plain_kind(  # noqa: PLR0913, PLR0917 - what the kinds of made-up systems differ in
    name: str,
    group: str,
    spec: type[Spec],
    desired: Callable[[Resource[Any], Resolve], Values],
    spec_of: Callable[[Values, Refer], dict[str, Any]],
    order: int,
    required: Mapping[str, str],
) -> Kind:
    """A kind that comes by a create, goes by a delete, and has no more to it."""
    return Kind(
        name=name,
        group=group,
        shape=Shape(
            spec=spec,
            desired=desired,
            spec_of=spec_of,
            order=order,
            person=False,
            immutable={},
            nothing=frozenset(),
            protected_is_fixed=False,
            share_limit=not_offered("limit"),
            count_limit=not_offered("limit"),
            copies=not_offered("copies"),
            brings=not_offered("additions"),
        ),
        lifecycle=Lifecycle(
            creation=Creation(required),
            removal=Removal.DELETE,
            switch=not_offered("switch"),
            spends_names=False,
            by_hand=not_offered("work by hand"),
            side_effects=not_offered("side effects"),
        ),
        access=Access(
            attributes=frozenset(),
            opens=not_offered("access"),
            danger=not_offered("access"),
            permitted=not_offered("rights"),
        ),
        api=Api(endpoint=_endpoint, bulk=not_offered("call for many")),
    )


def _with_a_badge(_region: str | None, parts: Mapping[str, str]) -> TokenRequest:
    return TokenRequest(
        "tiny.example", "/token", parts, as_json=True, what="badge", help="ask the porter"
    )


BADGE = CredentialForm(
    "badge",
    "badge",
    "badges",
    "A badge of the house.",
    (
        CredentialPart("number", "badge's number", NO_COMMAND, "Its number.", is_renewed=False),
        CredentialPart("secret", "badge's secret", ANY_WAY, "Its secret.", is_renewed=False),
    ),
    _with_a_badge,
)


VENDOR = Vendor(
    name="tiny",
    family="tiny",
    title="Tiny system",
    api_version="tiny/v1",
    contract=CONTRACT,
    kinds=(
        plain_kind("Door", "tiny", Door, _door, _door_spec, 1, {"building": "`building`"}),
        plain_kind("Key", "tiny", Key, _key, _key_spec, 2, {}),
    ),
    rules=RuleSet.of(sys.modules[__name__]),
    documents=(MANUAL,),
    facts=Facts,
    inventory=("building",),
    declared={},
    regions=("here",),
    organization=not_offered("form of its organizations"),
    rate=not_offered("limit of requests"),
    assumed={},
    token=TOKEN,
    credential_forms=(BADGE,),
    lockout=not_offered("administrators"),
    powers=not_offered("administrators"),
    limits=(),
    reader=_reader,
    writer=_writer,
    audit=not_offered("audit log"),
    sandbox=not_offered("sandbox"),
    generate=not_offered("generator"),
    generated_by_default=False,
)
