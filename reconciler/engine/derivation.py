"""A saved plan derived again: from manifests, tenant and state, with its own mode and targets.

What would be written, recorded or passed and is not what the saved plan says is refused before
anything is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from reconciler import __version__
from reconciler.engine.prepare import Prepared, Work, prepare
from reconciler.engine.read import read
from reconciler.engine.stale import stale
from reconciler.engine.used_names import remembered
from reconciler.errors import StalePlanError, UsageError
from reconciler.manifests.load import Loaded
from reconciler.manifests.project import Tenant
from reconciler.model import plan as plans
from reconciler.model.address import Address
from reconciler.model.live import Snapshot
from reconciler.model.ownership import Row
from reconciler.model.plan import FindingRole, Mode, Plan
from reconciler.planning import plan_comparison
from reconciler.planning.basis import moved_on
from reconciler.planning.guards import refuse_if_blocked
from reconciler.planning.merge_plans import Part
from reconciler.planning.plan_comparison import NOTHING, Elsewhere
from reconciler.state.sql import SqlState

MOST = 3
"""So many differences are named: the first one is what counts."""


@dataclass(frozen=True, slots=True)
class Planning:
    """Make plans: the part of one tenant, and the parts joined into one plan.

    `part` gives none where a revert has nothing to take back; `only` narrows to addresses.
    """

    part: Callable[[Work, Prepared, Snapshot, Mode, frozenset[Address] | None], Part | None]
    join: Callable[[Work, Mode, tuple[Part, ...], tuple[Prepared, ...]], Plan]


class Derivation:
    """One saved plan, and what is needed to derive it again.

    `had_state` says whether there was a state before this apply.
    """

    def __init__(self, work: Work, saved: Plan, planning: Planning, *, had_state: bool) -> None:
        if saved.tool_version != __version__:
            raise stale(
                [f"the plan was made by version {saved.tool_version}; this is {__version__}"]
            )
        names = [each.name for each in saved.tenants]
        tenants = work.project.chosen(names) if names else ()
        # the overrides that the plan was made with, and no others, belong to the plan
        self._work = replace(
            work, tenants=tenants, targets=saved.targets, allow=saved.allowed, base=saved.base
        )
        self._saved = plans.reread(saved)
        self._planning = planning
        self._prepared = {each.tenant.name: each for each in _prepared(self._work)}
        self._had_state = had_state
        self._allow = work.allow
        self._addresses = plan_comparison.addresses(self._saved)
        self._elsewhere: list[str] = []
        self.is_of_several = len(tenants) > 1

    def loaded(self, tenant: str) -> Loaded:
        """The manifests of a tenant."""
        return self._prepared[tenant].loaded

    async def check_ahead(self, state: SqlState) -> None:
        """Of a plan of several tenants, read and compare all before the first one is written to.

        Raises StalePlanError or BlockedError.
        """
        if not self.is_of_several:
            return
        for here in self._prepared.values():
            refuse_other_sources(self._saved, here.tenant, here.loaded)
        parts = []
        for name, unread in self._prepared.items():
            snapshot = await read(
                unread.tenant, unread.groups, unread.loaded.resources, self._work.around
            )
            here = unread.understood(snapshot)
            self._refuse_if_stale(here, snapshot)
            parts.append(self._part(here, snapshot, state.rows(name), state))
        elsewhere = self._compare([each for each in parts if each is not None])
        for each in elsewhere.in_words():
            self._work.around.warn(each)

    def check(
        self, tenant: str, snapshot: Snapshot, rows: Mapping[str, Row], state: SqlState
    ) -> Elsewhere:
        """Compare a plan of one tenant, which was read just now; raises as `check_ahead`."""
        here = self._prepared[tenant]
        spent = here.groups.claimed_names(state.spent(tenant))
        here = replace(here, rows=rows, unsettled=(), spent=spent)
        part = self._part(here, snapshot, rows, state)
        return self._compare([part] if part is not None else [])

    def _part(
        self, here: Prepared, snapshot: Snapshot, rows: Mapping[str, Row], state: SqlState
    ) -> Part | None:
        """The tenant's part as it is planned now, without what was changed elsewhere meanwhile."""
        name = here.tenant.name
        here = replace(here, stateless=self._is_stateless(name, rows, state))
        here = remembered(self._work, here, snapshot)
        part = self._planning.part(self._work, here, snapshot, self._saved.mode, None)
        was = self._saved.basis.get(name)
        if part is None or was is None:
            return part
        planned = {each.address for each in part.plan.changes}
        planned.update(each.address for each in part.plan.records)
        extra = planned - self._addresses
        changed, others = plan_comparison.moved_elsewhere(was, part.basis, extra)
        self._elsewhere.extend(changed)
        if not changed:
            return part
        mine = {a for a in map(Address.parse, self._addresses) if a.tenant == name}
        mine.update(map(Address.parse, others))
        return self._planning.part(self._work, here, snapshot, self._saved.mode, frozenset(mine))

    def _refuse_if_stale(self, here: Prepared, snapshot: Snapshot) -> None:
        """Raises StalePlanError where a tenant is not as the plan saw it."""
        name = here.tenant.name
        if snapshot.organization != self._saved.basis[name].organization:
            raise stale([f"{name} is another organization by now"])
        if moved := [each.said for each in moved_on(self._saved, name, snapshot, here.rows)]:
            raise stale(moved)

    def _is_stateless(self, tenant: str, rows: Mapping[str, Row], state: SqlState) -> bool:
        """Whether the plan was made without a state, and still nothing of the tenant is in one."""
        if not self._had_state:
            return True
        if rows or state.runs([tenant]):
            return False
        if self._saved.mode == "revert":
            return True
        return any(
            each.role is FindingRole.NO_STATE and each.tenant == tenant
            for each in self._saved.findings
        )

    def _compare(self, parts: Iterable[Part]) -> Elsewhere:
        saved = self._saved
        prepared = tuple(self._prepared.values())
        now = plans.reread(self._planning.join(self._work, saved.mode, tuple(parts), prepared))
        readers = plan_comparison.readers_changed(saved, now)
        if not self._elsewhere and plan_comparison.is_equal(saved, now, readers):
            refuse_if_blocked(now, self._allow)
            return NOTHING
        _refuse(plan_comparison.errors(now))
        refuse_if_blocked(now, self._allow)
        _refuse(plan_comparison.written(saved, now, readers))
        _refuse(plan_comparison.basis_lacks(saved, now))
        moved = not plan_comparison.is_the_same_tenant(saved, now)
        # what another identity may do and see is found by rules about it
        passing = frozenset({"findings", "suppressed"} if readers else ())
        if moved:
            passing = plan_comparison.OF_THE_TENANT
        sections: list[str] = []
        for section, said in plan_comparison.shown(saved, now, readers, moved=moved):
            if section not in passing:
                _refuse([said])
            sections.append(section)
        if self._elsewhere:  # what is left out of the plan is left out of its sections too
            sections = []
        return Elsewhere(tuple(self._elsewhere), tuple(dict.fromkeys(sections)))


def refuse_other_sources(saved: Plan, tenant: Tenant, loaded: Loaded) -> None:
    """Raises StalePlanError where a plan was made from other manifests, or another project."""
    name = tenant.name
    was = saved.basis.get(name)
    if was is None:
        raise stale([f"the plan does not say what it was made from for tenant {name}"])
    if loaded.digest != was.manifests:
        raise stale([f"the manifests of {name} were edited"])
    if tenant.digest != was.project:
        raise stale([f"tenant {name} was edited in reconciler.yaml"])


def _prepared(work: Work) -> tuple[Prepared, ...]:
    try:
        return prepare(work)
    except UsageError as error:  # a target
        raise stale([error.told.summary]) from error


def _refuse(differences: Iterable[str]) -> None:
    """Raises StalePlanError with the first few differences."""
    found = list(islice(differences, MOST + 1))
    if not found:
        return
    more = ["and more"] if len(found) > MOST else []
    raise StalePlanError(
        "RUN103",
        "the plan is not the one that manifests, tenant and state give now; nothing was written",
        detail="\n".join([*found[:MOST], *more]),
        hint="make a new plan and review it; if nothing was changed since, find out who edited "
        "the file",
    )
