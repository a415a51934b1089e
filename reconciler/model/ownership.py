"""Ownership: what the state remembers of an object that we created or adopted."""

from __future__ import annotations

import json
from dataclasses import dataclass

from reconciler.errors import StateError
from reconciler.model.value import Json


@dataclass(frozen=True, slots=True)
class Row:
    """One owned object: our address, the vendor's id, and what we last gave it.

    `stored` is the JSON text of `applied`, which takes a sixth of the memory; `prevent_destroy`
    outlives the manifest that set it; `adopted` objects were found, not made.
    """

    address: str
    object_id: str
    name: str
    stored: str
    prevent_destroy: bool = False
    adopted: bool = False

    @classmethod
    def of(  # noqa: PLR0913 - its fields
        cls,
        address: str,
        object_id: str,
        name: str,
        applied: Json,
        *,
        prevent_destroy: bool = False,
        adopted: bool = False,
    ) -> Row:
        """A row of what was applied, as plain JSON."""
        return cls(address, object_id, name, json.dumps(applied), prevent_destroy, adopted)

    @property
    def applied(self) -> Json:
        """The managed attributes as plain JSON (`model.value.to_json`); raises StateError."""
        try:
            found = json.loads(self.stored)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise StateError(
                "RUN121",
                f"the state is damaged: table `ownership`, row {self.address!a}: `applied` is not "
                "the JSON text of an object",
                hint="restore a copy of the state, or correct that row; nothing was changed",
            )
        return found
