"""Recovery: the outcome of operations that no run recorded, from what the tenant has now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.journal import Intent, Settled, Unsettled
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.name import normal
from reconciler.model.ownership import Row
from reconciler.model.value import Json, Values, from_json
from reconciler.planning import diff
from reconciler.planning.match import LiveIndex
from reconciler.planning.ownership_rows import landed

NOT_LANDED = "the run ended before its outcome was known; it did not land"
OF_OLD = "the run ended before its outcome was known; its version did not keep what it wrote"
HALF = "the run ended before its outcome was known; a part of the change landed"
CHANGED = "the run ended before its outcome was known; by now somebody changed the object"


def name_of(intent: Intent) -> str:
    """The vendor's name of the object that an operation creates."""
    return str(_values(intent.after).get("name", ""))


def is_doubtful(intent: Intent, live: LiveObject | None) -> bool:
    """Return whether a partial view of a kind leaves the outcome of an operation unknown."""
    if intent.action == Action.DELETE:
        return live is None
    return live is None or bool(diff.differing(live.values, _values(intent.after)))


def judged(intent: Intent, live: LiveObject | None) -> Settled:
    """The outcome of an operation, by what the tenant has of its object now."""
    if intent.after is None and intent.action != Action.DELETE:
        return _failed(intent, OF_OLD)
    if intent.action == Action.DELETE:
        return _done(intent, None) if live is None else _failed(intent, NOT_LANDED)
    if live is not None and not diff.differing(live.values, _values(intent.after)):
        return _done(intent, live)
    if intent.action == Action.CREATE:
        return _failed(intent, NOT_LANDED if live is None else CHANGED)
    as_before = live is not None and not diff.differing(live.values, _values(intent.before))
    if live is not None and not as_before and _is_half_done(intent, live):
        return replace(_failed(intent, HALF), object_id=live.id, digest=live.digest)
    return _failed(intent, NOT_LANDED if as_before else CHANGED)


def _is_half_done(intent: Intent, live: LiveObject) -> bool:
    """Return whether each attribute is as it was before or as it is meant to be.

    So an operation of several calls leaves an object when it ends between two of them.
    """
    before, after = _values(intent.before), _values(intent.after)
    return bool(before) and all(
        not diff.differing(live.values, {key: after[key]})
        or (key in before and not diff.differing(live.values, {key: before[key]}))
        for key in after
    )


def rows_after(
    rows: Mapping[str, Row], unsettled: Iterable[Unsettled], snapshot: Snapshot
) -> Mapping[str, Row]:
    """The records once the open operations are understood; nothing is written.

    Where a part is hidden, absence proves nothing: what is doubtful then is left open.
    """
    open_ = list(unsettled)
    if not open_:
        return rows
    look = _finder(snapshot)
    known = dict(rows)
    for each in open_:
        live = look(each.intent)
        partial = Address.parse(each.intent.address).group_kind in snapshot.partial
        if partial and is_doubtful(each.intent, live):
            continue
        settled = judged(each.intent, live)
        if settled.outcome == "done":
            left = known.get(settled.drop or "")
            if left is not None and left.object_id == settled.object_id:
                del known[left.address]
            if settled.keep is not None:
                known[settled.keep.address] = settled.keep
    return known


def _finder(snapshot: Snapshot) -> Callable[[Intent], LiveObject | None]:
    index = LiveIndex(snapshot)

    def look(intent: Intent) -> LiveObject | None:
        kind = Address.parse(intent.address).group_kind
        if intent.object_id is not None:
            return index.by_id.get((kind, intent.object_id))
        wanted = normal(name_of(intent))
        named = index.named(kind, name_of(intent))
        return next((each for each in named if normal(each.name) == wanted), None)

    return look


def _done(intent: Intent, live: LiveObject | None) -> Settled:
    return Settled(
        operation=intent.operation,
        outcome="done",
        object_id=live.id if live else intent.object_id,
        digest=live.digest if live else None,
        keep=landed(intent.keep, live),
        drop=intent.drop,
    )


def _failed(intent: Intent, why: str) -> Settled:
    return Settled(operation=intent.operation, outcome="failed", error=why)


def _values(data: Json) -> Values:
    values = from_json(data)
    return values if isinstance(values, dict) else {}
