"""How much a check judged: what was passed over is noticed by its count."""

from __future__ import annotations

from reconciler.model.counts import Counts
from reconciler.reporting.counting import number


def judged_line(counts: Counts, *, asked: bool) -> str:
    """`Judged 104 manifests in 12 files, with 388 references.`, and what only the tenant shows.

    `asked` says that a snapshot answered for the tenant.
    """
    of = f" of {counts.tenants} tenants" if counts.tenants > 1 else ""
    line = (
        f"Judged {number(counts.manifests, 'manifest')}{of} in "
        f"{number(len(counts.files), 'file')}, with {number(counts.references, 'reference')}"
    )
    if asked or not counts.left_to_the_tenant:
        return f"{line}."
    left = number(counts.left_to_the_tenant, "reference")
    return f"{line}.\n{left} can only be checked with the tenant: `reconciler plan` does."
