"""Files that are written like manifests and that no pattern of the project matches.

A `.yml` beside `**/*.yaml`, or a folder with a typo, declares nothing, and nobody notices. Only the
names of files are compared, and of the few that are left the first bytes are read.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from reconciler.contract.vendor import Vendor
from reconciler.manifests.search import ENDINGS, PROJECT, finds, search
from reconciler.model.diagnostic import Diagnostic, Origin, Position, Severity

if TYPE_CHECKING:
    from reconciler.manifests.project import Tenant

MOST_ENTRIES = 50_000
"""So many files and folders are gone through: a project may lie in a much larger repository."""
MOST_READ = 1_000
_HEAD = 16 * 1024
_MOST_JSON = 1024 * 1024
_NOT_OURS = frozenset({"node_modules", "__pycache__", "site-packages"})
_YAML = re.compile(r"""^(?:\{\s*)?["']?apiVersion["']?\s*:\s*["']?([A-Za-z0-9-]+)/""", re.MULTILINE)
_JSON = re.compile(r'"apiVersion"\s*:\s*"([A-Za-z0-9-]+)/')


def unmatched(
    root: Path, tenants: Iterable[Tenant], vendors: Mapping[str, Vendor]
) -> tuple[Diagnostic, ...]:
    """A warning for each file with a manifest of a known system that no tenant reads.

    Hidden files and folders are left out, and folders that are projects of their own.
    """
    tenants = tuple(tenants)
    patterns = [each for tenant in tenants for each in (*tenant.manifests, *tenant.patches)]
    known = {os.path.realpath(root / PROJECT)}
    known |= {os.path.realpath(root / each.seed) for each in tenants if each.seed}
    try:
        known |= {found.real for each in patterns for found in search(root, each)}
    except OSError:
        return ()  # reading the manifests says what is wrong
    found: list[Diagnostic] = []
    read = 0
    for path in _candidates(root):
        if os.path.realpath(path) in known:
            continue
        read += 1
        if read > MOST_READ:
            break
        if (place := _manifest(root, path, vendors)) is not None:
            manifests = [pattern for tenant in tenants for pattern in tenant.manifests]
            found.append(_warning(root, place, manifests))
    return tuple(sorted(found, key=Diagnostic.sort_key))


def _candidates(root: Path) -> Iterator[Path]:
    """The files below the root that are named as manifests are, in upper case too."""
    folders, entries = [str(root)], 0
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as listed:
                here = sorted(listed, key=lambda each: each.name)
        except OSError:
            continue
        names = {each.name for each in here}
        if folder != str(root) and (PROJECT in names or "pyvenv.cfg" in names):
            continue
        for each in here:
            entries += 1
            if entries > MOST_ENTRIES:
                return
            if each.name.startswith(".") or each.is_symlink():
                continue
            if each.is_dir():
                if each.name not in _NOT_OURS:
                    folders.append(each.path)
            elif each.name.casefold().endswith(ENDINGS) and each.is_file():
                yield Path(each.path)


def _manifest(root: Path, path: Path, vendors: Mapping[str, Vendor]) -> Position | None:
    """Where a file says that it is a manifest of a system that is known here."""
    is_json = path.name.casefold().endswith(".json")
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_JSON if is_json else _HEAD)
    except OSError:
        return None
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    if is_json and not _is_manifest(text, vendors):
        return None
    for match in (_JSON if is_json else _YAML).finditer(text):
        if match[1] in vendors:
            start = text.rfind("\n", 0, match.start(1)) + 1
            line = text[start:].partition("\n")[0]
            column = len(line) - len(line.lstrip()) + 1
            name = path.relative_to(root).as_posix()
            number = text.count("\n", 0, match.start(1)) + 1
            return Position(name, number, column, len(line.rstrip()) + 1, line)
    return None


def _is_manifest(text: str, vendors: Mapping[str, Vendor]) -> bool:
    """Whether a JSON document is a manifest itself: a schema has the words further inside."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    api_version = value.get("apiVersion") if isinstance(value, dict) else None
    return isinstance(api_version, str) and api_version.partition("/")[0] in vendors


def _warning(root: Path, place: Position, patterns: Iterable[str]) -> Diagnostic:
    return Diagnostic(
        Severity.WARNING,
        "PRJ180",
        "no pattern of the project matches this file: what it declares is not read",
        hint=_hint(root, place.file, tuple(dict.fromkeys(patterns))),
        origin=Origin(place.file, 0, place.line),
        position=place,
    )


def _hint(root: Path, name: str, patterns: tuple[str, ...]) -> str:
    file = PurePosixPath(name)
    for ending in ENDINGS:
        renamed = file.with_suffix(ending).as_posix()
        if renamed != name and any(finds(root, each, renamed) for each in patterns):
            if file.suffix not in ENDINGS:
                return f"rename it to {renamed}: the ending is {', '.join(ENDINGS)} in lower case"
            like = (file.parent / f"*{file.suffix}").as_posix()
            return f'rename it to {renamed}, or add "{like}" to `manifests` in reconciler.yaml'
    suffix = file.suffix if file.suffix in ENDINGS else ENDINGS[0]
    like = (file.parent / f"*{suffix}").as_posix()
    folder = file.parts[0] if len(file.parts) > 1 else ""
    known = {PurePosixPath(each).parts[0] for each in patterns if "/" in each}
    aside = "or give it a name that begins with a dot"
    if folder and folder not in known and (meant := get_close_matches(folder, sorted(known))):
        return (
            f"did you mean the folder `{meant[0]}`? Move it there, "
            f'or add "{like}" to `manifests` in reconciler.yaml'
        )
    return f'add "{like}" to `manifests` of its tenant in reconciler.yaml, {aside}'
