"""Permissions of a profile's users after the plan: the view that its rules share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.model.diagnostic import Path
from reconciler.model.resource import Resource
from reconciler.rules.world import World
from reconciler.vendors.webexcc.models import UserProfile
from reconciler.vendors.webexcc.permissions import CUSTOM_ONLY, NO_ACCESS, everything


@dataclass(frozen=True, slots=True)
class Granted:
    """A profile's type and levels; `levels` is empty where nobody has said anything of them."""

    kind: str | None
    full: bool
    levels: Mapping[str, object]

    def level(self, permission: str) -> str:
        """The level of one permission, `none` where it is not granted."""
        return str(self.levels.get(permission, "none"))

    def grants(self, permission: str) -> bool:
        """Whether anything is granted."""
        return self.level(permission) not in NO_ACCESS

    def one_by_one(self, permissions: Iterable[str]) -> Iterator[str]:
        """Those that are granted by name; what full access brings along is no choice."""
        return (each for each in permissions if not self.full and self.grants(each))


def granted(profile: Resource[UserProfile], world: World) -> Granted:
    """The levels that the manifest declares, else those that the tenant has.

    Without either, and where the plan leaves a profile alone of which no level is declared,
    there is nothing to judge.
    """
    me, spec = world.of(profile.address), profile.spec
    kind, levels = me.values.get("profileType"), me.values.get("permissions")
    kind = kind if isinstance(kind, str) else None
    full = me.values.get("fullAccess") is True
    declared = spec.permissions is not None or spec.full_access is not None
    impossible = full and kind in CUSTOM_ONLY  # which is a finding of its own
    if impossible or (not declared and me.values == me.before):
        return Granted(kind, full=False, levels={})
    if full:
        return Granted(kind, full=True, levels=everything(kind or ""))
    return Granted(kind, full=False, levels=levels if isinstance(levels, Mapping) else {})


def at(permission: str) -> Path:
    """The place where a manifest has the level of a permission."""
    return ("spec", "permissions", permission)
