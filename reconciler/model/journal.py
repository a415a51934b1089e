"""What the state records: what is owned since when, the runs and their operations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from reconciler.model.address import GroupKind
from reconciler.model.ownership import Row
from reconciler.model.value import Json


@dataclass(frozen=True, slots=True)
class Owned:
    """An owned object, and when and by which run its row was last written.

    Both are None where a version wrote it that did not keep them.
    """

    row: Row
    run: str | None
    recorded: str | None


@dataclass(frozen=True, slots=True)
class Author:
    """Whose credentials wrote, and the commit that the manifests are of; empty where unknown."""

    identity: str = ""
    commit: str = ""


NOBODY = Author()
"""For a run that asks no tenant."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run: `done` and `failed` are its operations; `unknown` those without an outcome.

    `token` is the lock's, and grows from run to run of a tenant. `identity` is whose credentials
    the tenant saw, `started_by` the user and the machine of the process.

    A run without an `outcome` is `running`, or ended without being able to say so.
    """

    id: str
    tenant: str
    command: str
    plan_digest: str
    started: str
    finished: str | None
    outcome: str | None
    token: int | None = None
    identity: str | None = None
    started_by: str | None = None
    commit: str | None = None
    done: int = 0
    failed: int = 0
    unknown: int = 0
    running: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation of a run as the journal has it; without an outcome nobody knows it.

    `before` and `after` are the attributes that it was to change; no object has none.
    """

    id: str
    address: str
    action: str
    intended: str
    finished: str | None
    outcome: str | None
    object_id: str | None
    tracking_id: str | None
    attempts: int | None
    error: str | None
    before: Json = None
    after: Json = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the lock of a tenant: whose process, from where, for what, since when."""

    tenant: str
    user: str
    host: str
    pid: int
    command: str
    since: str

    def described(self, now: datetime) -> str:
        """All of that in one line, with how long ago it was."""
        since = datetime.fromisoformat(self.since)
        ago = _age((now - since).total_seconds())
        return (
            f"{self.command} of {self.user}@{self.host}, process {self.pid}, "
            f"since {since:%Y-%m-%d %H:%M:%S}Z ({ago} ago)"
        )


def _age(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"


@dataclass(frozen=True, slots=True)
class Intent:
    """An operation that is about to be carried out: what it changes, and which record it leaves.

    `keep` is the record of the object once it is done (without the id that the tenant has yet to
    give), `drop` the address whose record ends then.
    """

    operation: str
    address: str
    action: str
    object_id: str | None
    before: Json
    after: Json
    keep: Row | None = None
    drop: str | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of an operation: `done`, or `failed` with the error; None while nobody knows.

    `attempts` says how many times it was sent, None where it is unknown.
    """

    operation: str
    outcome: Literal["done", "failed"] | None
    object_id: str | None = None
    digest: str | None = None
    tracking_id: str = ""
    attempts: int | None = None
    error: str | None = None
    keep: Row | None = None
    drop: str | None = None


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An operation of a run that ended without a known outcome."""

    run: str
    intent: Intent


@dataclass(frozen=True, slots=True)
class Left:
    """How a run left an object: its id, and the digest of its body, None where it is gone."""

    object_id: str
    digest: str | None


@dataclass(frozen=True, slots=True)
class Resumable:
    """A run that left something to do, and its plan as one JSON document."""

    run: str
    tenant: str
    plan: bytes


@dataclass(frozen=True, slots=True)
class Memory:
    """What a drift check leaves to the next one.

    `remembered` is the readers' own, by group, and `reads` how many looks have used it since all
    was read. `known` are the ids, by kind, that the first whole look found; None where
    there was none yet.
    """

    reads: int = 0
    remembered: Mapping[str, Json] = field(default_factory=dict, repr=False)
    known: Mapping[GroupKind, frozenset[str]] | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """Drift checks, one after the other, that found the same: `looks` of them.

    `drifted` counts objects; `objects` and `requests` are those of the last one.
    """

    number: int
    tenant: str
    first: str
    last: str
    looks: int
    drifted: int
    objects: int
    requests: int
    identity: str | None = None
    started_by: str | None = None
    commit: str | None = None

    @property
    def id(self) -> str:
        """What it is called, such as `drift-17`."""
        return f"drift-{self.number}"


@dataclass(frozen=True, slots=True)
class Seen:
    """A drift check to be recorded; `found` is the differences as plain JSON."""

    tenant: str
    drifted: int
    objects: int
    requests: int
    found: Json = field(repr=False)
    memory: Memory = field(repr=False)
    author: Author = NOBODY
