"""One tenant's apply: locked, compared with what the plan saw, carried out, accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.engine import execute
from reconciler.engine.checkout import commit_of
from reconciler.engine.connect import connected
from reconciler.engine.events import Ledger, Report
from reconciler.engine.prepare import Work, load_tenant
from reconciler.engine.read import read
from reconciler.manifests.project import Tenant
from reconciler.model.address import Address
from reconciler.model.journal import Author
from reconciler.model.ownership import Row
from reconciler.model.plan import Plan, fingerprint
from reconciler.planning import basis
from reconciler.state.sql import SqlState


async def apply_tenant(  # noqa: PLR0913 - the parts of one apply, each used as it is
    work: Work, tenant: Tenant, plan: Plan, state: SqlState, report: Report, *, saved: bool
) -> Ledger:
    """Carry out the tenant's part of the plan; raises StalePlanError before any write."""
    digest = fingerprint(plan)
    with state.lock(tenant.name, "apply", work.around.warn) as lease:
        rows = state.rows(tenant.name)
        identity = next(each.identity for each in plan.tenants if each.name == tenant.name)
        if saved:
            done = await _already_applied(work, tenant, plan, state, digest)
            if done is not None:
                return done
            identity = await _refuse_if_stale(work, tenant, plan, rows)
        elif changed := list(basis.rows_moved_on(plan, tenant.name, rows)):
            raise execute.stale(changed)
        author = Author(identity, commit_of(work.project.root))
        with connected(tenant, work.vendors[tenant.vendor], work.around) as endpoint:
            guarded = replace(endpoint, permit=lease.check)
            async with work.vendors[tenant.vendor].writer(guarded) as writer:
                await execute.refuse_if_moved_on(plan, tenant.name, writer)
                run = state.start_run(tenant.name, "apply", digest, lease=lease, author=author)
                outcome = "interrupted"
                try:
                    doing = execute.Apply(plan, tenant.name, writer, state, lease, run, report)
                    ledger = await doing.carry_out()
                    outcome = ledger.outcome
                finally:
                    state.finish_run(run, outcome)
                return ledger


async def _already_applied(
    work: Work, tenant: Tenant, plan: Plan, state: SqlState, digest: str
) -> Ledger | None:
    """The empty ledger of a plan that is done, where the tenant still is as it left it."""
    finished = state.finished_run(tenant.name, digest)
    if finished is None:
        return None
    kinds = {op.id: Address.parse(op.addresses[0]).kind for op in plan.operations()}
    with connected(tenant, work.vendors[tenant.vendor], work.around) as endpoint:
        async with work.vendors[tenant.vendor].writer(endpoint) as writer:
            for operation, (object_id, written) in finished.written.items():
                live = await writer.fetch(kinds[operation], object_id) if object_id else None
                if (live.digest if live else None) != written:
                    return None
    return Ledger(tenant.name, finished.run_id, (), already_applied=True)


async def _refuse_if_stale(work: Work, tenant: Tenant, plan: Plan, rows: Mapping[str, Row]) -> str:
    """Raises StalePlanError where anything moved on; answers with who applies."""
    was = plan.basis[tenant.name]
    loaded = load_tenant(work, tenant)
    if loaded.digest != was.manifests:
        raise execute.stale([f"the manifests of {tenant.name} were edited"])
    if tenant.digest != was.project:
        raise execute.stale([f"tenant {tenant.name} was edited in reconciler.yaml"])
    snapshot = await read(tenant, work.vendors[tenant.vendor], loaded.resources, work.around)
    if snapshot.organization != was.organization:
        raise execute.stale([f"{tenant.name} is another organization by now"])
    if changed := list(basis.moved_on(plan, tenant.name, snapshot, rows)):
        raise execute.stale(changed)
    return snapshot.identity.name if snapshot.identity else ""
