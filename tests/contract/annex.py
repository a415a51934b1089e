"""A second group of the tiny system's organizations: its annex, which has doors of its own."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from reconciler.contract.connection import Endpoint, Written
from reconciler.contract.lifecycle import Removal, Switch
from reconciler.contract.shape import Copies, Refer, Resolve
from reconciler.contract.vendor import Vendor
from reconciler.model.address import GroupKind
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.resource import Reference, Resource, Spec
from reconciler.model.value import Ref, Values
from reconciler.rules.rule import RuleSet
from tests.contract import tiny

GROUP = "annex"


class AnnexDoor(Spec):
    """A door of the annex, and the door of the house that it leads to."""

    leads_to: Reference | None = None


def _desired(door: Resource[AnnexDoor], resolve: Resolve) -> Values:
    values: dict[str, Any] = {"name": door.address.name}
    if door.spec.leads_to is not None:
        house = GroupKind(tiny.GROUP, "Door")
        values["leadsTo"] = resolve(house, door.spec.leads_to, ("spec", "leadsTo"))
    return values


class Pass(Spec):
    """A pass for doors of the annex: it is ended rather than deleted, and its name with it."""

    active: bool | None = None
    copy_of: Reference | None = None
    doors: list[Reference] | None = None


def _pass(made: Resource[Pass], resolve: Resolve) -> Values:
    values: dict[str, Any] = {"name": made.address.name, "active": made.spec.active is not False}
    if made.spec.copy_of is not None:
        values["copyOf"] = resolve("Pass", made.spec.copy_of, ("spec", "copyOf"))
    if made.spec.doors is not None:
        values["doors"] = frozenset(
            resolve("Door", each, ("spec", "doors", n)) for n, each in enumerate(made.spec.doors)
        )
    return values


def _pass_spec(values: Values, refer: Refer) -> dict[str, Any]:
    doors = values.get("doors")
    named = sorted(refer("Door", Ref(e)) for e in doors) if isinstance(doors, frozenset) else []
    return {"active": values["active"], **({"doors": named} if named else {})}


def _is_active(values: Values) -> bool:
    return values.get("active") is not False


def _spec_of(values: Values, refer: Refer) -> dict[str, Any]:
    leads_to = values.get("leadsTo")
    house = GroupKind(tiny.GROUP, "Door")
    return {"leadsTo": refer(house, leads_to)} if isinstance(leads_to, Ref) else {}


class AnnexReader(tiny.TinyReader):
    """Reads the annex; its doors are in the tenant under its own name."""

    kinds = ("Door", "Pass")

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(replace(endpoint, organization=f"{endpoint.organization} {GROUP}"))
        self._organization = endpoint.organization

    async def read(self, resources: tuple[Resource[Any], ...], remembered: Any = None) -> Snapshot:
        found = await super().read(resources, remembered)
        objects = {
            GroupKind(GROUP, kind): tuple(map(_of_the_annex, found.objects[tiny.group_kind(kind)]))
            for kind in self.kinds
        }
        return Snapshot(self._organization, objects, {}, requests=1)


class AnnexWriter(AnnexReader, tiny.TinyWriter):
    """Writes to the annex."""

    async def fetch(self, kind: str, object_id: str) -> LiveObject | None:
        live = await super().fetch(kind, object_id)
        return _of_the_annex(live) if live else None

    async def create(self, kind: str, values: Values) -> Written:
        made = await super().create(f"a{kind}", values)  # an id that no door of the house has
        assert made.live is not None
        self._here[made.live.id]["kind"] = kind
        return replace(made, live=_of_the_annex(made.live))

    async def update(self, kind: str, object_id: str, values: Values, expect: str) -> Written:
        made = await super().update(kind, object_id, values, expect)
        assert made.live is not None
        return replace(made, live=_of_the_annex(made.live))


def _of_the_annex(live: LiveObject) -> LiveObject:
    return replace(live, kind=GroupKind(GROUP, live.kind.name))


@asynccontextmanager
async def _reader(endpoint: Endpoint) -> AsyncIterator[AnnexReader]:
    yield AnnexReader(endpoint)


@asynccontextmanager
async def _writer(endpoint: Endpoint) -> AsyncIterator[AnnexWriter]:
    yield AnnexWriter(endpoint)


_PLAIN = tiny.plain_kind(
    "Pass", GROUP, Pass, _pass, _pass_spec, 4, {"doors": "`doors` or `copyOf`"}
)
PASS = replace(
    _PLAIN,
    shape=replace(_PLAIN.shape, copies=Copies("copyOf", frozenset({"doors"}))),
    lifecycle=replace(
        _PLAIN.lifecycle,
        removal=Removal.DEACTIVATE,
        switch=Switch(_is_active, {"active": False}),
        spends_names=True,
    ),
)

VENDOR: Vendor = replace(
    tiny.VENDOR,
    name=GROUP,
    title="Annex of the tiny system",
    api_version="annex/v1",
    kinds=(tiny.plain_kind("Door", GROUP, AnnexDoor, _desired, _spec_of, 3, {}), PASS),
    inventory=(),
    rules=RuleSet.of(sys.modules[__name__]),
    reader=_reader,
    writer=_writer,
)
