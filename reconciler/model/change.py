"""Changes: what differs for one object, and what follows from it. Plain data, JSON inside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from reconciler.model.value import Json


class Action(StrEnum):
    """What happens to an object; adopt, move and forget touch our state alone.

    One that is switched off or on is updated, and shown as deactivated or reactivated.
    """

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    DEACTIVATE = "deactivate"
    REACTIVATE = "reactivate"
    ADOPT = "adopt"
    MOVE = "move"
    FORGET = "forget"


class Reason(StrEnum):
    """Why: which of Git, the tenant and the state moved away from the others."""

    NEW = "new"
    VANISHED = "vanished"
    GIT = "changed in Git"
    OUTSIDE = "changed outside Git"
    BOTH = "changed in Git and outside"
    REMOVED = "removed from Git"
    UNMANAGED = "not in Git"
    FOUND = "found by name"
    PINNED = "found by id"
    RENAMED = "renamed in Git"
    REPLACED = "recreated in the tenant"
    NAMES = "the names mean other objects than at the last apply"
    REVERT = "back to what was last applied"


@dataclass(frozen=True, slots=True)
class Source:
    """The manifest behind a change."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class PatchSource:
    """The patch behind a value of a manifest; `path` is what it sets, or `removed` by null."""

    file: str
    line: int
    path: str
    removed: bool = False


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """One attribute, or one member of a set, that is added, removed or changed.

    `note` and `rule` say why it deserves a second look (more power than the words show). `opens`
    marks a removed member whose removal may give access, such as that of a hidden folder. `source`
    is the place in the patch that set or removed the value, None for a value of the manifest.
    """

    path: str
    op: Literal["add", "remove", "change"]
    before: Json = None
    after: Json = None
    member: bool = False
    note: str = ""
    rule: str = ""
    opens: bool = False
    source: PatchSource | None = None

    @property
    def is_renamed(self) -> bool:
        """Whether it refers to the object of before, which has another name now."""
        return (
            isinstance(self.before, dict)
            and isinstance(self.after, dict)
            and self.before.keys() == self.after.keys() == {"id", "name"}
            and self.before["id"] == self.after["id"]
            and self.before["name"] != self.after["name"]
        )


@dataclass(frozen=True, slots=True)
class Change:
    """What a plan does with one object.

    `before` and `after` hold the managed attributes in full (sets as sorted lists, references
    as `{id, name}`, or `{address, name}` while the object is yet to be created); `unknown` are the
    paths whose value is known after apply. `updates` says whether the tenant is written to:
    an adopted or moved object may need that or not. `taken` are the attributes that a new object
    has from the one that it copies: written once, and not managed from then on. `patches` are the
    places in patches that set or removed values of the manifest.
    """

    address: str
    tenant: str
    kind: str
    name: str
    action: Action
    reason: Reason
    by: Literal["api", "hand"] = "api"
    step: int | None = None
    previous_address: str | None = None
    object_id: str | None = None
    source: Source | None = None
    before: Json = None
    after: Json = None
    unknown: tuple[str, ...] = ()
    attributes: tuple[AttributeChange, ...] = ()
    unchanged: int = 0
    waits_for: tuple[str, ...] = ()
    prevent_destroy: bool = False
    taken: tuple[str, ...] = ()
    patches: tuple[PatchSource, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether the tenant itself is written to."""
        return self.step is not None
