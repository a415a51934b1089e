"""A drift check of one tenant: read by version, compare, ask who changed it, record.

It takes no lock and stops nobody: what an apply does meanwhile is seen by comparing the state
before the reading with the state after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from reconciler.engine.authors import with_authors
from reconciler.engine.checkout import commit_of
from reconciler.engine.drift_result import Looked
from reconciler.engine.prepare import Prepared, Work, renamed_tenant, tenant_read
from reconciler.engine.read import read
from reconciler.engine.used_names import remembered
from reconciler.errors import StateError
from reconciler.groups import Groups
from reconciler.model.diagnostic import Diagnostic, Severity, has_errors
from reconciler.model.journal import Author, Memory, Seen
from reconciler.model.live import Snapshot
from reconciler.model.ownership import Row
from reconciler.model.plan import TenantRead
from reconciler.model.value import Json
from reconciler.planning import drift, guards
from reconciler.planning.drift import Asked, TenantDrift

if TYPE_CHECKING:
    from reconciler.state.sql import SqlState

NO_ROWS: Mapping[str, Row] = {}


async def look(work: Work, unread: Prepared, *, full: bool = False) -> Looked:
    """Check one tenant for drift; `full` reads all of it again.

    Raises TenantError where the tenant cannot be read, StateError where the state cannot. A drift
    check that cannot be recorded says so in a note, and is as good as another one.
    """
    with _state(work, unread) as state:
        return await _Look(work, unread, state).look(full=full)


@contextmanager
def _state(work: Work, unread: Prepared) -> Iterator[SqlState | None]:
    """The state, where there is one and the check reads the tenant itself."""
    from reconciler.state.sql import open_state  # noqa: PLC0415 - `validate` does without SQL

    is_kept = not unread.stateless and work.instead is None
    state = open_state(work.project.state, work.project.root) if is_kept else None
    try:
        yield state
    finally:
        if state is not None:
            state.close()


@dataclass(slots=True)
class _Look:
    work: Work
    unread: Prepared
    state: SqlState | None

    async def look(self, *, full: bool) -> Looked:
        """See the function `look`."""
        work, unread, state = self.work, self.unread, self.state
        name = unread.tenant.name
        memory = _claimed(state.memory(unread.recorded_as), unread.groups) if state else Memory()
        moving = set(state.under_way(name)) if state else set()
        is_due = full or memory.reads + 1 >= unread.tenant.full_every
        snapshot = work.instead or await read(
            unread.tenant,
            unread.groups,
            unread.loaded.resources,
            work.around,
            {} if is_due else memory.remembered,
        )
        after = self._after()
        moving |= _moved(unread.rows, after.rows) | (state.under_way(name) if state else set())
        here = remembered(work, after.understood(snapshot), snapshot)
        asked = self._asked(memory)
        found = drift.find(here.given(), snapshot, stateless=here.stateless, asked=asked)
        found, notes = drift.without(found, moving), list(_under_way(name, moving))
        if unread.previous_name:
            notes.append(renamed_tenant(unread))
        doubts = guards.doubts(name, found.missing, work.bounds)
        notes.extend(doubts)
        is_doubtful = has_errors(doubts)
        if is_doubtful:
            found = drift.without(found, drift.gone(found))
        if work.instead is None:
            found, told = await with_authors(work, here, snapshot, found)
            notes.extend(told)
        seen = tenant_read(here, snapshot)
        if state is not None and not work.targets and not is_doubtful:
            notes.extend(self._noted(found, snapshot, memory, seen, is_due=is_due))
        return Looked(here, snapshot, found, after.rows, seen, tuple(notes))

    def _after(self) -> Prepared:
        """The tenant with its records as they are once it was read."""
        if self.state is None:
            return self.unread
        if self.unread.previous_name:
            return self.unread  # nothing is applied under a name that the project does not have
        name = self.unread.tenant.name
        return replace(
            self.unread, rows=self.state.rows(name), unsettled=self.state.unsettled(name)
        )

    def _asked(self, memory: Memory) -> Asked:
        """The drift of the tenant that the project wants reported."""
        told = (k for k, what in self.unread.tenant.unmanaged.items() if what != "ignore")
        return Asked(frozenset(told), memory.known, self.work.project.ignores.valid)

    def _noted(
        self,
        found: TenantDrift,
        snapshot: Snapshot,
        memory: Memory,
        seen: TenantRead,
        *,
        is_due: bool,
    ) -> Iterator[Diagnostic]:
        """Record the drift check; a failure to record stops nothing."""
        from reconciler.engine.renamed_tenants import recorded  # noqa: PLC0415 - comes with SQL

        assert self.state is not None  # noqa: S101 - asked before
        drifted = {each.address for each in found.differences if each.state == "drifted"}
        try:
            tenant = self.unread.tenant
            self.state.record_organization(tenant.name, recorded(tenant, snapshot.organization))
            self.state.look(
                Seen(
                    tenant=seen.name,
                    drifted=len(drifted),
                    objects=seen.objects,
                    requests=seen.requests,
                    found=_document(found),
                    memory=_remembered(memory, snapshot, is_due=is_due),
                    author=Author(seen.identity, commit_of(self.work.project.root)),
                )
            )
        except StateError as error:
            yield Diagnostic(
                Severity.WARNING,
                "RUN180",
                f"this drift check could not be recorded: {error.told.summary}",
                hint="it is missing from the history; its result is complete",
                tenant=seen.name,
            )


def _claimed(memory: Memory, groups: Groups) -> Memory:
    """The memory of a drift check, also of one from before groups were recorded."""
    remembered = {group or groups.names[0]: each for group, each in memory.remembered.items()}
    known = memory.known
    if known is not None:
        known = {groups.claimed(kind): ids for kind, ids in known.items()}
    return replace(memory, remembered=remembered, known=known)


def _moved(before: Mapping[str, Row], after: Mapping[str, Row]) -> set[str]:
    """The addresses whose records changed in between."""
    return {each for each in before.keys() | after.keys() if before.get(each) != after.get(each)}


def _under_way(tenant: str, moving: set[str]) -> Iterator[Diagnostic]:
    if moving:
        many = len(moving) != 1
        yield Diagnostic(
            Severity.INFO,
            "RUN181",
            f"an apply is under way: {len(moving)} object{'s' if many else ''} that it "
            f"changes {'are' if many else 'is'} checked the next time",
            tenant=tenant,
        )


def _remembered(memory: Memory, snapshot: Snapshot, *, is_due: bool) -> Memory:
    """The memory for the next drift check; a partial view leaves all as it was."""
    if snapshot.is_blind:
        return memory
    here = {kind: frozenset(each.id for each in rows) for kind, rows in snapshot.objects.items()}
    known = memory.known
    if known is not None:
        # ids are never given twice: what is gone need not be kept
        here = {kind: ids & known.get(kind, frozenset()) for kind, ids in here.items()}
    started_over = is_due or not snapshot.reused
    return Memory(0 if started_over else memory.reads + 1, snapshot.memory, here)


def _document(found: TenantDrift) -> Json:
    return {
        "differences": [asdict(each) for each in found.differences],
        "suppressed": [asdict(each) for each in found.suppressed],
        "beyond": [str(each) for each in found.beyond],
        "settled": found.settled,
    }
