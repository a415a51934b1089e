"""The host of a tenant, and what it has a licence for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.sandbox.app import Answer, Call, Endpoint
from reconciler.vendors.cxone.sandbox.data import Data

CONFIGURATION = "/.well-known/cxone-configuration"
AREA = "na1"


def configuration(_body: Mapping[str, Any]) -> dict[str, str]:
    """The hosts; the tenant's id may be left out."""
    return {
        "area": AREA,
        "api_endpoint": f"https://api-{AREA}.niceincontact.com",
        "auth_endpoint": f"https://{AREA}.nice-incontact.com",
    }


class Tenants:
    """The tenant service."""

    def __init__(self, data: Data) -> None:
        self._data = data

    def endpoints(self) -> Iterator[Endpoint]:
        """Its one operation."""
        yield Endpoint("GET", "/tenants/v2/current", self.current)

    def current(self, _call: Call) -> Answer:
        """The caller's tenant; each application of a permission is licensed."""
        applications = sorted({each.split("/", 1)[0] for each in self._data.catalogue()})
        return Answer(
            200,
            {
                "tenantId": self._data.organization,
                "tenantName": "Sandbox",
                "schemaName": "sandbox",
                "status": "ACTIVE",
                "type": "CUSTOMER",
                "timezone": "UTC",
                "customerType": "SANDBOX",
                "clusterId": "C1",
                "billingId": 1,
                "licenses": [{"applicationId": a, "productId": a.upper()} for a in applications],
            },
        )
