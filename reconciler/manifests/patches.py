"""Patches: what one tenant's manifests say otherwise, merged into their specs by RFC 7386.

A patch is `{apiVersion, kind, metadata: {name}, spec}`. In its spec null takes a value away, a
mapping goes into the mapping that is there, and everything else replaces what is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from reconciler.manifests.parse import Document
from reconciler.model.diagnostic import Diagnostic, Origin, Patched, Path, Severity
from reconciler.model.resource import Manifest
from reconciler.model.suggestion import did_you_mean

Target = tuple[str, str, str]
"""The apiVersion, the kind and the name of a manifest."""


class PatchMetadata(Manifest):
    """`metadata` of a patch: the name of the manifest that it changes."""

    name: str


class PatchEnvelope(Manifest):
    """A patch but for what its spec holds, which may be any part of the kind's spec."""

    api_version: str
    kind: str
    metadata: PatchMetadata
    spec: dict[str, object]


class Patches:
    """The patches of one tenant, in the order in which they apply, and whom they have met."""

    def __init__(self) -> None:
        self._by_target: dict[Target, list[Document]] = {}
        self._met: dict[Target, None] = {}

    def add(self, patch: Document) -> None:
        """Take in a document that is a patch by its envelope."""
        target = _target(patch.value)
        if target is not None:
            self._by_target.setdefault(target, []).append(patch)

    def applied(self, document: Document) -> tuple[Document, tuple[Patched, ...]]:
        """A manifest as its patches make it, and which of its values are theirs."""
        target = _target(document.value) if self._by_target else None
        if target is None:
            return document, ()
        self._met[target] = None
        origins: tuple[Patched, ...] = ()
        for patch in self._by_target.get(target, ()):
            put: list[Path] = []
            value = document.value
            spec = merged(value.get("spec"), patch.value["spec"], ("spec",), put)
            origins = _latest(put, patch, origins)
            document = replace(
                document,
                value=value | {"spec": spec},
                size=document.size + patch.size,
                has_null=document.has_null or patch.has_null,
            )
        return document, origins

    def unmet(self, tenant: str) -> Iterator[Diagnostic]:
        """The patches whose manifest was not among the documents."""
        for target, patches in self._by_target.items():
            if target in self._met:
                continue
            path, summary, hint = self._missing(target)
            for patch in patches:
                yield Diagnostic(
                    Severity.ERROR,
                    "REF103",
                    f"the patch fits no manifest: {summary}",
                    hint=hint,
                    tenant=tenant,
                    origin=Origin(patch.file, patch.index, patch.line),
                    path=path,
                )

    def _missing(self, target: Target) -> tuple[Path, str, str]:
        """Which part of a target no manifest has, what to say of it, and the near ones."""
        api_version, kind, name = target
        if names := [each[2] for each in self._met if each[:2] == target[:2]]:
            summary = f"there is no {kind} `{name}`"
            hint = did_you_mean(name, names, otherwise="a patch changes a manifest, it makes none")
            return ("metadata", "name"), summary, hint
        if kinds := sorted({each[1] for each in self._met if each[0] == api_version}):
            hint = did_you_mean(kind, kinds, otherwise="there are " + ", ".join(kinds))
            return ("kind",), f"there is none of kind `{kind}`", hint
        known = sorted({each[0] for each in self._met})
        hint = did_you_mean(api_version, known, otherwise="there are " + ", ".join(known))
        return ("apiVersion",), f"there is none of `{api_version}`", hint if known else ""


def merged(target: Any, patch: Any, at: Path, put: list[Path]) -> Any:
    """The target with a merge patch applied; `put` gets the paths that are the patch's now.

    Nothing of the target is changed in place.
    """
    if not isinstance(patch, dict):
        put.append(at)
        return patch
    if not isinstance(target, dict):
        put.append(at)
        target, put = {}, []
    result = dict(target)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
            put.append((*at, key))
        else:
            result[key] = merged(result.get(key), value, (*at, key), put)
    return result


def _latest(put: list[Path], patch: Document, before: tuple[Patched, ...]) -> tuple[Patched, ...]:
    """The origins after one more patch; what it replaces is no earlier patch's any more."""
    new = set(put)
    kept = [
        each
        for each in before
        if not any(each.path[:end] in new for end in range(1, len(each.path) + 1))
    ]
    return (*(_patched(path, patch) for path in put), *kept)


def _patched(path: Path, patch: Document) -> Patched:
    value = patch.value
    for part in path:
        value = value[part]
    return Patched(path, patch.file, patch.index, removed=value is None)


def _target(value: Any) -> Target | None:
    """Which manifest a document is, or which one it patches; None where it does not say."""
    if not isinstance(value, dict) or not isinstance(value.get("metadata"), dict):
        return None
    api_version, kind, name = (
        value.get("apiVersion"),
        value.get("kind"),
        value["metadata"].get("name"),
    )
    if isinstance(api_version, str) and isinstance(kind, str) and isinstance(name, str):
        return api_version, kind, name
    return None
