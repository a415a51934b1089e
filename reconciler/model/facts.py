"""Facts: what no API of a vendor returns, as the project file declares it for a tenant."""

from __future__ import annotations

from reconciler.model.resource import Manifest


class Facts(Manifest):
    """Base of a vendor's facts; a field that is None was not declared, so nobody knows it."""


NO_FACTS = Facts()
