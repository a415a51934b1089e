"""An apply while it runs: Terraform's lines, and how far it has come."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable

from reconciler.engine.events import Event
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.plan import Plan
from reconciler.reporting.escape import safe
from reconciler.reporting.paint import Paint

_DOING = {Action.CREATE: "Creating", Action.UPDATE: "Modifying", Action.DELETE: "Destroying"}
_DONE = {
    Action.CREATE: "Creation complete",
    Action.UPDATE: "Modifications complete",
    Action.DELETE: "Destruction complete",
}
_STILL = {
    Action.CREATE: "Still creating",
    Action.UPDATE: "Still modifying",
    Action.DELETE: "Still destroying",
}

_WINDOW = 60.0
_BAR = 20
_MINUTES, _HOURS = 120, 7200


def event(told: Event, paint: Paint, *, several: bool = False, whole: bool = False) -> str | None:
    """One line for one moment, with its tenant where several are in play; None where the ledger
    says it better. The `whole` has the vendor's tracking ids.
    """
    said = _said(told, paint, whole=whole)
    if said is None:
        return None
    name = safe(told.address) if several else safe(Address.parse(told.address).short)
    return f"Step {told.step} of {told.steps}   {name}: {said}"


def _said(told: Event, paint: Paint, *, whole: bool) -> str | None:
    action = Action(told.action)
    if told.type == "apply_start":
        return f"{_DOING[action]}..."
    if told.type == "apply_progress":
        reason = f", {safe(told.message)}" if told.message else ""
        return f"{_STILL[action]}... [{told.elapsed_seconds:.0f}s elapsed]{reason}"
    if told.type == "apply_complete":
        known = [f"id={safe(told.object_id)}"] if told.object_id else []
        if whole and told.tracking_id:
            known.append(f"tracking id {safe(told.tracking_id)}")
        shown = f" [{', '.join(known)}]" if known else ""
        again = f" and {told.attempts} attempts" if told.attempts > 1 else ""
        return f"{_DONE[action]} after {told.elapsed_seconds:.0f}s{again}{shown}"
    if told.type == "apply_errored":
        return f"{paint('failed', 'bold red')}: {safe(told.message)}"
    if told.type == "apply_unknown":
        return f"{paint('outcome unknown', 'bold red')}: {safe(told.message)}"
    return None


class Progress:
    """How far an apply has come: what is done, how fast it goes, how long it may take."""

    def __init__(self, plan: Plan, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left = Counter(step.tenant for step in plan.steps for _ in step.operations)
        self._over: deque[float] = deque()
        self._began: float | None = None
        self._done = self._failed = self._unknown = self._skipped = 0

    def take(self, told: Event) -> None:
        """Count one event."""
        now = self._clock()
        self._began = now if self._began is None else self._began
        self._left[told.tenant] = told.left
        self._failed += told.type == "apply_errored"
        self._unknown += told.type == "apply_unknown"
        self._skipped += told.type == "apply_skipped"
        if told.type == "apply_complete":
            self._done += 1
            self._over.append(now)

    def line(self, columns: int, waits: float = 0.0) -> str:
        """The progress in one line of at most so many columns, empty before anything began.

        `waits` is for how many seconds the tenant asked to be left alone.
        """
        if self._began is None:
            return ""
        left, elapsed = self._left.total(), self._clock() - self._began
        total = self._done + self._failed + self._unknown + self._skipped + left
        said = [f"{self._done} of {total} done"]
        if self._failed:
            said.append(f"{self._failed} failed")
        if self._unknown:
            said.append(f"{self._unknown} unknown")
        rate = self._rate(elapsed)
        if waits >= 1:
            said.append(f"the tenant asks to wait {waits:.0f} s")
        elif rate:
            said.append(f"{rate:.1f}/s")
        if rate and left:
            said.append(f"about {_span(left / rate)} left")
        line = ", ".join(said)
        filled = _BAR * (total - left) // max(total, 1)
        bar = f"[{'#' * filled}{'-' * (_BAR - filled)}] "
        return (bar + line if len(bar + line) <= columns else line)[:columns]

    def _rate(self, elapsed: float) -> float:
        """Operations a second, of late: a tenant counts its requests a minute."""
        if elapsed < 1:
            return 0.0
        while self._over and self._over[0] < self._clock() - _WINDOW:
            self._over.popleft()
        return len(self._over) / min(elapsed, _WINDOW)


def _span(seconds: float) -> str:
    if seconds < _MINUTES:
        return f"{max(seconds, 1):.0f} s"
    if seconds < _HOURS:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
