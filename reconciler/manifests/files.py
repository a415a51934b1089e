"""Which files hold manifests; names are relative to the project and use `/`."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from reconciler.errors import ProjectError, UsageError

ENDINGS = (".yaml", ".yml", ".json")


def find(root: Path, patterns: Iterable[str]) -> tuple[str, ...]:
    """The files that the patterns of a project name, sorted; raises ProjectError."""
    found: set[str] = set()
    for pattern in patterns:
        names = glob.glob(pattern, root_dir=root, recursive=True)
        files = {Path(name).as_posix() for name in names if (root / name).is_file()}
        if not files:
            raise ProjectError(
                "PRJ110",
                f"no file matches `{pattern}`",
                hint=f"add manifests under {root.resolve()}, or correct `manifests` in "
                "reconciler.yaml",
            )
        for name in sorted(files):
            inside(root, name)
        found |= files
    return tuple(sorted(found))


def inside(root: Path, name: str) -> Path:
    """The path of a file of the project; raises ProjectError where it lies outside."""
    if not (root / name).resolve().is_relative_to(root.resolve()):
        raise ProjectError(
            "PRJ111",
            f"`{name}` lies outside the project's folder",
            hint="keep it beside reconciler.yaml; links that lead out are not followed",
        )
    return root / name


def find_paths(paths: Iterable[Path]) -> tuple[str, ...]:
    """The files at the given paths, folders searched; raises UsageError."""
    found: dict[str, None] = {}
    for path in paths:
        if path.is_dir():
            names = sorted(
                each.as_posix()
                for ending in ENDINGS
                for each in path.rglob(f"*{ending}")
                if each.is_file() and not _hidden(each.relative_to(path))
            )
            if not names:
                raise UsageError("PRJ110", f"there is no manifest in {path}")
            found.update(dict.fromkeys(names))
        elif path.is_file():
            found[path.as_posix()] = None
        else:
            raise UsageError("PRJ112", f"there is no file {path}")
    return tuple(found)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
