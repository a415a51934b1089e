"""Documents become resources: each with its typed spec and its address, or with what is wrong.

A document that fits its kind is validated in one pass; only one that does not is looked at again,
part by part, to explain it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError, create_model

from reconciler.contract.vendor import Kind, Vendor
from reconciler.manifests import schema
from reconciler.manifests.choices import choices, instead_of_boolean
from reconciler.manifests.envelope import SCHEMA_URN, Envelope, Metadata, name_problem
from reconciler.manifests.excerpt import LARGE, excerpt
from reconciler.manifests.parse import Document
from reconciler.manifests.patches import PatchEnvelope
from reconciler.manifests.positions import Places
from reconciler.manifests.problem import Problem, ShapeFault
from reconciler.manifests.tree import measured
from reconciler.model import diagnostic as model
from reconciler.model.address import Address
from reconciler.model.causes import cause_of_manifest
from reconciler.model.diagnostic import Diagnostic, Origin, Patched, Severity
from reconciler.model.resource import Lifecycle, Resource, Spec
from reconciler.model.suggestion import did_you_mean

M = TypeVar("M", bound=BaseModel)

_MANIFEST = "a manifest is a mapping with apiVersion, kind, metadata and spec"
_PATCH = "a patch is a mapping with apiVersion, kind, metadata.name and spec"
_ORDINARY = Lifecycle()
_MOST_SAID = 100


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind that documents may be of, and its group."""

    group: str
    kind: Kind


def is_our_schema(value: Any) -> bool:
    """Whether it is a file of `schema export`, which may lie in a folder that is searched."""
    return isinstance(value, dict) and str(value.get("$id", "")).startswith(SCHEMA_URN)


class Shaping:
    """Documents of one tenant into resources; collects what is wrong with them."""

    def __init__(self, tenant: str, vendors: Mapping[str, Vendor], places: Places) -> None:
        self.problems: list[Diagnostic] = []
        self._tenant = tenant
        self._places = places
        self._cause = ""
        self._installed = vendors
        self._kinds: dict[tuple[str, str], _Kind] = {}

    def resource(
        self, document: Document, patches: tuple[Patched, ...] = ()
    ) -> Resource[Any] | None:
        """The typed form of one document; None where something is wrong with it."""
        origin = Origin(document.file, document.index, document.line, patches)
        before = len(self.problems)
        self._cause = _cause(document.value)
        found = self._kind(document.value, origin)
        metadata, spec = self._parts(document, found, origin)
        if found is None or metadata is None or spec is None:
            return None
        self._check_metadata(metadata, found.kind, origin)
        if len(self.problems) > before:
            return None
        name, lifecycle = metadata.name, metadata.lifecycle
        return Resource(
            Address(self._tenant, found.group, found.kind.name, name),
            spec,
            origin,
            metadata.labels,
            tuple(metadata.previous_names),
            Lifecycle(lifecycle.prevent_destroy, tuple(lifecycle.ignore_changes))
            if lifecycle.model_fields_set
            else _ORDINARY,
        )

    def is_patch(self, document: Document) -> bool:
        """Whether a document has all that a patch has, and nothing else."""
        origin = Origin(document.file, document.index, document.line)
        if not isinstance(document.value, dict):
            self._tell(origin, "SCH110", (), "this is not a patch", hint=_PATCH)
            return False
        return self._valid(PatchEnvelope, _head(document.value), origin, ()) is not None

    def _parts(
        self, document: Document, found: _Kind | None, origin: Origin
    ) -> tuple[Metadata | None, Spec | None]:
        value = document.value
        if document.size > LARGE:
            before, cut = len(self.problems), excerpt(value, lambda part: _refused(part, found))
            if cut is not None:
                self._explained(cut, found, origin)
                if len(self.problems) > before:
                    return None, None
        if found is not None and not document.has_null:
            try:
                manifest = _whole(found.kind.shape.spec).model_validate(value)
            except ValidationError:
                pass  # explained below
            else:
                return manifest.metadata, manifest.spec
        return self._explained(value, found, origin)

    def _explained(
        self, value: Any, found: _Kind | None, origin: Origin
    ) -> tuple[Metadata | None, Spec | None]:
        """The parts of a manifest that are valid, reporting all that is wrong with the others."""
        if not isinstance(value, dict) or is_our_schema(value):
            return None, None
        envelope = self._valid(Envelope, _head(value), origin, ())
        spec, wanted = value.get("spec"), found.kind.shape.spec if found else None
        if wanted is None or not isinstance(spec, dict):
            return None, None
        made = self._valid(wanted, spec, origin, ("spec",))
        return (envelope.metadata if envelope else None), made

    def _kind(self, value: Any, origin: Origin) -> _Kind | None:
        if not isinstance(value, dict):
            self._tell(origin, "SCH110", (), "this is not a manifest", hint=_MANIFEST)
            return None
        api_version, name = value.get("apiVersion"), value.get("kind")
        if not isinstance(api_version, str) or not isinstance(name, str):
            return None  # the envelope tells
        found = self._kinds.get((api_version, name)) or self._imported(api_version, name)
        if found is None:
            self._tell_of_kind(api_version, name, origin)
        return found

    def _imported(self, api_version: str, name: str) -> _Kind | None:
        """A kind, once its vendor is imported: one that no manifest names need not be."""
        vendor = self._vendor(api_version)
        for kind in vendor.kinds if vendor else ():
            self._kinds[api_version, kind.name] = _Kind(kind.group, kind)
        return self._kinds.get((api_version, name))

    def _vendor(self, api_version: str) -> Vendor | None:
        """The vendor of an apiVersion, which begins with its name."""
        name = api_version.partition("/")[0]
        vendor = self._installed.get(name)
        return vendor if vendor and vendor.api_version == api_version else None

    def _tell_of_kind(self, api_version: str, name: str, origin: Origin) -> None:
        vendor = self._vendor(api_version)
        if vendor is None:
            known = ", ".join(f"`{each.api_version}`" for each in self._installed.values())
            self._tell(
                origin,
                "SCH111",
                ("apiVersion",),
                f"`{api_version}` is not an apiVersion of this tenant",
                hint=f"write {known}, or take the file out of the tenant's `manifests`",
            )
            return
        kinds = [kind.name for kind in vendor.kinds]
        others = "the kinds are " + ", ".join(kinds)
        self._tell(
            origin,
            "SCH112",
            ("kind",),
            f"{api_version} has no kind `{name}`",
            hint=did_you_mean(name, kinds, otherwise=others),
        )

    def _valid(self, wanted: type[M], data: Any, origin: Origin, at: model.Path) -> M | None:
        def written(path: model.Path) -> str:
            return _short(self._places.written(origin, (*at, *path)) or _said(data, path))

        made, problems = schema.validated(wanted, data, written)
        for each in problems:
            path = (*at, *each.path)
            hint = self._choice(wanted, data, each) or each.hint
            self._tell(origin, each.code, path, each.summary, hint=hint, on_key=each.on_key)
        return made

    def _choice(self, wanted: type[BaseModel], data: Any, problem: Problem) -> str:
        """Which text to write instead of `true` or `false`, where rules say which there are."""
        value = _value_at(data, problem.path)
        if problem.fault is not ShapeFault.WRONG_TYPE or not isinstance(value, bool):
            return ""
        if not issubclass(wanted, Spec):
            return ""
        rules = (rule for vendor in self._installed.values() for rule in vendor.rules.on(wanted))
        return instead_of_boolean(value, choices(rules, problem.path))

    def _check_metadata(self, metadata: Metadata, kind: Kind, origin: Origin) -> None:
        self._check_name(metadata.name, kind, origin, ("metadata", "name"))
        for number, name in enumerate(metadata.previous_names):
            self._check_name(name, kind, origin, ("metadata", "previousNames", number))
        for number, ignored in enumerate(metadata.lifecycle.ignore_changes):
            fields = {field.alias for field in kind.shape.spec.model_fields.values()}
            head, _, rest = ignored.partition(".")
            if head != "spec" or rest.partition(".")[0] not in fields:
                self._tell(
                    origin,
                    "SCH114",
                    ("metadata", "lifecycle", "ignoreChanges", number),
                    f"`{ignored}` is not an attribute of a {kind.name}",
                    hint="write it with its path, such as `spec.description`",
                )

    def _check_name(self, name: str, kind: Kind, origin: Origin, path: model.Path) -> None:
        if problem := name_problem(name, person=kind.shape.person):
            self._tell(origin, "SCH113", path, problem[0], hint=problem[1])

    def _tell(  # noqa: PLR0913 - the facts of one diagnostic
        self,
        origin: Origin,
        code: str,
        path: model.Path,
        summary: str,
        *,
        hint: str = "",
        on_key: bool = False,
    ) -> None:
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
                root_of=self._cause,
            )
        )
        self._cause = ""  # others follow from the first problem of a manifest


def _cause(value: Any) -> str:
    """What others that refer to a manifest have in common with what is wrong with it."""
    metadata = value.get("metadata") if isinstance(value, dict) else None
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return cause_of_manifest(name) if isinstance(name, str) else ""


@cache
def _whole(spec: type[Spec]) -> type[Any]:
    """The model of a whole manifest whose spec is of this kind."""
    return create_model(f"{spec.__name__}Manifest", __base__=Envelope, spec=(spec, ...))


def _refused(value: Any, found: _Kind | None) -> bool:
    if type(None) in measured(value).types:
        return True
    try:
        (_whole(found.kind.shape.spec) if found else Envelope).model_validate(value)
    except ValidationError:
        return True
    return False


def _value_at(data: Any, path: model.Path) -> Any:
    """The value at a path, None where it does not lead anywhere."""
    try:
        for part in path:
            data = data[part]
    except (KeyError, IndexError, TypeError):
        return None
    return data


def _said(data: Any, path: model.Path) -> str:
    """A value in our own words, where nobody knows how it is written."""
    found = _value_at(data, path)
    return "" if found is None else json.dumps(found, ensure_ascii=False)


def _short(text: str) -> str:
    return text if len(text) <= _MOST_SAID else text[:_MOST_SAID] + "…"


def _head(value: dict[str, Any]) -> dict[str, Any]:
    """The document without what is in its spec, which the kind judges."""
    return value | {"spec": {}} if isinstance(value.get("spec"), dict) else value
