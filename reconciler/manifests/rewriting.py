"""Changes of manifests as changes of files: which document says a value, and what it says then.

A value that a patch says is changed in the patch. A tenant that has patches says in one of its own
what it wants otherwise than the tenants with which it shares a file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import NoReturn, TypeAlias

from reconciler.errors import ReconcilerError
from reconciler.manifests.edit import Edit, Put, Remove, edited, without_document
from reconciler.manifests.files import find
from reconciler.manifests.parse import Document, parse
from reconciler.manifests.patches import Patches
from reconciler.manifests.project import Tenant
from reconciler.model.address import Address
from reconciler.model.diagnostic import Origin
from reconciler.model.diagnostic import Path as ValuePath
from reconciler.model.value import Json

Place: TypeAlias = tuple[str, int]
"""A file and a document of it (from 0)."""


@dataclass(frozen=True, slots=True)
class NewPatch:
    """A patch document that has to be written: the manifest that it changes, and its spec."""

    address: Address
    api_version: str
    kind: str
    name: str
    spec: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Files with their new bytes, patches that have no file yet, and what could not be, and why."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    patches: Sequence[NewPatch] = ()
    refused: Mapping[Address, str] = field(default_factory=dict)


def patch_files(root: Path, tenant: Tenant) -> tuple[str, ...]:
    """The files of a tenant's patches."""
    return find(root, tenant.patches, "patches")


class Sources:
    """The documents of one tenant as they are in files.

    `shared` are files that other tenants of the project use too: where this one is to be patched
    instead of changing them.
    """

    def __init__(
        self,
        read: Callable[[str], bytes],
        patch_files: Iterable[str],
        shared: Collection[str] = (),
    ) -> None:
        self._read = read
        self._shared = frozenset(shared)
        self._documents: dict[str, dict[int, Document]] = {}
        self._patch_files = tuple(patch_files)
        self._patches = Patches()
        self._of_target: dict[Json, list[Document]] = defaultdict(list)
        for file in self._patch_files:
            for document in self._file(file).values():
                self._patches.add(document)
                self._of_target[_target(document)].append(document)

    def spec(self, origin: Origin) -> Json:
        """What a manifest's spec says, its patches in it."""
        patched, _ = self._patches.applied(self._manifest(origin))
        return patched.value["spec"]

    def patches_of(self, origin: Origin) -> tuple[Place, ...]:
        """The documents that patch a manifest, in the order in which they do."""
        patches = self._of_target.get(_target(self._manifest(origin)), ())
        return tuple((each.file, each.index) for each in patches)

    def rewritten(
        self, said: Mapping[Address, tuple[Origin, Sequence[Edit]]], gone: Mapping[Address, Origin]
    ) -> Rewritten:
        """The files once these values are said, and these manifests are gone."""
        made = _Made(self)
        for address, (origin, edits) in said.items():
            made.attempt(address, partial(self._say, made, address, origin, edits))
        for address, origin in gone.items():
            made.attempt(address, partial(self._drop, made, address, origin))
        return made.rewritten()

    def bytes_of(self, file: str) -> bytes:
        """A file as it is."""
        return self._read(file)

    def _file(self, file: str) -> dict[int, Document]:
        if file not in self._documents:
            documents, _ = parse(file, self._read(file))
            self._documents[file] = {each.index: each for each in documents}
        return self._documents[file]

    def _manifest(self, origin: Origin) -> Document:
        return self._file(origin.file)[origin.document]

    def _say(self, made: _Made, address: Address, origin: Origin, edits: Sequence[Edit]) -> None:
        for edit in edits:
            file, document = origin.of(edit.path)
            if file not in self._shared:
                is_patch = (file, document) != (origin.file, origin.document)
                covered = is_patch and self._says_without(origin, (file, document), edit.path)
                taken = isinstance(edit, Remove) and covered
                made.edit(address, (file, document), Put(edit.path, None) if taken else edit)
            elif own := self._own_patch(origin):
                made.edit(address, own, _patching(edit))
            else:
                made.patch(address, self._manifest(origin), _patching(edit))

    def _says_without(self, origin: Origin, patch: Place, path: ValuePath) -> bool:
        """Whether a value is there without a patch."""
        others = Patches()
        for each in self._of_target[_target(self._manifest(origin))]:
            if (each.file, each.index) != patch:
                others.add(each)
        value: Json = others.applied(self._manifest(origin))[0].value
        for step in path:
            if not isinstance(value, dict) or step not in value:
                return False
            value = value[step]
        return True

    def _own_patch(self, origin: Origin) -> Place | None:
        """The last patch of a manifest, where that is this tenant's alone."""
        patches = self._of_target[_target(self._manifest(origin))]
        if patches and patches[-1].file not in self._shared:
            return patches[-1].file, patches[-1].index
        return None

    def _drop(self, made: _Made, address: Address, origin: Origin) -> None:
        for file, document in ((origin.file, origin.document), *self.patches_of(origin)):
            if file in self._shared:
                _refuse(f"{address.short} is declared in {file} for other tenants as well")
            if not file.endswith((".yaml", ".yml")):
                _refuse(f"{file} has to be removed by hand")
            made.drop(address, (file, document))


class _Made:
    """Edits by file, each known by the manifest that it is for."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._edits: dict[str, dict[int, list[tuple[Address, Edit]]]] = {}
        self._drops: dict[str, dict[int, Address]] = {}
        self._patches: dict[Address, NewPatch] = {}
        self._refused: dict[Address, str] = {}

    def attempt(self, address: Address, what: Callable[[], None]) -> None:
        """Do something for a manifest; where that is refused, nothing is done for it."""
        try:
            what()
        except ReconcilerError as error:
            self._refuse(address, error.told.summary)

    def edit(self, address: Address, place: Place, edit: Edit) -> None:
        """Note a change of a document."""
        file, document = place
        self._edits.setdefault(file, {}).setdefault(document, []).append((address, edit))

    def drop(self, address: Address, place: Place) -> None:
        """Note a document that goes."""
        self._drops.setdefault(place[0], {})[place[1]] = address

    def patch(self, address: Address, manifest: Document, edit: Edit) -> None:
        """Note a value that goes into a new patch."""
        value = manifest.value
        known = self._patches.get(address)
        spec: dict[str, Json] = {**known.spec} if known else {}
        assert isinstance(edit, Put)  # noqa: S101 - a patch takes a value away with null
        inner = spec
        for step in edit.path[1:-1]:
            inner[str(step)] = inner = {**inner.get(str(step), {})}
        inner[str(edit.path[-1])] = edit.value
        name = value["metadata"]["name"]
        self._patches[address] = NewPatch(address, value["apiVersion"], value["kind"], name, spec)

    def rewritten(self) -> Rewritten:
        """All of it done."""
        while True:
            files: dict[str, bytes] = {}
            refused = len(self._refused)
            for file in {**self._edits, **self._drops}:
                data = self._edited(file, self._sources.bytes_of(file))
                for index in sorted(self._drops.get(file, ()), reverse=True):
                    data = without_document(data, index)
                files[file] = data
            if len(self._refused) == refused:
                changed = {f: d for f, d in files.items() if d != self._sources.bytes_of(f)}
                return Rewritten(changed, tuple(self._patches.values()), self._refused)

    def _edited(self, file: str, data: bytes) -> bytes:
        """A file with its edits; where they cannot all be made, those that can."""
        edits = {
            document: [edit for _, edit in each]
            for document, each in self._edits.get(file, {}).items()
            if document not in self._drops.get(file, ())
        }
        try:
            return edited(file, data, edits)
        except ReconcilerError:
            before = len(self._refused)
            for document, each in edits.items():
                try:
                    edited(file, data, {document: each})
                except ReconcilerError as error:
                    for address in {a for a, _ in self._edits[file][document]}:
                        self._refuse(address, error.told.summary)
            if len(self._refused) == before:
                raise
            return data

    def _refuse(self, address: Address, why: str) -> None:
        """Take back all that was to be done for a manifest."""
        self._refused[address] = why
        self._patches.pop(address, None)
        for file, documents in self._edits.items():
            self._edits[file] = {
                document: kept
                for document, each in documents.items()
                if (kept := [(a, edit) for a, edit in each if a != address])
            }
        for file, dropped in self._drops.items():
            self._drops[file] = {index: a for index, a in dropped.items() if a != address}


def _patching(edit: Edit) -> Put:
    """An edit as a patch says it: null takes a value away."""
    return edit if isinstance(edit, Put) else Put(edit.path, None)


def _target(document: Document) -> Json:
    """The identity of a manifest and its patches."""
    value = document.value
    return value["apiVersion"], value["kind"], value["metadata"]["name"]


def _refuse(why: str) -> NoReturn:
    raise ReconcilerError("YML120", why, hint="edit the file by hand")
