"""Which files hold manifests; names are relative to the root and use `/`.

A pattern is a file, a folder or a glob in which `**` stands for any number of folders. Folders are
searched through for what is named as manifests are; hidden files and project files are left out.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path, PurePath

from reconciler.errors import ProjectError, UsageError
from reconciler.manifests.parse import STDIN
from reconciler.manifests.search import BrokenLinkError, OutsideError, finds, is_glob, search

FILE = "reconciler.yaml"
"""The project file, at the root of a project."""


def find(
    root: Path,
    patterns: Iterable[str],
    key: str = "manifests",
    *,
    new: Collection[str] = (),
    may_be_none: bool = False,
) -> tuple[str, ...]:
    """The files that the patterns of a project name, sorted, each file once.

    `key` is where the project file has the patterns, `new` are files that are to be there soon.
    Raises ProjectError for one that matches no file (but where there `may_be_none`), for what leads
    out of the project, and for a link that leads nowhere.
    """
    found: dict[str, str] = {}
    for pattern in patterns:
        if PurePath(pattern).is_absolute() or ".." in PurePath(pattern).parts:
            raise _outside(pattern)
        try:
            files = list(search(root, pattern, within=os.path.realpath(root)))
        except OutsideError as error:
            raise _outside(error.name) from error
        except BrokenLinkError as error:
            raise ProjectError(
                "PRJ113",
                f"the link `{error.name}` leads {error.where}",
                hint="correct it or take it away: what it stands for would be missing silently",
            ) from error
        except OSError as error:
            raise ProjectError("PRJ114", _unsearchable(error)) from error
        expected = [each for each in new if finds(root, pattern, each)]
        if not files and not expected and not may_be_none:
            otherwise = f"add {key} under {root.resolve()}, or correct `{key}` in reconciler.yaml"
            raise ProjectError(
                "PRJ110",
                f"no file matches `{pattern}`",
                hint=_slashes(pattern) or otherwise,
            )
        for each in files:
            found.setdefault(each.real, each.name)
        for name in expected:
            found.setdefault(os.path.realpath(root / name), name)
    return tuple(sorted(found.values()))


def inside(root: Path, name: str) -> Path:
    """The path of a file of the project; raises ProjectError where it lies outside."""
    if not Path(os.path.realpath(root / name)).is_relative_to(os.path.realpath(root)):
        raise _outside(name)
    return root / name


def find_paths(paths: Iterable[Path]) -> tuple[str, ...]:
    """The files at the given paths, folders and globs; `-` is standard input. Raises UsageError."""
    found: dict[str, str] = {}
    for path in paths:
        if str(path) == "-":
            found["-"] = STDIN
            continue
        try:
            files = sorted(search(Path(), str(path)), key=lambda each: each.name)
        except OSError as error:
            raise UsageError("PRJ114", _unsearchable(error)) from error
        if not files:
            if path.is_dir():
                raise UsageError("PRJ110", f"there is no manifest in {path}")
            hint = _slashes(str(path))
            if is_glob(str(path)):
                raise UsageError("PRJ110", f"no file matches `{path}`", hint=hint)
            raise UsageError("PRJ112", f"there is no file {path}", hint=hint)
        for each in files:
            found.setdefault(each.real, each.name)
    return tuple(found.values())


def _slashes(pattern: str) -> str:
    """What to write instead of the separator of Windows, where a pattern has it."""
    if "\\" not in pattern:
        return ""
    return f"folders are separated by `/`, on Windows too: write `{pattern.replace(chr(92), '/')}`"


def _unsearchable(error: OSError) -> str:
    return f"the folder {error.filename} cannot be searched: {error.strerror}"


def _outside(name: str) -> ProjectError:
    return ProjectError(
        "PRJ111",
        f"`{name}` lies outside the project's folder",
        hint="keep it beside reconciler.yaml; links that lead out are not followed",
    )
