"""Ask a tenant's audit log who changed what; what it does not say stops nothing.

Whoever has found that something changed puts a `Question` for each object and gets `Answers`. A
log that cannot be read, or for which the project gives no credentials, leaves all of them open,
with a note that says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from reconciler.engine.connect import Surroundings, auditing, of_group
from reconciler.errors import ReconcilerError, TenantError
from reconciler.groups import Groups
from reconciler.manifests.project import Tenant
from reconciler.model.address import Address
from reconciler.model.audit import Attribution, AuditEvent
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.journal import Entry, Owned, Run
from reconciler.planning.attribution import CLOCKS, OwnWrite, Subject, Window, attribute, log_of

KEPT = timedelta(days=365)
"""Further back nobody asks: logs are kept for a year at most."""

UNKNOWN_SINCE = timedelta(days=30)
"""How far back events are read where it is unknown since when something is as it is."""


class Remembered(Protocol):
    """The state's memory of reconciler's own runs (`state.sql.SqlState`)."""

    def owned(self, tenants: list[str]) -> tuple[Owned, ...]:
        """The owned objects, with when each was recorded."""

    def runs(self, tenants: list[str]) -> tuple[Run, ...]:
        """Every run, the newest first."""

    def entries(self, run: str) -> tuple[Entry, ...]:
        """The operations of a run."""


@dataclass(frozen=True, slots=True)
class Question:
    """The question who changed an object after the state recorded it; None: unknown when."""

    subject: Subject
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """The probable authors by the keys of the questions; `notes` say why nobody was asked.

    Where the log `was_read`, it has nothing of what is not `found`.
    """

    found: Mapping[str, Attribution] = field(default_factory=dict)
    notes: tuple[Diagnostic, ...] = ()
    was_read: bool = False


async def who_changed(
    tenant: Tenant,
    groups: Groups,
    around: Surroundings,
    questions: Mapping[str, Question],
    remembered: Remembered | None,
) -> Answers:
    """Ask the audit log; without questions, or where no system has one, nobody is asked."""
    if not questions or not groups.audits:
        return Answers()
    if tenant.audit is None:
        return Answers(notes=(_not_asked(tenant),))
    now = datetime.now(UTC)
    windows = {key: _window(each, now) for key, each in questions.items()}
    since = max(min(each.since for each in windows.values()) - CLOCKS, now - KEPT)
    try:
        events = await _events(tenant, groups, around, Window(since, now))
    except ReconcilerError as error:
        return Answers(notes=(_unread(tenant, error),))
    log = log_of(events, _own_writes(remembered, tenant.name, since) if remembered else ())
    asked = {key: attribute(q.subject, windows[key], log) for key, q in questions.items()}
    found = {key: each for key, each in asked.items() if each is not None}
    return Answers(found, was_read=True)


def _window(question: Question, now: datetime) -> Window:
    moment = question.subject.moment
    return Window(question.since or (moment or now - UNKNOWN_SINCE) - CLOCKS, now)


async def _events(
    tenant: Tenant, groups: Groups, around: Surroundings, window: Window
) -> tuple[AuditEvent, ...]:
    """The events in the logs of the systems; groups that share one log are asked once."""
    logs = {log: group for group, log in groups.audits.items()}
    found: list[AuditEvent] = []
    with auditing(tenant, groups, around) as endpoint:
        for log, group in logs.items():
            async with log(of_group(endpoint, tenant, group)) as reader:
                found.extend(await reader.events(window.since, window.until))
    return tuple(found)


def _own_writes(remembered: Remembered, tenant: str, since: datetime) -> Iterator[OwnWrite]:
    """The writes of reconciler since then, as the journal has them."""
    names = {each.row.object_id: each.row.name for each in remembered.owned([tenant])}
    for run in remembered.runs([tenant]):
        if run.finished is not None and datetime.fromisoformat(run.finished) < since - CLOCKS:
            continue
        for each in remembered.entries(run.id):
            if each.attempts == 0:
                continue  # it was never sent
            begun = datetime.fromisoformat(each.intended)
            yield OwnWrite(
                object_id=each.object_id or "",
                names=frozenset({names.get(each.object_id or "", ""), _name(each)} - {""}),
                since=begun,
                until=datetime.fromisoformat(each.finished) if each.finished else begun + CLOCKS,
                actor=run.identity or "",
                tracking_id=each.tracking_id or "",
            )


def _name(entry: Entry) -> str:
    """The desired name of the object, else its manifest name: a person's is the e-mail."""
    told = entry.after if isinstance(entry.after, dict) else {}
    return str(told.get("name") or Address.parse(entry.address).name)


def _not_asked(tenant: Tenant) -> Diagnostic:
    return Diagnostic(
        Severity.INFO,
        "PRJ153",
        "who changed it is not known: the project does not say how to read the audit log",
        hint="give the tenant `audit: {}`"
        if tenant.seed
        else "give the tenant `audit: {credentials: …}`, of an identity that may read it",
        tenant=tenant.name,
    )


def _unread(tenant: Tenant, error: ReconcilerError) -> Diagnostic:
    told = error.told
    detail = [told.summary, told.detail]
    if isinstance(error, TenantError) and error.tracking_id:
        detail.append(f"tracking id: {error.tracking_id}")
    return Diagnostic(
        Severity.WARNING,
        "TEN140",
        "the audit log could not be read, so who changed it is not known",
        detail="\n".join(filter(None, detail)),
        hint=told.hint,
        tenant=tenant.name,
    )
