"""The events of an apply while it runs, and its account at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from reconciler.errors import Told


@dataclass(frozen=True, slots=True)
class Event:
    """One moment of an apply: an operation starts, lasts, is done, has failed, cannot start, or is
    for a person to do (`apply_by_hand`), as is what waits for such a one. After `apply_unknown`
    only a read can show whether the write landed.

    `attempts` says how many times a write was sent until it was done or given up, `left` how many
    operations of the tenant are not over yet.
    """

    type: Literal[
        "apply_start",
        "apply_progress",
        "apply_complete",
        "apply_errored",
        "apply_unknown",
        "apply_skipped",
        "apply_by_hand",
    ]
    tenant: str
    step: int
    steps: int
    operation: str
    address: str
    action: str
    object_id: str | None = None
    elapsed_seconds: float = 0.0
    message: str = ""
    detail: str = ""
    hint: str = ""
    code: str = ""
    tracking_id: str = ""
    attempts: int = 1
    left: int = 0


Report = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The account of one tenant's apply, on success and on failure.

    `carried_over` are the operations that runs before this one did of the plan; `recorded` the
    addresses whose records changed without a write. `interrupted` says how somebody ended it,
    `unrecorded` why the state could not take all of it; `lost_lock` where that is because another
    run has the tenant's lock, and the state itself is in order. `elsewhere` are the
    addresses that others changed after the plan was made, and that the plan leaves out. One that
    `is_stale` met an object that somebody changed after the plan: the plan cannot be resumed.
    """

    tenant: str
    run: str
    events: tuple[Event, ...]
    already_applied: bool = False
    carried_over: tuple[str, ...] = ()
    recorded: tuple[str, ...] = ()
    interrupted: str = ""
    unrecorded: Told | None = None
    lost_lock: bool = False
    elsewhere: tuple[str, ...] = ()
    is_stale: bool = False

    def of(self, kind: str) -> tuple[Event, ...]:
        """The events of one type, in their order."""
        return tuple(event for event in self.events if event.type == kind)

    @property
    def done(self) -> tuple[Event, ...]:
        """The operations that succeeded."""
        return self.of("apply_complete")

    @property
    def failed(self) -> tuple[Event, ...]:
        """The operations that failed, with the reason."""
        return self.of("apply_errored")

    @property
    def not_started(self) -> tuple[Event, ...]:
        """The operations that never began, with what they waited for."""
        return self.of("apply_skipped")

    @property
    def by_hand(self) -> tuple[Event, ...]:
        """The operations that a person does, and those that wait for them: these have a message."""
        return self.of("apply_by_hand")

    @property
    def unknown(self) -> tuple[Event, ...]:
        """The operations of which only a read can show whether they landed.

        Those have an event of their own (with the reason) or, where the whole run was stopped at
        once, none after their start.
        """
        over = (*self.done, *self.failed, *self.unsettled, *self.not_started)
        ended = {each.operation for each in over}
        stopped = (each for each in self.of("apply_start") if each.operation not in ended)
        return (*self.unsettled, *stopped)

    @property
    def unsettled(self) -> tuple[Event, ...]:
        """The operations whose outcome is unknown for a reason that their event has."""
        return self.of("apply_unknown")

    @property
    def earlier(self) -> int:
        """The number of operations of the plan that earlier runs did."""
        return len(self.carried_over)

    @property
    def outcome(self) -> str:
        """`done`; where anything is left `interrupted`, or else `partial`."""
        if not (self.failed or self.not_started or self.unrecorded or self.unknown):
            return "done"
        return "interrupted" if self.interrupted and not self.failed else "partial"
