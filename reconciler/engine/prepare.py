"""A tenant made ready: its manifests loaded, its rows fetched, the targets understood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reconciler.contract.vendor import Vendor
from reconciler.engine.connect import Surroundings
from reconciler.errors import StateError
from reconciler.groups import Groups
from reconciler.manifests.files import find
from reconciler.manifests.load import NOTHING, Loaded, load
from reconciler.manifests.project import Project, Tenant, groups_of
from reconciler.model.address import OUTSIDE, Address, GroupKind
from reconciler.model.diagnostic import Diagnostic, Severity, has_errors
from reconciler.model.guard import NOTHING_ALLOWED, NOTHING_EARLIER, Allowance, Bounds, Earlier
from reconciler.model.journal import Unsettled
from reconciler.model.live import Snapshot
from reconciler.model.ownership import Row
from reconciler.model.plan import TenantRead
from reconciler.model.set_aside import Base
from reconciler.model.value import Values
from reconciler.planning.planned_object import TenantInput
from reconciler.planning.recovery import rows_after
from reconciler.planning.targets import target
from reconciler.rules.policy import NO_POLICY, Policy
from reconciler.rules.world import NOTHING_SPENT, Known

if TYPE_CHECKING:
    from reconciler.state.sql import SqlState  # `validate` does without SQL


NO_NAMES: Mapping[GroupKind, tuple[str, ...]] = {}


@dataclass(frozen=True, slots=True)
class Work:
    """The subject of a command: a project, the chosen tenants and targets, the surroundings.

    `allow` are the overrides that a person gives for what a guard would stop. `instead` is a view
    of the one tenant that is used as if it had just been read: then nothing is connected to.
    `against` is the Git revision with which a plan compares what it checks, and `base` what came of
    that.
    """

    project: Project
    tenants: tuple[Tenant, ...]
    vendors: Mapping[str, Vendor]
    around: Surroundings
    targets: tuple[str, ...] = ()
    allow: Allowance = NOTHING_ALLOWED
    instead: Snapshot | None = None
    against: str | None = None
    base: Base | None = None

    def groups(self, tenant: Tenant) -> Groups:
        """The systems of a tenant."""
        return groups_of(tenant, self.vendors)

    @property
    def bounds(self) -> Bounds:
        """The thresholds for a plan of this work."""
        return Bounds(self.project.thresholds, self.allow, self.base.digest if self.base else "")


@dataclass(frozen=True, slots=True)
class Prepared:
    """One tenant, loaded and ready to be read; `stateless` where there is no state at all.

    `previous_name` is the name under which the state has the tenant, where that is another one.
    `unsettled` are operations of which the state has no outcome, `spent` the used names
    that it has, `earlier` what was done in the window of the thresholds.
    """

    tenant: Tenant
    groups: Groups
    loaded: Loaded
    rows: Mapping[str, Row]
    stateless: bool
    previous_name: str = ""
    unsettled: tuple[Unsettled, ...] = ()
    policy: Policy = NO_POLICY
    targets: frozenset[Address] | None = None
    spent: Mapping[tuple[GroupKind, str], str] = field(default_factory=lambda: NOTHING_SPENT)
    earlier: Earlier = field(default_factory=lambda: NOTHING_EARLIER)

    @property
    def recorded_as(self) -> str:
        """The name under which the state has the tenant."""
        return self.previous_name or self.tenant.name

    @property
    def pruned(self) -> frozenset[GroupKind]:
        """The kinds of which what only the tenant has is deleted."""
        return frozenset(k for k, what in self.tenant.unmanaged.items() if what == "prune")

    def understood(self, snapshot: Snapshot) -> Prepared:
        """The same, with the records as they are once what is unsettled is read back."""
        return replace(self, rows=rows_after(self.rows, self.unsettled, snapshot))

    def given(self, revert: Mapping[Address, Values] | None = None) -> TenantInput:
        """The planner's input; a revert reads nothing but what it takes back."""
        resources = self.loaded.resources
        if revert is not None:
            resources = tuple(each for each in resources if each.address in revert)
        return TenantInput(
            tenant=self.tenant.name,
            groups=self.groups,
            resources=resources,
            rows=self.rows,
            known=Known(self.tenant.facts, self.tenant.assumed, self.spent),
            policy=self.policy,
            targets=self.targets,
            revert=revert,
            prune=self.pruned,
        )


def prepare(work: Work, *, may_be_none: bool = False) -> tuple[Prepared, ...]:
    """Every chosen tenant; raises UsageError for a target that names nothing.

    There `may_be_none` of the manifests that the patterns are for: so a project begins.
    """
    known = _known(work)
    prepared = tuple(
        Prepared(
            tenant,
            work.groups(tenant),
            load_tenant(work, tenant, may_be_none=may_be_none),
            known[tenant.name].rows if known is not None else {},
            stateless=known is None,
            previous_name=known[tenant.name].previous_name if known is not None else "",
            unsettled=known[tenant.name].unsettled if known is not None else (),
            policy=work.project.policy,
            spent=known[tenant.name].spent if known is not None else NOTHING_SPENT,
            earlier=known[tenant.name].earlier if known is not None else NOTHING_EARLIER,
        )
        for tenant in work.tenants
    )
    if not work.targets or any(has_errors(each.loaded.diagnostics) for each in prepared):
        # the manifest that a target means may be one that is refused: its error says more
        return prepared
    return _targeted(prepared, work.targets)


def tenant_read(
    each: Prepared,
    snapshot: Snapshot,
    unmanaged: Mapping[GroupKind, tuple[str, ...]] = NO_NAMES,
) -> TenantRead:
    """Describe how a tenant was read, for plans and reports; `unmanaged` are names by kind."""
    return TenantRead(
        name=each.tenant.name,
        vendor=each.groups.name,
        organization=snapshot.organization,
        objects=snapshot.size,
        requests=snapshot.requests,
        unmanaged=each.groups.by_label(unmanaged),
        identity=snapshot.identity.name if snapshot.identity else "",
        partial=each.groups.by_label(snapshot.partial),
        previous_name=each.previous_name,
    )


def renamed_tenant(each: Prepared) -> Diagnostic:
    """Report that the state has a tenant under another name."""
    name, old, many = each.tenant.name, each.previous_name, len(each.rows)
    return Diagnostic(
        Severity.INFO,
        "PLN148",
        f"tenant `{old}` of the state is called `{name}` now: both are the same organization",
        detail=f"The next apply moves what the state has of it: {many} "
        f"record{'s' if many != 1 else ''}, runs, drift checks.",
        hint=f"if `{name}` is meant to start without them, remove the records of `{old}` first: "
        "`reconciler state rm ADDRESS`",
        tenant=name,
    )


def load_tenant(
    work: Work, tenant: Tenant, new: Mapping[str, bytes] = NOTHING, *, may_be_none: bool = False
) -> Loaded:
    """The manifests of one tenant, patched; raises ProjectError. A patch file is no manifest.

    `new` has the bytes that files are to have soon, and do not have yet.
    """
    root = work.project.root
    patches = find(root, tenant.patches, "patches", new=new)
    own = frozenset(patches)
    found = find(root, tenant.manifests, new=new, may_be_none=may_be_none)
    files = [each for each in found if each not in own]
    vendors = {vendor.name: vendor for vendor in work.groups(tenant)}
    return load(root, tenant.name, files, vendors, patches=patches, given=new)


@dataclass(frozen=True, slots=True)
class _Known:
    previous_name: str
    rows: Mapping[str, Row]
    unsettled: tuple[Unsettled, ...]
    spent: Mapping[tuple[GroupKind, str], str]
    earlier: Earlier


def _known(work: Work) -> dict[str, _Known] | None:
    """The state of each chosen tenant; None where there is no state."""
    from reconciler.state.sql import open_state  # noqa: PLC0415 - `validate` does without SQL

    state = open_state(work.project.state, work.project.root)
    if state is None:
        return None
    try:
        found = {tenant.name: _known_of(work, tenant, state) for tenant in work.tenants}
    finally:
        state.close()
    for tenant in work.tenants:
        _refuse_unknown_kinds(found[tenant.name], work.groups(tenant))
    return found


def _known_of(work: Work, tenant: Tenant, state: SqlState) -> _Known:
    """The state of a tenant, under its own name or the one that it had."""
    from reconciler.engine import renamed_tenants  # noqa: PLC0415 - comes with SQL

    groups, name = work.groups(tenant), tenant.name
    old = renamed_tenants.previous_name(state, work.project, tenant, groups)
    rows, unsettled = state.rows(old or name), state.unsettled(old or name)
    if old:
        rows = renamed_tenants.rows_under(rows, old, name)
        unsettled = renamed_tenants.unsettled_under(unsettled, old, name)
    return _Known(
        old,
        rows,
        unsettled,
        groups.claimed_names(state.spent(old or name)),
        state.counted_within(old or name, work.project.thresholds.window),
    )


def _refuse_unknown_kinds(known: _Known, groups: Groups) -> None:
    """Raise StateError for an address of a kind that the tenant's systems do not have."""
    places = [("ownership", each) for each in known.rows]
    for each in known.unsettled:
        places += [("operation", a) for a in (each.intent.address, each.intent.drop) if a]
    for table, text in places:
        address = Address.parse(text)
        if address.group_kind not in groups.kinds:
            raise StateError(
                "RUN121",
                f"the state is damaged: table `{table}`, row {text!a}: this version has no kind "
                f"`{address.group_kind}`",
                hint="update reconciler if a newer version wrote it; `reconciler state rm ADDRESS` "
                "gives up the ownership of that object",
            )


def _to_prune(each: Prepared, target: str) -> Iterator[Address]:
    """The addresses that a target without a manifest may mean; only the tenant has them."""
    name = target.rpartition("/")[2]
    if name.startswith(OUTSIDE):
        for kind in sorted(each.pruned):
            yield Address(each.tenant.name, kind.group, kind.name, name)


def _targeted(prepared: tuple[Prepared, ...], targets: tuple[str, ...]) -> tuple[Prepared, ...]:
    known = [r.address for each in prepared for r in each.loaded.resources]
    known.extend(Address.parse(row) for each in prepared for row in each.rows)
    known.extend(a for each in prepared for text in targets for a in _to_prune(each, text))
    unique = tuple(dict.fromkeys(known))
    chosen = frozenset(target(text, unique) for text in targets)
    return tuple(
        replace(each, targets=frozenset(a for a in chosen if a.tenant == each.tenant.name))
        for each in prepared
    )
