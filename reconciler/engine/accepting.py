"""Accept drift: the tenants' values go into the manifests, and are owned from then on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.engine.commit_files import Kept, keep_together
from reconciler.engine.drift_result import Looked
from reconciler.engine.dry_load import Attempt, Manifest, Trial, is_clean
from reconciler.engine.prepare import Prepared, Work, load_tenant
from reconciler.errors import ReconcilerError
from reconciler.manifests import positions
from reconciler.manifests.document import document
from reconciler.manifests.drafting import rendered
from reconciler.manifests.edit import Edit, Put, Remove
from reconciler.manifests.files import find
from reconciler.manifests.layout import New, place
from reconciler.manifests.project import Tenant
from reconciler.manifests.rewriting import NewPatch, Rewritten, Sources, patch_files
from reconciler.model.address import Address, GroupKind
from reconciler.model.diagnostic import Diagnostic, InvalidInputError, Origin, Severity
from reconciler.model.drift import Difference
from reconciler.model.live import LiveObject
from reconciler.model.ownership import Row
from reconciler.model.plan import Basis
from reconciler.model.resource import Resource, Spec
from reconciler.planning import ownership_rows, planner
from reconciler.planning.drafts import unmanaged
from reconciler.planning.match import vendor_name
from reconciler.planning.merge_plans import Part, joined
from reconciler.planning.orders import orders
from reconciler.planning.respelling import Gone, Respelling, Spelled, respelled


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """A difference that stays drift, and why."""

    address: str
    why: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The files and records that accept one tenant's drift; nothing is written yet.

    `unmanaged` are attributes, by address, that their manifests no longer mention, `also` manifests
    that change because others do, and `elsewhere` what changes for other tenants that use the same
    files. `findings` are about the manifests as they will be.
    """

    looked: Looked
    accepted: tuple[str, ...] = ()
    not_accepted: tuple[NotAccepted, ...] = ()
    unmanaged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    new: tuple[Manifest, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    before: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    keep: tuple[Row, ...] = field(default=(), repr=False)
    drop: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Return whether there is nothing to write, neither to files nor to the state."""
        return not self.files and not self.keep and not self.drop


def accepted(work: Work, looks: Sequence[Looked]) -> tuple[Accepted, ...]:
    """The files to write so that Git has what the tenants have; nothing is written.

    Each tenant's manifests are tried out in memory: what a difference becomes is accepted only
    where they then say just that, and everything else means what it did.
    """
    return tuple(_Accepting(work, each).done() for each in looks)


def keep(work: Work, every: Sequence[Accepted]) -> None:
    """Write the files of all tenants, all or none, and the new ownership; no tenant is touched.

    Raises StalePlanError or UsageError, with nothing written, where the state or a file is not as
    it was, LockedError where another run holds a tenant. A project without a state gets none.
    """
    keep_together(
        work,
        "drift --accept",
        {file: data for each in every for file, data in each.files.items()},
        {file: data for each in every for file, data in each.before.items()},
        {
            each.looked.here.tenant.name: Kept(
                each.looked.rows,
                each.keep,
                each.drop,
                each.looked.read.identity,
                each.looked.here.previous_name,
            )
            for each in every
            if not each.looked.here.stateless
        },
    )


class _Accepting:
    """One tenant's drift, which shrinks until what is left can be accepted."""

    def __init__(self, work: Work, looked: Looked) -> None:
        self._work, self._looked = work, looked
        self._here = here = looked.here
        given = replace(here.given(), targets=None)
        self._unmanaged = unmanaged(given, looked.snapshot)
        self._trial = Trial(
            work, replace(here, targets=None), looked.snapshot, self._unmanaged.matches
        )
        self._others = [e for e in work.project.tenants.values() if e.name != here.tenant.name]
        patches = patch_files(work.project.root, here.tenant)
        shared = _files_of(work, self._others) if patches else frozenset[str]()
        self._sources = Sources(here.loaded.read, patches, shared)
        self._resources = {each.address: each for each in here.loaded.resources}
        self._specs = {
            each.address: self._sources.spec(each.origin) for each in self._resources.values()
        }
        self._given = given
        self._refused: dict[str, str] = {}
        drifted = [d for d in looked.found.differences if d.state == "drifted"]
        self._by_address: dict[str, list[Difference]] = {}
        for each in drifted:
            self._by_address.setdefault(each.address, []).append(each)
        made = planner.plan(given, looked.snapshot)
        self._errors = frozenset(_mark(d) for d in made.diagnostics if _is_refused(d))

    def done(self) -> Accepted:
        """See the function `accepted`."""
        while True:
            attempt, gone, said = self._attempt()
            refused = dict(self._wrong(attempt, gone, said))
            if not refused:
                return self._accepted(attempt, gone, said)
            self._refused |= refused

    def _attempt(self) -> tuple[Attempt, frozenset[Address], dict[Address, Respelling]]:
        """The manifests with all that is not refused yet."""
        while True:
            gone = {a: each for a, each in self._gone() if str(a) not in self._refused}
            said = self._said()
            made = self._sources.rewritten(
                {
                    address: (self._resources[address].origin, [_edit(e) for e in outcome.said])
                    for address, outcome in said.items()
                },
                {address: each.origin for address, each in gone.items() if each is not None},
            )
            if not made.refused:
                break
            self._refused |= {str(address): why for address, why in made.refused.items()}
        attempt = self._trial.of(self._came(), None, self._soon(made), gone.keys())
        return attempt, frozenset(gone), said

    def _said(self) -> dict[Address, Respelling]:
        """The new text of manifests; those that cannot say it are refused."""
        found = self._looked.found.accept.items()
        wanted = {address: each for address, each in found if str(address) not in self._refused}
        said: dict[Address, Respelling] = {}
        for address, outcome in respelled(
            self._given, self._looked.snapshot, wanted, self._specs
        ).items():
            if isinstance(outcome, str):
                self._refused[str(address)] = outcome
            else:
                said[address] = outcome
        return said

    def _gone(self) -> Iterator[tuple[Address, Resource[Spec] | None]]:
        """The objects gone from the tenant, with their manifests where Git has them."""
        for text, each in self._by_address.items():
            if each[0].change == "removed":
                address = Address.parse(text)
                yield address, self._resources.get(address)

    def _came(self) -> list[LiveObject]:
        """The unmanaged objects that the drift check has reported."""
        came = {
            (Address.parse(text).group_kind, d.object_id)
            for text, each in self._by_address.items()
            for d in each
            if d.change == "added" and text not in self._refused
        }
        return [each for each in self._unmanaged.objects if (each.kind, each.id) in came]

    def _soon(self, made: Rewritten) -> Mapping[str, bytes]:
        """The files as they will be, with the new patches in them."""
        if not made.patches:
            return made.files
        root, tenant = self._work.project.root, self._here.tenant
        new = [
            New(self._here.groups.kinds[p.address.group_kind], p.name, p.spec) for p in made.patches
        ]
        files = place(new, (), root, tenant.patches)
        texts = [_patch(each) for each in made.patches]
        # no schema is named in them: a patch is no whole manifest
        empty = {file: b"" for file in files if not (root / file).exists()}
        return rendered(root, list(zip(files, texts, strict=True)), {**empty, **made.files}).files

    def _wrong(
        self, attempt: Attempt, gone: Collection[Address], said: Mapping[Address, Respelling]
    ) -> Iterator[tuple[str, str]]:
        """The differences that do not come out as they should, by address."""
        yield from self._unlike(attempt, gone, said)
        for left_out in attempt.refused.values():
            yield _outside(self._here, left_out.kind, left_out.id), left_out.why
        for problem in (*attempt.loaded.diagnostics, *attempt.planned.diagnostics):
            if not _is_refused(problem) or _mark(problem) in self._errors:
                continue
            about = problem.address
            if about is not None and about in said:
                yield str(about), f"{problem.code}: {problem.summary}"
            elif problem.source:
                continue  # a rule about another manifest: it is reported, and that stays as it is
            elif gone:
                # a manifest that stays refers to one that would go
                who = f" ({about.short})" if about else ""
                meant = [a for a in gone if self._is_named(a, problem)] or gone
                yield from ((str(each), f"{problem.summary}{who}") for each in meant)
            else:
                raise InvalidInputError((problem,))

    def _is_named(self, address: Address, problem: Diagnostic) -> bool:
        """Whether a problem says that nothing has the object's name in Git or in the tenant."""
        resource = self._resources.get(address)
        names = {address.name, vendor_name(resource) if resource else address.name}
        return not names.isdisjoint(problem.names)

    def _unlike(
        self, attempt: Attempt, gone: Collection[Address], said: Mapping[Address, Respelling]
    ) -> Iterator[tuple[str, str]]:
        """Manifests that are not what they were to be; those of other tenants too."""
        after = {each.address: each for each in attempt.loaded.resources}
        new = {each.address for each in attempt.manifests}
        for address, before in self._resources.items():
            wanted = said[address].resource if address in said else before
            is_as_wanted = (
                address not in after
                if address in gone
                else address in after and _same(after[address], wanted)
            )
            if not is_as_wanted and address in said:
                yield str(address), "the files as edited would not say so: edit them by hand"
            elif not is_as_wanted:
                raise _unexpected(f"{address.short} would change with others")
        if strangers := after.keys() - self._resources.keys() - new:
            raise _unexpected(f"{min(strangers).short} would come with others")

    def _elsewhere(self, files: Mapping[str, bytes]) -> tuple[str, ...]:
        """What other tenants declare otherwise once files that they use too have these bytes."""
        found: list[str] = []
        for other in self._others:
            if not files.keys() & _files_of(self._work, [other]):
                continue
            before = load_tenant(self._work, other, may_be_none=True)
            after = load_tenant(self._work, other, files, may_be_none=True)
            if len(after.diagnostics) > len(before.diagnostics):
                raise InvalidInputError(positions.attach(after.diagnostics, after.read))
            was = {each.address: each for each in before.resources}
            now = {each.address: each for each in after.resources}
            for address in sorted(was.keys() | now.keys()):
                one, two = was.get(address), now.get(address)
                if one is None or two is None or not _same(one, two):
                    found.append(str(address))
        return tuple(found)

    def _accepted(
        self, attempt: Attempt, gone: Collection[Address], said: Mapping[Address, Respelling]
    ) -> Accepted:
        new = {str(each.address) for each in attempt.manifests}
        mine = {str(address) for address in said} & self._by_address.keys()
        looked, here = self._looked, self._here
        owned = [c for c in attempt.planned.changes if c.address in new and is_clean(c)]
        records = [r for r in attempt.planned.records if r.address in mine]
        part = Part(looked.read, _NO_BASIS, attempt.planned, ())
        plan = replace(joined((part,)), changes=tuple(owned), records=tuple(records))
        kept = ownership_rows.unwritten(orders(plan, here.tenant.name), here.rows)
        files = {
            file: data
            for file, data in attempt.rendered.files.items()
            if data != attempt.rendered.before.get(file)
        }
        before = {f: d for f, d in attempt.rendered.before.items() if f in files}
        done = {
            *mine,
            *(str(each) for each in gone),
            *(_outside(here, e.draft.kind.key, e.draft.live.id) for e in attempt.manifests),
        }
        return Accepted(
            looked=looked,
            accepted=tuple(text for text in self._by_address if text in done),
            not_accepted=tuple(
                NotAccepted(text, self._why(text, each[0]))
                for text, each in self._by_address.items()
                if text not in done
            ),
            unmanaged={str(a): e.unmanaged for a, e in said.items() if e.unmanaged},
            elsewhere=self._elsewhere(files),
            also=tuple(str(a) for a in said if str(a) not in self._by_address),
            new=attempt.manifests,
            findings=self._findings(attempt, {*new, *mine}),
            files=files,
            before=before,
            keep=kept.keep,
            drop=tuple(str(each) for each in gone if str(each) in here.rows),
        )

    def _why(self, address: str, each: Difference) -> str:
        if address in self._refused:
            return self._refused[address]
        if each.called:
            return f"it is `{each.called}` now: rename its manifest, and list previousNames"
        if each.replaces:
            return "it is another object now: a plan adopts it"
        if each.source is None and each.change == "changed":
            return "no manifest declares it any more: the next apply acts on that"
        return "nothing of it can be declared"

    def _findings(self, attempt: Attempt, about: Collection[str]) -> tuple[Diagnostic, ...]:
        """The findings of the rules about the manifests as they will be."""
        found = [
            d
            for d in attempt.planned.diagnostics
            if d.address and str(d.address) in about and d.severity is not Severity.INFO
        ]
        return positions.attach(found, attempt.loaded.read)


_NO_BASIS = Basis(manifests="", project="", organization="", objects={})


def _edit(each: Spelled) -> Edit:
    return Remove(each.path) if isinstance(each.value, Gone) else Put(each.path, each.value)


def _patch(each: NewPatch) -> str:
    return document(each.api_version, each.kind, {"name": each.name}, each.spec)


def _same(one: Resource[Spec], other: Resource[Spec]) -> bool:
    """Return whether two manifests say the same, wherever they stand."""
    return replace(one, origin=_NOWHERE) == replace(other, origin=_NOWHERE)


_NOWHERE = Origin("", 0, 0)


def _is_refused(problem: Diagnostic) -> bool:
    """Return whether `validate` or `plan` would refuse the manifests for it."""
    return problem.severity is Severity.ERROR and not problem.guard


def _mark(problem: Diagnostic) -> tuple[object, ...]:
    return problem.code, problem.address, problem.path, problem.summary


def _unexpected(summary: str) -> ReconcilerError:
    return ReconcilerError(
        "RUN190", summary, hint="nothing was written: write the values into the manifests by hand"
    )


def _outside(here: Prepared, kind: GroupKind, object_id: str) -> str:
    """The address of an unmanaged object, as drift reports it."""
    return str(Address(here.tenant.name, kind.group, kind.name, f"={object_id}"))


def _files_of(work: Work, tenants: Iterable[Tenant]) -> frozenset[str]:
    """The files that tenants are made of."""
    root = work.project.root
    found: set[str] = set()
    for each in tenants:
        found.update(find(root, each.manifests, may_be_none=True))
        found.update(find(root, each.patches, "patches", may_be_none=True))
    return frozenset(found)
