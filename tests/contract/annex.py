"""A second group of the tiny system's organizations: its annex, which has doors of its own."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from reconciler.contract.connection import Endpoint, Written
from reconciler.contract.shape import Refer, Resolve
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


def _spec_of(values: Values, refer: Refer) -> dict[str, Any]:
    leads_to = values.get("leadsTo")
    house = GroupKind(tiny.GROUP, "Door")
    return {"leadsTo": refer(house, leads_to)} if isinstance(leads_to, Ref) else {}


class AnnexReader(tiny.TinyReader):
    """Reads the annex; its doors are in the tenant under its own name."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(replace(endpoint, organization=f"{endpoint.organization} {GROUP}"))
        self._organization = endpoint.organization

    async def read(self, resources: tuple[Resource[Any], ...], remembered: Any = None) -> Snapshot:
        found = await super().read(resources, remembered)
        doors = tuple(map(_of_the_annex, found.objects[tiny.group_kind("Door")]))
        return Snapshot(self._organization, {GroupKind(GROUP, "Door"): doors}, {}, requests=1)


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


def _of_the_annex(live: LiveObject) -> LiveObject:
    return replace(live, kind=GroupKind(GROUP, "Door"))


@asynccontextmanager
async def _reader(endpoint: Endpoint) -> AsyncIterator[AnnexReader]:
    yield AnnexReader(endpoint)


@asynccontextmanager
async def _writer(endpoint: Endpoint) -> AsyncIterator[AnnexWriter]:
    yield AnnexWriter(endpoint)


VENDOR: Vendor = replace(
    tiny.VENDOR,
    name=GROUP,
    title="Annex of the tiny system",
    api_version="annex/v1",
    kinds=(tiny.plain_kind("Door", GROUP, AnnexDoor, _desired, _spec_of, 3, {}),),
    inventory=(),
    rules=RuleSet.of(sys.modules[__name__]),
    reader=_reader,
    writer=_writer,
)
