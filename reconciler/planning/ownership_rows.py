"""The ownership rows that an apply of a plan records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reconciler.model.live import LiveObject
from reconciler.model.orders import Orders, RecordUpdate
from reconciler.model.ownership import Row
from reconciler.model.value import Json


@dataclass(frozen=True, slots=True)
class Unwritten:
    """Records that come and go with a plan though nothing is written to the tenant for them."""

    keep: tuple[Row, ...]
    drop: tuple[str, ...]


def row(update: RecordUpdate, rows: Mapping[str, Row], *, object_id: str, applied: Json) -> Row:
    """The record of an object once its change is carried out; `rows` are those until then."""
    before = rows.get(update.previous_address or update.address) or rows.get(update.address)
    if update.reverts and before is not None:
        return replace(before, name=update.name)
    return Row.of(
        address=update.address,
        object_id=object_id,
        name=update.name,
        applied=applied,
        prevent_destroy=update.prevent_destroy,
        adopted=update.adopts or (before is not None and before.adopted),
    )


def landed(keep: Row | None, live: LiveObject | None) -> Row | None:
    """The record that an intent kept, once its object is there: with its id and its name."""
    return replace(keep, object_id=live.id, name=live.name) if keep and live else None


def unwritten(orders: Orders, rows: Mapping[str, Row]) -> Unwritten:
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
        for each in orders.rewritten
    ]
    drop = []
    for update in orders.recorded:
        if update.forgets:
            drop.append(update.address)
            continue
        assert update.object_id is not None  # noqa: S101 - orders are of objects that are there
        keep.append(row(update, rows, object_id=update.object_id, applied=update.declared))
        if update.previous_address:
            drop.append(update.previous_address)
    return Unwritten(tuple(keep), tuple(drop))
