"""The story: load → validate → read → plan → apply → verify, and the same front half for drift.

Each stage takes plain data and gives plain data; only `read` and `apply` touch a network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reconciler.checking import (
    Judged,
    check,
    judge,
    needless_ignores,
    policy_notes,
    rules,
)
from reconciler.engine.base import base_of, compared
from reconciler.engine.drift_check import look
from reconciler.engine.drift_result import Looked
from reconciler.engine.events import Ledger, Report
from reconciler.engine.prepare import Prepared, Work, prepare, renamed_tenant, tenant_read
from reconciler.engine.read import read
from reconciler.engine.set_aside import set_aside
from reconciler.engine.used_names import remembered
from reconciler.errors import ReconcilerError, UsageError
from reconciler.manifests import positions
from reconciler.manifests.project import Tenant
from reconciler.manifests.provenance import sourced, with_sources
from reconciler.manifests.unmatched import unmatched
from reconciler.model.address import Address
from reconciler.model.counts import Counts
from reconciler.model.diagnostic import (
    Diagnostic,
    InvalidInputError,
    Severity,
    has_errors,
)
from reconciler.model.drift import Difference
from reconciler.model.journal import Resumable
from reconciler.model.live import Snapshot
from reconciler.model.plan import Basis, Mode, Plan, TenantRead, dump, fingerprint
from reconciler.model.set_aside import SetAside
from reconciler.model.value import Values
from reconciler.planning import drift as drifting
from reconciler.planning import loosened as policy
from reconciler.planning import planner
from reconciler.planning.basis import tenant_digest
from reconciler.planning.consequences import linked
from reconciler.planning.graph import Graph, of_references
from reconciler.planning.guards import refuse_if_blocked, refuse_if_over_window
from reconciler.planning.merge_plans import Part, joined
from reconciler.planning.planner import TenantPlan
from reconciler.planning.refusals import folded
from reconciler.planning.targets import new_address

if TYPE_CHECKING:
    from reconciler.engine.accepting import Accepted
    from reconciler.engine.importing import Found
    from reconciler.engine.renaming import Renaming
    from reconciler.engine.stopping import Stop
    from reconciler.state.sql import SqlState


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs, which objects no revert takes back, and the plan that takes back the rest.

    What weighs most comes first. `notes` are about what nobody sees who asks, and settings of the
    project that do nothing; `suppressed` is suppressed drift, and `settled` counts
    values that were changed by hand to what Git wants. `set_aside` are the checks that the project
    does without.
    """

    tenants: tuple[TenantRead, ...]
    differences: tuple[Difference, ...]
    beyond: tuple[Address, ...]
    revert: Plan | None
    notes: tuple[Diagnostic, ...] = ()
    suppressed: tuple[Difference, ...] = ()
    settled: int = 0
    set_aside: tuple[SetAside, ...] = ()
    looks: tuple[Looked, ...] = field(default=(), repr=False)

    @property
    def drifted(self) -> bool:
        """Whether anything changed behind Git's back; what Git wants next is no drift."""
        return any(each.state == "drifted" for each in self.differences)


async def plan(work: Work) -> Plan:
    """The plan of all chosen tenants; an errored one has findings and no steps."""
    prepared = prepare(work)
    refused = _refused(prepared)
    work = compared(work, prepared)
    if has_errors(refused):
        return joined(
            (),
            (*refused, *policy.findings(work.base), *_unmatched(work)),
            targets=work.targets,
            bounds=work.bounds,
            set_aside=set_aside(work, prepared),
            base=work.base,
        )
    parts = tuple([_part(*await _read(each, work)) for each in prepared])
    return _whole(work, "normal", parts, prepared)


def _unmatched(work: Work) -> tuple[Diagnostic, ...]:
    return tuple(unmatched(work.project.root, work.project.tenants.values(), work.vendors))


def _whole(work: Work, mode: Mode, parts: tuple[Part, ...], prepared: tuple[Prepared, ...]) -> Plan:
    """The plan of the parts of all chosen tenants."""
    aside = set_aside(work, prepared)
    if mode == "revert":
        return joined(parts, mode=mode, targets=work.targets, bounds=work.bounds, set_aside=aside)
    whole = (
        not work.targets
        and len(parts) == len(work.project.tenants)
        and not any(part.read.partial for part in parts)
    )
    judged = (rule.code for rule in rules(work)) if whole else ()
    notes = policy_notes(work.project, (d for part in parts for d in part.diagnostics), judged)
    return joined(
        parts,
        (*policy.findings(work.base), *notes, *_unmatched(work)),
        targets=work.targets,
        bounds=work.bounds,
        set_aside=aside,
        base=work.base,
    )


def refuse_loosening(work: Work, what: Plan) -> None:
    """Compare a saved plan's manifests and project with a revision, where one is given.

    Raises BlockedError where they loosen anything that neither the plan nor this work allows.
    """
    if work.against is not None:
        names = [each.name for each in what.tenants]
        tenants = work.project.chosen(names) if names else ()
        prepared = prepare(replace(work, tenants=tenants, targets=()))
        base = base_of(work, prepared, work.against)
        policy.refuse(base, what.allowed.policy, work.allow.policy)


def _part_again(
    work: Work,
    here: Prepared,
    snapshot: Snapshot,
    mode: Mode,
    only: frozenset[Address] | None = None,
) -> Part | None:
    """One tenant's part of a saved plan, as it is planned now; `only` narrows to addresses.

    None where a revert has nothing to take back.
    """
    if mode == "normal":
        return _part(replace(here, targets=only) if only is not None else here, snapshot)
    asked = drifting.Asked(ignores=work.project.ignores.valid)
    found = drifting.find(here.given(), snapshot, stateless=here.stateless, asked=asked)
    revert = {a: each for a, each in found.revert.items() if only is None or a in only}
    return _part(here, snapshot, revert) if revert else None


async def judged(work: Work) -> tuple[Diagnostic, ...]:
    """What validation and a plan find, of manifests and tenants, with positions."""
    return (await judge_all(work)).found


async def judge_all(work: Work) -> Judged:
    """The same, with how much was judged."""
    prepared = prepare(work)
    checks = [judge((each.given(),), each.loaded) for each in prepared]
    counts = sum((each.counts for each in checks), Counts())
    found = tuple(diagnostic for each in checks for diagnostic in each.found)
    if has_errors(found):
        return Judged(found, counts)
    every = dict.fromkeys(found)
    for unread in prepared:
        each, snapshot = await _read(unread, work)
        made = planner.plan(each.given(), snapshot)
        every |= dict.fromkeys(linked(positions.attach(made.diagnostics, each.loaded.read)))
    every |= dict.fromkeys(_unmatched(work))
    return Judged(tuple(sorted(every, key=Diagnostic.sort_key)), counts)


async def snapshot(work: Work) -> Snapshot:
    """The one chosen tenant as it is now; raises UsageError where several are chosen."""
    if len(work.tenants) != 1:
        raise UsageError(
            "RUN172",
            f"a snapshot is of one tenant, not of {', '.join(each.name for each in work.tenants)}",
            hint="say which one with `--tenant NAME`",
        )
    (tenant,) = work.tenants
    return await read(tenant, work.groups(tenant), (), work.around)


async def drift(work: Work, *, full: bool = False) -> Drift:
    """Live against last applied, and the plan that would take the drift back.

    What a list shows to be as it was is not read again, unless all is to be read in `full`.
    """
    prepared = prepare(work)
    refused = _refused(prepared)
    if has_errors(refused):
        raise InvalidInputError(refused)
    _refuse_what_is_not_ours(prepared)
    looks = tuple([await look(work, unread, full=full) for unread in prepared])
    found = [each.found for each in looks]
    parts = [_part(e.here, e.snapshot, e.found.revert) for e in looks if e.found.revert]
    aside = set_aside(work, prepared)
    return Drift(
        tenants=tuple(each.read for each in looks),
        differences=_heaviest_first(d for each in looks for d in _differences(each)),
        beyond=tuple(address for each in found for address in each.beyond),
        revert=_whole(work, "revert", tuple(parts), prepared) if parts else None,
        set_aside=aside,
        notes=(
            *(note for each in found for note in each.notes),
            *(note for each in looks for note in each.notes),
            *policy_notes(work.project, refused, ()),
            *_needless(work, looks),
        ),
        suppressed=_heaviest_first(d for each in found for d in each.suppressed),
        settled=sum(each.settled for each in found),
        looks=looks,
    )


def references(work: Work) -> Graph:
    """Who refers to whom in the manifests, or around the targets; no tenant is asked.

    Raises InvalidInputError where manifests cannot be read.
    """
    prepared = prepare(work)
    for each in prepared:
        if has_errors(each.loaded.diagnostics):
            loaded = each.loaded
            raise InvalidInputError(positions.attach(loaded.diagnostics, loaded.read))
    chosen = {a for each in prepared for a in each.targets or ()} if work.targets else None
    return of_references([replace(each.given(), targets=None) for each in prepared], chosen)


def to_accept(work: Work, found: Drift) -> tuple[Accepted, ...]:
    """What would have to be written so that Git has what drifted; nothing is written."""
    from reconciler.engine.accepting import accepted  # noqa: PLC0415 - with it comes SQL

    return accepted(work, found.looks)


def keep_accepted(work: Work, accepted: Sequence[Accepted]) -> None:
    """Write the manifests of drift that was accepted, and what is owned from now on."""
    from reconciler.engine.accepting import keep  # noqa: PLC0415 - with it comes SQL

    keep(work, accepted)


def to_rename(work: Work, old: str, new: str, *, with_state: bool) -> Renaming:
    """What has to be written so that a manifest has another name; nothing is written."""
    from reconciler.engine import renaming  # noqa: PLC0415 - with it comes SQL

    return renaming.to_rename(work, old, new, with_state=with_state)


def keep_renamed(work: Work, renamed: Renaming) -> None:
    """Write the files of a rename, and move what is owned."""
    from reconciler.engine.renaming import keep  # noqa: PLC0415 - with it comes SQL

    keep(work, renamed)


def _differences(each: Looked) -> Iterator[Difference]:
    """The differences of one tenant; what Git wants next has the patches that it comes from."""
    loaded = each.here.loaded
    origins = {str(r.address): r.origin for r in loaded.resources if r.origin.patches}
    places = positions.Places(loaded.read)
    for found in each.found.differences:
        if found.state == "pending" and found.address in origins:
            origin = origins[found.address]
            yield replace(found, attributes=with_sources(found.attributes, origin, places))
        else:
            yield found


def _heaviest_first(found: Iterable[Difference]) -> tuple[Difference, ...]:
    return tuple(sorted(found, key=drifting.weighs))


def _needless(work: Work, looks: Sequence[Looked]) -> tuple[Diagnostic, ...]:
    """Leaves to drift that nothing needs, where everything was looked at."""
    whole = [] if work.targets else [e.read.name for e in looks if not e.read.partial]
    if len(whole) == len(work.project.tenants):
        whole.append("")
    used = {ignore for each in looks for ignore in each.found.used}
    return needless_ignores(work.project, used, whole)


def _refuse_what_is_not_ours(prepared: Iterable[Prepared]) -> None:
    for each in prepared:
        for address in each.targets or ():
            if address.outside is not None:
                raise UsageError(
                    "REF130",
                    f"target `{address.short}` matches nothing that was ever applied",
                    hint="drift looks at what manifests declare and the state knows",
                )


def resumable(work: Work) -> Resumable | None:
    """The apply of these tenants that left something to do, None where none did."""
    from reconciler.state.sql import open_state  # noqa: PLC0415 - `validate` does without SQL

    state = open_state(work.project.state, work.project.root)
    if state is None:
        return None
    try:
        return state.resumable([tenant.name for tenant in work.tenants])
    finally:
        state.close()


async def apply(  # noqa: PLR0913 - how it is done is said by name
    work: Work,
    what: Plan,
    *,
    saved: bool,
    report: Report,
    stop: Stop | None = None,
    keep_going: bool = False,
    over: Callable[[Ledger], None] = lambda _ledger: None,
) -> tuple[Ledger, ...]:
    """Carry out a plan, tenant by tenant; stops before the next one after a failure, unless it is
    to `keep_going`: then what refused a tenant is raised at the end.

    A saved plan is first compared with what it was made from, and derived again where no run has
    verified it yet; what earlier runs did of it is left out. Raises StalePlanError where it is not
    what it says, UsageError for a tenant that the project does not have any more, and BlockedError
    where a guard stops it and neither the plan nor this work has the override. Where there is a
    `stop`, the first signal asks it, and the second one cancels; a tenant that had not begun by
    then has no ledger. Each tenant's account is given to `over` as soon as the tenant is over, so
    that it is known where a later one is refused, or all is stopped at once.
    """
    refuse_if_blocked(what, work.allow)
    names = [each.name for each in what.tenants]
    tenants = work.project.chosen(names) if names else ()
    # `validate` does without SQL, HTTP and an event loop
    import asyncio  # noqa: PLC0415

    from reconciler.engine.apply import TenantApply  # noqa: PLC0415
    from reconciler.engine.derivation import Derivation, Planning  # noqa: PLC0415
    from reconciler.engine.stopping import Stop  # noqa: PLC0415
    from reconciler.state.sql import create_state, has_state  # noqa: PLC0415

    had_state = has_state(work.project.state, work.project.root)
    state = create_state(work.project.state, work.project.root)
    ledgers: list[Ledger] = []
    refused: ReconcilerError | None = None
    asked = stop or Stop()
    document = dump(what)  # large plans take long to serialise
    mark = fingerprint(document)
    try:
        if len(tenants) > 1:  # so that none is written to where another one is over its thresholds
            _refuse_if_over_window(work, what, mark, tenants, state)
        with asked.on_signals() if stop is not None else nullcontext():
            derivation = None
            if saved and not _is_verified(what, mark, state):
                planning = Planning(_part_again, _whole)
                derivation = Derivation(work, what, planning, had_state=had_state)
                await derivation.check_ahead(state)
            for tenant in tenants:
                applied = TenantApply(
                    work, tenant, what, document, state, report, asked, saved, over, derivation
                )
                asked.at_work(False)
                try:
                    ledgers.append(await applied.run())
                except asyncio.CancelledError:
                    if not asked.gave_up:
                        raise
                except ReconcilerError as error:
                    if not keep_going:
                        raise
                    refused = refused or error
                    continue
                if asked.asked or (ledgers[-1].outcome != "done" and not keep_going):
                    break
    finally:
        state.close()
    if refused is not None:
        raise refused
    return tuple(ledgers)


def _is_verified(what: Plan, mark: str, state: SqlState) -> bool:
    """Whether the last run of one of its tenants was of this very plan: it is under way, or done.

    The first run of a plan derives it again before it is recorded.
    """
    return any(state.is_last_plan(each.name, mark) for each in what.tenants)


def _refuse_if_over_window(
    work: Work, what: Plan, mark: str, tenants: Iterable[Tenant], state: SqlState
) -> None:
    thresholds = work.project.thresholds
    for tenant in tenants:
        if not state.carried_out(tenant.name, mark):
            earlier = state.counted_within(tenant.name, thresholds.window)
            refuse_if_over_window(what, tenant.name, earlier, thresholds, work.allow)


async def to_import(work: Work, tenant: Tenant) -> Found:
    """Everything of a tenant that no manifest means, as manifests; nothing is written."""
    from reconciler.engine.importing import everything  # noqa: PLC0415 - with it comes SQL

    (here,) = prepare(replace(work, tenants=(tenant,), targets=()), may_be_none=True)
    return await everything(work, here)


async def to_import_one(work: Work, address: str, wanted: str) -> tuple[Tenant, Found]:
    """One object of a tenant, by its id or its name, under an address; nothing is written."""
    from reconciler.engine.importing import one  # noqa: PLC0415 - with it comes SQL

    prepared = {each.tenant.name: each for each in prepare(work, may_be_none=True)}
    known = {r.address for each in prepared.values() for r in each.loaded.resources}
    known |= {Address.parse(row) for each in prepared.values() for row in each.rows}
    kinds = {
        (name, vendor.name): tuple(kind.name for kind in vendor.kinds)
        for name, each in prepared.items()
        for vendor in each.groups
    }
    meant = new_address(address, sorted(known), kinds)
    here = prepared[meant.tenant]
    return here.tenant, await one(work, here, meant, wanted)


def keep_imported(work: Work, tenant: Tenant, found: Found) -> None:
    """Write the manifests that were found, and that their objects are ours from now on."""
    from reconciler.engine.importing import keep  # noqa: PLC0415 - with it comes SQL

    keep(work, tenant, found)


def _refused(prepared: Iterable[Prepared]) -> tuple[Diagnostic, ...]:
    return tuple(
        diagnostic for each in prepared for diagnostic in check((each.given(),), each.loaded)
    )


async def _read(each: Prepared, work: Work) -> tuple[Prepared, Snapshot]:
    snapshot = work.instead or await read(
        each.tenant, each.groups, each.loaded.resources, work.around
    )
    return remembered(work, each.understood(snapshot), snapshot), snapshot


def _part(
    each: Prepared, snapshot: Snapshot, revert: Mapping[Address, Values] | None = None
) -> Part:
    made = planner.plan(each.given(revert), snapshot)
    if revert is None:
        places = positions.Places(each.loaded.read)
        made = replace(made, changes=sourced(made.changes, each.loaded.resources, places))
    # a revert considers what drifted alone
    standing = made.standing if revert is None else planner.standing(each.given(), snapshot)
    notes = [*_without_window(each, made), *(() if revert is not None else _notes(each, made))]
    return Part(
        read=tenant_read(each, snapshot, made.unmanaged),
        basis=Basis(
            manifests=each.loaded.digest,
            project=each.tenant.digest,
            organization=snapshot.organization,
            objects=made.seen,
            unchanged={a: each for a, each in standing.items() if a not in made.seen},
            tenant=tenant_digest(snapshot),
        ),
        plan=made,
        diagnostics=linked(positions.attach([*made.diagnostics, *notes], each.loaded.read)),
        earlier=each.earlier,
    )


def _notes(each: Prepared, made: TenantPlan) -> Iterable[Diagnostic]:
    """What a reviewer has to know of the tenant as a whole."""
    tenant = each.tenant.name
    if each.stateless:
        yield Diagnostic(
            Severity.INFO,
            "PLN134",
            f"no state: adopting by name, nothing will be deleted{_but_pruned(each)}",
            tenant=tenant,
        )
    if each.previous_name:
        yield renamed_tenant(each)
    for kind, names in made.unmanaged.items():
        if each.tenant.unmanaged.get(kind) == "report":
            yield Diagnostic(
                Severity.INFO,
                "PLN133",
                f"not in Git: {len(names)} {kind.name} of the tenant: {folded(names)}",
                tenant=tenant,
            )


def _without_window(each: Prepared, made: TenantPlan) -> Iterable[Diagnostic]:
    """Where thresholds count without what was done before, as there is no state that says it."""
    reach = made.reach
    if each.stateless and (reach.destroyed or reach.people or reach.administrators):
        yield Diagnostic(
            Severity.INFO,
            "PLN147",
            "no state: thresholds count what this plan does, not what was done before it",
            tenant=each.tenant.name,
        )


def _but_pruned(each: Prepared) -> str:
    """What a missing state does not keep from being deleted: the project file asks for it."""
    kinds = ", ".join(sorted(kind.name for kind in each.pruned))
    return f" but what `unmanaged: prune` asks for ({kinds})" if kinds else ""
