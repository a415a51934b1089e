"""What the state tells of itself: what is owned since when, the runs and their operations."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.ownership import Row


@dataclass(frozen=True, slots=True)
class Owned:
    """An owned object, and when and by which run its row was last written.

    Both are None where a version wrote it that did not keep them.
    """

    row: Row
    run: str | None
    recorded: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """One run: `done` and `failed` are its operations; `unknown` those without an outcome.

    A run without an `outcome` is `running`, or ended without being able to say so.
    """

    id: str
    tenant: str
    command: str
    plan_digest: str
    started: str
    finished: str | None
    outcome: str | None
    done: int = 0
    failed: int = 0
    unknown: int = 0
    running: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation of a run as the journal has it; without an outcome nobody knows it."""

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
