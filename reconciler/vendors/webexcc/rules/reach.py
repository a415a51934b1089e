"""Permissions against collections: whether what may be viewed or edited can be reached at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model.diagnostic import Path, Severity
from reconciler.model.resource import Resource
from reconciler.model.value import Ref
from reconciler.rules.rule import Finding, NotChecked, Where, rule
from reconciler.rules.world import World
from reconciler.vendors.webexcc.models import UserProfile
from reconciler.vendors.webexcc.permissions import COLLECTION_TYPES_OF
from reconciler.vendors.webexcc.rules import examples
from reconciler.vendors.webexcc.rules.documents import D1
from reconciler.vendors.webexcc.rules.granted import Granted, at, granted

Contents = Mapping[str, object]
CODES = "idle-wrapup-code"


def _mapped(profile: Resource[UserProfile], world: World) -> list[Contents]:
    """What the profile's collections hold; nothing where one is unknown, or all is reached."""
    resources = world.of(profile.address).values.get("resources")
    keys = resources["collections"] if isinstance(resources, Mapping) else None
    found: list[Contents] = []
    for key in keys if isinstance(keys, frozenset) else ():
        collection = world.get(Ref(key))
        held = collection.values.get("resources") if collection else None
        if not isinstance(held, Mapping):
            return []
        found.append(held)
    return found


def _place(users: Granted, permission: str) -> Path:
    return ("spec", "fullAccess") if users.full else at(permission)


def _on_a_collection(permissions: str, collection: str) -> str:
    return examples.collection(examples.COLLECTION_BODY + collection) + examples.profile(
        permissions, resources="{collections: [billing-emea], default: billing-emea}"
    )


@rule(
    "WCC124",
    on=UserProfile,
    where=(Where.MANIFEST, Where.LIVE),
    source=D1 / "Review screen",
    severity=Severity.WARNING,
    good=_on_a_collection("permissions: {skill-profile: view}", "skill-profile: all\n"),
    bad=_on_a_collection("permissions: {skill-profile: view}", "skill-profile: none\n"),
)
def granted_types_are_in_a_collection(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding]:
    """View or edit on a resource type of which none of the profile's collections holds a resource
    shows its users an empty section.
    """
    held, users = _mapped(profile, world), granted(profile, world)
    empty = [
        name
        for name, types in COLLECTION_TYPES_OF.items()
        if held and users.grants(name)
        if all(each.get(kind, "none") == "none" for each in held for kind in types)
    ]
    for group in [empty] if users.full and empty else [[each] for each in empty]:
        yield Finding(
            _place(users, group[0]),
            f"an empty section for its users: none of the profile's collections holds any "
            f"{' or '.join(group)}",
            hint="add some to a collection, or do not grant it",
            on_key=True,
        )


@rule(
    "WCC137",
    on=UserProfile,
    where=(Where.MANIFEST, Where.LIVE, Where.TENANT),
    source=D1 / "Restricted resources",
    severity=Severity.WARNING,
    good=_on_a_collection(
        "permissions: {desktop-profile: edit}", "desktop-profile: all\nidle-wrapup-code: all\n"
    ),
    bad=_on_a_collection("permissions: {desktop-profile: edit}", "desktop-profile: all\n"),
)
def desktop_profiles_need_their_default_codes(
    profile: Resource[UserProfile], world: World
) -> Iterator[Finding | NotChecked]:
    """Who edits desktop profiles needs the default idle and wrap-up codes in a collection, or all
    of those codes, or all resources; else no desktop profile can be saved. Which codes are the
    default, only the tenant shows.
    """
    held, users = _mapped(profile, world), granted(profile, world)
    chosen = [each.get(CODES, "none") for each in held]
    if users.level("desktop-profile") != "edit" or not chosen or "all" in chosen:
        return
    place = _place(users, "desktop-profile")
    if all(each == "none" for each in chosen):
        yield Finding(
            place,
            "its users could not save a desktop profile: none of the profile's collections holds "
            "idle and wrap-up codes",
            hint=f"write `{CODES}: all` in one of them",
        )
    elif why := world.partial(CODES):
        yield NotChecked(f"which idle and wrap-up codes are the default: {why}")
    elif missing := _default_codes(world, frozenset().union(*_sets(chosen))):
        yield Finding(
            place,
            "its users could not save a desktop profile: none of the profile's collections holds "
            f"the default {' and '.join(missing)}",
            hint=f"add it to one of them, or write `{CODES}: all`",
        )


def _sets(chosen: list[object]) -> list[frozenset[str]]:
    return [each for each in chosen if isinstance(each, frozenset)]


def _default_codes(world: World, held: frozenset[str]) -> list[str]:
    """The default codes that are not among those held, in words."""
    kinds = {"IDLE_CODE": "idle code", "WRAP_UP_CODE": "wrap-up code"}
    return [
        f"{kinds.get(str(code.values.get('workTypeCode')), 'code')} `{code.name}`"
        for code in world.items(CODES)
        if code.values.get("defaultCode") is True and code.id not in held
    ]
