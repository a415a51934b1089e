"""Renaming a manifest: the files that change, and what is owned under the new address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from reconciler.engine.commit_files import Kept, keep_together
from reconciler.engine.prepare import Prepared, Work, load_tenant, prepare
from reconciler.errors import ReconcilerError, UsageError
from reconciler.manifests import positions
from reconciler.manifests.address_references import addresses_in
from reconciler.manifests.edit import Edit, Put, Remove, edited
from reconciler.manifests.envelope import name_problem
from reconciler.manifests.files import FILE
from reconciler.manifests.rewriting import Place, Sources, patch_files
from reconciler.model.address import Address
from reconciler.model.diagnostic import InvalidInputError, Path, has_errors
from reconciler.model.ownership import Row
from reconciler.planning.refusals import folded
from reconciler.planning.renaming import meaning, renamed
from reconciler.planning.respelling import Gone, Spelled
from reconciler.planning.targets import none_named


@dataclass(frozen=True, slots=True)
class Renaming:
    """The outcome of a rename; nothing is written yet.

    `moves` are the old addresses with the new ones. `files` are the bytes of files that change, and
    `before` what they had. `owned` are the records that move, by tenant, out of `rows`, the state
    as it was read; `previous_names` has the names under which the state has each tenant.
    """

    moves: Mapping[Address, Address]
    files: Mapping[str, bytes] = field(repr=False)
    before: Mapping[str, bytes] = field(repr=False)
    owned: Mapping[str, tuple[Row, str]] = field(repr=False)
    rows: Mapping[str, Mapping[str, Row]] = field(repr=False)
    previous_names: Mapping[str, str] = field(repr=False)


def to_rename(work: Work, old: str, new: str, *, with_state: bool) -> Renaming:
    """The files to write so that the manifest `old` is named `new`; nothing is written.

    Without the state, the manifest notes its old name, so that the next apply moves the record.
    Raises UsageError for what cannot be, InvalidInputError where the manifests have errors.
    """
    everyone = prepare(replace(work, tenants=tuple(work.project.tenants.values())))
    return _Renaming(work, everyone, with_state=with_state).of(old, new)


def keep(work: Work, renaming: Renaming) -> None:
    """Write the files, all or none, and move the records; no tenant is touched.

    Raises StalePlanError or UsageError, with nothing written, where the state or a file is not as
    it was, LockedError where another run holds a tenant.
    """
    keep_together(
        work,
        "mv",
        renaming.files,
        renaming.before,
        {
            tenant: Kept(
                renaming.rows[tenant],
                [row],
                [former],
                previous_name=renaming.previous_names[tenant],
            )
            for tenant, (row, former) in renaming.owned.items()
        },
    )


class _Renaming:
    """One rename in a project, for every tenant that has the manifest."""

    def __init__(self, work: Work, everyone: tuple[Prepared, ...], *, with_state: bool) -> None:
        self._work, self._with_state = work, with_state
        self._everyone = everyone
        self._chosen = {each.name for each in work.tenants}
        self._edits: dict[str, dict[int, dict[Path, Edit]]] = {}

    def of(self, old: str, new: str) -> Renaming:
        """See the function `to_rename`."""
        for each in self._everyone:
            if has_errors(each.loaded.diagnostics):
                loaded = each.loaded
                raise InvalidInputError(positions.attach(loaded.diagnostics, loaded.read))
        moves = self._moves(old, new)
        for each in self._everyone:
            self._note(each, moves)
        self._note_project(moves)
        read = {name: data for each in self._everyone for name, data in self._contents(each)}
        files = {
            file: edited(file, read[file], {n: list(e.values()) for n, e in documents.items()})
            for file, documents in self._edits.items()
        }
        for each in self._everyone:
            self._refuse_another_meaning(each, moves, files)
        owned = dict(self._owned(moves)) if self._with_state else {}
        return Renaming(
            moves={each: replace(each, name=name) for each, name in moves.items()},
            files=files,
            before={file: read[file] for file in files},
            owned=owned,
            rows={each.tenant.name: each.rows for each in self._everyone},
            previous_names={each.tenant.name: each.previous_name for each in self._everyone},
        )

    def _moves(self, old: str, new: str) -> dict[Address, str]:
        """The addresses that move, each with its new name."""
        chosen = [
            r
            for each in self._everyone
            if each.tenant.name in self._chosen
            for r in each.loaded.resources
        ]
        named = [each for each in chosen if each.address.ends_with(old)]
        if not named:
            raise none_named(old, [each.address for each in chosen])
        kinds = {each.address.group_kind for each in named}
        if len(kinds) > 1:
            raise UsageError(
                "REF131",
                f"`{old}` fits {len(named)} addresses: {folded(str(e.address) for e in named)}",
                hint="write more of the address",
            )
        places = {(each.origin.file, each.origin.document) for each in named}
        moves: dict[Address, str] = {}
        for each in self._everyone:
            for resource in each.loaded.resources:
                if (resource.origin.file, resource.origin.document) in places:
                    moves[resource.address] = self._new_name(each, resource.address, new)
        for each in self._everyone:
            self._refuse_what_is_taken(each, moves)
        return moves

    def _new_name(self, each: Prepared, address: Address, new: str) -> str:
        """The new name of one manifest; `new` is that, or its new address."""
        *before, name = new.split("/")
        here = replace(address, name=name)
        kind = each.groups.kinds[address.group_kind]
        if before and not here.ends_with(new):
            raise UsageError(
                "RUN191",
                f"{address.short} cannot become `{new}`",
                hint=f"a manifest keeps its kind and its tenant: write `{kind.name}/{name}`",
            )
        if kind.shape.person:
            raise UsageError(
                "RUN191",
                f"{address.short} is a person, who is named by their e-mail",
                hint="where the e-mail has changed, write the new one into the manifest and the "
                "old one into `previousNames`",
            )
        if problem := name_problem(name, person=False):
            raise UsageError("RUN191", problem[0], hint=problem[1])
        if name == address.name:
            raise UsageError("RUN191", f"{address.short} has that name already")
        return name

    def _refuse_what_is_taken(self, each: Prepared, moves: Mapping[Address, str]) -> None:
        known = {resource.address for resource in each.loaded.resources}
        known |= {Address.parse(row) for row in each.rows}
        for address, name in moves.items():
            there = replace(address, name=name)
            if there in known:
                raise UsageError(
                    "RUN191",
                    f"there is a {there.short} already",
                    hint="choose another name; what the state alone has, `state rm` gives up",
                )
            if address.tenant == each.tenant.name and each.unsettled:
                raise UsageError(
                    "RUN191",
                    f"an apply to {each.tenant.name} stopped half way, and may be about it",
                    hint="`reconciler apply --resume` first",
                )

    def _note(self, each: Prepared, moves: Mapping[Address, str]) -> None:
        """The changes of one tenant's manifests and patches."""
        resources = {resource.address: resource for resource in each.loaded.resources}
        said = renamed(each.given(), moves, noted=not self._with_state)
        sources = Sources(each.loaded.read, patch_files(self._work.project.root, each.tenant))
        for address, changes in said.items():
            origin = resources[address].origin
            for change in changes:
                self._edit(origin.of(change.path), _edit(change))
            if address in moves:
                for place in sources.patches_of(origin):
                    self._edit(place, Put(("metadata", "name"), moves[address]))

    def _note_project(self, moves: Mapping[Address, str]) -> None:
        """The addresses in the project file."""
        data = (self._work.project.root / FILE).read_bytes()
        for path, text in addresses_in(data):
            for address, name in moves.items():
                if address.ends_with(text):
                    self._edit((FILE, 0), Put(path, f"{text.rpartition('/')[0]}/{name}"))

    def _edit(self, place: Place, edit: Edit) -> None:
        file, document = place
        self._edits.setdefault(file, {}).setdefault(document, {})[edit.path] = edit

    def _contents(self, each: Prepared) -> Iterator[tuple[str, bytes]]:
        for file in self._edits:
            if file == FILE:
                yield file, (self._work.project.root / FILE).read_bytes()
                continue
            try:
                yield file, each.loaded.read(file)
            except KeyError:
                continue  # another tenant's

    def _refuse_another_meaning(
        self, each: Prepared, moves: Mapping[Address, str], files: Mapping[str, bytes]
    ) -> None:
        """Read all again: everything means what it did, under the new names."""
        after = load_tenant(self._work, each.tenant, {f: d for f, d in files.items() if f != FILE})
        if len(after.diagnostics) > len(each.loaded.diagnostics):
            raise InvalidInputError(positions.attach(after.diagnostics, after.read))
        given = each.given()
        before = meaning(given, moves)
        now = meaning(replace(given, resources=after.resources), {})
        for address in sorted(before.keys() | now.keys()):
            if before.get(address) != now.get(address):
                raise ReconcilerError(
                    "RUN192",
                    f"{address} would mean something else under the new name",
                    hint="nothing was written: another object of that name is meant, or the files "
                    "are shared with a tenant that has a manifest of its own; write ids for "
                    "references, or name both",
                )

    def _owned(self, moves: Mapping[Address, str]) -> Iterator[tuple[str, tuple[Row, str]]]:
        for each in self._everyone:
            for address, name in moves.items():
                row = each.rows.get(str(address))
                if address.tenant == each.tenant.name and row is not None:
                    moved = replace(row, address=str(replace(address, name=name)))
                    yield each.tenant.name, (moved, str(address))


def _edit(each: Spelled) -> Edit:
    return Remove(each.path) if isinstance(each.value, Gone) else Put(each.path, each.value)
