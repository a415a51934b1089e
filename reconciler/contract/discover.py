"""The vendors that are installed; one is imported when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import metadata

from reconciler.contract.vendor import CONTRACT, Vendor
from reconciler.errors import ProjectError

ENTRY_POINTS = "reconciler.vendors"


class Installed(Mapping[str, Vendor]):
    """The installed vendors by name; its names cost nothing, each vendor is imported on demand.

    Asking for a vendor raises ProjectError, naming the package, where it cannot be imported or was
    made for another version of the contract.
    """

    def __init__(self, entries: Mapping[str, metadata.EntryPoint]) -> None:
        self._entries = entries
        self._imported: dict[str, Vendor] = {}

    def __getitem__(self, name: str) -> Vendor:
        if name not in self._imported:
            self._imported[name] = _imported(self._entries[name])
        return self._imported[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def discover() -> Installed:
    """The vendors that are installed; raises ProjectError where a name is offered twice."""
    entries: dict[str, metadata.EntryPoint] = {}
    for entry in sorted(metadata.entry_points(group=ENTRY_POINTS), key=lambda e: e.name):
        if entry.name in entries:
            raise ProjectError(
                "PRJ130", f"vendor `{entry.name}` is offered twice ({_package(entry)})"
            )
        entries[entry.name] = entry
    return Installed(entries)


def _imported(entry: metadata.EntryPoint) -> Vendor:
    package = _package(entry)
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
    return vendor


def _package(entry: metadata.EntryPoint) -> str:
    return entry.dist.name if entry.dist else entry.value
