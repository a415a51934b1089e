"""The files that are set in one layout: those of a project, or those at some paths."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.contract.discover import discover
from reconciler.manifests import positions
from reconciler.manifests.contents import content
from reconciler.manifests.files import FILE, find, find_paths
from reconciler.manifests.formatting import formatted
from reconciler.manifests.key_order import order_of
from reconciler.manifests.project import Project
from reconciler.manifests.writing import write_all
from reconciler.model.diagnostic import Diagnostic, InvalidInputError

_JSON = ".json"


@dataclass(frozen=True, slots=True)
class Layouts:
    """Files with their bytes, and those that change with the bytes that they get."""

    root: Path
    before: Mapping[str, bytes] = field(repr=False)
    after: Mapping[str, bytes] = field(repr=False)

    def write(self) -> None:
        """Write them, all or none; raises UsageError where one cannot be."""
        if self.after:
            write_all(self.root, self.after, {file: self.before[file] for file in self.after})


@dataclass(frozen=True, slots=True)
class Anywhere(Layouts):
    """Files that somebody named, in or outside of a project."""

    def write(self) -> None:
        """Write them, all or none; raises UsageError where one cannot be."""
        root = Path(Path().absolute().anchor)
        names = {file: os.path.relpath(file, root) for file in self.after}
        if self.after:
            write_all(
                root,
                {names[file]: data for file, data in self.after.items()},
                {name: self.before[file] for file, name in names.items()},
            )


def of_project(project: Project) -> Layouts:
    """The manifests and patches of all tenants, and the project file; raises InvalidInputError.

    JSON has no comments and no layout of its own, and stays as it is.
    """
    files = {FILE: None}
    for tenant in project.tenants.values():
        files |= dict.fromkeys(find(project.root, tenant.manifests, may_be_none=True))
        files |= dict.fromkeys(find(project.root, tenant.patches, "patches", may_be_none=True))
    return _laid_out(project.root, [each for each in files if not each.endswith(_JSON)])


def of_paths(paths: Sequence[Path]) -> Layouts:
    """The files at these paths; raises UsageError, InvalidInputError."""
    files = [each for each in find_paths(paths) if not each.endswith(_JSON)]
    made = _laid_out(Path(), files)
    return Anywhere(made.root, made.before, made.after)


def set_anew(file: str, data: bytes) -> bytes:
    """The bytes of one file in the one layout; raises InvalidInputError."""
    return formatted(file, data, order_of(discover()))


def _laid_out(root: Path, files: Iterable[str]) -> Layouts:
    order = order_of(discover())
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    problems: list[Diagnostic] = []
    for file in files:
        data = content(root, file)
        if isinstance(data, Diagnostic):
            problems.append(data)
            continue
        before[file] = data
        try:
            new = formatted(file, data, order)
        except InvalidInputError as error:
            problems.extend(error.diagnostics)
            continue
        if new != data:
            after[file] = new
    if problems:
        raise InvalidInputError(positions.attach(problems, before.__getitem__))
    return Layouts(root, before, after)
