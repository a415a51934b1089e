"""In which attributes an object is no longer as a plan saw it, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.plan import Plan
from reconciler.model.value import Json, Ref, to_json
from reconciler.planning.attribution import Subject

_MOST = 3


@dataclass(frozen=True, slots=True)
class Moved:
    """One thing that is no longer as a plan saw it, in words.

    `subject` is the object of the tenant that somebody changed, None where it was something else.
    """

    address: Address
    said: str
    subject: Subject | None = None


def moved(  # noqa: PLR0913 - what is known of an object that moved on
    address: Address,
    said: str,
    *,
    object_id: str = "",
    name: str = "",
    live: LiveObject | None = None,
    label: str = "",
) -> Moved:
    """An object of the tenant that is no longer as a plan saw it; `label` is what it is called."""
    names = frozenset({name, live.name if live else ""} - {""})
    changed_ = live.changed if live else None
    subject = Subject(live.id if live else object_id, names, changed_)
    return Moved(address, f"{label or address.short} {said}", subject)


TAKEN = "exists in the tenant by now"
GONE = "is gone from the tenant"
CHANGED = "was changed in the tenant"
UNMANAGED = "in what Git does not manage"


NO_NAMES: Mapping[str, str] = {}


def names_in(plan: Plan) -> dict[str, str]:
    """The names of the objects that a plan changes or that those refer to, by the vendor's ids."""
    names: dict[str, str] = {}
    for each in plan.changes:
        names |= {str(key): name for key, name in (*_names(each.before), *_names(each.after))}
        if each.object_id:
            names[each.object_id] = each.name
    return names


def names_of(snapshot: Snapshot) -> dict[str, str]:
    """The names of everything that a tenant has, by the vendor's ids."""
    names = {row.id: row.name for rows in snapshot.objects.values() for row in rows}
    return names | {item.id: item.name for items in snapshot.inventory.values() for item in items}


def changed(change: Change, live: LiveObject, names: Mapping[str, str] = NO_NAMES) -> str:
    """Report that an object is no longer as a plan saw it, and in what."""
    return f"{CHANGED}: {differences(change, live, names)}"


def differences(change: Change, live: LiveObject, names: Mapping[str, str] = NO_NAMES) -> str:
    """The planned and the live values: `permissions.queue view -> edit`; the first few of them.

    The plan keeps the managed attributes alone: where those are as they were, another one differs.
    What is referred to is called by its name, as far as the plan or `names` has it.
    """
    before = change.before if isinstance(change.before, dict) else {}
    known = {**names, **{str(key): name for key, name in _names(before)}}
    after = {
        key: to_json(value, lambda ref: known.get(str(ref), f"id {ref}"))
        for key, value in live.values.items()
        if key in before
    }
    found = list(_differences((), before, after))
    if not found:
        return UNMANAGED
    more = f" and {len(found) - _MOST} more" if len(found) > _MOST else ""
    return ", ".join(found[:_MOST]) + more


def _differences(path: tuple[str, ...], before: Json, after: Json) -> Iterator[str]:
    if before == after:
        return
    where = ".".join(path)
    if isinstance(before, list) and isinstance(after, list):
        yield from (f"{where} - {_word(each)}" for each in before if each not in after)
        yield from (f"{where} + {_word(each)}" for each in after if each not in before)
    elif _is_map(before) and _is_map(after):
        for key in dict.fromkeys((*before, *after)):
            yield from _differences((*path, key), before.get(key), after.get(key))
    else:
        yield f"{where} {_word(before)} -> {_word(after)}"


def _is_map(data: Json) -> bool:
    return isinstance(data, dict) and not _is_reference(data)


def _is_reference(data: dict[str, Json]) -> bool:
    return data.keys() in ({"id", "name"}, {"address", "name"}, {"hidden"})


def _word(data: Json) -> str:
    if isinstance(data, dict) and _is_reference(data):
        return str(data.get("name", "(hidden)"))
    if data is None:
        return "(none)"
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)


def _names(data: Json) -> Iterator[tuple[Ref, str]]:
    if isinstance(data, dict):
        if data.keys() == {"id", "name"}:
            yield Ref(data["id"]), data["name"]
            return
        data = list(data.values())
    if isinstance(data, list):
        for each in data:
            yield from _names(each)
