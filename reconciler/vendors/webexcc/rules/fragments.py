"""Pieces of JSON Schema that several rules say of a profile's `permissions`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.rules.rule import Schema
from reconciler.vendors.webexcc.permissions import NO_ACCESS, PARENTS

Fragment = dict[str, Any]

NOTHING: Fragment = {"enum": sorted(NO_ACCESS)}
"""A level that grants nothing."""


def permissions(fragment: Schema) -> Fragment:
    """What a fragment says of the map of permissions, said of a whole spec."""
    return {"properties": {"permissions": fragment}}


def holds(name: str, level: Schema) -> Fragment:
    """The map has this permission, at such a level."""
    return {"properties": {name: level}, "required": [name]}


def granted(name: str) -> Fragment:
    """The map grants this permission."""
    return holds(name, {"not": NOTHING})


def of_type(kind: str, then: Schema) -> Fragment:
    """What holds for profiles of one type; one that leaves its type out is not judged."""
    is_kind = {"properties": {"profileType": {"const": kind}}, "required": ["profileType"]}
    return {"if": is_kind, "then": then}


def none_of(names: Iterable[str]) -> Fragment:
    """None of these permissions is granted."""
    return permissions({"properties": dict.fromkeys(sorted(names), NOTHING)})


def with_their_parents(children: Iterable[str]) -> Fragment:
    """Each of these permissions is granted only with its parent at one of its levels."""
    return permissions(
        {
            "allOf": [
                {"if": granted(each), "then": holds(parent.name, {"enum": list(parent.levels)})}
                for each in children
                for parent in (PARENTS[each],)
            ]
        }
    )
