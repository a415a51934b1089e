"""Addresses: how a managed object is named in plans, in the state and on the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

OUTSIDE = "="
"""Stands before the vendor's id of an object that no manifest names, in place of a name."""


class GroupKind(NamedTuple):
    """A managed kind, or a type of inventory, and the group of the vendor that it belongs to.

    The name alone is not enough: groups of one tenant may have kinds of the same name.
    """

    group: str
    name: str

    def __str__(self) -> str:
        return f"{self.group}/{self.name}"

    @classmethod
    def parse(cls, text: str) -> GroupKind:
        """Read `group/Kind`; raises ValueError where a part is missing."""
        group, slash, name = text.partition("/")
        if not slash or "/" in name:
            raise ValueError(f"`{text}` is not `group/Kind`")
        return cls(group, name)


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
    def group_kind(self) -> GroupKind:
        """The kind with its group."""
        return GroupKind(self.group, self.kind)

    @property
    def short(self) -> str:
        """The address without its tenant, for output about one tenant."""
        return f"{self.group}/{self.kind}/{self.name}"

    @property
    def outside(self) -> str | None:
        """The vendor's id, of an object that no manifest names; None for a managed one."""
        return self.name.removeprefix(OUTSIDE) if self.name.startswith(OUTSIDE) else None

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read the full form; raises ValueError where a part is missing."""
        tenant, group, kind, name = text.split("/", 3)
        return cls(tenant, group, kind, name)

    def ends_with(self, suffix: str) -> bool:
        """Whether `suffix` names this address: a whole number of parts from its end."""
        return f"/{self}".endswith(f"/{suffix}")
