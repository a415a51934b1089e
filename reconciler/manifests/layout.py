"""Where new manifests go: beside their kin, else into a folder of their kind (decision 0023).

The kin of an object are the manifests of its kind that have the same labels, that hold the same
(people: the same profile), or whose names begin with the same word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from reconciler.contract.vendor import Kind
from reconciler.errors import ProjectError
from reconciler.manifests.document import document, file_of, modeline
from reconciler.manifests.search import finds, is_glob
from reconciler.model.resource import Resource
from reconciler.model.slugs import kebab, plain_slug, slug

__all__ = ["Layout", "New", "document", "file_of", "folder_of", "modeline", "place", "slug"]

MOST_IN_A_FILE = 200
"""Documents of a file that new ones are added to: enough to read, and to review a change of."""

FEWEST_IN_A_GROUP = 3
"""So many of one group have a file of their own; what has no such company shares one."""

_ENDINGS = (".yaml", ".yml")
_Group = tuple[str, str]


@dataclass(frozen=True, slots=True)
class New:
    """An object that gets a manifest: our name for it, its labels, and its spec as plain data."""

    kind: Kind
    name: str
    spec: Mapping[str, Any]
    labels: Mapping[str, str] = field(default_factory=dict)


def place(
    new: Sequence[New], existing: Iterable[Resource[Any]], root: Path, patterns: Sequence[str]
) -> tuple[str, ...]:
    """The file of each new object, relative to the root, in the order given.

    `existing` are the manifests that the tenant has already, `patterns` its `manifests`. Raises
    ProjectError where none of these would find the file.
    """
    return Layout(existing, root, patterns).place(new)


class Layout:
    """The manifests of a tenant by what they have in common."""

    def __init__(
        self, existing: Iterable[Resource[Any]], root: Path, patterns: Sequence[str]
    ) -> None:
        self._root = root
        self._patterns = patterns
        self._size: Counter[str] = Counter()
        self._kin: dict[_Group, Counter[str]] = {}
        for each in existing:
            file = each.origin.file
            self._size[file] += 1
            if file.endswith(_ENDINGS):
                for group in _groups_of(each):
                    self._kin.setdefault(group, Counter())[file] += 1

    def place(self, new: Sequence[New]) -> tuple[str, ...]:
        """See the function `place`."""
        company = Counter(_group(each) for each in new)
        return tuple(self._file(each, company[_group(each)]) for each in new)

    def _file(self, new: New, company: int) -> str:
        beside = self._beside(new)
        if beside is None:
            alone = company < FEWEST_IN_A_GROUP
            beside = self._found("" if alone else _group(new)[1], folder_of(new.kind.name))
        file = self._with_room(beside)
        self._size[file] += 1
        return file

    def _beside(self, new: New) -> str | None:
        """The file that has most of its kin, None where there is no kin."""
        labels = [_labelled(new.kind.name, new.labels)] if new.labels else []
        for group in (*labels, _group(new)):
            if files := self._kin.get(group):
                most = max(files.values())
                return min(file for file, count in files.items() if count == most)
        return None

    def _found(self, group: str, kind: str) -> str:
        """A new file that the tenant's manifests would be looked for in."""
        file = f"{kind}/{group}.yaml" if group else f"{kind}.yaml"
        tried: list[str] = []
        for pattern in self._patterns:
            for name in (file, file.replace("/", "-")):
                tried.append((PurePosixPath(_start(pattern)) / name).as_posix())
                if finds(self._root, pattern, tried[-1]):
                    return tried[-1]
        for pattern in self._patterns:
            if not is_glob(pattern) and pattern.endswith(_ENDINGS):
                return PurePosixPath(pattern).as_posix()
        raise ProjectError(
            "RUN160",
            f"none of the tenant's `manifests` would find the new file {tried[0]}",
            hint=f'add "{PurePosixPath(tried[0]).parent}/*.yaml" to them in reconciler.yaml',
        )

    def _with_room(self, file: str) -> str:
        """The file, or the first of those that carry on where it is full."""
        path, number = PurePosixPath(file), 1
        while self._size[file] >= MOST_IN_A_FILE:
            number += 1
            following = path.with_stem(f"{path.stem}-{number}").as_posix()
            if not any(finds(self._root, each, following) for each in self._patterns):
                break  # a project whose files are named one by one wants it all in them
            file = following
        return file


def folder_of(kind: str) -> str:
    """The folder of a kind: `UserProfile` goes to `user-profiles`."""
    words = kebab(kind)
    return words[:-1] + "ies" if words.endswith("y") else words + "s"


def _start(pattern: str) -> str:
    """The folder in which a pattern begins to stand for many files."""
    parts = PurePosixPath(pattern).parts
    first = next((n for n, part in enumerate(parts) if is_glob(part)), len(parts))
    if first == len(parts) and pattern.endswith(_ENDINGS):
        first -= 1
    return PurePosixPath(*parts[:first]).as_posix()


def _groups_of(each: Resource[Any]) -> Iterable[_Group]:
    kind = each.address.kind
    if each.labels:
        yield _labelled(kind, each.labels)
    yield kind, _first_word(each.address.name)
    for value in vars(each.spec).values():
        if value is not None and (name := getattr(value, "name", None)) is not None:
            yield kind, plain_slug(name)


def _labelled(kind: str, labels: Mapping[str, str]) -> _Group:
    return kind, "\n".join(f"{key}={value}" for key, value in sorted(labels.items()))


def _group(new: New) -> _Group:
    """What a new object has in common with others: people what they hold, else the first word."""
    if not new.kind.shape.person:
        return new.kind.name, _first_word(new.name)
    held = next((each for each in new.spec.values() if isinstance(each, (str, dict))), "")
    name = held if isinstance(held, str) else str(held.get("name") or held.get("id") or "")
    return new.kind.name, plain_slug(name)


def _first_word(name: str) -> str:
    return re.split(r"[-._@+]", name, maxsplit=1)[0]
