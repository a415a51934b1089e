"""Keys of what findings have in common: those with the same key come from one slip."""

from __future__ import annotations

import unicodedata


def cause_of_manifest(name: str) -> str:
    """Something is wrong with the manifest of that `metadata.name`, so that it is not there."""
    return f"manifest {name}"


def cause_of_name(kind: str, name: str) -> str:
    """Several objects of a kind have this name in the tenant."""
    return f"name {kind} {unicodedata.normalize('NFC', name).strip().casefold()}"
