"""New manifests tried out: written in memory, loaded as any other, planned against the tenant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.engine.prepare import Prepared, Work, load_tenant
from reconciler.manifests import positions
from reconciler.manifests.drafting import NOTHING, Rendered, rendered
from reconciler.manifests.layout import Layout, New, document
from reconciler.manifests.load import Loaded
from reconciler.model.address import Address, GroupKind
from reconciler.model.change import Action, Change
from reconciler.model.diagnostic import Diagnostic, InvalidInputError, Severity
from reconciler.model.live import LiveObject, Snapshot
from reconciler.planning import planner
from reconciler.planning.drafts import Draft, LeftOut, drafted
from reconciler.planning.match import Match
from reconciler.planning.names import Key

NO_KINDS: frozenset[GroupKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest that import writes: the object, its address, and where it will stand."""

    draft: Draft
    address: Address
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Attempt:
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
            if problem.severity is not Severity.ERROR:
                continue
            each = self._of(problem)
            if each is None:
                raise InvalidInputError(positions.attach(self.loaded.diagnostics, self.loaded.read))
            found.setdefault(each.draft.key, _left_out(each, problem.summary))
        for problem in self.planned.diagnostics:
            each = by_address.get(problem.address) if problem.address else None
            if each and keeps_out(problem):
                found.setdefault(each.draft.key, _left_out(each, problem.summary))
        for address in self.planned.absent:
            if each := by_address.get(address):
                why = f"there is no {address.kind} `{address.name}` in the tenant"
                found.setdefault(each.draft.key, _left_out(each, why))
        for change in self.planned.changes:
            each = by_address.get(Address.parse(change.address))
            if each and not is_clean(change):
                changed = ", ".join(sorted({a.path for a in change.attributes}))
                why = (
                    f"no manifest declares it as it is: a plan would {change.action} it ({changed})"
                )
                found.setdefault(each.draft.key, _left_out(each, why))
        return found

    def _of(self, problem: Diagnostic) -> Manifest | None:
        """The new manifest in which something is wrong; None for what was there before."""
        origin = problem.origin
        if origin is None:
            return None
        above = [e for e in self.manifests if e.file == origin.file and e.line <= origin.line]
        return max(above, key=lambda each: each.line, default=None)


def keeps_out(problem: Diagnostic) -> bool:
    """Return whether a manifest cannot be; what a rule finds is in the tenant already: reported."""
    return problem.severity is Severity.ERROR and not problem.source


@dataclass(frozen=True, slots=True)
class Trial:
    """The ground for dry loads of manifests: a tenant as it was read, and its manifests."""

    work: Work
    here: Prepared
    snapshot: Snapshot
    matches: Iterable[Match]

    def of(
        self,
        objects: Sequence[LiveObject],
        names: Mapping[Key, str] | None = None,
        soon: Mapping[str, bytes] = NOTHING,
        gone: Collection[Address] = (),
    ) -> Attempt:
        """Try to write a manifest for each of these objects.

        `names` are those that somebody chose for some of them. `soon` are the bytes that files are
        to have besides, and `gone` the addresses of which the state is to know nothing any more.
        """
        given = self.here.given()
        drafts = drafted(given, self.snapshot, self.matches, objects, names)
        made = self._placed(drafts, soon)
        loaded = load_tenant(self.work, self.here.tenant, made.files, may_be_none=not made.files)
        rows = {key: row for key, row in given.rows.items() if Address.parse(key) not in gone}
        planned = planner.plan(
            replace(given, resources=loaded.resources, rows=rows, prune=NO_KINDS, targets=None),
            self.snapshot,
        )
        manifests = tuple(
            Manifest(each, self._address(each), file, line)
            for each, (file, line) in zip(drafts, made.places, strict=True)
        )
        return Attempt(manifests, made, loaded, planned)

    def _address(self, draft: Draft) -> Address:
        here = self.here
        return Address(here.tenant.name, draft.kind.group, draft.kind.name, draft.name)

    def _placed(self, drafts: Sequence[Draft], soon: Mapping[str, bytes]) -> Rendered:
        here, root = self.here, self.work.project.root
        layout = Layout(here.loaded.resources, root, here.tenant.manifests)
        files = layout.place([New(each.kind, each.name, each.spec) for each in drafts])
        texts = (
            document(
                here.groups.of(d.kind.group).api_version, d.kind.name, {"name": d.name}, d.spec
            )
            for d in drafts
        )
        return rendered(root, list(zip(files, texts, strict=True)), soon)


def _left_out(each: Manifest, why: str) -> LeftOut:
    live = each.draft.live
    return LeftOut(live.kind, live.id, live.name, why)


def is_clean(change: Change) -> bool:
    """Return whether a change only adopts an object and writes nothing to the tenant."""
    return change.action is Action.ADOPT and not change.writes and not change.attributes
