"""The vendors that are installed."""

from __future__ import annotations

from importlib import metadata

from reconciler.contract.vendor import CONTRACT, Vendor
from reconciler.errors import ProjectError

ENTRY_POINTS = "reconciler.vendors"


def discover() -> dict[str, Vendor]:
    """The vendors that are installed, by name.

    Raises ProjectError, naming the package, where one cannot be loaded, was made for another
    version of this contract, or offers a name twice.
    """
    vendors: dict[str, Vendor] = {}
    for entry in sorted(metadata.entry_points(group=ENTRY_POINTS), key=lambda e: e.name):
        package = entry.dist.name if entry.dist else entry.value
        if entry.name in vendors:
            raise ProjectError("PRJ130", f"vendor `{entry.name}` is offered twice ({package})")
        try:
            vendor = entry.load()
        except Exception as error:
            raise ProjectError(
                "PRJ131", f"vendor `{entry.name}` of {package} cannot be loaded: {error}"
            ) from error
        if not isinstance(vendor, Vendor) or vendor.contract != CONTRACT:
            raise ProjectError(
                "PRJ132", f"vendor `{entry.name}` of {package} does not fit contract {CONTRACT}"
            )
        vendors[entry.name] = vendor
    return vendors
