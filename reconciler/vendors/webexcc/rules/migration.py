"""The migration of former user profiles, and the way back: D1, "Migration"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model.diagnostic import Severity
from reconciler.model.resource import Resource, Spec
from reconciler.model.value import Values, at
from reconciler.rules.rule import Cause, Finding, Where, rule
from reconciler.rules.world import Expected, World
from reconciler.vendors.webexcc.facts import facts_of
from reconciler.vendors.webexcc.models import COLLECTION_TYPES, ResourceCollection, UserProfile
from reconciler.vendors.webexcc.permissions import LEVELS, NO_ACCESS, PORTAL_PROVISIONING
from reconciler.vendors.webexcc.rules import examples
from reconciler.vendors.webexcc.rules.documents import D1
from reconciler.vendors.webexcc.rules.rights import own_collections

FORMER_TYPES = ("queue", "site", "channel", "team")
"""What the access rights of former profiles were about."""

# inferred: the API has these levels of resources and documents neither
_FORMER_REACHES = ("provisioned_value", "none")


def is_former(values: Values) -> bool:
    """Whether a profile has access rights of its own instead of resource collections."""
    return values.get("resources") in _FORMER_REACHES


def _migrated_profile(level: str) -> str:
    return examples.profile(
        f"permissions: {{call-monitoring: {level}}}",
        name="migrated",
        resources="{collections: [Former access], default: Former access}",
    )


@rule(
    "WCC143",
    on=UserProfile,
    where=(Where.LIVE, Where.DRIFT),
    source=D1 / "Migration",
    severity=Severity.INFO,
    good=_migrated_profile("edit"),
    bad=_migrated_profile("view"),
    tenant=f"""\
{examples.ORGANIZATION}collections:
  - {{name: Former access, resources: {{queue: all, site: all, team: all, channel: all}}}}
profiles:
  - {{name: Root, type: licensed-administrator, permissions: all, resources: all}}
  - name: migrated
    type: supervisor
    permissions: {{call-monitoring: view}}
    resources: {{collections: [Former access], default: Former access}}
users: [{{email: root@northwind.example, profile: Root}}]
identities: [{{email: root@northwind.example, token: root}}]
""",
)
def migration_gives_a_profile_a_collection(
    profile: Resource[UserProfile], world: World
) -> Iterator[Cause | Finding]:
    """Migrating a former profile keeps its permissions and turns its access rights into a new
    collection that is assigned to it; where call monitoring is at view, monitoring, whispering and
    barging in need edit from then on. The migration runs by itself: the collection and its mapping
    are the vendor's. Of a profile that waits for it the plan and the import show what it will be.
    """
    me = world.of(profile.address)
    if is_former(me.before):
        yield from _to_be_migrated(me)
        return
    made = _migrated(me, world)
    if made is None:
        return
    if me.applied is not None and at(me.applied, ("resources",)) != me.before.get("resources"):
        yield Cause(
            ("resources",),
            f"the migration of former profiles makes a collection of their access rights, here "
            f"`{made.name}`",
        )
    if all(at(v, ("permissions", "call-monitoring")) == "view" for v in (me.before, me.values)):
        yield Finding(
            ("spec", "permissions", "call-monitoring"),
            "the profile seems migrated, and call monitoring at view shows requests alone now",
            hint="write `call-monitoring: edit` where its users are to monitor or to barge in",
        )


def _to_be_migrated(me: Expected) -> Iterator[Finding]:
    yield Finding(
        ("spec",),
        f"the profile is of the former model: its migration keeps {_permissions(me)}, and makes of "
        "its access rights (queues, sites, channels, teams) a new collection, which it gets as its "
        "only one",
        hint="leave `resources` out until then; afterwards import that collection and declare it",
    )
    if at(me.values, ("permissions", "call-monitoring")) == "view":
        yield Finding(
            ("spec", "permissions", "call-monitoring"),
            "after the migration call monitoring at view shows requests alone; to monitor, whisper "
            "and barge in needs edit",
            hint="write `call-monitoring: edit` once it is migrated, where its users are to do so",
        )


def _permissions(me: Expected) -> str:
    if me.values.get("fullAccess"):
        return "full access"
    levels = me.values.get("permissions")
    given = levels.values() if isinstance(levels, Mapping) else ()
    count = sum(level not in NO_ACCESS for level in given)
    return f"its {count} permission{'s' if count != 1 else ''}"


def _migrated(me: Expected, world: World) -> Expected | None:
    """The collection that a migration made for a profile, known by its traces: it is all that the
    profile has and nobody else's, in no manifest, and holds the four former types alone.
    """
    own = own_collections(me.before.get("resources")) or frozenset()
    made = world.get(next(iter(own))) if len(own) == 1 else None
    if made is None or made.address is not None:
        return None
    held = made.before.get("resources")
    others = {k for k, v in held.items() if v != "none"} if isinstance(held, Mapping) else {""}
    alone = all(each.key == me.key for each in world.referrers(made.key, "UserProfile"))
    return made if alone and others <= set(FORMER_TYPES) else None


@rule(
    "WCC144",
    on=Spec,
    where=(Where.LIVE,),
    source=D1 / "Migration",
    severity=Severity.INFO,
    good=examples.mine("queue: all"),
    bad=examples.mine("queue: all", more="skill-profile: all\n"),
    tenant=examples.tenant_of("{queue: view}"),
    facts="rollback: true",
)
def rollback_keeps_four_types(resource: Resource[Spec], world: World) -> Iterator[Finding]:
    """A rollback to the former profiles keeps queues, sites, channels and teams of a collection,
    and nothing else; permissions that the former model cannot hold apart fall to the lower of them.

    It is an exception of the first three months, and takes up to 15 minutes for one organisation.
    A project that is about to ask for one declares `facts.rollback`, and each plan then shows what
    would be lost; of a profile that waits for its migration it is shown in any case.
    """
    me = world.of(resource.address)
    if not world.live:
        return
    if isinstance(resource.spec, UserProfile):
        if facts_of(world).rollback or is_former(me.before):
            yield from _levelled(me)
    elif isinstance(resource.spec, ResourceCollection) and facts_of(world).rollback:
        yield from _lost(me, resource.spec)


def _lost(me: Expected, spec: ResourceCollection) -> Iterator[Finding]:
    chosen = me.values.get("resources")
    if not isinstance(chosen, Mapping):
        return
    lost = [name for name in COLLECTION_TYPES if chosen.get(name, "none") != "none"]
    if lost := [name for name in lost if name not in FORMER_TYPES]:
        yield Finding(
            ("spec", "resources", lost[0])
            if lost[0] in (spec.resources or {})
            else ("spec", "resources"),
            f"a rollback would lose its {', '.join(lost)}",
            hint="keep the manifests: after the rollback they are the only record of it",
            on_key=True,
        )


def _levelled(me: Expected) -> Iterator[Finding]:
    """What a rollback does to the permissions of a profile, and to what it reaches by then."""
    granted, lowest = _held_together(me.values)
    fallen = [f"{name} ({level})" for name, level in granted.items() if level != lowest]
    if fallen:
        yield Finding(
            ("spec", "permissions"),
            f"a rollback would bring {', '.join(fallen)} down to {lowest}: the former model has "
            "the permissions of its provisioning section at one level",
            hint="keep the manifests: after the rollback they are the only record of it",
        )
    if is_former(me.before):
        yield Finding(
            ("spec",),
            "a rollback after the migration would keep the queues, sites, channels and teams of "
            "its collection, and lose every other resource that it is given by then",
            hint="it is an exception of the first three months: ask the vendor's support",
        )


def _held_together(values: Values) -> tuple[Mapping[str, str], str]:
    """The permissions that the former model has at one level, and the lowest of theirs.

    What is not granted stays so; a profile with full access has none at different levels.
    """
    permissions = values.get("permissions")
    if values.get("fullAccess") or not isinstance(permissions, Mapping):
        return {}, ""
    levels = {name: str(permissions.get(name)) for name in PORTAL_PROVISIONING}
    granted = {name: level for name, level in levels.items() if level in LEVELS[1:]}
    return granted, min(granted.values(), key=LEVELS.index, default="")
