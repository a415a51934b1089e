"""Names that were ever used: every reading of a tenant adds those that it sees to the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from reconciler.engine.prepare import Prepared, Work
from reconciler.errors import StateError
from reconciler.model.address import Address, GroupKind
from reconciler.model.live import Snapshot
from reconciler.model.name import folded


def remembered(work: Work, here: Prepared, snapshot: Snapshot) -> Prepared:
    """The same, with the names of this reading among the used ones.

    They are kept in the state, where there is one; a failure is reported, and stops nothing.
    """
    names = _names(here, snapshot)
    new = {key: each for key, each in names.items() if key not in here.spent}
    if new and not here.stateless and work.instead is None:
        _keep(work, here, new)
    return replace(here, spent={**names, **here.spent}) if new else here


def _names(here: Prepared, snapshot: Snapshot) -> Mapping[tuple[GroupKind, str], str]:
    """The names that are in use, and those that an apply gave and somebody changed since."""
    kinds = {key for key, kind in here.groups.kinds.items() if kind.lifecycle.spends_names}
    if not kinds:
        return {}
    given = (
        ((kind, folded(row.name)), row.object_id)
        for row in here.rows.values()
        if (kind := Address.parse(row.address).group_kind) in kinds
    )
    used = {
        (kind, folded(each.name)): each.id
        for kind in kinds
        for each in snapshot.objects.get(kind, ())
    }
    return {**dict(given), **used}


def _keep(work: Work, here: Prepared, new: Mapping[tuple[GroupKind, str], str]) -> None:
    from reconciler.state.sql import open_state  # noqa: PLC0415 - most systems spend no names

    state = open_state(work.project.state, work.project.root)
    if state is None:
        return
    try:
        state.spend(here.tenant.name, new)
    except StateError as error:
        work.around.warn(f"the used names could not be recorded: {error.told.summary}")
    finally:
        state.close()
