"""Lock-outs: what who applies would no longer see once the plan is carried out."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.resource import Resource
from reconciler.model.value import Ref, Value, at
from reconciler.rules.rule import Finding, NotChecked, Where, rule
from reconciler.rules.world import World
from reconciler.vendors.webexcc.models import ResourceCollection, UserProfile
from reconciler.vendors.webexcc.rules import examples
from reconciler.vendors.webexcc.rules.documents import D1
from reconciler.vendors.webexcc.rules.rights import Rights, own_collections, rights

LOCKOUT = "lockout"
FEW = 3


def _own_after(who: Rights, world: World) -> frozenset[Ref]:
    """The collections of who applies once the plan is carried out."""
    profile = world.get(who.profile)
    after = own_collections(profile.values.get("resources")) if profile else who.own
    return after or frozenset()


@rule(
    "WCC126",
    on=UserProfile,
    where=(Where.IDENTITY, Where.LIVE, Where.TENANT),
    source=D1 / "Add resource to a resource collection",
    good=examples.profile(
        "permissions: {team: view}", resources="{collections: [Mine], default: Mine}"
    ),
    bad=examples.profile("permissions: {team: view}", resources="all"),
    tenant=examples.DELEGATED,
    identity=examples.DELEGATE,
    guard=LOCKOUT,
)
def new_profile_has_a_collection_of_who_makes_it(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding | NotChecked]:
    """A delegated administrator who creates a user profile without one of their own collections
    loses sight of it; so does one who takes the last of them from a profile.
    """
    me, who = world.of(profile.address), rights(world)
    if not me.changes or who is None:
        return
    if isinstance(who, NotChecked):
        yield who
        return
    if who.own is None or me.key == who.profile:
        return
    before = own_collections(me.before.get("resources")) or frozenset()
    after = own_collections(me.values.get("resources")) or frozenset()
    seen = me.creates or bool(before & who.own)
    if seen and not after & _own_after(who, world):
        yield Finding(
            ("spec", "resources"),
            f"{who.name} would no longer see this profile: none of its collections is theirs",
            hint="give it one of their collections, or apply as somebody with all resources",
            on_key=True,
        )


@rule(
    "WCC152",
    on=ResourceCollection,
    where=(Where.IDENTITY, Where.LIVE, Where.TENANT),
    source=D1 / "Delete resource from resource collection",
    good=examples.mine("queue: [Billing EN, Billing DE]"),
    bad=examples.mine("queue: [Billing DE]"),
    tenant=examples.DELEGATED,
    identity=examples.DELEGATE,
    guard=LOCKOUT,
)
def resource_stays_in_a_collection_of_who_removes_it(
    collection: Resource[ResourceCollection], world: World
) -> Iterator[Finding | NotChecked]:
    """A delegated administrator who removes a resource from the last of their own collections
    that holds it loses sight of it.
    """
    me, who = world.of(collection.address), rights(world)
    if not me.changes or who is None or me.creates:
        return
    if isinstance(who, NotChecked):
        yield who
        return
    if who.own is None or me.key not in who.own:
        return
    own = [each for key in sorted(_own_after(who, world)) if (each := world.get(key))]
    for kind in collection.spec.resources or {}:
        here = ("resources", kind)
        if why := world.unread(kind):
            yield NotChecked(f"what would be out of sight: {why}")
            continue
        leaving = _held(at(me.before, here), kind, world) - _held(at(me.values, here), kind, world)
        for each in own:
            leaving -= _held(at(each.values, here), kind, world)
        if leaving:
            names = sorted(_name(kind, key, world) for key in leaving)
            more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
            yield Finding(
                ("spec", "resources", kind),
                f"{who.name} would no longer see {', '.join(names[:FEW])}{more}: no other of "
                "their collections holds it",
                hint="add it to another of their collections first, or apply as somebody with all "
                "resources",
                on_key=True,
            )


def _held(chosen: Value, kind: str, world: World) -> frozenset[str]:
    if isinstance(chosen, frozenset):
        return chosen
    return frozenset(each.id for each in world.items(kind)) if chosen == "all" else frozenset()


def _name(kind: str, key: str, world: World) -> str:
    item = world.item(kind, Ref(key))
    return f"{kind} `{item.name if item else key}`"
