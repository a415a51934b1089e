"""Seeds of sandbox tenants as files: whether one was changed since, and where its faults are."""

from __future__ import annotations

import hashlib
from pathlib import Path as File

from reconciler.manifests.positions import attach
from reconciler.model.diagnostic import Diagnostic, Origin, Path, Position, Severity
from reconciler.sandbox.seed_problems import SeedError

_KEPT = "seed digest"
_CHANGED = "PRJ176"
_LARGE = 256 * 1024
"""Larger documents are not marked place by place (`manifests/parse.py`)."""


def is_changed(database: File, seed: bytes) -> bool:
    """Return whether the bytes of the seed differ from those that the tenant was filled from.

    The first seed that is seen with a tenant's data counts as theirs: data of former versions say
    nothing of it.
    """
    from reconciler.sandbox.store import Store  # noqa: PLC0415 - tenants of vendors have no SQL

    digest = hashlib.sha256(seed).hexdigest()
    store = Store(database)
    try:
        kept = store.get("meta", _KEPT)
        if kept is None:
            store.put("meta", {"id": _KEPT, "value": digest}, _KEPT)
        return kept is not None and kept["value"] != digest
    finally:
        store.close()


def changed(tenant: str, seed: str) -> str:
    """The warning about a seed that was changed."""
    return (
        f"{_CHANGED}: the seed `{seed}` was changed after the sandbox tenant `{tenant}` was filled "
        "from it, and the tenant still has the data of before "
        f"(`reconciler sandbox reset {tenant}` starts it over)"
    )


def diagnostics(file: str, data: bytes, error: SeedError) -> tuple[Diagnostic, ...]:
    """Every fault of a seed with its line and column."""
    lines = data.decode("utf-8", "replace").splitlines() if len(data) > _LARGE else None
    return attach(
        (
            Diagnostic(
                severity=Severity.ERROR,
                code=error.told.code,
                summary=f"the seed, {each.section}: {each.summary}",
                hint=each.hint,
                origin=Origin(file, 0, 1),
                path=each.path,
                on_key=each.on_key,
                position=_row(file, lines, each.path) if lines is not None else None,
            )
            for each in error.problems
        ),
        lambda _file: data,
    )


def _row(file: str, lines: list[str], path: Path) -> Position | None:
    """The line of a row in a large seed, which has a row a line and is not marked place by place.

    None where it is laid out otherwise.
    """
    section = next((n for n, line in enumerate(lines) if line.startswith(f"{path[0]}:")), None)
    if section is None:
        return None
    row = path[1] if len(path) > 1 and isinstance(path[1], int) else None
    if row is None:
        return _line(file, lines, section)
    begins = None
    for number in range(section + 1, len(lines)):
        text = lines[number].lstrip(" ")
        indent = len(lines[number]) - len(text)
        if text.startswith("- ") and (begins is None or indent == begins):
            begins = indent
            if row == 0:
                return _line(file, lines, number)
            row -= 1
        elif text and indent == 0 and not text.startswith(("#", "- ")):
            break
    return None


def _line(file: str, lines: list[str], number: int) -> Position:
    text = lines[number]
    column = len(text) - len(text.lstrip(" ").removeprefix("- ")) + 1
    return Position(file, number + 1, column, len(text) + 1, text)
