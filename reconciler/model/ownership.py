"""Ownership: what the state remembers of an object that we created or adopted."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.value import Json


@dataclass(frozen=True, slots=True)
class Row:
    """One owned object: our address, the vendor's id, and what we last gave it.

    `applied` holds the managed attributes as plain JSON (`model.value.to_json`);
    `prevent_destroy` outlives the manifest that set it; `adopted` objects were found, not made.
    """

    address: str
    object_id: str
    name: str
    applied: Json
    prevent_destroy: bool = False
    adopted: bool = False
