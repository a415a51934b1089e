"""The writers of a tenant: each group's own, asked for the kinds that are its."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from reconciler.contract.connection import Endpoint, Update, Writer, Written
from reconciler.engine.connect import of_group
from reconciler.errors import ReconcilerError
from reconciler.groups import Groups
from reconciler.manifests.project import Tenant
from reconciler.model.address import GroupKind
from reconciler.model.live import LiveObject
from reconciler.model.value import Values


@dataclass(frozen=True, slots=True)
class Writers:
    """Does what a `Writer` does, for the kinds of all groups."""

    by_group: Mapping[str, Writer]

    async def fetch(self, kind: GroupKind, object_id: str) -> LiveObject | None:
        """See `Writer.fetch`."""
        return await self.by_group[kind.group].fetch(kind.name, object_id)

    async def find(self, kind: GroupKind, name: str) -> LiveObject | None:
        """See `Writer.find`."""
        return await self.by_group[kind.group].find(kind.name, name)

    async def taken(self, kind: GroupKind, names: Collection[str]) -> Mapping[str, str]:
        """See `Writer.taken`."""
        return await self.by_group[kind.group].taken(kind.name, names)

    async def create(self, kind: GroupKind, values: Values) -> Written:
        """See `Writer.create`."""
        return await self.by_group[kind.group].create(kind.name, values)

    async def update(self, kind: GroupKind, object_id: str, values: Values, expect: str) -> Written:
        """See `Writer.update`."""
        return await self.by_group[kind.group].update(kind.name, object_id, values, expect)

    async def update_many(
        self, kind: GroupKind, updates: Sequence[Update]
    ) -> list[Written | ReconcilerError]:
        """See `Writer.update_many`."""
        return await self.by_group[kind.group].update_many(kind.name, updates)

    async def delete(self, kind: GroupKind, object_id: str, expect: str) -> Written:
        """See `Writer.delete`."""
        return await self.by_group[kind.group].delete(kind.name, object_id, expect)


@asynccontextmanager
async def open_writers(
    tenant: Tenant, groups: Groups, endpoint: Endpoint
) -> AsyncIterator[Writers]:
    """The writers of every group of a tenant, over one endpoint."""
    async with AsyncExitStack() as stack:
        yield Writers(
            {
                vendor.name: await stack.enter_async_context(
                    vendor.writer(of_group(endpoint, tenant, vendor.name))
                )
                for vendor in groups
            }
        )
