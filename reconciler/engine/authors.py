"""Ask a tenant's audit log who changed what a drift check found changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from reconciler.engine.audit import Answers, Question, Remembered, who_changed
from reconciler.engine.prepare import Prepared, Work
from reconciler.manifests.project import Tenant
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.drift import Difference
from reconciler.model.live import Snapshot
from reconciler.model.name import normal
from reconciler.model.ownership import Row
from reconciler.planning import drift as drifting
from reconciler.planning.attribution import Subject
from reconciler.planning.drift import TenantDrift

NOT_THERE = "the audit log has nothing of it; events may come late"


async def with_authors(
    work: Work, each: Prepared, snapshot: Snapshot, found: TenantDrift
) -> tuple[TenantDrift, tuple[Diagnostic, ...]]:
    """Drift with who made it, and notes on why that is not known; no drift asks nobody."""
    asked = [d for d in (*found.differences, *found.suppressed) if drifting.is_somebodys(d)]
    # of what a rule says that nobody can know, nobody needs a hint how to know it
    if not asked or (each.tenant.audit is None and all(d.rule for d in asked)):
        return found, ()
    with _remembered(work, each.tenant) as state:
        recorded = _recorded(state, each.tenant.name)
        subjects = Subjects(snapshot, each.rows)
        questions = {d.address: Question(subjects.of(d), recorded.get(d.address)) for d in asked}
        answers = await who_changed(each.tenant, each.groups, work.around, questions, state)
    told = drifting.attributed(
        found,
        lambda d: answers.found.get(d.address),
        otherwise=NOT_THERE if answers.was_read else "",
    )
    return told, answers.notes


async def said_to_have_changed(
    work: Work, tenant: Tenant, subjects: Mapping[str, Subject], state: Remembered
) -> Answers:
    """The authors of changes since the last apply, by address; empty where nobody may ask."""
    if tenant.audit is None:
        return Answers()
    recorded = _recorded(state, tenant.name)
    questions = {key: Question(each, recorded.get(key)) for key, each in subjects.items()}
    return await who_changed(tenant, work.groups(tenant), work.around, questions, state)


class Subjects:
    """The objects of a tenant as an audit log may name them."""

    def __init__(self, snapshot: Snapshot, rows: Mapping[str, Row]) -> None:
        self._rows = rows
        self._live = {
            (kind, row.id): row for kind, some in snapshot.objects.items() for row in some
        }
        self._carried = Counter(_plain(e.name) for some in snapshot.objects.values() for e in some)
        self._carried.update(_plain(e.name) for some in snapshot.inventory.values() for e in some)

    def of(self, each: Difference) -> Subject:
        """The subject of a difference, with all names that it has or had."""
        live = self._live.get((Address.parse(each.address).group_kind, each.object_id))
        row = self._rows.get(each.address)
        names = frozenset({each.name, live.name if live else "", row.name if row else ""} - {""})
        mine = _plain(live.name) if live else ""
        others = (self._carried[name] - (name == mine) for name in map(_plain, names))
        changed = live.changed if live else None
        return Subject(each.object_id, names, changed, is_only=max(others, default=0) <= 0)


def _plain(name: str) -> str:
    return normal(name).casefold()


@contextmanager
def _remembered(work: Work, tenant: Tenant) -> Iterator[Remembered | None]:
    """The state, where there is one and somebody is going to ask."""
    from reconciler.state.sql import open_state  # noqa: PLC0415 - `validate` does without SQL

    state = open_state(work.project.state, work.project.root) if tenant.audit else None
    try:
        yield state
    finally:
        if state is not None:
            state.close()


def _recorded(state: Remembered | None, tenant: str) -> dict[str, datetime]:
    """The time at which each address was last applied."""
    owned = state.owned([tenant]) if state is not None else ()
    return {o.row.address: datetime.fromisoformat(o.recorded) for o in owned if o.recorded}
