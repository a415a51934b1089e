"""Provenance: which patch set or removed a value of a manifest, for plans and diagnostics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Protocol

from reconciler.model.change import AttributeChange, Change, PatchSource
from reconciler.model.diagnostic import Origin, Patched, Path, Position, dotted
from reconciler.model.resource import Resource, Spec
from reconciler.model.value import Json

_SPEC: Path = ("spec",)


class Places(Protocol):
    """What finds the place of a value in a document."""

    def of(self, file: str, document: int, path: Path, *, on_key: bool) -> Position | None:
        """The place of a value, or of its key; None where there is no such document."""


def source_of(patched: Patched, places: Places) -> PatchSource:
    """The place of a value (or of the null that removes it) in its patch."""
    place = places.of(patched.file, patched.document, patched.path, on_key=True)
    line = place.line if place else 1
    return PatchSource(patched.file, line, dotted(patched.path), patched.removed)


def notes(origin: Origin, path: Path, places: Places) -> tuple[str, ...]:
    """A line for each patch that may be behind a finding at a path of a manifest."""
    found = (each for each in origin.patches if _is_behind(each.path, path))
    return tuple(described(source_of(each, places)) for each in found)


def described(source: PatchSource) -> str:
    """`spec.resources.default is removed by the patch o/p.yaml:4`."""
    verb = "removed" if source.removed else "set"
    return f"{source.path} is {verb} by the patch {source.file}:{source.line}"


def removal_beneath(origin: Origin, path: Path) -> Patched | None:
    """The patch that removed a direct part of the mapping at a path, such as its `default`."""
    if path[:1] != _SPEC or path == _SPEC:
        return None
    return next((each for each in origin.patches if each.removed and each.path[:-1] == path), None)


def _is_behind(patched: Path, path: Path) -> bool:
    """Whether a patched value is at the path, above or beneath it, or beside it in one mapping."""
    if path[:1] != _SPEC:
        return False
    shorter = min(len(patched), len(path))
    if patched[:shorter] == path[:shorter]:
        return True
    beside = path[:-1]
    return len(beside) > len(_SPEC) and patched[:-1] == beside


def sourced(
    changes: Iterable[Change], resources: Iterable[Resource[Spec]], places: Places
) -> tuple[Change, ...]:
    """The changes, each with the places in patches that set or removed values of its manifest."""
    origins = {str(each.address): each.origin for each in resources if each.origin.patches}
    return tuple(
        _sourced(each, origins[each.address], places) if each.address in origins else each
        for each in changes
    )


def with_sources(
    attributes: Iterable[AttributeChange], origin: Origin, places: Places
) -> tuple[AttributeChange, ...]:
    """Attributes of one manifest, each with the place in the patch that it comes from."""
    known = [(each.path[1:], source_of(each, places)) for each in origin.patches]
    return tuple(replace(each, source=_behind(each, known)) for each in attributes)


def _sourced(change: Change, origin: Origin, places: Places) -> Change:
    return replace(
        change,
        attributes=with_sources(change.attributes, origin, places),
        patches=tuple(source_of(each, places) for each in origin.patches),
    )


def _behind(
    attribute: AttributeChange, known: Iterable[tuple[Path, PatchSource]]
) -> PatchSource | None:
    """The patch that a value comes from: the one nearest to it."""
    path = tuple(attribute.path.split("."))
    fitting = [
        (at, source) for at, source in known if any(_covers(at, p) for p in _paths(path, attribute))
    ]
    return max(fitting, key=lambda each: len(each[0]))[1] if fitting else None


def _covers(patched: Path, path: Path) -> bool:
    return path[: len(patched)] == patched


def _paths(path: Path, attribute: AttributeChange) -> Iterator[Path]:
    """The paths in a spec that may stand for an attribute: a member may be spelled as keys."""
    yield path
    member: Json = attribute.after if attribute.op == "add" else attribute.before
    if attribute.member and isinstance(member, str):
        yield (*path, *member.split("/"))
