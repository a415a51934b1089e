"""How much a check judged, in one line: what was not looked at is found by its count."""

from __future__ import annotations

from reconciler.model.counts import Counts


def judged_line(counts: Counts, *, asked: bool) -> str:
    """`Judged 104 manifests in 12 files, and 388 references; ...`.

    `asked` says that a snapshot answered for the tenant.
    """
    of = f" of {counts.tenants} tenants" if counts.tenants > 1 else ""
    line = (
        f"Judged {number(counts.manifests, 'manifest')}{of} in "
        f"{number(len(counts.files), 'file')}, with {number(counts.references, 'reference')}"
    )
    if asked or not counts.left_to_the_tenant:
        return f"{line}."
    left = counts.left_to_the_tenant
    which = "which" if left == counts.references else "of which"
    only = "" if left == counts.references else f" {left:,}"
    return f"{line}, {which}{only} only the tenant can tell: `reconciler plan` asks it."


def number(count: int, word: str) -> str:
    """`1 file`, `1,200 files`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"
