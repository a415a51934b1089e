"""A plan's runbook as Markdown: to hand to the colleague who may do it."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.address import Address
from reconciler.model.plan import Plan
from reconciler.model.runbook import RunbookStep
from reconciler.reporting.escape import copyable

_SEVERAL = 1


def as_markdown(plan: Plan) -> str:
    """Every step with a box to tick: who, what to click and enter, when it is done."""
    return "\n".join(_lines(plan)) + "\n"


def _lines(plan: Plan) -> Iterator[str]:
    several = len({each.tenant for each in plan.runbook}) > _SEVERAL
    yield "# By hand"
    yield ""
    if not plan.runbook:
        yield "There is nothing to do by hand."
        return
    yield (
        "The vendor offers no API for these changes. The next `reconciler plan` sees what was "
        "done; what waits for it follows with the next `reconciler apply`."
    )
    for number, each in enumerate(plan.runbook, 1):
        yield ""
        yield from _step(number, each, several=several)


def _step(number: int, each: RunbookStep, *, several: bool) -> Iterator[str]:
    guide = each.guide
    tenant = f" in {copyable(each.tenant)}" if several else ""
    yield f"## {number}. {copyable(guide.title)}{tenant}"
    yield ""
    yield f"- [ ] {_object(each.address)}"
    yield f"- Who: {copyable(guide.who)}"
    if guide.rule:
        yield f"- Why by hand: {copyable(guide.rule)}"
    yield ""
    yield from (f"{place}. {copyable(click)}" for place, click in enumerate(guide.clicks, 1))
    if guide.enter:
        yield ""
        yield "| field | value |"
        yield "|---|---|"
        yield from (f"| {copyable(e.name)} | {copyable(e.value)} |" for e in guide.enter)
    yield ""
    yield f"Done when: {copyable(guide.done)}."
    if each.waiting:
        yield ""
        yield f"Waiting for it: {', '.join(map(_object, each.waiting))}."


def _object(address: str) -> str:
    return copyable(Address.parse(address).short)
