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
_RECORDED: Mapping[Action | None, str] = {
    Action.ADOPT: "adopted",
    Action.MOVE: "renamed",
    Action.FORGET: "forgotten",
}
_BEHIND = "brought up to date"
_COUNTED = {
    Action.CREATE: "add",
    Action.UPDATE: "change",
    Action.DELETE: "destroy",
    Action.DEACTIVATE: "deactivate",
    Action.REACTIVATE: "reactivate",
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
    reached = {each.tenant for each in done}
    missed = [tenant.name for tenant in plan.tenants if tenant.name not in reached]
    about = _About(plan, style, {each.id: each for each in plan.operations()})
    if not missed and all(each.outcome == "done" for each in done):
        return "\n".join(_complete(done, about))
    lines = [line for each in done for line in _account(each, about)]
    if not done:
        lines.append(f"{style.paint('Apply interrupted:', 'bold red')} nothing was written.")
    if missed:
        lines.append(_line("not reached", ", ".join(map(safe, missed))))
    return "\n".join((*lines, _next(done, resume)))


@dataclass(frozen=True, slots=True)
class _About:
    """What the account is of."""

    plan: Plan
    style: Style
    operations: Mapping[str, Operation]

    def where(self, each: Ledger) -> str:
        """The tenant, where there are several."""
        return f"{safe(each.tenant)}: " if len(self.plan.tenants) > 1 else ""

    def name(self, event: Event) -> str:
        """The object, and whether it was to be put right."""
        short = safe(Address.parse(event.address).short)
        return f"{short} (put right)" if self.operations[event.operation].mends else short

    def cut(self, events: Sequence[Event]) -> Sequence[Event]:
        """Those that are listed."""
        return events if self.style.whole else events[:MOST]


def _complete(done: Sequence[Ledger], about: _About) -> Iterator[str]:
    if all(each.already_applied for each in done):
        yield "Already applied: this very plan is done, and the tenant is as it left it."
        return
    head = about.style.paint("Apply complete!", "bold green")
    yield f"{head} Resources: {_past(counts(_resources(done, about)))}."
    for each in done:
        yield from _did(each, about, "written", about.where(each))
        yield from _by_hand(each, about)
    if any(each.earlier or each.already_applied for each in done):
        yield _line("in all", _past(counts(about.plan.summary)))


def _account(each: Ledger, about: _About) -> Iterator[str]:
    """One tenant of an apply that did not come to its end."""
    paint, where = about.style.paint, about.where(each)
    if each.outcome == "done":
        yield f"{paint('Apply complete:', 'bold green')} {where}{len(each.done)} done."
    else:
        word = "incomplete" if each.outcome == "partial" else each.interrupted
        unknown = f", {len(each.unknown)} unknown" if each.unknown else ""
        yield (
            f"{paint(f'Apply {word}:', 'bold red')} {where}{len(each.done)} done, "
            f"{len(each.failed)} failed, {len(each.not_started)} not started{unknown}."
        )
    yield from _did(each, about, "done", "")
    yield from _failures(each, about)
    yield from _waiting(each.not_started, about)
    if stopped := each.unknown[len(each.unsettled) :]:
        yield from _listed("unknown", stopped, "it was under way", about)
    yield from _by_hand(each, about)
    yield from _open(each, about)
    if each.unrecorded:
        yield from _unrecorded(each.unrecorded, "lock lost" if each.lost_lock else "unrecorded")


def _did(each: Ledger, about: _About, word: str, where: str) -> Iterator[str]:
    """What was written by this run and by those before it, and recorded without a write."""
    if each.already_applied:
        yield _line("earlier", f"{where}all of it (journal {each.run}), and it is as it was left")
    if each.done:
        tally = _tally(about.operations[event.operation] for event in each.done)
        yield _line(word, f"{where}{tally}{_in_bulk(each, about)} (journal {each.run})")
    if each.carried_over:
        tally = _tally(about.operations[name] for name in each.carried_over)
        yield _line("earlier", f"{where}{tally} by earlier runs of this plan")
    if each.recorded:
        yield _line("recorded", f"{where}{_recorded(each, about)}, without a write to the tenant")


def _tally(operations: Iterable[Operation]) -> str:
    tally = Counter("restored" if each.mends else _PAST[each.request.action] for each in operations)
    return ", ".join(f"{count} {word}" for word, count in tally.items())


def _in_bulk(each: Ledger, about: _About) -> str:
    """How many of the writes went out together, as they were begun."""
    batches = {event.operation: about.operations[event.operation].batch for event in each.events}
    begun = Counter(batches[event.operation] for event in each.of("apply_start"))
    sent = {batch for batch, size in begun.items() if batch and size > 1}
    number = sum(1 for event in each.done if batches[event.operation] in sent)
    if not number:
        return ""
    calls = f"{len(sent)} bulk call{'s' if len(sent) != 1 else ''}"
    return f", {number} of them in {calls}" if number < len(each.done) else f" in {calls}"


def _recorded(each: Ledger, about: _About) -> str:
    actions = {change.address: change.action for change in about.plan.changes}
    words = Counter(_RECORDED.get(actions.get(address), _BEHIND) for address in each.recorded)
    return ", ".join(f"{count} {word}" for word, count in words.items())


def _failures(each: Ledger, about: _About) -> Iterator[str]:
    helped: set[str] = {each.unrecorded.hint} if each.unrecorded else set()
    ended = [*(("failed", e) for e in each.failed), *(("unknown", e) for e in each.unsettled)]
    for word, event in ended if about.style.whole else ended[:MOST]:
        yield _line(word, f"{about.name(event)}   {event.code}: {safe(event.message)}")
        yield f"{_BELOW}{_spent(event)}"
        # no line begins with foreign text: in a workflow's log it could be a command
        yield from (f"{_BELOW}| {safe(line)}" for line in event.detail.splitlines())
        if event.hint not in helped:
            yield from _helped(event.hint)
        helped.add(event.hint)
    if not about.style.whole and (left := len(ended) - MOST) > 0:
        yield f"{_BELOW}and {left} more: `reconciler state history {each.run}` has them all"


def _spent(event: Event) -> str:
    """What was tried; a write that was never sent has no attempts."""
    sent = f"{event.attempts} attempt{'s' if event.attempts != 1 else ''} and "
    tracked = f", tracking id {safe(event.tracking_id)}" if event.tracking_id else ""
    return f"after {sent if event.attempts else ''}{event.elapsed_seconds:.0f} s{tracked}"


def _waiting(waiting: Iterable[Event], about: _About) -> Iterator[str]:
    """What never began, those together that wait for the same."""
    reasons: dict[str, list[Event]] = {}
    for event in waiting:
        reasons.setdefault(event.message, []).append(event)
    for reason, events in reasons.items():
        yield from _listed("not started", events, f"because {safe(reason)}", about)


def _by_hand(each: Ledger, about: _About) -> Iterator[str]:
    """What is left to a person, and what waits for that."""
    mine = [event for event in each.by_hand if not event.message]
    if mine:
        yield from _listed("by hand", mine, "as the runbook of the plan says", about)
    reasons: dict[str, list[Event]] = {}
    for event in each.by_hand:
        if event.message:
            reasons.setdefault(event.message, []).append(event)
    for reason, events in reasons.items():
        yield from _listed("waiting", events, f"because {safe(reason)}", about)


def _listed(word: str, events: Sequence[Event], why: str, about: _About) -> Iterator[str]:
    if len(events) == 1:
        yield _line(word, f"{about.name(events[0])}   {why}")
        return
    yield _line(word, f"{len(events)} {why}:")
    yield from (f"{_BELOW}{about.name(event)}" for event in about.cut(events))
    if left := len(events) - len(about.cut(events)):
        yield f"{_BELOW}and {left} more"


def _open(each: Ledger, about: _About) -> Iterator[str]:
    """What the vendor did by itself with a write, and nobody put right yet."""
    done = {event.operation for event in each.done} | set(each.carried_over)
    written = done | {event.operation for event in each.unknown}
    for effect in about.plan.side_effects:
        if effect.caused_by in written and effect.mended_by not in done | {""}:
            who = "1 person" if effect.people == 1 else f"{effect.people} people"
            wider = f"wider access, {who}: {safe(effect.window)}"
            short = safe(Address.parse(effect.address).short)
            yield _line("still open", f"{short}   {wider if effect.window else 'not put right'}")
            yield f"{_BELOW}| {safe(effect.summary)}"


def _unrecorded(why: Told, word: str) -> Iterator[str]:
    yield _line(word, f"{why.code}: {safe(why.summary)}")
    yield from _helped(why.hint)
    yield f"{_BELOW}The next run reads back what was written and not recorded."


def _helped(hint: str) -> Iterator[str]:
    yield from (f"{_BELOW}= help: {safe(line)}" for line in hint.splitlines())


def _next(done: Sequence[Ledger], resume: str) -> str:
    """What to type; a state that cannot be used comes first."""
    is_broken = any(each.unrecorded and not each.lost_lock for each in done)
    first = "Put the state right first. " if is_broken else ""
    resumed = f"; `{resume}` does only that" if resume else ""
    return f"Nothing was undone. {first}`reconciler plan` shows what remains{resumed}."


def _resources(done: Iterable[Ledger], about: _About) -> Summary:
    """What these runs did themselves, each object once, as the plan counts."""
    addresses = {address for each in done for address in each.recorded}
    for each in done:
        addresses.update(e.address for e in each.done if not about.operations[e.operation].mends)
    changes = (change for change in about.plan.changes if change.address in addresses)
    return Summary(**Counter(_COUNTED[change.action] for change in changes))


def _past(said: str) -> str:
    words = {
        "to add": "added",
        "to change": "changed",
        "to destroy": "destroyed",
        "to deactivate": "deactivated",
        "to reactivate": "reactivated",
        "to adopt": "adopted",
        "to rename": "renamed",
        "to forget": "forgotten",
    }
    for future, past in words.items():
        said = said.replace(future, past)
    return said


def _line(word: str, said: str) -> str:
    return f"  {word:<{_WORD}}{said}"
