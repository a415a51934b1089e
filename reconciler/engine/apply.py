"""One tenant's apply: locked, compared with what the plan saw, carried out, accounted for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property

from reconciler.engine import send_guard
from reconciler.engine.audit import Answers
from reconciler.engine.authors import said_to_have_changed
from reconciler.engine.checkout import commit_of
from reconciler.engine.connect import connected
from reconciler.engine.derivation import Derivation, refuse_other_sources
from reconciler.engine.events import Ledger, Report
from reconciler.engine.execute import Apply
from reconciler.engine.prepare import Work, load_tenant
from reconciler.engine.read import read
from reconciler.engine.readback import read_back
from reconciler.engine.renamed_tenants import recorded
from reconciler.engine.stale import moved_on, stale
from reconciler.engine.stopping import Stop
from reconciler.engine.writers import Writers, open_writers
from reconciler.errors import ReconcilerError, StateError
from reconciler.groups import Groups
from reconciler.manifests.project import Tenant
from reconciler.model.address import Address, GroupKind
from reconciler.model.journal import Author, Left
from reconciler.model.orders import Orders
from reconciler.model.plan import Plan, fingerprint
from reconciler.planning import basis
from reconciler.planning.attribution import in_words
from reconciler.planning.guards import approved, refuse_if_over_window
from reconciler.planning.orders import orders
from reconciler.planning.plan_comparison import NOTHING, Elsewhere
from reconciler.planning.staleness import Moved, names_of
from reconciler.state.lease import Lease
from reconciler.state.sql import SqlState


@dataclass(frozen=True)
class TenantApply:
    """The input of one tenant's apply: a `saved` plan is compared with all that it was made from.

    `document` is the plan as `dump` gives it.

    `over` is called with the account, also where the run is stopped at once. `derivation` derives a
    plan again that no run has verified yet, where it is of this tenant alone.
    """

    work: Work
    tenant: Tenant
    plan: Plan
    document: bytes
    state: SqlState
    report: Report
    stop: Stop
    saved: bool
    over: Callable[[Ledger], None]
    derivation: Derivation | None = None

    @property
    def groups(self) -> Groups:
        """The systems of the tenant."""
        return self.work.groups(self.tenant)

    @cached_property
    def orders(self) -> Orders:
        """What the plan does in the tenant."""
        return orders(self.plan, self.tenant.name)

    @property
    def parallelism(self) -> int:
        """So many operations are under way at once."""
        return self.work.around.parallelism

    async def run(self) -> Ledger:
        """Carry out the tenant's part of the plan; raises StalePlanError before any write."""
        ledger = await self._locked()
        self.over(ledger)
        return ledger

    async def _locked(self) -> Ledger:
        tenant, groups = self.tenant, self.groups
        with (
            self.state.lock(
                tenant.name,
                "apply",
                self.work.around.warn,
                self.stop.pause,
                self.work.around.lock_timeout,
            ) as lease,
            connected(tenant, groups, self.work.around) as endpoint,
        ):

            def permit() -> None:
                lease.check()
                send_guard.sends()

            writing = replace(
                endpoint, permit=permit, unsent=send_guard.unsent, waiting=send_guard.waits
            )
            self._move_records()
            async with open_writers(tenant, groups, writing) as writer:
                await read_back(
                    tenant.name,
                    writer,
                    self._partial,
                    self.state,
                    lease,
                    parallelism=self.parallelism,
                )
                return await self._run(lease, writer)

    def _move_records(self) -> None:
        """Give what the state has of the tenant under another name to this one."""
        for each in self.plan.tenants:
            if each.name == self.tenant.name and each.previous_name:
                self.state.rename_tenant(each.previous_name, each.name)

    async def _partial(self) -> Collection[GroupKind]:
        """The kinds of which a part is hidden from who applies."""
        return (await read(self.tenant, self.groups, (), self.work.around)).partial

    async def _names(self) -> Mapping[str, str]:
        """The names of everything of the tenant; empty where it cannot be read."""
        try:
            return names_of(await read(self.tenant, self.groups, (), self.work.around))
        except ReconcilerError:
            return {}  # the refusal stands, with ids

    async def _run(self, lease: Lease, writer: Writers) -> Ledger:
        name, digest = self.tenant.name, fingerprint(self.document)
        done = self.state.carried_out(name, digest) if self.saved else {}
        half = self.state.half_done(name, digest) if self.saved else {}
        finished = self.state.finished_run(name, digest) if self.saved else None
        if finished is not None:
            if await self._is_as_left(writer, done):
                return Ledger(name, finished, (), already_applied=True)
            # the same change may be needed again; whether the plan is stale is checked below
            done, half = {}, {}
        identity, elsewhere = await self._refuse_if_stale({**half, **done})
        if not self.saved:  # else all of the tenant was read just now
            await self._refuse(
                await moved_on(self.orders, writer, self._names, parallelism=self.parallelism)
            )
        if not done:  # what is resumed passed when it was begun, and nothing came between
            self._refuse_if_over_window()
        organization = self.plan.basis[name].organization
        self.state.record_organization(name, recorded(self.tenant, organization))
        reached = self.plan.blast_radius.tenants.get(name)
        run = self.state.start_run(
            name,
            "apply",
            digest,
            lease=lease,
            author=Author(identity, commit_of(self.work.project.root)),
            plan=self.document,
            reached=reached.counted if reached else None,
            allowed=str(approved(self.plan, self.work.allow)),
        )
        doing = Apply(
            self.orders,
            writer,
            self.state,
            lease,
            run,
            self.report,
            done=done,
            half=half,
            stop=self.stop,
            parallelism=self.parallelism,
        )
        outcome = "interrupted"
        self.stop.at_work(True)
        try:
            ledger = replace(await doing.carry_out(), elsewhere=elsewhere.addresses)
            outcome = ledger.outcome
        except BaseException:
            self.over(doing.broken_off())
            raise
        finally:
            # a state that is broken was reported already, by the ledger or by what is raised
            with suppress(StateError):
                self.state.finish_run(run, outcome)
        return ledger

    def _refuse_if_over_window(self) -> None:
        """Raises BlockedError where other applies came between that fill the thresholds."""
        refuse_if_over_window(
            self.plan,
            self.tenant.name,
            self.state.counted_within(self.tenant.name, self.work.project.thresholds.window),
            self.work.project.thresholds,
            self.work.allow,
        )

    async def _is_as_left(self, writer: Writers, done: Mapping[str, Left]) -> bool:
        """Return whether the tenant still is as the plan left it."""
        operations = {op.id: op for op in self.plan.operations()}
        last = {operations[each].addresses[0]: left for each, left in done.items()}
        for address, left in last.items():
            live = await writer.fetch(Address.parse(address).group_kind, left.object_id)
            if (live.digest if live else None) != left.digest:
                return False
        return True

    async def _refuse_if_stale(self, done: Mapping[str, Left]) -> tuple[str, Elsewhere]:
        """Raises StalePlanError where anything moved on; answers with who applies, and with what
        was changed elsewhere.
        """
        plan, name = self.plan, self.tenant.name
        rows = self.state.rows(name)
        if not self.saved:
            await self._refuse(basis.rows_moved_on(plan, name, rows))
            return next(each.identity for each in plan.tenants if each.name == name), NOTHING
        work, derivation = self.work, self.derivation
        loaded = derivation.loaded(name) if derivation else load_tenant(work, self.tenant)
        refuse_other_sources(plan, self.tenant, loaded)
        snapshot = await read(self.tenant, self.groups, loaded.resources, work.around)
        if snapshot.organization != plan.basis[name].organization:
            raise stale([f"{name} is another organization by now"])
        await self._refuse(basis.moved_on(plan, name, snapshot, rows, done))
        elsewhere = NOTHING
        if derivation is not None and not derivation.is_of_several:
            elsewhere = derivation.check(name, snapshot, rows, self.state)
            for each in elsewhere.in_words():
                work.around.warn(each)
        return snapshot.identity.name if snapshot.identity else "", elsewhere

    async def _refuse(self, moved: Iterable[Moved]) -> None:
        """Raises StalePlanError with all that moved on, and who made it so where a log says."""
        every = list(moved)
        if not every:
            return
        subjects = {str(m.address): m.subject for m in every if m.subject is not None}
        answers = await said_to_have_changed(self.work, self.tenant, subjects, self.state)
        raise stale([_with_author(each, answers) for each in every])


def _with_author(moved: Moved, answers: Answers) -> str:
    found = answers.found.get(str(moved.address)) if moved.subject is not None else None
    return f"{moved.said} ({in_words(found)})" if found else moved.said
