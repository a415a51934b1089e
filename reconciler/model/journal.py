"""What the state tells of itself: what is owned since when, the runs and their operations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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
