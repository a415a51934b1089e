"""Administrators by their profile: who administers a tenant, and what one would lose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.contract.access import Standing
from reconciler.model.value import Ref, Values, refs
from reconciler.vendors.webexcc.permissions import AGENTS, everything, rank

ALL = "all"
ADMINISTRATION = ("user", "user-profile")
"""Who edits these gives access to everybody, themselves included."""


def administers(person: Standing) -> bool:
    """Full access, or edit on users and user profiles, with all resources."""
    profile = _profile(person)
    if profile is None or profile.get("resources") != ALL:
        return False
    levels = _levels(profile)
    return all(levels.get(permission) == "edit" for permission in ADMINISTRATION)


def powers(person: Standing) -> frozenset[str] | None:
    """Edit on users gives rights, edit on user profiles defines them; an agent's full access is
    that of the desktop.
    """
    profile = _profile(person)
    if profile is None:
        return None
    if profile.get("fullAccess") is True and profile.get("profileType") in AGENTS:
        return frozenset()
    levels = _levels(profile)
    held = {f"edit on {each}" for each in ADMINISTRATION if levels.get(each) == "edit"}
    return frozenset(held | {"administers the tenant"} if administers(person) else held)


def lost(before: Standing, after: Standing) -> tuple[str, ...]:
    """The permissions that sink, and the resources that go out of reach."""
    was, will = _profile(before), _profile(after)
    if was is None or will is None:
        return ()
    return (*_sunk(_levels(was), _levels(will)), *_out_of_reach(was, will, before))


def _profile(person: Standing) -> Values | None:
    key = person.values.get("userProfile")
    return person.of(key) if isinstance(key, Ref) else None


def _levels(profile: Values) -> Values:
    if profile.get("fullAccess") is True:
        return everything(str(profile.get("profileType")))
    levels = profile.get("permissions")
    return levels if isinstance(levels, Mapping) else {}


def _sunk(was: Values, will: Values) -> Iterator[str]:
    for permission, level in sorted(was.items()):
        if rank(will.get(permission)) < rank(level):
            yield f"`{level}` on {permission}"


def _out_of_reach(was: Values, will: Values, before: Standing) -> Iterator[str]:
    if will.get("resources") == ALL:
        return
    if was.get("resources") == ALL:
        yield "all resources"
        return
    for key in sorted(_collections(was) - _collections(will)):
        known = before.of(key)
        yield f"the resource collection `{known['name'] if known else key}`"


def _collections(profile: Values) -> frozenset[Ref]:
    resources = profile.get("resources")
    chosen = resources.get("collections") if isinstance(resources, Mapping) else None
    return frozenset(key for _, key in refs(chosen))
