"""An apply as text: Terraform's lines while it runs, the ledger at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler.engine.events import Event, Ledger
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.plan import Plan
from reconciler.reporting.escape import safe
from reconciler.reporting.paint import Paint
from reconciler.reporting.text import counts

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
_PAST = {Action.CREATE: "created", Action.UPDATE: "updated", Action.DELETE: "deleted"}

STOPPED = (
    "Stopped at once: what was under way may have been done or not. `reconciler apply --resume` "
    "finds out and finishes."
)


def event(told: Event, paint: Paint, several: bool = False) -> str | None:
    """One line for one moment, with its tenant where several are in play; None where the ledger
    tells it better.
    """
    name = safe(told.address) if several else _short(told.address)
    action = Action(told.action)
    if told.type == "apply_start":
        return f"Step {told.step} of {told.steps}   {name}: {_DOING[action]}..."
    if told.type == "apply_progress":
        still = f"{_STILL[action]}... [{told.elapsed_seconds:.0f}s elapsed]"
        return f"Step {told.step} of {told.steps}   {name}: {still}"
    if told.type == "apply_complete":
        known = f" [id={safe(told.object_id)}]" if told.object_id else ""
        took = f"after {told.elapsed_seconds:.0f}s"
        if told.attempts > 1:
            took += f" and {told.attempts} attempts"
        return f"Step {told.step} of {told.steps}   {name}: {_DONE[action]} {took}{known}"
    if told.type == "apply_errored":
        failed = paint("failed", "bold red")
        return f"Step {told.step} of {told.steps}   {name}: {failed}: {safe(told.message)}"
    return None


def ledger(done: tuple[Ledger, ...], plan: Plan, paint: Paint) -> str:
    """What was done, what failed, what never started and why."""
    reached, several = {each.tenant for each in done}, len(plan.tenants) > 1
    lines: list[str] = []
    if all(each.outcome == "done" for each in done):
        if all(each.already_applied for each in done):
            return "Already applied: this very plan is done, and the tenant is as it left it."
        head = paint("Apply complete!", "bold green")
        lines.append(f"{head} Resources: {_past(counts(plan.summary))}.")
        lines.extend(_tally(each, plan, "written", several=several) for each in done if each.done)
        return "\n".join(lines)
    for each in done:
        lines.extend(_ledger(each, plan, paint, several=several))
    left = [tenant.name for tenant in plan.tenants if tenant.name not in reached]
    if left:
        lines.append(f"  not reached  {', '.join(map(safe, left))}")
    lines.append("Nothing was undone. `reconciler plan` shows what remains.")
    return "\n".join(lines)


def _ledger(each: Ledger, plan: Plan, paint: Paint, *, several: bool) -> Iterator[str]:
    head = paint("Apply incomplete:", "bold red")
    where = f"{safe(each.tenant)}: " if several else ""
    yield (
        f"{head} {where}{len(each.done)} done, {len(each.failed)} failed, "
        f"{len(each.not_started)} not started."
    )
    if each.done:
        yield _tally(each, plan, "done", several=False)
    for failed in each.failed:
        tracked = f"   tracking id {safe(failed.tracking_id)}" if failed.tracking_id else ""
        yield f"  failed       {_short(failed.address)}   {failed.code}: {safe(failed.message)}"
        if tracked:
            yield f"            {tracked}"
    for waiting in each.not_started:
        yield f"  not started  {_short(waiting.address)}   because {safe(waiting.message)}"


def _tally(each: Ledger, plan: Plan, word: str, *, several: bool) -> str:
    mending = {operation.id for operation in plan.operations() if operation.mends}
    tally = Counter(
        "restored" if event.operation in mending else _PAST[Action(event.action)]
        for event in each.done
    )
    said = ", ".join(f"{count} {word}" for word, count in tally.items())
    where = f"{safe(each.tenant)}: " if several else ""
    return f"  {word:<12} {where}{said} (journal {each.run})"


def _past(said: str) -> str:
    words = {
        "to add": "added",
        "to change": "changed",
        "to destroy": "destroyed",
        "to adopt": "adopted",
        "to rename": "renamed",
        "to forget": "forgotten",
    }
    for future, past in words.items():
        said = said.replace(future, past)
    return said


def _short(address: str) -> str:
    return safe(Address.parse(address).short)
