"""Rules that depend on the identity that applies: what it sees, and what it may change."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.diagnostic import Severity
from reconciler.model.resource import Resource, Spec
from reconciler.model.value import Hidden, Value, Values, refs
from reconciler.rules.rule import Finding, NotChecked, Once, Where, rule
from reconciler.rules.world import Expected, World
from reconciler.vendors.webexcc.models import ResourceCollection, UserProfile
from reconciler.vendors.webexcc.rules import examples
from reconciler.vendors.webexcc.rules.documents import D1
from reconciler.vendors.webexcc.rules.rights import Rights, rights

COLLECTION, PROFILE = "resource-collection", "user-profile"


def _writer(me: Expected, world: World) -> Rights | NotChecked | None:
    """The rights of who writes an object; None where nobody does, or they are unknown."""
    return rights(world) if me.changes else None


@rule(
    "WCC134",
    on=ResourceCollection,
    where=(Where.IDENTITY, Where.TENANT),
    source=D1 / "Create/Modify resource collection",
    good=examples.mine("queue: [Billing EN, Billing DE]", description="our own"),
    bad=examples.collection(),
    tenant=examples.DELEGATED,
    identity=examples.DELEGATE,
)
def collections_are_made_by_who_has_all_resources(
    collection: Resource[ResourceCollection], world: World
) -> Iterator[Finding | NotChecked]:
    """Creating a collection needs edit on resource collections and all resources; a delegated
    administrator edits the collections of their own profile alone.
    """
    me = world.of(collection.address)
    who = _writer(me, world)
    if isinstance(who, NotChecked):
        yield who
    elif who is None:
        return
    elif me.creates and not (who.may_edit(COLLECTION) and who.own is None):
        lacks = (
            "is limited to collections" if who.own is not None else f"has no edit on {COLLECTION}"
        )
        yield Finding(
            ("metadata", "name"),
            f"{who.name} {lacks}, so cannot create one",
            hint=f"apply as somebody whose user profile has `{COLLECTION}: edit` and all resources",
        )
    elif not me.creates and who.own is not None and me.key not in who.own:
        yield Finding(
            ("metadata", "name"),
            f"{who.name} cannot change it: it is not a collection of their own user profile",
            hint="apply as somebody with all resources, or add it to that profile first",
        )


@rule(
    "WCC138",
    on=Spec,
    where=(Where.IDENTITY, Where.TENANT),
    source=D1 / "Restricted resources",
    severity=Severity.INFO,
    good=examples.user("userProfile: Delegate"),
    bad=examples.user("userProfile: Delegate\nsite: Berlin"),
    tenant=examples.DELEGATED.replace("site: Berlin, teams", "site: Lisbon, teams"),
    identity=examples.DELEGATE,
)
def what_is_hidden_is_unknown(resource: Resource[Spec], world: World) -> Iterator[Finding]:
    """To an identity without access a single-value field reads as restricted, and a multi-value
    field leaves the values out: what is hidden is unknown, not absent, and no write removes it.

    A hidden single value may be overwritten by one that is seen: the plan then says that nobody
    can know what is replaced.
    """
    me = world.of(resource.address)
    for path in _overwritten(me.before, me.values) if me.changes else ():
        yield Finding(
            ("spec", *path),
            f"what {path[-1]} is now is hidden from who applies: what is replaced is unknown",
            hint="apply as somebody who sees it, or leave it out to keep it",
            on_key=True,
        )


def _overwritten(before: Values, after: Value) -> Iterator[tuple[str, ...]]:
    hidden = {path for path, key in refs(before) if isinstance(key, Hidden)}
    stays = {path for path, key in refs(after) if isinstance(key, Hidden)}
    yield from sorted(hidden - stays)


@rule(
    "WCC154",
    on=ResourceCollection,
    where=(Where.IDENTITY, Where.TENANT),
    source=D1 / "Add resource to a resource collection",
    severity=Severity.INFO,
    good=examples.profile(resources="{collections: [Mine], default: Mine}"),
    bad=examples.mine("queue: all"),
    tenant=examples.tenant_of(
        "{resource-collection: view, user-profile: edit, user: view, queue: edit, site: view, "
        "team: view, channel: view}"
    ),
    identity=examples.DELEGATE,
)
def resources_are_moved_by_who_edits_collections(
    collection: Resource[ResourceCollection], world: World
) -> Iterator[Once | NotChecked]:
    """Moving a resource to another collection needs edit on resource collections; at none or view
    it stays in the default collection of who made it.
    """
    me = world.of(collection.address)
    who = _writer(me, world)
    if me.creates or me.values.get("resources") == me.before.get("resources"):
        return
    if isinstance(who, NotChecked):
        yield who
    elif who is not None and not who.may_edit(COLLECTION):
        stays = "stays in no collection" if who.own is None else "stays in their default collection"
        yield Once(f"what {who.name} creates {stays}: they have no edit on {COLLECTION}")


@rule(
    "WCC155",
    on=UserProfile,
    where=(Where.IDENTITY, Where.TENANT),
    source=D1 / "Aggregated view",
    good=examples.mine("queue: [Billing EN, Billing DE]"),
    bad=examples.profile(resources="{collections: [Mine], default: Mine}"),
    tenant=examples.tenant_of(
        "{resource-collection: edit, user: view, queue: edit, site: view, team: view, "
        "channel: view}"
    ),
    identity=examples.DELEGATE,
)
def profiles_are_read_by_who_may_view_them(
    profile: Resource[UserProfile], world: World
) -> Iterator[Once | NotChecked]:
    """Reading profiles and their access needs view or edit on user profile; a profile outside the
    reader's collections is invisible to a delegated administrator, so its absence proves nothing.
    """
    who = rights(world)
    if who is None:
        return
    if isinstance(who, NotChecked):
        yield who
    elif not who.may_view(PROFILE):
        yield Once(
            f"{who.name} may not read user profiles, so none can be managed",
            hint=f"apply as somebody whose user profile has at least `{PROFILE}: view`",
        )
    elif world.of(profile.address).creates and (why := world.partial("UserProfile")):
        yield NotChecked(f"whether a new user profile's name is free: {why}")
