"""Import: what a tenant has and Git lacks becomes manifests, and ours. The tenant is only read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.engine.checkout import commit_of
from reconciler.engine.prepare import Prepared, Work, load_tenant
from reconciler.engine.read import read
from reconciler.errors import StalePlanError, UsageError
from reconciler.manifests import positions
from reconciler.manifests.drafting import Rendered, rendered
from reconciler.manifests.layout import Layout, New, document
from reconciler.manifests.load import Loaded
from reconciler.manifests.project import Tenant
from reconciler.manifests.writing import write_all
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.diagnostic import Diagnostic, InvalidInputError, Severity, has_errors
from reconciler.model.journal import Author
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.ownership import Row
from reconciler.model.plan import Basis, TenantRead
from reconciler.model.resource import Resource
from reconciler.planning import planner, recorded
from reconciler.planning.check import check
from reconciler.planning.drafts import Draft, Key, LeftOut, drafted, meant, unmanaged
from reconciler.planning.join import Part, joined
from reconciler.state.sql import create_state


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that import writes: the object, its address, and where it will stand."""

    draft: Draft
    address: Address
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to import of a tenant; nothing of it is written yet.

    `already` are the addresses of manifests that declare an object of the tenant as it is and that
    the state does not have: they become ours as well. `rows` are the records until now, `keep`
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
        """Whether there is nothing to write, neither to files nor to the state."""
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
    return await read(here.tenant, here.vendor, here.loaded.resources, work.around)


def keep(work: Work, tenant: Tenant, found: Found) -> None:
    """Write the manifests and what is ours from now on; the tenant is not touched.

    Raises StalePlanError or UsageError, with nothing written, where the state or a file is not as
    it was, LockedError where another run holds the tenant.
    """
    if found.nothing:
        return
    root = work.project.root
    state = create_state(work.project.state, root)
    try:
        with state.lock(tenant.name, "import", work.around.warn) as lease:
            if state.rows(tenant.name) != found.rows:
                raise StalePlanError(
                    "RUN167",
                    f"what is owned in {tenant.name} was changed in the meantime",
                    hint="nothing was written: run the command again",
                )
            write_all(root, found.rendered.files, found.rendered.before)
            lease.check()
            author = Author(found.read.identity, commit_of(root))
            run = state.start_run(tenant.name, "import", lease=lease, author=author)
            state.record(run, found.keep, [])
            state.finish_run(run, "done")
    finally:
        state.close()


class _Looking:
    """One look at a tenant: drafts that shrink until a plan of them would change nothing."""

    def __init__(self, work: Work, here: Prepared, snapshot: Snapshot) -> None:
        self._work = work
        self._rows = here.rows  # as the state has them, to be compared once it is locked
        self._here = here = here.understood(snapshot)
        self._snapshot = snapshot
        self._before = unmanaged(here.given(), snapshot)
        self._left_out: dict[Key, LeftOut] = {
            (each.kind, each.id): each for each in self._before.left_out
        }

    def everything(self) -> Found:
        """See the function `everything`."""
        while True:
            attempt = self._attempt(self._objects())
            if not attempt.refused:
                return self._found(attempt)
            self._left_out |= attempt.refused

    def one(self, address: Address, wanted: str) -> Found:
        """See the function `one`."""
        kind = self._here.vendor.kind(address.kind)
        live = meant(kind, wanted, self._snapshot)
        key = (kind.name, live.id)
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
        if live.protected and kind.protected_is_fixed:
            raise UsageError(
                "RUN164",
                f"`{live.name}` is the vendor's own, which nobody can change",
                hint="refer to it by its name without declaring it",
            )
        attempt = self._attempt([live], {key: address.name})
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
            return Found(self._read())
        if row is not None and any(
            e.id == row.object_id for e in self._snapshot.objects[live.kind]
        ):
            raise UsageError(
                "RUN163",
                f"{address.short} is already that of `{row.name}` ({row.object_id})",
                hint=f"give that up first: `reconciler state rm {address.short}`",
            )
        others = {key: each for key, each in given.rows.items() if key != here}
        planned = planner.plan(
            replace(given, resources=tuple(self._pinned(address, live)), rows=others, prune=_NONE),
            self._snapshot,
        )
        wrong = [d for d in planned.diagnostics if d.address == address and _keeps_out(d)]
        if wrong:
            raise InvalidInputError(positions.attach(wrong, self._here.loaded.read))
        change = next(each for each in planned.changes if each.address == here)
        record = Row.of(here, live.id, live.name, change.before, adopted=True)
        return Found(
            self._read(),
            already=(here,),
            rows=self._rows,
            keep=(replace(record, prevent_destroy=change.prevent_destroy),),
            differing=None if _is_clean(change) else change,
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

    def _attempt(
        self, objects: Sequence[LiveObject], names: Mapping[Key, str] | None = None
    ) -> _Attempt:
        """What comes of writing a manifest for each of these objects."""
        given = self._here.given()
        drafts = drafted(given, self._snapshot, self._before.matches, objects, names)
        made = self._placed(drafts)
        loaded = load_tenant(self._work, self._here.tenant, made.files, may_be_none=not made.files)
        planned = planner.plan(
            replace(given, resources=loaded.resources, prune=_NONE, targets=None),
            self._snapshot,
        )
        manifests = tuple(
            Manifest(each, self._address(each), file, line)
            for each, (file, line) in zip(drafts, made.places, strict=True)
        )
        return _Attempt(manifests, made, loaded, planned)

    def _address(self, draft: Draft) -> Address:
        here = self._here
        return Address(here.tenant.name, here.vendor.name, draft.kind.name, draft.name)

    def _placed(self, drafts: Sequence[Draft]) -> Rendered:
        here, root = self._here, self._work.project.root
        layout = Layout(here.loaded.resources, root, here.tenant.manifests)
        files = layout.place([New(each.kind, each.name, each.spec) for each in drafts])
        version = here.vendor.api_version
        texts = (document(version, d.kind.name, {"name": d.name}, d.spec) for d in drafts)
        return rendered(root, list(zip(files, texts, strict=True)))

    def _found(self, attempt: _Attempt, only: Address | None = None) -> Found:
        new = {str(each.address) for each in attempt.manifests}
        wrong = {str(d.address) for d in attempt.planned.diagnostics if _keeps_out(d)}
        owned = [
            each
            for each in attempt.planned.changes
            if _is_clean(each)
            and each.address not in wrong
            and (only is None or each.address == str(only))
        ]
        part = Part(self._read(), _NO_BASIS, attempt.planned, ())
        plan = replace(joined((part,)), changes=tuple(owned), records=())
        kept = recorded.unwritten(plan, self._here.tenant.name, self._here.rows)
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

    def _read(self) -> TenantRead:
        here, snapshot = self._here, self._snapshot
        return TenantRead(
            name=here.tenant.name,
            vendor=here.vendor.name,
            organization=snapshot.organization,
            objects=snapshot.size,
            requests=snapshot.requests,
            unmanaged={},
            identity=snapshot.identity.name if snapshot.identity else "",
            partial=snapshot.partial,
        )

    def _findings(self, attempt: _Attempt) -> tuple[Diagnostic, ...]:
        """What the rules say of the new manifests, with the tenant and without it."""
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


_NONE: frozenset[str] = frozenset()
_NO_BASIS = Basis(manifests="", project="", organization="", objects={})


@dataclass(frozen=True, slots=True)
class _Attempt:
    """Manifests as they would be written, how they are read, and the plan of them."""

    manifests: tuple[Manifest, ...]
    rendered: Rendered
    loaded: Loaded
    planned: planner.TenantPlan

    @property
    def refused(self) -> dict[Key, LeftOut]:
        """The objects whose manifests cannot be, or would change them."""
        by_address = {each.address: each for each in self.manifests}
        found: dict[Key, LeftOut] = {}
        for problem in self.loaded.diagnostics:
            each = self._of(problem)
            if each is None:
                raise InvalidInputError(positions.attach(self.loaded.diagnostics, self.loaded.read))
            found.setdefault(each.draft.key, _left_out(each, problem.summary))
        for problem in self.planned.diagnostics:
            each = by_address.get(problem.address) if problem.address else None
            if each and _keeps_out(problem):
                found.setdefault(each.draft.key, _left_out(each, problem.summary))
        for change in self.planned.changes:
            each = by_address.get(Address.parse(change.address))
            if each and not _is_clean(change):
                changed = ", ".join(sorted({a.path for a in change.attributes}))
                why = f"no manifest says what it is: a plan would {change.action} it ({changed})"
                found.setdefault(each.draft.key, _left_out(each, why))
        return found

    def _of(self, problem: Diagnostic) -> Manifest | None:
        """The new manifest in which something is wrong; None for what was there before."""
        origin = problem.origin
        if origin is None:
            return None
        above = [e for e in self.manifests if e.file == origin.file and e.line <= origin.line]
        return max(above, key=lambda each: each.line, default=None)


def _keeps_out(problem: Diagnostic) -> bool:
    """Whether a manifest cannot be; what a rule finds is so in the tenant already, and is told."""
    return problem.severity is Severity.ERROR and not problem.source


def _sorted(left_out: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    return tuple(sorted(left_out, key=lambda each: (each.kind, each.name, each.id)))


def _left_out(each: Manifest, why: str) -> LeftOut:
    live = each.draft.live
    return LeftOut(live.kind, live.id, live.name, why)


def _is_clean(change: Change) -> bool:
    """Whether a change makes an object ours and writes nothing to the tenant."""
    return change.action is Action.ADOPT and not change.writes and not change.attributes
