"""Import: unmanaged objects become manifests and are owned. The tenant is only read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.engine.commit_files import Kept, keep_together
from reconciler.engine.dry_load import NO_KINDS, Attempt, Manifest, Trial, is_clean, keeps_out
from reconciler.engine.prepare import Prepared, Work, tenant_read
from reconciler.engine.read import read
from reconciler.engine.used_names import remembered
from reconciler.errors import UsageError
from reconciler.manifests import positions
from reconciler.manifests.drafting import Rendered
from reconciler.manifests.project import Tenant
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.diagnostic import Diagnostic, InvalidInputError, Severity, has_errors
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.ownership import Row
from reconciler.model.plan import Basis, TenantRead
from reconciler.model.resource import Resource
from reconciler.planning import ownership_rows, planner
from reconciler.planning.check import check
from reconciler.planning.drafts import LeftOut, meant, unmanaged
from reconciler.planning.merge_plans import Part, joined
from reconciler.planning.names import Key
from reconciler.planning.orders import orders


@dataclass(frozen=True, slots=True)
class Found:
    """The objects to import of a tenant; nothing of it is written yet.

    `already` are the addresses of manifests that declare an object of the tenant as it is and that
    the state does not have: they become owned as well. `rows` are the records until now, `keep`
    those that the import adds. `findings` are about the new manifests. `differing` is what a plan
    would change of an object that somebody chose for a manifest that was there.
    """

    read: TenantRead
    manifests: tuple[Manifest, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    already: tuple[str, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    rendered: Rendered = field(default_factory=Rendered, repr=False)
    rows: Mapping[str, Row] = field(default_factory=dict, repr=False)
    keep: tuple[Row, ...] = field(default=(), repr=False)
    differing: Change | None = None

    @property
    def nothing(self) -> bool:
        """Return whether there is nothing to write, neither to files nor to the state."""
        return not self.keep and not self.manifests


async def everything(work: Work, here: Prepared) -> Found:
    """Everything of a tenant that no manifest means, as manifests.

    Raises InvalidInputError where the manifests that are there cannot be read, ProjectError where
    the tenant's patterns would not find the new ones.
    """
    snapshot = await _snapshot(work, here)
    return _Looking(work, here, snapshot).everything()


async def one(work: Work, here: Prepared, address: Address, wanted: str) -> Found:
    """One object of a tenant, by its id or its name, under an address.

    Where a manifest has that address, the object becomes its own, however much they differ; else
    the manifest is written. Raises UsageError for what cannot be, besides what `everything` does.
    """
    snapshot = await _snapshot(work, here)
    return _Looking(work, here, snapshot).one(address, wanted)


async def _snapshot(work: Work, here: Prepared) -> Snapshot:
    if has_errors(here.loaded.diagnostics):
        raise InvalidInputError(positions.attach(here.loaded.diagnostics, here.loaded.read))
    return await read(here.tenant, here.groups, here.loaded.resources, work.around)


def keep(work: Work, tenant: Tenant, found: Found) -> None:
    """Write the manifests and the new ownership; the tenant is not touched.

    Raises StalePlanError or UsageError, with nothing written, where the state or a file is not as
    it was, LockedError where another run holds the tenant.
    """
    if found.nothing:
        return
    made = found.rendered
    kept = Kept(
        found.rows,
        found.keep,
        identity=found.read.identity,
        previous_name=found.read.previous_name,
    )
    keep_together(work, "import", made.files, made.before, {tenant.name: kept})


class _Looking:
    """One reading of a tenant: drafts that shrink until a plan of them would change nothing."""

    def __init__(self, work: Work, here: Prepared, snapshot: Snapshot) -> None:
        self._rows = here.rows  # as the state has them, to be compared once it is locked
        self._here = here = remembered(work, here.understood(snapshot), snapshot)
        self._snapshot = snapshot
        self._before = unmanaged(here.given(), snapshot)
        self._trial = Trial(work, here, snapshot, self._before.matches)
        self._left_out: dict[Key, LeftOut] = {
            (each.kind, each.id): each for each in self._before.left_out
        }

    def everything(self) -> Found:
        """See the function `everything`."""
        while True:
            attempt = self._trial.of(self._objects())
            if not attempt.refused:
                return self._found(attempt)
            self._left_out |= attempt.refused

    def one(self, address: Address, wanted: str) -> Found:
        """See the function `one`."""
        kind = self._here.groups.kinds[address.group_kind]
        live = meant(kind, wanted, self._snapshot)
        key = (kind.key, live.id)
        owner = self._before.managed.get(key) or self._before.departed.get(key)
        if owner is not None and owner != address:
            raise UsageError(
                "RUN163",
                f"`{live.name}` is already managed as {owner.short}",
                hint="one object has one manifest; to rename it, list its old name in "
                "`previousNames`",
            )
        if any(each.address == address for each in self._here.loaded.resources):
            return self._bound(address, live)
        if live.protected and kind.shape.protected_is_fixed:
            raise UsageError(
                "RUN164",
                f"`{live.name}` is the vendor's own, which nobody can change",
                hint="refer to it by its name without declaring it",
            )
        attempt = self._trial.of([live], {key: address.name})
        for left_out in attempt.refused.values():
            if (left_out.kind, left_out.id) == key:
                raise UsageError(
                    "RUN164", f"`{live.name}` cannot be imported as {address.short}: {left_out.why}"
                )
        return self._found(attempt, only=address)

    def _bound(self, address: Address, live: LiveObject) -> Found:
        """An object made that of a manifest: recorded are the values that it has by now."""
        given, here = self._here.given(), str(address)
        row = given.rows.get(here)
        if row is not None and row.object_id == live.id:
            return Found(tenant_read(self._here, self._snapshot))
        if row is not None and any(
            e.id == row.object_id for e in self._snapshot.objects[live.kind]
        ):
            raise UsageError(
                "RUN163",
                f"{address.short} already belongs to `{row.name}` ({row.object_id})",
                hint=f"give that up first: `reconciler state rm {address.short}`",
            )
        others = {key: each for key, each in given.rows.items() if key != here}
        pinned = tuple(self._pinned(address, live))
        asked = replace(given, resources=pinned, rows=others, prune=NO_KINDS)
        planned = planner.plan(asked, self._snapshot)
        wrong = [d for d in planned.diagnostics if d.address == address and keeps_out(d)]
        if wrong:
            raise InvalidInputError(positions.attach(wrong, self._here.loaded.read))
        change = next(each for each in planned.changes if each.address == here)
        record = Row.of(here, live.id, live.name, change.before, adopted=True)
        return Found(
            tenant_read(self._here, self._snapshot),
            already=(here,),
            rows=self._rows,
            keep=(replace(record, prevent_destroy=change.prevent_destroy),),
            differing=None if is_clean(change) else change,
        )

    def _pinned(self, address: Address, live: LiveObject) -> Iterator[Resource[Any]]:
        """The manifests, of which one says which object it means."""
        for each in self._here.loaded.resources:
            if each.address == address:
                yield replace(each, spec=each.spec.model_copy(update={"id": live.id}))
            else:
                yield each

    def _objects(self) -> list[LiveObject]:
        return [e for e in self._before.objects if (e.kind, e.id) not in self._left_out]

    def _found(self, attempt: Attempt, only: Address | None = None) -> Found:
        new = {str(each.address) for each in attempt.manifests}
        wrong = {str(d.address) for d in attempt.planned.diagnostics if keeps_out(d)}
        owned = [
            each
            for each in attempt.planned.changes
            if is_clean(each)
            and each.address not in wrong
            and (only is None or each.address == str(only))
        ]
        part = Part(tenant_read(self._here, self._snapshot), _NO_BASIS, attempt.planned, ())
        plan = replace(joined((part,)), changes=tuple(owned), records=())
        kept = ownership_rows.unwritten(orders(plan, self._here.tenant.name), self._here.rows)
        return Found(
            read=plan.tenants[0],
            manifests=attempt.manifests,
            left_out=() if only else _sorted(self._left_out.values()),
            already=tuple(e.address for e in owned if e.address not in new),
            findings=self._findings(attempt),
            rendered=attempt.rendered,
            rows=self._rows,
            keep=kept.keep,
        )

    def _findings(self, attempt: Attempt) -> tuple[Diagnostic, ...]:
        """The findings of the rules about the new manifests, with the tenant and without it."""
        new = {each.address for each in attempt.manifests}
        with_tenant = [d for d in attempt.planned.diagnostics if d.address in new]
        said = {(d.code, d.address, d.path) for d in with_tenant}
        alone = check(replace(self._here.given(), resources=attempt.loaded.resources))
        without = [
            d
            for d in alone
            if d.address in new
            and d.severity is not Severity.INFO
            and (d.code, d.address, d.path) not in said
        ]
        return positions.attach([*with_tenant, *without], attempt.loaded.read)


_NO_BASIS = Basis(manifests="", project="", organization="", objects={})


def _sorted(left_out: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    return tuple(sorted(left_out, key=lambda each: (each.kind, each.name, each.id)))
