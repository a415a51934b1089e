"""User profiles: types, access, and the collections that limit them."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.resource import Resource
from reconciler.model.suggestion import meant_level
from reconciler.rules.rule import Finding, NotChecked, Where, rule
from reconciler.rules.world import World
from reconciler.vendors.webexcc.facts import facts_of
from reconciler.vendors.webexcc.models import ProfileResources, UserProfile
from reconciler.vendors.webexcc.permissions import (
    NOT_OF_PROFILES,
    PERMISSIONS,
    PROFILE_TYPES,
    levels,
)
from reconciler.vendors.webexcc.rules import examples
from reconciler.vendors.webexcc.rules.documents import API, D1
from reconciler.vendors.webexcc.rules.granted import at, granted
from reconciler.vendors.webexcc.rules.permissions import names_of_the_tenant

_KNOWN = frozenset(PERMISSIONS) | NOT_OF_PROFILES
CUSTOM_ACCESS_ONLY = ("unlicensed-administrator", "standard-agent")
MOST_COLLECTIONS = 5
MOST_PROFILES = 15


def _type(profile: Resource[UserProfile], world: World) -> object:
    return world.of(profile.address).values.get("profileType")


@rule(
    "WCC101",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "User profiles",
    good=examples.profile(kind="supervisor"),
    bad=examples.profile(kind="team-lead"),
    schema={"properties": {"profileType": {"enum": list(PROFILE_TYPES)}}},
)
def profile_is_of_a_known_type(profile: Resource[UserProfile], _: World) -> Iterator[Finding]:
    """A user profile is a licensed or unlicensed administrator's, a supervisor's, or a premium
    or standard agent's.
    """
    written = profile.spec.profile_type
    if written is not None and written not in PROFILE_TYPES:
        yield Finding(
            ("spec", "profileType"),
            f"`{written}` is not a valid type of user profile",
            hint="write one of " + ", ".join(f"`{each}`" for each in PROFILE_TYPES),
            is_unknown_value=True,
        )


@rule(
    "WCC102",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "User profiles",
    good=examples.profile("permissions: {queue: edit}", kind="unlicensed-administrator"),
    bad=examples.profile("fullAccess: true", kind="unlicensed-administrator"),
    schema={
        "if": {
            "properties": {"profileType": {"enum": list(CUSTOM_ACCESS_ONLY)}},
            "required": ["profileType"],
        },
        "then": {"properties": {"fullAccess": False}},
    },
)
def some_types_have_custom_access_only(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """An unlicensed administrator has custom access only; the API refuses full access to a
    standard agent as well.
    """
    kind = _type(profile, world)
    if profile.spec.full_access and kind in ("unlicensed-administrator", "standard-agent"):
        yield Finding(
            ("spec", "fullAccess"),
            f"full access cannot be given to a profile of type {kind}",
            hint="list what its users need under `permissions`",
            on_key=True,
        )


@rule(
    "WCC106",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Configuration access for supervisors",
    good=examples.profile("permissions: {queue: edit, tenant-setting: none}"),
    bad=examples.profile("permissions: {queue: edit, tenant-setting: view}"),
    schema={
        "if": {"properties": {"profileType": {"const": "supervisor"}}, "required": ["profileType"]},
        "then": {
            "properties": {"permissions": {"properties": {"tenant-setting": {"const": "none"}}}}
        },
    },
)
def supervisor_has_no_tenant_settings(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """A supervisor cannot hold tenant settings."""
    level = (profile.spec.permissions or {}).get("tenant-setting", "none")
    if _type(profile, world) == "supervisor" and level != "none":
        yield Finding(
            ("spec", "permissions", "tenant-setting"),
            f"a supervisor cannot hold tenant settings, here `{level}`",
            hint="remove the line, or use a licensed administrator's profile",
        )


@rule(
    "WCC107",
    on=UserProfile,
    where=(Where.LIVE, Where.TENANT),
    source=D1 / "Configuration access for licensed admins",
    good=examples.profile("permissions: {queue: edit}", kind="licensed-administrator"),
    bad=examples.profile("permissions: {campaign-manager: view}", kind="licensed-administrator"),
    tenant=examples.tenant_of("{queue: view}"),
    facts="addOns: []",
)
def campaign_manager_needs_the_add_on(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding | NotChecked]:
    """Campaign manager can be granted only where the add-on is enabled in the tenant, which its
    facts declare: no API returns it.
    """
    add_ons = facts_of(world).add_ons
    for name in granted(profile, world).one_by_one(["campaign-manager"]) if world.live else ():
        if add_ons is None:
            yield NotChecked("the project declares no `facts.addOns`")
        elif name not in add_ons:
            yield Finding(
                at(name),
                f"{name} cannot be granted: the tenant does not have that add-on",
                hint=f"grant none, or declare `facts.addOns: [{name}]` where the tenant has it",
            )


@rule(
    "WCC121",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Resource access",
    good=examples.collections(5) + examples.profile(resources=examples.limited_to(5)),
    bad=examples.collections(6) + examples.profile(resources=examples.limited_to(6)),
    schema={
        "properties": {
            "resources": {
                "anyOf": [
                    {"type": "string", "enum": ["all"]},
                    {
                        "type": "object",
                        "properties": {
                            "collections": {"minItems": 1, "maxItems": MOST_COLLECTIONS}
                        },
                    },
                ]
            }
        }
    },
)
def profile_has_all_resources_or_one_to_five_collections(
    profile: Resource[UserProfile], _: World
) -> Iterator[Finding]:
    """A user profile has all resources, or one to five resource collections."""
    resources = profile.spec.resources
    if isinstance(resources, str) and resources != "all":
        yield Finding(
            ("spec", "resources"),
            f"`{resources}` is neither `all` nor a list of collections",
            hint="write `all`, or `{collections: [...], default: ...}`",
        )
    elif isinstance(resources, ProfileResources):
        count = len(resources.collections)
        if not 1 <= count <= MOST_COLLECTIONS:
            yield Finding(
                ("spec", "resources", "collections"),
                f"{count} resource collections; a profile has 1 to {MOST_COLLECTIONS}",
                hint=f"remove {count - MOST_COLLECTIONS}, or merge some of them"
                if count
                else "name a collection, or write `resources: all`",
                on_key=True,
            )


@rule(
    "WCC122",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Default resource collections",
    good=examples.collections(2) + examples.profile(resources=examples.limited_to(2)),
    bad=examples.collections(2)
    + examples.profile(resources="{collections: [collection-1], default: collection-2}"),
    schema={"properties": {"resources": {"required": ["default"]}}},
)
def one_of_the_collections_is_the_default(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """With collections, exactly one of them is the default: what the profile's users create
    goes there.
    """
    written = profile.spec.resources
    if not isinstance(written, ProfileResources):
        return
    if written.default is None:
        yield Finding(
            ("spec", "resources"),
            "none of the collections is the default",
            hint="add `default:` with the name of one of them",
            on_key=True,
        )
        return
    resources = world.of(profile.address).values["resources"]
    assert isinstance(resources, dict)  # noqa: S101 - the normal form of `written`
    if resources["default"] not in resources["collections"]:
        yield Finding(
            ("spec", "resources", "default"),
            f"the default `{written.default}` is not among the profile's collections",
            hint="name one of them, or add it to `collections`",
        )


@rule(
    "WCC123",
    on=UserProfile,
    where=(Where.MANIFEST, Where.LIVE, Where.ORDER, Where.TENANT),
    source=D1 / "Resource access",
    good=examples.profiles_on_one_collection(15),
    bad=examples.profiles_on_one_collection(16),
)
def collection_is_mapped_to_at_most_fifteen_profiles(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding | NotChecked]:
    """A resource collection is mapped to at most 15 user profiles, those included that nobody
    manages. Reported on each profile beyond the fifteenth.
    """
    resources = profile.spec.resources
    mapped = world.of(profile.address).values.get("resources")
    if not (isinstance(resources, ProfileResources) and isinstance(mapped, dict)):
        return
    planned = world.of(profile.address)
    me, hidden = planned.key, world.partial("UserProfile")
    if hidden and mapped != planned.before.get("resources"):
        yield NotChecked(f"how many user profiles a collection is mapped to: {hidden}")
    for key in sorted(mapped["collections"]):
        holders = world.referrers(key, "UserProfile")
        if len(holders) <= MOST_PROFILES:
            continue
        # Profiles that nobody manages come first: only a managed one can give way.
        ranked = sorted(holders, key=lambda h: (h.address is not None, str(h.address), h.name))
        if me in {holder.key for holder in ranked[MOST_PROFILES:]}:
            target = world.get(key)
            yield Finding(
                ("spec", "resources", "collections"),
                f"collection `{target.name if target else key}` would be mapped to "
                f"{len(holders)} user profiles; at most {MOST_PROFILES} are possible",
                hint="split the collection, or take it from a profile",
            )


@rule(
    "WCC145",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=D1 / "Create a user profile",
    good=examples.profile("permissions: {queue: view, call-monitoring: edit}"),
    bad=examples.profile("permissions: {queue: write}"),
    schema={
        "properties": {
            "permissions": {
                "properties": {name: {"enum": list(levels(name))} for name in PERMISSIONS},
                "additionalProperties": {"enum": list(levels(""))},  # of an unknown name, any
            }
        }
    },
)
def permission_has_a_level_that_exists(
    profile: Resource[UserProfile], _: World
) -> Iterator[Finding]:
    """Each permission is none, view or edit; the switches are enabled or disabled."""
    for name, level in (profile.spec.permissions or {}).items():
        if level not in levels(name):
            allowed = ", ".join(f"`{each}`" for each in levels(name))
            meant = meant_level(level, levels(name))
            yield Finding(
                ("spec", "permissions", name),
                f"`{level}` is not a valid level for {name}",
                hint=f"write `{meant}`" if meant else f"write one of {allowed}",
                is_unknown_value=True,
            )


@rule(
    "WCC201",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=API / "UserProfileGranularAccessDTO",
    good=examples.profile("permissions: {queue: view}"),
    bad=examples.profile("permissions: {queues: view}"),
    schema={
        "properties": {
            "permissions": {
                "properties": {name: {} for name in (*PERMISSIONS, *sorted(NOT_OF_PROFILES))},
                "additionalProperties": False,
            }
        }
    },
)
def permission_is_one_the_api_knows(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """Permissions carry the 68 names that the API lists, or one that the tenant has, as it is
    seen there or as the project's facts declare.
    """
    odd = [n for n in profile.spec.permissions or {} if n not in _KNOWN]
    here = names_of_the_tenant(world) if odd else frozenset()
    for name in odd:
        if name not in here:
            yield Finding(
                ("spec", "permissions", name),
                f"`{name}` is not a permission of Webex Contact Center",
                hint=world.near.hint(
                    "permission",
                    name,
                    (*PERMISSIONS, *here),
                    otherwise="names are singular, words joined by hyphens; one that only this "
                    "tenant has is declared under `facts.permissions`",
                ),
                on_key=True,
            )
