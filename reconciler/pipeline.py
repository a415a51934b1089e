"""The story: load → validate → read → plan → apply → verify, and the same front half for drift.

Each stage takes plain data and gives plain data; only `read` and `apply` touch a network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.engine.apply import apply_tenant
from reconciler.engine.events import Ledger, Report
from reconciler.engine.prepare import Prepared, Work, load_tenant, prepare
from reconciler.engine.read import read
from reconciler.manifests import positions
from reconciler.manifests.files import find
from reconciler.manifests.load import Loaded
from reconciler.manifests.project import Tenant
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, InvalidInputError, Severity, has_errors
from reconciler.model.facts import NO_FACTS, Facts
from reconciler.model.live import Snapshot
from reconciler.model.plan import Basis, Plan, TenantRead
from reconciler.model.value import Values
from reconciler.planning import drift as drifting
from reconciler.planning import planner
from reconciler.planning.drift import Difference
from reconciler.planning.item import TenantInput
from reconciler.planning.join import Part, joined
from reconciler.planning.planner import TenantPlan
from reconciler.planning.refusals import listed
from reconciler.state.sql import create_state
from reconciler.vendor import Vendor


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs, which objects no revert takes back, and the plan that takes back the rest."""

    tenants: tuple[TenantRead, ...]
    differences: tuple[Difference, ...]
    beyond: tuple[Address, ...]
    revert: Plan | None

    @property
    def drifted(self) -> bool:
        """Whether anything changed behind Git's back; what Git wants next is no drift."""
        return any(each.state == "drifted" for each in self.differences)


def validate(work: Work, tenants: Iterable[Tenant]) -> tuple[Diagnostic, ...]:
    """Everything that the manifests alone tell, of these tenants; equal findings once."""
    found: dict[Diagnostic, Diagnostic] = {}
    for tenant in tenants:
        loaded = load_tenant(work, tenant)
        vendors = {tenant.vendor: work.vendors[tenant.vendor]}
        for diagnostic in check(vendors, tenant.name, loaded, tenant.facts):
            found.setdefault(replace(diagnostic, tenant="", address=None), diagnostic)
    return tuple(sorted(found.values(), key=Diagnostic.sort_key))


def files(work: Work, tenants: Iterable[Tenant]) -> tuple[str, ...]:
    """The files that hold the manifests of these tenants, each once; raises ProjectError."""
    found = {file for each in tenants for file in find(work.project.root, each.manifests)}
    return tuple(sorted(found))


def check(
    vendors: Mapping[str, Vendor], tenant: str, loaded: Loaded, facts: Facts = NO_FACTS
) -> tuple[Diagnostic, ...]:
    """Reading, schema, references and rules of one tenant's manifests, with positions."""
    found = list(loaded.diagnostics)
    if not loaded.resources and not found:
        found.append(_no_manifest(tenant))
    for name, vendor in vendors.items():
        own = tuple(each for each in loaded.resources if each.address.group == name)
        found.extend(planner.check(TenantInput(tenant, vendor, own, facts=facts)))
    return positions.attach(found, loaded.read)


async def plan(work: Work) -> Plan:
    """The plan of all chosen tenants; an errored one has findings and no steps."""
    prepared = prepare(work)
    refused = _refused(prepared)
    if has_errors(refused):
        return joined((), refused, targets=work.targets)
    parts = [_part(each, await _read(each, work)) for each in prepared]
    return joined(tuple(parts), targets=work.targets)


async def drift(work: Work) -> Drift:
    """Live against last applied, and the plan that would take the drift back."""
    prepared = prepare(work)
    refused = _refused(prepared)
    if has_errors(refused):
        raise InvalidInputError(refused)
    reads: list[TenantRead] = []
    differences: list[Difference] = []
    beyond: list[Address] = []
    parts: list[Part] = []
    for each in prepared:
        snapshot = await _read(each, work)
        found = drifting.find(each.given(), snapshot, stateless=each.stateless)
        reads.append(_tenant_read(each, snapshot, {}))
        differences.extend(found.differences)
        beyond.extend(found.beyond)
        if found.revert:
            parts.append(_part(each, snapshot, found.revert))
    revert = joined(tuple(parts), mode="revert") if parts else None
    return Drift(tuple(reads), tuple(differences), tuple(beyond), revert)


async def apply(work: Work, what: Plan, *, saved: bool, report: Report) -> tuple[Ledger, ...]:
    """Carry out a plan, tenant by tenant; stops before the next one after a failure.

    A saved plan is first compared with what it was made from; raises StalePlanError.
    """
    state = create_state(work.project.state, work.project.root)
    ledgers: list[Ledger] = []
    try:
        for read_ in what.tenants:
            tenant = work.project.tenants[read_.name]
            ledgers.append(await apply_tenant(work, tenant, what, state, report, saved=saved))
            if ledgers[-1].outcome == "partial":
                break
    finally:
        state.close()
    return tuple(ledgers)


def _refused(prepared: Iterable[Prepared]) -> tuple[Diagnostic, ...]:
    return tuple(
        diagnostic
        for each in prepared
        for diagnostic in check(
            {each.vendor.name: each.vendor}, each.tenant.name, each.loaded, each.tenant.facts
        )
    )


async def _read(each: Prepared, work: Work) -> Snapshot:
    return await read(each.tenant, each.vendor, each.loaded.resources, work.around)


def _part(
    each: Prepared, snapshot: Snapshot, revert: Mapping[Address, Values] | None = None
) -> Part:
    made = planner.plan(each.given(revert), snapshot)
    notes = () if revert is not None else _notes(each, made)
    return Part(
        read=_tenant_read(each, snapshot, made.unmanaged),
        basis=Basis(
            manifests=each.loaded.digest,
            project=each.tenant.digest,
            organization=snapshot.organization,
            objects=made.seen,
        ),
        plan=made,
        diagnostics=positions.attach([*made.diagnostics, *notes], each.loaded.read),
    )


def _no_manifest(tenant: str) -> Diagnostic:
    return Diagnostic(
        Severity.ERROR,
        "PLN101",
        "there is no manifest at all",
        hint="check `manifests` in reconciler.yaml: Git is never read as `remove all`",
        tenant=tenant,
    )


def _notes(each: Prepared, made: TenantPlan) -> Iterable[Diagnostic]:
    """What a reviewer has to know of the tenant as a whole."""
    tenant = each.tenant.name
    if each.stateless:
        yield Diagnostic(
            Severity.INFO,
            "PLN134",
            "no state: adopting by name, nothing will be deleted",
            tenant=tenant,
        )
    if each.tenant.unmanaged == "report":
        for kind, names in made.unmanaged.items():
            yield Diagnostic(
                Severity.INFO,
                "PLN133",
                f"not in Git: {len(names)} {kind} of the tenant: {listed(names)}",
                tenant=tenant,
            )


def _tenant_read(
    each: Prepared, snapshot: Snapshot, unmanaged: Mapping[str, tuple[str, ...]]
) -> TenantRead:
    return TenantRead(
        name=each.tenant.name,
        vendor=each.vendor.name,
        organization=snapshot.organization,
        objects=snapshot.size,
        requests=snapshot.requests,
        unmanaged=unmanaged,
    )
