"""What a tenant holds now, in normal form: managed kinds as objects, the rest as inventory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from reconciler.model.address import GroupKind
from reconciler.model.value import Json, Ref, Values

K = TypeVar("K")
V = TypeVar("V")

ODD_OBJECTS = "the tenant's answer about some of its objects has an unexpected shape"
"""Why a kind is partial of which some objects are unknown."""


@dataclass(frozen=True, slots=True)
class LiveObject:
    """One object of a managed kind.

    `digest` fingerprints all of its body that a write would replace, not only what we manage.
    `protected` objects are the vendor's own: they may be adopted, and are never deleted.
    `active` says of a person whether they can use what they have. `part` fingerprints what an
    identity reads of it that may not see the rest, where the vendor has such readings. `version` is
    what a list says of it that grows with each write, `changed` when that was: in milliseconds
    since 1970, UTC; None where the vendor returns neither. `internal_names` are names that the
    vendor uses for it beside the one that it shows; a manifest or reference may use them too.
    """

    kind: GroupKind
    id: str
    name: str
    values: Values
    digest: str
    protected: bool = False
    active: bool = True
    part: str | None = None
    version: int | None = None
    changed: int | None = None
    internal_names: tuple[str, ...] = ()

    def is_as(self, digest: str | None) -> bool:
        """Whether it is what was read then: compared is what both readings know."""
        return digest is not None and digest in (self.digest, self.part)


@dataclass(frozen=True, slots=True)
class InventoryItem:
    """Something that manifests refer to and never manage: a queue, a site, …

    `values` is what rules need to know of it, in normal form, such as a team's site.
    """

    type: GroupKind
    id: str
    name: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the token belongs to, as the tenant says.

    `user` is the vendor's id of that person among the managed people; None for a machine account,
    whose rights are unknown: rules about the identity are then not checked. `rights` is the
    object that decides what they may do, in normal form, as the vendor's rules read it.
    """

    name: str
    user: Ref | None = None
    rights: LiveObject | None = None

    @property
    def known(self) -> bool:
        """Whether what they may do is known."""
        return self.rights is not None


@dataclass(frozen=True, slots=True)
class UnknownObject:
    """An object that the tenant has and whose answer nobody can make sense of.

    `name` is empty where not even that could be read; `reason` names the endpoint and the id.
    """

    kind: GroupKind
    id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A view of one tenant; `requests` is what reading it cost.

    It is of all groups of the tenant, or of the one group of the reader that returns it;
    `identities` and `memory` are by group.

    Each list in it was complete, as far as the reading identity may see: a reader that cannot
    prove that raises instead of returning one. `hidden` has the kinds and inventory types of
    which that identity sees a part only, with the reason, `unread` the inventory types whose list
    the identity may not read at all, and `unknown` the objects of odd shape. All of them together
    are `partial`: what is absent from those is unknown.
    """

    organization: str
    objects: Mapping[GroupKind, tuple[LiveObject, ...]]
    inventory: Mapping[GroupKind, tuple[InventoryItem, ...]]
    requests: int = 0
    identities: Mapping[str, Identity] = field(default_factory=dict)
    hidden: Mapping[GroupKind, str] = field(default_factory=dict)
    unread: Mapping[GroupKind, str] = field(default_factory=dict)
    unknown: tuple[UnknownObject, ...] = ()
    memory: Mapping[str, Json] = field(default_factory=dict, repr=False, compare=False)
    reused: int = field(default=0, compare=False)
    partial: Mapping[GroupKind, str] = field(init=False)

    def __post_init__(self) -> None:
        odd = {each.kind: ODD_OBJECTS for each in self.unknown}
        object.__setattr__(self, "partial", {**odd, **self.unread, **self.hidden})

    @property
    def identity(self) -> Identity | None:
        """Who read it: one whose rights are known before one of whom only the name is."""
        return next(iter(sorted(self.identities.values(), key=lambda who: not who.known)), None)

    @property
    def is_blind(self) -> bool:
        """Whether objects of managed kinds may be missing from it."""
        return any(kind not in self.unread for kind in self.partial)

    @property
    def size(self) -> int:
        """How many objects and inventory items were read."""
        managed = sum(len(rows) for rows in self.objects.values())
        return managed + sum(len(rows) for rows in self.inventory.values())


def merged(snapshots: Sequence[Snapshot]) -> Snapshot:
    """One view of a tenant from those of its groups, which were read at the same time."""
    first, *others = snapshots
    if not others:
        return first
    return Snapshot(
        organization=first.organization,
        objects=_union(each.objects for each in snapshots),
        inventory=_union(each.inventory for each in snapshots),
        requests=sum(each.requests for each in snapshots),
        identities=_union(each.identities for each in snapshots),
        hidden=_union(each.hidden for each in snapshots),
        unread=_union(each.unread for each in snapshots),
        unknown=tuple(odd for each in snapshots for odd in each.unknown),
        memory=_union(each.memory for each in snapshots),
        reused=sum(each.reused for each in snapshots),
    )


def _union(maps: Iterable[Mapping[K, V]]) -> dict[K, V]:
    return {key: value for each in maps for key, value in each.items()}
