"""Rights of the identity that applies, by its user profile: shared by rules about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.contract.access import Forbidden
from reconciler.model.change import Action
from reconciler.model.value import Hidden, Ref, Unseen, Value, at, refs
from reconciler.rules.rule import NotChecked
from reconciler.rules.world import Expected, World
from reconciler.vendors.webexcc.group import group_kind
from reconciler.vendors.webexcc.rules.documents import D1
from reconciler.vendors.webexcc.wire import COLLECTION, PROFILE, USER

MACHINE = NotChecked("the rights of who applies: no API returns those of a machine account")
_SOURCE = D1 / "Create a user profile"


@dataclass(frozen=True, slots=True)
class Rights:
    """A person's permissions, and the collections that limit them: None where nothing does."""

    name: str
    profile: Ref
    full: bool
    levels: Mapping[str, Value]
    own: frozenset[Ref] | None

    def may_view(self, permission: str) -> bool:
        """Whether they see what the permission is about."""
        return self.full or self.levels.get(permission) in ("view", "edit")

    def may_edit(self, permission: str) -> bool:
        """Whether they create and change what the permission is about."""
        return self.full or self.levels.get(permission) == "edit"


def rights(world: World) -> Rights | NotChecked | None:
    """Of who applies; None without a tenant, and where the tenant shows nothing of them."""
    who = world.identity
    if who is None:
        return None
    if who.rights is None:
        return MACHINE
    values = who.rights.values
    levels = values.get("permissions")
    return Rights(
        name=who.name,
        profile=Ref(who.rights.id),
        full=values.get("fullAccess") is True,
        levels=levels if isinstance(levels, Mapping) else {},
        own=own_collections(values.get("resources")),
    )


def own_collections(resources: Value) -> frozenset[Ref] | None:
    """The collections of a profile; None where it reaches all resources."""
    chosen = at(resources, ("collections",)) if isinstance(resources, Mapping) else None
    return frozenset(map(Ref, chosen)) if isinstance(chosen, frozenset) else None


_PERMISSION = {
    group_kind(COLLECTION): "resource-collection",
    group_kind(PROFILE): "user-profile",
    group_kind(USER): "user",
}


def permitted(action: Action, planned: Expected, world: World) -> Forbidden | None:
    """Nothing of a kind is written without edit on it, and no collection is made or deleted
    without all resources; that of new ones WCC134 says itself. What is hidden is never removed.
    """
    who = rights(world)
    if who is None:
        return None
    if isinstance(who, NotChecked):
        return Forbidden("WCC145", _SOURCE, who.reason, known=False)
    permission, collection = _PERMISSION[planned.kind], planned.kind == group_kind(COLLECTION)
    if collection and action is Action.CREATE:
        return None
    if not who.may_edit(permission):
        return Forbidden(
            "WCC145",
            _SOURCE,
            f"{who.name} has no edit on {permission}, so cannot write",
            hint=f"apply as somebody whose user profile has `{permission}: edit`",
        )
    if collection and action is Action.DELETE and who.own is not None:
        return Forbidden(
            "WCC134",
            D1 / "Create/Modify resource collection",
            f"{who.name} is limited to collections, so cannot delete",
            hint="apply as somebody whose user profile has all resources",
        )
    if who.own is None or action is Action.DELETE:
        return None
    if planned.kind == group_kind(PROFILE):
        return _to_all_resources(who, planned) if action is Action.UPDATE else None
    return _out_of_sight(who, who.own, planned, world)


def may_edit_in_bulk(world: World) -> bool:
    """Whether collections may be changed in one call (WCC135): edit on them and on tenant settings,
    and all resources. Not where the rights of who applies are unknown.
    """
    who = rights(world)
    if not isinstance(who, Rights) or who.own is not None:
        return False
    # the list says it of full access, too: supervisors have no tenant settings even then
    return all(who.levels.get(each) == "edit" for each in ("resource-collection", "tenant-setting"))


def _out_of_sight(
    who: Rights, own: frozenset[Ref], planned: Expected, world: World
) -> Forbidden | None:
    """Nobody can assign a profile that the same plan takes out of their own sight (WCC126)."""
    had = {key for _, key in refs(planned.before)}
    for _, held in refs(planned.values):
        profile = world.get(held)
        if held in had or profile is None or profile.kind != group_kind(PROFILE):
            continue
        theirs = own_collections(profile.values.get("resources")) or frozenset()
        if profile.changes and held != who.profile and not theirs & own:
            return Forbidden(
                "WCC138",
                D1 / "Restricted resources",
                f"{who.name} would no longer see `{profile.name}`, so cannot assign it",
                hint="give the profile one of their collections, or apply as somebody with all "
                "resources",
            )
    return None


def _to_all_resources(who: Rights, planned: Expected) -> Forbidden | None:
    """All resources in place of collections takes these away, and no write does so to hidden ones.

    Those show in the default collection, or the state has them; else they may be there.
    """
    before = planned.before.get("resources")
    if planned.values.get("resources") != "all" or not isinstance(before, Mapping):
        return None
    known = (before, (planned.applied or {}).get("resources"))
    if any(isinstance(key, (Hidden, Unseen)) for each in known for _, key in refs(each)):
        return Forbidden(
            "WCC138",
            D1 / "Restricted resources",
            f"{who.name} does not see all the resource collections of the profile, so cannot give "
            "it all resources in their place",
            hint="apply as somebody who sees them",
        )
    return Forbidden(
        "WCC138",
        D1 / "Restricted resources",
        f"whether `{planned.name}` has resource collections that {who.name} does not see; then the "
        "tenant refuses to give it all resources",
        known=False,
    )
