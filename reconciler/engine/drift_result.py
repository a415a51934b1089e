"""The result of a drift check, for what reports it and acts on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.engine.prepare import Prepared
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.live import Snapshot
from reconciler.model.ownership import Row
from reconciler.model.plan import TenantRead
from reconciler.planning.drift import TenantDrift


@dataclass(frozen=True, slots=True)
class Looked:
    """A tenant whose drift was checked, and what was found; `rows` is the state as read.

    `notes` are about the check itself.
    """

    here: Prepared
    snapshot: Snapshot
    found: TenantDrift
    rows: Mapping[str, Row]
    read: TenantRead
    notes: tuple[Diagnostic, ...] = ()
