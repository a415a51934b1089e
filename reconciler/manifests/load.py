"""Files become resources: each with an address, each problem with its place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reconciler.manifests import schema
from reconciler.manifests.envelope import Envelope, Metadata, name_problem
from reconciler.manifests.parse import Document, parse
from reconciler.manifests.positions import Places
from reconciler.model import diagnostic as model
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Origin, Position, Severity
from reconciler.model.resource import Lifecycle, Resource, Spec, error_about
from reconciler.model.suggestion import did_you_mean
from reconciler.vendor import Kind, Vendor


@dataclass(frozen=True, slots=True)
class Loaded:
    """The resources of one tenant, sorted by address, and all that is wrong with the rest.

    `digest` fingerprints the files' names and bytes; `read` gives the bytes of one of them.
    """

    resources: tuple[Resource[Any], ...]
    diagnostics: tuple[Diagnostic, ...]
    digest: str
    read: Callable[[str], bytes]


def load(root: Path, tenant: str, files: Iterable[str], vendors: Mapping[str, Vendor]) -> Loaded:
    """Read the files of one tenant; what cannot be read is a diagnostic, never an exception."""
    contents: dict[str, bytes] = {}
    diagnostics: list[Diagnostic] = []
    for file in files:
        try:
            contents[file] = (root / file).read_bytes()
        except OSError as error:
            diagnostics.append(_unreadable(file, error))
    places = Places(contents.__getitem__)
    shaping = _Shaping(tenant, {v.api_version: v for v in vendors.values()}, places)
    resources: list[Resource[Any]] = []
    for file, data in contents.items():
        documents, problems = parse(file, data)
        diagnostics.extend(problems)
        for document in documents:
            resource = shaping.resource(document)
            if resource is not None:
                resources.append(resource)
    diagnostics.extend(shaping.problems)
    unique = list(_unique(resources, diagnostics))
    diagnostics.extend(_previous_names(unique))
    return Loaded(
        resources=tuple(sorted(unique, key=lambda each: each.address)),
        diagnostics=tuple(diagnostics),
        digest=_digest(contents),
        read=contents.__getitem__,
    )


class _Shaping:
    """Documents into resources; collects what is wrong with them."""

    def __init__(self, tenant: str, vendors: Mapping[str, Vendor], places: Places) -> None:
        self.problems: list[Diagnostic] = []
        self._tenant = tenant
        self._vendors = vendors
        self._places = places

    def resource(self, document: Document) -> Resource[Any] | None:
        """The typed form of one document; None where something is wrong with it."""
        before = len(self.problems)
        kind, vendor = self._kind(document)
        envelope = self._valid(Envelope, _head(document.value), document, ())
        if kind is None or vendor is None:
            return None
        spec = self._valid(kind.spec, document.value.get("spec"), document, ("spec",))
        if envelope is None or spec is None:
            return None
        self._check_metadata(envelope.metadata, kind, document)
        if len(self.problems) > before:
            return None
        metadata = envelope.metadata
        return Resource(
            address=Address(self._tenant, vendor.name, kind.name, metadata.name),
            spec=spec,
            origin=Origin(document.file, document.index, document.line),
            labels=metadata.labels,
            previous_names=tuple(metadata.previous_names),
            lifecycle=Lifecycle(
                metadata.lifecycle.prevent_destroy, tuple(metadata.lifecycle.ignore_changes)
            ),
        )

    def _kind(self, document: Document) -> tuple[Kind | None, Vendor | None]:
        value = document.value
        if not isinstance(value, dict):
            self._tell(document, "SCH110", (), "this is no manifest", hint=_SHAPE)
            return None, None
        api_version, name = value.get("apiVersion"), value.get("kind")
        if not isinstance(api_version, str) or not isinstance(name, str):
            return None, None  # the envelope tells
        vendor = self._vendors.get(api_version)
        if vendor is None:
            known = ", ".join(f"`{each}`" for each in self._vendors)
            self._tell(
                document,
                "SCH111",
                ("apiVersion",),
                f"`{api_version}` is no apiVersion of this tenant",
                hint=f"write {known}, or take the file out of the tenant's `manifests`",
            )
            return None, None
        kinds = {kind.name: kind for kind in vendor.kinds}
        if name not in kinds:
            others = "the kinds are " + ", ".join(kinds)
            self._tell(
                document,
                "SCH112",
                ("kind",),
                f"{api_version} has no kind `{name}`",
                hint=did_you_mean(name, kinds, otherwise=others),
            )
            return None, None
        return kinds[name], vendor

    def _valid(
        self, wanted: type[Any], data: Any, document: Document, at: model.Path
    ) -> Any | None:
        if not isinstance(data, dict):
            return None

        def written(path: model.Path) -> str:
            return self._places.written(document.file, document.index, (*at, *path))

        made, problems = schema.validated(wanted, data, written)
        for each in problems:
            self._tell(
                document,
                each.code,
                (*at, *each.path),
                each.summary,
                hint=each.hint,
                on_key=each.on_key,
            )
        return made

    def _check_metadata(self, metadata: Metadata, kind: Kind, document: Document) -> None:
        names: list[tuple[model.Path, str]] = [(("metadata", "name"), metadata.name)]
        for number, name in enumerate(metadata.previous_names):
            names.append((("metadata", "previousNames", number), name))
        for path, name in names:
            if problem := name_problem(name, person=kind.person):
                self._tell(document, "SCH113", path, problem[0], hint=problem[1])
        fields = {field.alias for field in kind.spec.model_fields.values()}
        for number, ignored in enumerate(metadata.lifecycle.ignore_changes):
            head, _, rest = ignored.partition(".")
            if head != "spec" or rest.partition(".")[0] not in fields:
                self._tell(
                    document,
                    "SCH114",
                    ("metadata", "lifecycle", "ignoreChanges", number),
                    f"`{ignored}` is no attribute of a {kind.name}",
                    hint="write it with its path, such as `spec.description`",
                )

    def _tell(  # noqa: PLR0913 - the facts of one diagnostic
        self,
        document: Document,
        code: str,
        path: model.Path,
        summary: str,
        *,
        hint: str = "",
        on_key: bool = False,
    ) -> None:
        origin = Origin(document.file, document.index, document.line)
        self.problems.append(
            Diagnostic(
                severity=Severity.ERROR,
                code=code,
                summary=summary,
                hint=hint,
                tenant=self._tenant,
                origin=origin,
                path=path,
                on_key=on_key,
            )
        )


def _head(value: Any) -> Any:
    """The document without what is in its spec, which the kind judges."""
    if isinstance(value, dict) and isinstance(value.get("spec"), dict):
        return value | {"spec": {}}
    return value


_SHAPE = "a manifest is a mapping with apiVersion, kind, metadata and spec"


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
            error_about(
                each,
                "REF101",
                f"{each.address.short} is declared twice; the other one is at {place}",
                ("metadata", "name"),
                hint="keep one of the two, or give this one another name",
            )
        )


def _previous_names(resources: list[Resource[Spec]]) -> Iterator[Diagnostic]:
    """A former name that is in use, or claimed by two."""
    taken = {each.address for each in resources}
    claimed: dict[Address, Resource[Spec]] = {}
    for each in resources:
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


def _unreadable(file: str, error: OSError) -> Diagnostic:
    return Diagnostic(
        severity=Severity.ERROR,
        code="YML108",
        summary=f"the file cannot be read: {error.strerror}",
        origin=Origin(file, 0, 1),
        position=Position(file, 1, 1, 1, ""),
    )


def _digest(contents: Mapping[str, bytes]) -> str:
    total = hashlib.sha256()
    for file, data in sorted(contents.items()):
        total.update(f"{len(file)}:{file}:{len(data)}:".encode())
        total.update(data)
    return total.hexdigest()[:32]
