"""Resource collections: what they may hold, and how much."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model.diagnostic import Path
from reconciler.model.live import InventoryItem
from reconciler.model.resource import Resource
from reconciler.model.suggestion import did_you_mean
from reconciler.model.value import Hidden, Ref, at
from reconciler.rules.rule import Finding, NotChecked, Where, rule
from reconciler.rules.world import Expected, World
from reconciler.vendors.webexcc.models import COLLECTION_TYPES, NEVER_NONE, ResourceCollection
from reconciler.vendors.webexcc.rules import examples
from reconciler.vendors.webexcc.rules.documents import API, D1

MOST_RESOURCES = 350


@rule(
    "WCC127",
    on=ResourceCollection,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Resource collections",
    good=examples.collection(examples.COLLECTION_BODY + "flow: none\n"),
    bad=examples.collection(examples.COLLECTION_BODY + "flow: some\n"),
    schema={
        "properties": {
            "resources": {
                "additionalProperties": {
                    "anyOf": [{"type": "string", "enum": ["none", "all"]}, {"type": "array"}]
                }
            }
        }
    },
)
def each_type_holds_none_selected_or_all(
    collection: Resource[ResourceCollection], _: World
) -> Iterator[Finding]:
    """Per resource type a collection holds none, the selected resources, or all."""
    for name, chosen in (collection.spec.resources or {}).items():
        if isinstance(chosen, str) and chosen not in ("none", "all"):
            yield Finding(
                ("spec", "resources", name),
                f"`{chosen}` is neither `none` nor `all` nor a list of names",
                hint=f"to select it by name, write `{name}: [{chosen}]`",
            )


@rule(
    "WCC128",
    on=ResourceCollection,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Resource collections",
    good=examples.collection(),
    bad=examples.collection(examples.COLLECTION_BODY.replace("channel: all", "channel: none")),
    schema={
        "properties": {
            "resources": {
                "properties": {name: {"not": {"const": "none"}} for name in NEVER_NONE},
                "required": list(NEVER_NONE),
            }
        }
    },
)
def queues_teams_sites_and_channels_are_never_none(
    collection: Resource[ResourceCollection], _: World
) -> Iterator[Finding]:
    """None is not available for queues, teams, sites and channels."""
    resources = collection.spec.resources
    if resources is None:
        return
    for name in NEVER_NONE:
        if resources.get(name, "none") == "none":
            written = name in resources
            yield Finding(
                ("spec", "resources", name) if written else ("spec", "resources"),
                f"{name} is `none`" if written else f"{name} is left out, which means `none`",
                hint=f"a collection needs every {name} (`all`) or some by name",
                on_key=not written,
            )


@rule(
    "WCC129",
    on=ResourceCollection,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Resource collections",
    good=examples.collection(),
    bad=examples.collection(examples.COLLECTION_BODY.replace("[Billing EN]", "[]")),
    schema={"properties": {"resources": {"additionalProperties": {"minItems": 1}}}},
)
def selected_list_names_a_resource(
    collection: Resource[ResourceCollection], _: World
) -> Iterator[Finding]:
    """A selected list names at least one resource."""
    for name, chosen in (collection.spec.resources or {}).items():
        if chosen == []:
            yield Finding(
                ("spec", "resources", name),
                f"no {name} is named; a selected list needs at least one resource",
                hint=f"name at least one {name}, or write `all`"
                + ("" if name in NEVER_NONE else " or `none`"),
            )


@rule(
    "WCC130",
    on=ResourceCollection,
    where=(Where.MANIFEST, Where.LIVE, Where.TENANT),
    source=D1 / "System limits",
    good=examples.collection_of_queues(348),
    bad=examples.collection_of_queues(349),
)
def collection_selects_at_most_350_resources(
    collection: Resource[ResourceCollection], world: World
) -> Iterator[Finding]:
    """A collection holds at most 350 resources, counting only those selected by name. A plan
    shows the headroom from 80 % on.
    """
    count = selected(world.of(collection.address))
    if count > MOST_RESOURCES:
        yield Finding(
            ("spec", "resources"),
            f"{count} resources are selected by name; at most {MOST_RESOURCES} are possible",
            hint=f"remove {count - MOST_RESOURCES}, split the collection, or write `all`",
            on_key=True,
        )


def selected(collection: Expected) -> int:
    """The number of resources that a collection selects by name."""
    chosen = collection.values.get("resources")
    lists = chosen.values() if isinstance(chosen, Mapping) else ()
    return sum(len(each) for each in lists if isinstance(each, frozenset))


@rule(
    "WCC131",
    on=ResourceCollection,
    where=(Where.LIVE, Where.TENANT),
    source=D1 / "Resource collections",
    good=examples.mine("queue: all"),
    bad=examples.mine("queue: all").replace("[Billing Berlin]", "[Billing Berlin, Billing Lisbon]"),
    tenant=examples.tenant_of("{queue: view}"),
)
def teams_are_of_the_collections_sites(
    collection: Resource[ResourceCollection], world: World
) -> Iterator[Finding | NotChecked]:
    """A collection holds teams of sites that it holds, and no others. Of `team: all` beside
    selected sites the document says nothing.
    """
    me = world.of(collection.address)
    sites, teams = (at(me.values, ("resources", kind)) for kind in ("site", "team"))
    if not (world.live and isinstance(sites, frozenset) and isinstance(teams, frozenset)):
        return
    why = world.partial("team")
    if why and any(world.item("team", Ref(key)) is None for key in teams):
        yield NotChecked(f"sites of teams: {why}")
    for key in sorted(teams):
        team = world.item("team", Ref(key))
        site = team.values.get("site") if team else None
        if team is None or not isinstance(site, Ref) or site in sites:
            continue
        if isinstance(site, Hidden):
            yield NotChecked("sites of teams are hidden from who applies")
            continue
        of = world.item("site", site)
        yield Finding(
            _place(collection, team),
            f"team `{team.name}` is of site `{of.name if of else site}`, which the collection does "
            "not hold",
            hint="add the site to the collection, or leave the team out",
        )


def _place(collection: Resource[ResourceCollection], item: InventoryItem) -> Path:
    """The place where the manifest names a resource."""
    kind = item.type.name
    written = (collection.spec.resources or {}).get(kind, "")
    for number, each in enumerate(written if isinstance(written, list) else ()):
        if item.id == each.id or item.name == each.name:
            return ("spec", "resources", kind, number)
    return ("spec", "resources", kind) if written else ("spec", "resources")


@rule(
    "WCC202",
    on=ResourceCollection,
    where=(Where.MANIFEST, Where.TENANT),
    source=API / "ResourceCollectionDTO",
    good=examples.collection(examples.COLLECTION_BODY + "flow: all\n"),
    bad=examples.collection(examples.COLLECTION_BODY + "flows: all\n"),
    schema={
        "properties": {
            "resources": {
                "properties": {name: {} for name in COLLECTION_TYPES},
                "additionalProperties": False,
            }
        }
    },
)
def resource_type_is_one_the_api_knows(
    collection: Resource[ResourceCollection], _: World
) -> Iterator[Finding]:
    """A collection's resource types carry the 20 names that the API lists."""
    for name in collection.spec.resources or {}:
        if name not in COLLECTION_TYPES:
            yield Finding(
                ("spec", "resources", name),
                f"`{name}` is not a valid resource type of a collection",
                hint=did_you_mean(
                    name, COLLECTION_TYPES, otherwise="the types are " + ", ".join(COLLECTION_TYPES)
                ),
                on_key=True,
            )
