"""Permissions against collections: whether what may be viewed or edited can be reached at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.model.diagnostic import Path, Severity
from reconciler.model.resource import Resource
from reconciler.model.value import Ref
from reconciler.rules.rule import Finding, Where, rule
from reconciler.rules.world import World
from reconciler.vendors.webexcc.models import UserProfile
from reconciler.vendors.webexcc.permissions import COLLECTION_TYPES_OF
from reconciler.vendors.webexcc.rules import examples
from reconciler.vendors.webexcc.rules.documents import D1
from reconciler.vendors.webexcc.rules.granted import Granted, at, granted

Contents = Mapping[str, object]


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
) -> Iterator[Finding]:
    """Who edits desktop profiles needs the default idle and wrap-up codes in a collection, or all
    of those codes, or all resources; else no desktop profile can be saved. Codes selected by
    name are not judged: only the tenant tells which ones are the default.
    """
    held, users = _mapped(profile, world), granted(profile, world)
    without = held and all(each.get("idle-wrapup-code", "none") == "none" for each in held)
    if without and users.level("desktop-profile") == "edit":
        yield Finding(
            _place(users, "desktop-profile"),
            "its users could not save a desktop profile: none of the profile's collections holds "
            "idle and wrap-up codes",
            hint="write `idle-wrapup-code: all` in one of them",
        )
