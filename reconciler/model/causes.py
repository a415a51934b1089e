"""Keys of what findings have in common: those with the same key come from one slip."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from reconciler.model.address import Address, GroupKind
from reconciler.model.diagnostic import Path, dotted


def cause_of_manifest(name: str) -> str:
    """Something is wrong with the manifest of that `metadata.name`, so that it is not there."""
    return f"manifest {name}"


def cause_of_name(kind: str, name: str) -> str:
    """Several objects of a kind have this name in the tenant."""
    return f"name {kind} {unicodedata.normalize('NFC', name).strip().casefold()}"


def cause_of_reference(code: str, kind: GroupKind, names: Iterable[str]) -> str:
    """References to something of a kind, by these names or ids, mean nothing or not one thing."""
    return "\0".join((code, str(kind), *names))


def cause_of_value(address: Address, path: Path) -> str:
    """The value at a path of a manifest is none of those that there are."""
    return f"value {address.short} {dotted(path)}"
