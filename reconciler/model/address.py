"""Addresses: how a managed object is named in plans, in the state and on the command line."""

from __future__ import annotations

from dataclasses import dataclass

OUTSIDE = "="
"""Stands before the vendor's id of an object that no manifest names, in place of a name."""


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """`tenant/group/Kind/name`: stable through the vendor's renames, unique in a project."""

    tenant: str
    group: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.tenant}/{self.group}/{self.kind}/{self.name}"

    @property
    def short(self) -> str:
        """The address without its tenant, for output about one tenant."""
        return f"{self.group}/{self.kind}/{self.name}"

    @property
    def outside(self) -> str | None:
        """The vendor's id, of an object that no manifest names; None for one of ours."""
        return self.name.removeprefix(OUTSIDE) if self.name.startswith(OUTSIDE) else None

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read the full form; raises ValueError where a part is missing."""
        tenant, group, kind, name = text.split("/", 3)
        return cls(tenant, group, kind, name)

    def ends_with(self, suffix: str) -> bool:
        """Whether `suffix` names this address: a whole number of parts from its end."""
        return f"/{self}".endswith(f"/{suffix}")
