"""No endpoint is open because somebody forgot it."""

from __future__ import annotations

import pytest

from reconciler.sandbox.app import Answer, Endpoint
from reconciler.vendors.webexcc.sandbox.data import Data
from reconciler.vendors.webexcc.sandbox.guard import guarded
from tests.unit.vendors.webexcc.sandbox.asking import Tenant


def test_an_endpoint_of_an_unknown_entity_cannot_be_made(tenant: Tenant) -> None:
    data = Data(tenant.store, tenant.sandbox.organization, lambda: pytest.fail("no clock"))
    forgotten = Endpoint("GET", "/organization/{orgid}/v2/hat", lambda _call: Answer(200, {}))
    with pytest.raises(ValueError, match=r"what does GET .*/v2/hat need"):
        guarded(data, forgotten)
