"""Which hooks vendors give and which they do not offer, as rows: one source for every report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.contract.answers import NotOffered, hooks
from reconciler.contract.vendor import Kind, Vendor

PARTS = {
    "shape": "shape",
    "lifecycle": "lifecycle",
    "access": "access",
    "api": "API",
}
"""The four parts of a kind, each with its title, in the order of the report."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook of a kind, or of the vendor itself where `kind` and `part` are empty.

    `reason` and `document` are empty where the vendor gives it.
    """

    kind: str
    part: str
    name: str
    reason: str
    document: str

    @property
    def is_given(self) -> bool:
        """Return whether the vendor has it."""
        return not self.reason


def answers(vendor: Vendor) -> Iterator[Hook]:
    """Every hook of the vendor, then of each of its kinds."""
    yield from _of(vendor, "", "")
    for kind in vendor.kinds:
        yield from _of_kind(kind)


def _of_kind(kind: Kind) -> Iterator[Hook]:
    for part in PARTS:
        yield from _of(getattr(kind, part), kind.name, part)


def _of(part: object, kind: str, name: str) -> Iterator[Hook]:
    for hook, answer in hooks(part):
        lacks = answer if isinstance(answer, NotOffered) else NotOffered("", "")
        yield Hook(kind, name, hook, lacks.reason, lacks.document)
