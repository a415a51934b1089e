"""Values of attributes in normal form: what the planner compares and the state remembers.

A value is a scalar, a `Ref`, a frozenset (lists of access systems have no order) or a mapping
of them. Vendors turn manifests and API bodies into this form; generic code does the rest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

Scalar: TypeAlias = str | int | float | bool | None
Value: TypeAlias = "Scalar | frozenset[str] | Mapping[str, Value]"
Values: TypeAlias = Mapping[str, Value]
Json: TypeAlias = Any
"""Plain JSON data, as plans, the state and reports carry it."""


class Ref(str):
    """The vendor's id of another object: equal to its text, but shown by name."""

    __slots__ = ()


class Pending(Ref):
    """The address of an object that has no vendor id yet: this plan creates it."""

    __slots__ = ()


class Unresolved(Ref):
    """A name that nothing we know carries: only the tenant could say."""

    __slots__ = ()


class Unseen(Ref):
    """The id of something that we know and that the identity that reads does not see."""

    __slots__ = ()


class Hidden(Ref):
    """A reference that is there and not shown to the identity that reads: unknown, not absent."""

    __slots__ = ()


HIDDEN = Hidden("(hidden)")
"""The one value of what is not shown; it equals no id."""


def at(values: Value, path: tuple[str, ...]) -> Value:
    """The value of an attribute, None where there is none."""
    for key in path:
        if not isinstance(values, Mapping):
            return None
        values = values.get(key)
    return values


def refs(value: Value, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Ref]]:
    """Every reference inside `value` with the path of the attribute that holds it."""
    # what most values are comes first, and what is slow to tell last: plans ask for all of a tenant
    if isinstance(value, str):
        if isinstance(value, Ref):
            yield path, value
    elif isinstance(value, frozenset):
        for member in value:
            if isinstance(member, Ref):
                yield path, member
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(item, str):
                yield from refs(item, (*path, key))
            elif isinstance(item, Ref):
                yield (*path, key), item


def to_json(value: Value, name_of: Callable[[Ref], str]) -> Json:
    """Plain JSON: sets as lists sorted by what is shown, references with id and name."""
    if isinstance(value, Hidden):
        return {"hidden": True}
    if isinstance(value, Ref):
        key = "address" if isinstance(value, Pending) else "id"
        return {key: str(value), "name": name_of(value)}
    if isinstance(value, frozenset):
        return sorted((to_json(item, name_of) for item in value), key=_shown)
    if isinstance(value, Mapping):
        return {key: to_json(item, name_of) for key, item in value.items()}
    return value


def from_json(data: Json) -> Value:
    """The inverse of `to_json`, but for the names, which only people need."""
    if isinstance(data, dict):
        if data.keys() == {"id", "name"}:
            return Ref(data["id"])
        if data.keys() == {"address", "name"}:
            return Pending(data["address"])
        if data == {"hidden": True}:
            return HIDDEN
        return {key: from_json(item) for key, item in data.items()}
    if isinstance(data, list):
        members = (from_json(item) for item in data)
        return frozenset(member for member in members if isinstance(member, str))
    return data  # type: ignore[no-any-return]


_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def digest(data: Json) -> str:
    """A short fingerprint of JSON data, independent of the order of keys."""
    return hashlib.sha256(_CANONICAL.encode(data).encode()).hexdigest()[:32]


def _shown(item: Json) -> tuple[str, str]:
    if isinstance(item, dict):
        return (item["name"], item.get("id") or item["address"])
    return (str(item), "")
