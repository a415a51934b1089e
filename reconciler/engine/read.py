"""Reading a tenant, with a client that cannot write."""

from __future__ import annotations

from typing import Any

from reconciler.engine.connect import Surroundings, connected
from reconciler.manifests.project import Tenant
from reconciler.model.live import Snapshot
from reconciler.model.resource import Resource
from reconciler.vendor import Vendor


async def read(
    tenant: Tenant, vendor: Vendor, resources: tuple[Resource[Any], ...], around: Surroundings
) -> Snapshot:
    """Everything in the tenant that a plan judges; raises TenantError, never half a view."""
    with connected(tenant, vendor, around) as endpoint:
        async with vendor.reader(endpoint) as reader:
            return await reader.read(resources)
