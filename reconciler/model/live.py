"""What a tenant holds now, in normal form: managed kinds as objects, the rest as inventory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.model.value import Values


@dataclass(frozen=True, slots=True)
class LiveObject:
    """One object of a managed kind.

    `digest` fingerprints all of its body that a write would replace, not only what we manage.
    `protected` objects are the vendor's own: they may be adopted, and are never deleted.
    """

    kind: str
    id: str
    name: str
    values: Values
    digest: str
    protected: bool = False


@dataclass(frozen=True, slots=True)
class InventoryItem:
    """Something that manifests refer to and never manage: a queue, a site, …"""

    type: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A complete view of one tenant; `requests` is what reading it cost.

    A reader that cannot prove that it saw everything raises instead of returning one.
    """

    organization: str
    objects: Mapping[str, tuple[LiveObject, ...]]
    inventory: Mapping[str, tuple[InventoryItem, ...]]
    requests: int = 0

    @property
    def size(self) -> int:
        """How many objects and inventory items were read."""
        managed = sum(len(rows) for rows in self.objects.values())
        return managed + sum(len(rows) for rows in self.inventory.values())
