"""Reading a tenant, with a client that cannot write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.contract.connection import Endpoint
from reconciler.contract.vendor import Vendor
from reconciler.engine.connect import Surroundings, connected, of_group
from reconciler.errors import TenantError
from reconciler.groups import Groups
from reconciler.manifests.project import Tenant
from reconciler.model.live import Snapshot, merged
from reconciler.model.resource import Resource
from reconciler.model.value import Json

NOTHING_REMEMBERED: Mapping[str, Json] = {}


async def read(
    tenant: Tenant,
    groups: Groups,
    resources: tuple[Resource[Any], ...],
    around: Surroundings,
    remembered: Mapping[str, Json] = NOTHING_REMEMBERED,
) -> Snapshot:
    """Everything in the tenant that a plan judges; raises TenantError, never half a view.

    All groups are read at the same time. `remembered` is the memory of an earlier reading, by
    group; without it everything is read.
    """

    async def one(vendor: Vendor, endpoint: Endpoint) -> Snapshot:
        own = tuple(each for each in resources if each.address.group == vendor.name)
        async with vendor.reader(of_group(endpoint, tenant, vendor.name)) as reader:
            return await reader.read(own, remembered.get(vendor.name))

    with connected(tenant, groups, around) as endpoint:
        if len(groups.vendors) == 1:
            return await one(groups.vendors[0], endpoint)
        import asyncio  # noqa: PLC0415 - `validate` starts without it

        try:
            async with asyncio.TaskGroup() as readings:
                tasks = [readings.create_task(one(vendor, endpoint)) for vendor in groups]
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None  # as one reader alone would have failed
    snapshots = [each.result() for each in tasks]
    organizations = {each.organization for each in snapshots}
    if len(organizations) > 1:
        raise TenantError(
            "TEN131",
            f"the groups of {tenant.name} are of {len(organizations)} organizations: "
            + ", ".join(sorted(organizations)),
            hint="make each organization a tenant of its own",
        )
    return merged(snapshots)
