"""The small tenant of a catalogue, and which calls to it were writes."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from tests.vendors.catalogue import Catalogue
from tests.workshop import Call, Workshop

WIDE = "thresholds: {destroy: 100, people: 100%, administrators: 100}\n"
"""The guards have tests of their own; here nothing is to be stopped by a number."""


def workshop(root: Path, catalogue: Catalogue) -> Workshop:
    """The small tenant of a catalogue, and a project over it."""
    (root / "reconciler.yaml").write_text(catalogue.project + WIDE, encoding="utf-8")
    (root / "seed.yaml").write_text(catalogue.seed, encoding="utf-8")
    return Workshop(root)


def writes(catalogue: Catalogue, calls: Iterable[Call]) -> list[Call]:
    """The calls that were no reads."""
    reads = catalogue.reads
    return [c for c in calls if not any(fnmatchcase(f"{c.method} {c.path}", r) for r in reads)]
