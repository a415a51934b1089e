"""Changes of the vendor itself: differences that nobody made, separated from people's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model.diagnostic import Severity
from reconciler.model.resource import Resource
from reconciler.model.value import Ref, Value, at
from reconciler.rules.rule import Cause, Finding, Where, rule
from reconciler.rules.world import Expected, World
from reconciler.vendors.webexcc.models import COLLECTION_TYPES, ResourceCollection, UserProfile
from reconciler.vendors.webexcc.permissions import COLLECTION_TYPES_OF
from reconciler.vendors.webexcc.rules import examples
from reconciler.vendors.webexcc.rules.documents import D1
from reconciler.vendors.webexcc.side_effects import (
    LIST_OF,
    folders,
    level,
    side_effects,
    turned,
)

_PERMISSIONS_OF = {
    kind: tuple(name for name, kinds in COLLECTION_TYPES_OF.items() if kind in kinds)
    for kind in COLLECTION_TYPES
}
_FOLDERS = "analyzerFolders: {Sales: {id: 12}, Sales/EMEA: {id: 31}, Later: {id: 44}}"


def _analyzer_tenant(level: str, folders: str) -> str:
    return f"""\
{examples.ORGANIZATION}analyzerFolders:
  - {{path: Sales, id: 12}}
  - {{path: Sales/EMEA, id: 31}}
  - {{path: Later, id: 44}}
profiles:
  - {{name: Root, type: licensed-administrator, permissions: all, resources: all}}
  - name: billing
    type: supervisor
    permissions: {{analyzer: {level}}}
    resources: all
    analyzerFolders: {folders}
users: [{{email: root@northwind.example, profile: Root}}]
identities: [{{email: root@northwind.example, token: root}}]
"""


def _analyzer(level: str, folders: str) -> str:
    return examples.profile(f"permissions: {{analyzer: {level}}}\nanalyzerFolders: {folders}")


@rule(
    "WCC119",
    on=UserProfile,
    where=(Where.LIVE, Where.DRIFT, Where.TENANT),
    source=D1 / "Analyzer permissions",
    severity=Severity.WARNING,
    good=_analyzer("view", "{viewable: [Sales, Later]}"),
    bad=_analyzer("view", "{viewable: [Sales]}"),
    tenant=_analyzer_tenant("view", "{viewable: [Sales, Later]}"),
    facts=_FOLDERS,
)
def later_folder_has_the_level_of_analyzer(
    profile: Resource[UserProfile], world: World
) -> Iterator[Cause]:
    """A folder that is created later gets Analyzer's own level by itself; a plan brings it back to
    what is declared.
    """
    me = world.of(profile.address)
    if me.applied is None or turned(me.applied, me.before):
        return
    name = LIST_OF.get(str(level(me.before)), "")
    before, known = folders(me.applied), folders(me.before).get(name, frozenset())
    later = known.difference(*before.values())
    if before and later:
        yield Cause(
            ("analyzerFolders", name),
            f"a folder that is created later is at Analyzer's own level, here {level(me.before)}",
            added=later,
        )


@rule(
    "WCC120",
    on=UserProfile,
    where=(Where.ORDER, Where.DRIFT, Where.TENANT),
    source=D1 / "Analyzer permissions",
    severity=Severity.WARNING,
    good=_analyzer("view", "{viewable: [Sales, Later]}"),
    bad=_analyzer("edit", "{editable: [Later], viewable: [Sales]}"),
    tenant=_analyzer_tenant("view", "{viewable: [Sales, Later]}"),
    facts=_FOLDERS,
)
def folders_turn_with_analyzer(
    profile: Resource[UserProfile], world: World
) -> Iterator[Cause | Finding]:
    """Changing Analyzer from view to edit turns every folder to edit; from edit to view it turns
    the subfolders to view. A second write of the same apply puts the declared levels back, and the
    plan names the moment of wider access in between.
    """
    me = world.of(profile.address)
    if me.applied is not None and (turn := turned(me.applied, me.before)):
        old, new = turn
        lists = folders(me.before)
        if not lists.get(LIST_OF[old]) and not lists.get("hidden") and lists.get(LIST_OF[new]):
            yield Cause(
                ("analyzerFolders",),
                f"changing Analyzer from {old} to {new} turns its folders to {new}",
            )
    for each in side_effects(me.before, me.values, world.facts):
        if each.wider:
            yield Finding(
                ("spec", "permissions", "analyzer"),
                f"{each.summary}; until that is put right, its users may {each.wider}",
                hint="a second write of the same apply puts it right: see the side effects",
            )


_CREATOR = """\
  - name: Creator
    type: licensed-administrator
    permissions: {queue: edit, skill-profile: edit}
    resources: {collections: [Mine], default: Mine}
"""


def _mine_has(queues: str) -> str:
    """The seed of a tenant whose users may create queues and skill profiles in `Mine`."""
    return (
        examples.tenant_of("{queue: edit}")
        .replace("queue: [Billing EN, Billing DE]", f"queue: {queues}", 1)
        .replace("users:\n", f"{_CREATOR}users:\n", 1)
    )


@rule(
    "WCC132",
    on=ResourceCollection,
    where=(Where.DRIFT, Where.TENANT),
    source=D1 / "Resource collections",
    severity=Severity.WARNING,
    good=examples.mine("queue: [Billing EN, Billing DE]", more="skill-profile: [Fluent]\n"),
    bad=examples.mine("queue: [Billing EN, Billing DE]"),
    tenant=_mine_has("[Billing EN, Billing DE]")
    .replace("      channel: all\n", "      channel: all\n      skill-profile: [Fluent]\n", 1)
    .replace("channels: [Phone]\n", "channels: [Phone]\ninventory: {skill-profile: [Fluent]}\n"),
)
def none_turns_to_selected(
    collection: Resource[ResourceCollection], world: World
) -> Iterator[Cause]:
    """A type at none turns to selected when a user with edit on that type creates a resource into
    the collection.
    """
    me = world.of(collection.address)
    for kind, had, has in _types(me):
        if had == "none" and isinstance(has, frozenset) and _may_create(kind, me, world):
            yield Cause(
                ("resources", kind),
                f"a user with edit on it created a {kind} into the collection, which turns none "
                "to selected",
            )


@rule(
    "WCC133",
    on=ResourceCollection,
    where=(Where.DRIFT, Where.TENANT),
    source=D1 / "Default resource collections",
    severity=Severity.WARNING,
    good=examples.mine("queue: [Billing EN, Billing DE, Fresh]"),
    bad=examples.mine("queue: [Billing EN, Billing DE]"),
    tenant=_mine_has("[Billing EN, Billing DE, Fresh]").replace(
        "queues: [Billing EN,", "queues: [Fresh, Billing EN,"
    ),
)
def what_is_created_goes_to_the_default_collection(
    collection: Resource[ResourceCollection], world: World
) -> Iterator[Cause]:
    """A resource that is created by a user whose profile has collections goes to that profile's
    default collection by itself.

    It is recognised by its traces: the resource is in no other collection, and this one is the
    default of a profile that may create it.
    """
    me = world.of(collection.address)
    for kind, had, has in _types(me):
        if not (isinstance(had, frozenset) and isinstance(has, frozenset)):
            continue
        alone = frozenset(key for key in has - had if not _elsewhere(Ref(key), me, world))
        if alone and _may_create(kind, me, world, default=True):
            yield Cause(
                ("resources", kind),
                f"a {kind} that a user limited to collections creates goes to their default "
                "collection",
                added=alone,
            )


def _types(me: Expected) -> Iterator[tuple[str, Value, Value]]:
    """The types of a collection, as they were applied and as they are."""
    applied = (me.applied or {}).get("resources")
    for kind, had in applied.items() if isinstance(applied, Mapping) else ():
        yield kind, had, at(me.before, ("resources", kind))


def _elsewhere(key: Ref, me: Expected, world: World) -> bool:
    return any(each.key != me.key for each in world.referrers(key, "ResourceCollection"))


def _may_create(kind: str, me: Expected, world: World, *, default: bool = False) -> bool:
    """Whether users of a profile on the collection may create that type: into it, or by default."""
    for profile in world.referrers(me.key, "UserProfile"):
        if default and at(profile.before, ("resources", "default")) != me.key:
            continue
        levels = profile.before.get("permissions")
        if any(at(levels, (name,)) == "edit" for name in _PERMISSIONS_OF[kind]):
            return True
    return False


@rule(
    "WCC156",
    on=ResourceCollection,
    where=(Where.DRIFT,),
    source=D1 / "Future roadmap items",
    severity=Severity.INFO,
    good=examples.mine("queue: [Billing EN]"),
    bad=examples.mine("queue: [Billing EN, Billing DE]"),
    tenant=examples.tenant_of("{queue: view}").replace(
        "queue: [Billing EN, Billing DE]", "queue: [Billing EN]", 1
    ),
)
def who_changed_a_collection_is_unknown(
    collection: Resource[ResourceCollection], world: World
) -> Iterator[Cause]:
    """The vendor keeps an audit trail of user profiles, none of resource collections: who changed
    a collection is unknown unless another source says.
    """
    if world.of(collection.address).applied is not None:
        yield Cause((), "the vendor keeps no audit trail of resource collections", origin="unknown")
