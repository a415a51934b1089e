"""Seeds of sandbox tenants as files: whether one was changed since, and where its faults are."""

from __future__ import annotations

import hashlib
from pathlib import Path

from reconciler.manifests.positions import attach
from reconciler.model.diagnostic import Diagnostic, Origin, Severity
from reconciler.sandbox.seed_problems import SeedError

_KEPT = "seed digest"
_CHANGED = "PRJ176"


def is_changed(database: Path, seed: bytes) -> bool:
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
            )
            for each in error.problems
        ),
        lambda _file: data,
    )
