"""The ownership rows that an apply of a plan records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.live import LiveObject
from reconciler.model.ownership import Row
from reconciler.model.plan import Plan
from reconciler.model.value import Json


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Records that come and go with a plan though nothing is written to the tenant for them."""

    keep: tuple[Row, ...]
    drop: tuple[str, ...]


def row(  # noqa: PLR0913 - the facts of a record
    plan: Plan,
    change: Change,
    rows: Mapping[str, Row],
    *,
    object_id: str,
    name: str,
    applied: Json,
) -> Row:
    """The record of an object once its change is carried out; `rows` are those until then."""
    before = rows.get(change.previous_address or change.address) or rows.get(change.address)
    if plan.mode == "revert" and before is not None:
        return replace(before, name=name)
    return Row.of(
        address=change.address,
        object_id=object_id,
        name=name,
        applied=applied,
        prevent_destroy=change.prevent_destroy,
        adopted=change.action is Action.ADOPT or (before is not None and before.adopted),
    )


def landed(keep: Row | None, live: LiveObject | None) -> Row | None:
    """The record that an intent kept, once its object is there: with its id and its name."""
    return replace(keep, object_id=live.id, name=live.name) if keep and live else None


def unwritten(plan: Plan, tenant: str, rows: Mapping[str, Row]) -> Unwritten:
    """Adopted, moved and forgotten objects of a tenant, and rows that Git has overtaken."""
    keep = [
        Row.of(
            each.address,
            each.object_id,
            each.name,
            each.applied,
            prevent_destroy=each.prevent_destroy,
            adopted=each.adopted,
        )
        for each in plan.records
        if Address.parse(each.address).tenant == tenant
    ]
    drop = []
    for change in plan.changes:
        if change.tenant != tenant or change.writes:
            continue
        if change.action is Action.FORGET:
            drop.append(change.address)
        elif change.object_id is not None:
            name, applied = change.name, change.after
            keep.append(
                row(plan, change, rows, object_id=change.object_id, name=name, applied=applied)
            )
            if change.previous_address:
                drop.append(change.previous_address)
    return Unwritten(tuple(keep), tuple(drop))
