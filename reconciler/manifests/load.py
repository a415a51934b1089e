"""Files become resources: each with an address, each problem with its place."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import Any

from reconciler.contract.vendor import Vendor
from reconciler.manifests.contents import content
from reconciler.manifests.parse import Document, parse
from reconciler.manifests.patches import Patches
from reconciler.manifests.positions import Places
from reconciler.manifests.shape import Shaping, is_our_schema
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.resource import Resource, Spec, error_about

NOTHING: Mapping[str, bytes] = {}


@dataclass(frozen=True, slots=True)
class Loaded:
    """The resources of one tenant, sorted by address, and all that is wrong with the rest.

    `digest` fingerprints the files' names and bytes; `read` gives the bytes of one of them.
    `manifests` counts the documents that were judged, `files` are those that hold them.
    """

    resources: tuple[Resource[Any], ...]
    diagnostics: tuple[Diagnostic, ...]
    digest: str
    read: Callable[[str], bytes]
    manifests: int = 0
    files: tuple[str, ...] = ()


def load(  # noqa: PLR0913 - what a tenant is made of
    root: Path,
    tenant: str,
    files: Iterable[str],
    vendors: Mapping[str, Vendor],
    *,
    patches: Iterable[str] = (),
    given: Mapping[str, bytes] = NOTHING,
) -> Loaded:
    """Read the files of one tenant; what cannot be read is a diagnostic, never an exception.

    `patches` are merged into the manifests, in their order. `given` has the bytes of what is no
    file: standard input.
    """
    with _without_garbage_collection():
        return _Loading(root, tenant, vendors, given).loaded(files, patches)


class _Loading:
    """One load: bytes, diagnostics and resources as they come together."""

    def __init__(
        self, root: Path, tenant: str, vendors: Mapping[str, Vendor], given: Mapping[str, bytes]
    ) -> None:
        self._root = root
        self._tenant = tenant
        self._contents = dict(given)
        self._unread: list[Diagnostic] = []
        self._shaping = Shaping(tenant, vendors, Places(self._contents.__getitem__))

    def loaded(self, files: Iterable[str], patch_files: Iterable[str]) -> Loaded:
        """See `load`."""
        patches = Patches()
        for document in self._documents(patch_files):
            if self._shaping.is_patch(document):
                patches.add(document)
        resources: list[Resource[Any]] = []
        files, manifests = tuple(files), -len(self._unread)
        for document in self._documents(files):
            manifests += not is_our_schema(document.value)
            resource = self._shaping.resource(*patches.applied(document))
            if resource is not None:
                resources.append(resource)
        diagnostics = self._unread + self._shaping.problems
        if not self._unread:  # else the manifest of a patch may be among what nobody can read
            diagnostics.extend(patches.unmet(self._tenant))
        unique = list(_unique(resources, diagnostics))
        diagnostics.extend(_previous_names(unique))
        return Loaded(
            resources=tuple(sorted(unique, key=_BY_ADDRESS)),
            diagnostics=tuple(diagnostics),
            digest=_digest(self._contents),
            read=self._contents.__getitem__,
            manifests=manifests + len(self._unread),
            files=files,
        )

    def _documents(self, files: Iterable[str]) -> Iterator[Document]:
        for file in files:
            if file not in self._contents:
                data = content(self._root, file)
                if isinstance(data, Diagnostic):
                    self._unread.append(data)
                    continue
                self._contents[file] = data
            documents, problems = parse(file, self._contents[file])
            self._unread.extend(problems)
            yield from documents


# the tenant is one and the same
_BY_ADDRESS = attrgetter("address.group", "address.kind", "address.name")


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Nothing that a load makes is garbage, and looking for some takes longer than the load."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()  # and back: it is old by now, so that nobody looks at once whether it is
            gc.unfreeze()
            gc.enable()


def _unique(
    resources: Iterable[Resource[Spec]], diagnostics: list[Diagnostic]
) -> Iterator[Resource[Spec]]:
    """The first resource of each address; a second one is an error that shows both places."""
    first: dict[Address, Resource[Spec]] = {}
    for each in resources:
        other = first.setdefault(each.address, each)
        if other is each:
            yield each
            continue
        place = f"{other.origin.file}:{other.origin.line}"
        diagnostics.append(
            replace(
                error_about(
                    each,
                    "REF101",
                    f"{each.address.short} is declared twice; the other one is at {place}",
                    ("metadata", "name"),
                    hint="keep one of the two, or give this one another name",
                ),
                cause=(cause := f"declared twice {each.address.short}"),
                root_of=cause,
            )
        )


def _previous_names(resources: list[Resource[Spec]]) -> Iterator[Diagnostic]:
    """A former name that is in use, or claimed by two."""
    renamed = [each for each in resources if each.previous_names]
    taken = {each.address for each in resources} if renamed else set()
    claimed: dict[Address, Resource[Spec]] = {}
    for each in renamed:
        for number, name in enumerate(each.previous_names):
            before = replace(each.address, name=name)
            other = claimed.setdefault(before, each)
            if before in taken or other is not each:
                what, hint = _taken(each, before, other)
                yield error_about(
                    each,
                    "REF102",
                    f"the former name `{name}` {what}",
                    ("metadata", "previousNames", number),
                    hint=hint,
                )


def _taken(each: Resource[Spec], before: Address, other: Resource[Spec]) -> tuple[str, str]:
    """Why a former name cannot be taken over, and what to do."""
    if before == each.address:
        return "is its present one", "list the names of before only"
    if other is not each:
        return f"is claimed by {other.address.short} too", "let one of the two have it"
    return "is still declared", "a rename takes the old name out of Git"


def _digest(contents: Mapping[str, bytes]) -> str:
    total = hashlib.sha256()
    for file, data in sorted(contents.items()):
        name = file.encode("utf-8", "surrogateescape")
        total.update(b"%d:%b:%d:" % (len(file), name, len(data)))
        total.update(data)
    return total.hexdigest()[:32]
