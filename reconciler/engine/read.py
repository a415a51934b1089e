"""Reading a tenant, with a client that cannot write."""

from __future__ import annotations

from typing import Any

from reconciler.engine.connect import Surroundings, connected
from reconciler.manifests.project import Tenant
from reconciler.model.live import Snapshot
from reconciler.model.resource import Resource
from reconciler.model.value import Json
from reconciler.vendor import Vendor


async def read(
    tenant: Tenant,
    vendor: Vendor,
    resources: tuple[Resource[Any], ...],
    around: Surroundings,
    remembered: Json = None,
) -> Snapshot:
    """Everything in the tenant that a plan judges; raises TenantError, never half a view.

    `remembered` is the memory of an earlier reading; without it everything is read.
    """
    with connected(tenant, vendor, around) as endpoint:
        async with vendor.reader(endpoint) as reader:
            return await reader.read(resources, remembered)
