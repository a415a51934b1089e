"""How much a check of manifests judged."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a check judged; `left_to_the_tenant` are references that manifests cannot resolve.

    What several tenants share is judged, and counted, for each of them; files are counted once.
    """

    tenants: int = 0
    manifests: int = 0
    files: frozenset[str] = frozenset()
    references: int = 0
    left_to_the_tenant: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.tenants + other.tenants,
            self.manifests + other.manifests,
            self.files | other.files,
            self.references + other.references,
            self.left_to_the_tenant + other.left_to_the_tenant,
        )


NOTHING_JUDGED = Counts()
