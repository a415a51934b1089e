"""The end of an apply as text: what was done, what was not and why, and what to type next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.engine.events import Event, Ledger
from reconciler.errors import Told
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.plan import Operation, Plan, Summary
from reconciler.reporting.escape import safe
from reconciler.reporting.paint import Paint
from reconciler.reporting.text import counts

MOST = 10
"""So many objects of a kind of outcome are listed unless all are asked for."""

_PAST = {Action.CREATE: "created", Action.UPDATE: "updated", Action.DELETE: "deleted"}
_RECORDED = {Action.ADOPT: "adopted", Action.MOVE: "renamed", Action.FORGET: "forgotten"}
_COUNTED = {
    Action.CREATE: "add",
    Action.UPDATE: "change",
    Action.DELETE: "destroy",
    Action.ADOPT: "adopt",
    Action.MOVE: "move",
    Action.FORGET: "forget",
}
_WORD = 13
_BELOW = " " * (2 + _WORD)


@dataclass(frozen=True, slots=True)
class Style:
    """How to show: colours, and whether long lists are cut."""

    paint: Paint
    whole: bool = False


def ledger(done: Sequence[Ledger], plan: Plan, style: Style, *, resume: str = "") -> str:
    """The account of all tenants. `resume` is the command that carries the plan on, empty where
    that cannot be.
    """
    return "\n".join(_ledger(done, plan, style, resume))


def _ledger(done: Sequence[Ledger], plan: Plan, style: Style, resume: str) -> Iterator[str]:
    reached = {each.tenant for each in done}
    missed = [tenant.name for tenant in plan.tenants if tenant.name not in reached]
    several = len(plan.tenants) > 1
    if not missed and all(each.outcome == "done" for each in done):
        yield from _complete(done, plan, style, several=several)
        return
    operations = {each.id: each for each in plan.operations()}
    for each in done:
        yield from _account(each, plan, operations, style, several=several)
    if missed:
        yield _line("not reached", ", ".join(map(safe, missed)))
    yield _next(done, resume)


def _complete(done: Sequence[Ledger], plan: Plan, style: Style, *, several: bool) -> Iterator[str]:
    if all(each.already_applied for each in done):
        yield "Already applied: this very plan is done, and the tenant is as it left it."
        return
    operations = {each.id: each for each in plan.operations()}
    ours = _resources(done, plan, operations)
    yield f"{style.paint('Apply complete!', 'bold green')} Resources: {_past(counts(ours))}."
    for each in done:
        yield from _did(each, plan, operations, "written", several=several)
    if any(each.earlier or each.already_applied for each in done):
        yield _line("in all", _past(counts(plan.summary)))


def _account(
    each: Ledger, plan: Plan, operations: Mapping[str, Operation], style: Style, *, several: bool
) -> Iterator[str]:
    """One tenant of an apply that did not come to its end."""
    where = f"{safe(each.tenant)}: " if several else ""
    if each.outcome == "done":
        yield f"{style.paint('Apply complete:', 'bold green')} {where}{len(each.done)} done."
    else:
        word = "incomplete" if each.outcome == "partial" else each.interrupted or "interrupted"
        unknown = f", {len(each.unknown)} unknown" if each.unknown else ""
        yield (
            f"{style.paint(f'Apply {word}:', 'bold red')} {where}{len(each.done)} done, "
            f"{len(each.failed)} failed, {len(each.not_started)} not started{unknown}."
        )
    yield from _did(each, plan, operations, "done", several=False)
    yield from _failures(each, style)
    yield from _waiting(each.not_started, style)
    for event in _cut(each.unknown, style):
        yield _line("unknown", f"{_short(event)}   it was under way")
    yield from _more(len(each.unknown), style, "it was under way")
    if each.unrecorded:
        yield from _unrecorded(each.unrecorded)


def _did(
    each: Ledger, plan: Plan, operations: Mapping[str, Operation], word: str, *, several: bool
) -> Iterator[str]:
    """What was written by this run and by those before it, and recorded without a write."""
    where = f"{safe(each.tenant)}: " if several else ""
    if each.already_applied:
        yield _line("earlier", f"{where}all of it (journal {each.run}), and it is as it was left")
    if each.done:
        tally = _tally([operations[event.operation] for event in each.done])
        yield _line(word, f"{where}{tally}{_in_bulk(each, operations)} (journal {each.run})")
    if each.carried_over:
        tally = _tally([operations[name] for name in each.carried_over])
        yield _line("earlier", f"{where}{tally} by earlier runs of this plan")
    if recorded := _recorded(each, plan):
        yield _line("recorded", f"{where}{recorded}, without a write to the tenant")


def _tally(operations: Iterable[Operation]) -> str:
    tally = Counter("restored" if each.mends else _PAST[each.request.action] for each in operations)
    return ", ".join(f"{count} {word}" for word, count in tally.items())


def _in_bulk(each: Ledger, operations: Mapping[str, Operation]) -> str:
    """How many of the writes went out together, as they were begun."""
    begun = Counter(operations[event.operation].batch for event in each.of("apply_start"))
    sent = {batch for batch, size in begun.items() if batch and size > 1}
    number = sum(1 for event in each.done if operations[event.operation].batch in sent)
    if not number:
        return ""
    calls = f"{len(sent)} bulk call{'s' if len(sent) != 1 else ''}"
    return f", {number} of them in {calls}" if number < len(each.done) else f" in {calls}"


def _recorded(each: Ledger, plan: Plan) -> str:
    actions = {change.address: change.action for change in plan.changes if not change.writes}
    words = Counter(
        _RECORDED.get(actions[address], "brought up to date")
        if address in actions
        else "brought up to date"
        for address in each.recorded
    )
    return ", ".join(f"{count} {word}" for word, count in words.items())


def _failures(each: Ledger, style: Style) -> Iterator[str]:
    for event in _cut(each.failed, style):
        yield _line("failed", f"{_short(event)}   {event.code}: {safe(event.message)}")
        yield f"{_BELOW}{_spent(event)}"
        # no line begins with foreign text: in a workflow's log it could be a command
        yield from (f"{_BELOW}| {safe(line)}" for line in event.detail.splitlines())
        yield from (f"{_BELOW}= help: {safe(line)}" for line in event.hint.splitlines())
    if len(each.failed) > MOST and not style.whole:
        left = len(each.failed) - MOST
        yield _line("", f"and {left} more; `reconciler state history {each.run}` has them all")


def _spent(event: Event) -> str:
    """What was tried; a write that was never sent has no attempts."""
    sent = f"{event.attempts} attempt{'s' if event.attempts != 1 else ''} and "
    tracked = f", tracking id {safe(event.tracking_id)}" if event.tracking_id else ""
    return f"after {sent if event.attempts else ''}{event.elapsed_seconds:.0f} s{tracked}"


def _waiting(waiting: Iterable[Event], style: Style) -> Iterator[str]:
    """What never began, those together that wait for the same."""
    reasons: dict[str, list[Event]] = {}
    for event in waiting:
        reasons.setdefault(event.message, []).append(event)
    for reason, events in reasons.items():
        if len(events) == 1:
            yield _line("not started", f"{_short(events[0])}   because {safe(reason)}")
            continue
        yield _line("not started", f"{len(events)} because {safe(reason)}:")
        yield from (f"{_BELOW}{_short(event)}" for event in _cut(events, style))
        yield from _more(len(events), style)


def _cut(events: Sequence[Event], style: Style) -> Sequence[Event]:
    return events if style.whole else events[:MOST]


def _more(number: int, style: Style, what: str = "") -> Iterator[str]:
    if number > MOST and not style.whole:
        yield f"{_BELOW}and {number - MOST} more{f': {what}' if what else ''}"


def _unrecorded(why: Told) -> Iterator[str]:
    yield _line("unrecorded", f"{why.code}: {safe(why.summary)}")
    yield from (f"{_BELOW}= help: {safe(line)}" for line in why.hint.splitlines())
    yield f"{_BELOW}What was written after that is read back by the next run: nothing is doubled."


def _next(done: Sequence[Ledger], resume: str) -> str:
    """What to type; a state that cannot be used comes first."""
    first = "Put the state right first. " if any(each.unrecorded for each in done) else ""
    resumed = f"; `{resume}` does only that" if resume else ""
    return f"Nothing was undone. {first}`reconciler plan` shows what remains{resumed}."


def _resources(done: Iterable[Ledger], plan: Plan, operations: Mapping[str, Operation]) -> Summary:
    """What these runs did themselves, each object once, as the plan counts."""
    addresses = {a for each in done for a in each.recorded}
    for each in done:
        for event in each.done:
            if not operations[event.operation].mends:
                addresses.add(event.address)
    tally = Counter(
        _COUNTED[change.action] for change in plan.changes if change.address in addresses
    )
    return Summary(**tally)


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


def _line(word: str, said: str) -> str:
    return f"  {word:<{_WORD}}{said}"


def _short(event: Event) -> str:
    return safe(Address.parse(event.address).short)
