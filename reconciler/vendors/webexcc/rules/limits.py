"""Limits of the API: names, descriptions, and how many collections a tenant holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

from reconciler.contract.vendor import Limit
from reconciler.model.diagnostic import Severity
from reconciler.model.resource import Resource
from reconciler.rules.rule import Finding, NotChecked, Schema, Where, rule
from reconciler.rules.world import Expected, World
from reconciler.vendors.webexcc.models import ResourceCollection, UserProfile
from reconciler.vendors.webexcc.rules import examples
from reconciler.vendors.webexcc.rules.collections import MOST_RESOURCES, selected
from reconciler.vendors.webexcc.rules.documents import API, HELP
from reconciler.vendors.webexcc.rules.profiles import MOST_PROFILES

COLLECTION = "ResourceCollection"
MOST_COLLECTIONS = 1000
LONGEST_NAME = 80
LONGEST_DESCRIPTION = 255

# White space as the API's own `\s` means it; spelled out, because not every dialect of regular
# expressions means the same by `\s`, by `\d` and by a `$` before a last line break.
_WHITE = r" \t-\r"
_PROFILE = "a-zA-Z0-9,_-"
_COLLECTION = "a-zA-Z0-9_-"

S = TypeVar("S", UserProfile, ResourceCollection)


def _name_schema(allowed: str) -> Schema:
    pattern = f"^[{_WHITE}]*[{allowed}][{_WHITE}{allowed}]*$"
    return {"properties": {"name": {"maxLength": LONGEST_NAME, "pattern": pattern}}}


def _name_problem(resource: Resource[S], allowed: str, of: str) -> Iterator[Finding]:
    """Check the vendor's name of an object, which is the manifest's where none is given."""
    written = resource.spec.name
    name = resource.address.name if written is None else written
    foreign = "".join(dict.fromkeys(re.sub(f"[{_WHITE}{allowed}]", "", name)))
    if len(name) > LONGEST_NAME:
        problem = f"{len(name)} characters; the name of {of} has at most {LONGEST_NAME}"
    elif foreign:
        problem = f"`{foreign}` cannot be in the name of {of}"
    elif not name.strip():
        problem = f"the name of {of} cannot be empty"
    else:
        return
    comma = ", comma" if "," in allowed else ""
    yield Finding(
        ("metadata", "name") if written is None else ("spec", "name"),
        problem,
        hint=("give it a `spec.name` of " if written is None else "use ")
        + f"letters A to Z, digits, space{comma}, `-` and `_`, at most {LONGEST_NAME}",
    )


def _description_problem(resource: Resource[S]) -> Iterator[Finding]:
    length = len(resource.spec.description or "")
    if length > LONGEST_DESCRIPTION:
        yield Finding(
            ("spec", "description"),
            f"{length} characters; a description has at most {LONGEST_DESCRIPTION}",
            hint=f"shorten it by {length - LONGEST_DESCRIPTION}",
        )


_DESCRIPTION: Schema = {"properties": {"description": {"maxLength": LONGEST_DESCRIPTION}}}
_LONGEST = "description: " + "x" * LONGEST_DESCRIPTION


@rule(
    "WCC146",
    on=ResourceCollection,
    where=(Where.MANIFEST, Where.LIVE, Where.ORDER, Where.TENANT),
    source=HELP.code,
    severity=Severity.WARNING,
    good=examples.many_collections(10),
    bad=examples.many_collections(MOST_COLLECTIONS + 1),
)
def tenant_holds_at_most_a_thousand_collections(
    collection: Resource[ResourceCollection], world: World
) -> Iterator[Finding | NotChecked]:
    """A tenant holds at most 1,000 resource collections, those included that nobody manages. A
    plan shows the headroom from 80 % on, and deletes before it creates at the limit. It is an error
    in a plan that makes one too many: the tenant would refuse it.
    """
    count = len(all_ := world.all_of(COLLECTION))
    beyond = (each for each in all_[MOST_COLLECTIONS:] if each.address is not None)
    me = world.of(collection.address)
    if me.creates and (why := world.partial(COLLECTION)):
        yield NotChecked(f"how many collections there are: {why}")
    if count <= MOST_COLLECTIONS or me is not next(beyond, all_[-1]):
        return  # it is reported once, on the first managed one that has no place
    too_many = world.live and any(each.creates for each in all_)
    yield Finding(
        ("metadata", "name"),
        f"{count} resource collections; a tenant holds at most {MOST_COLLECTIONS}",
        hint=f"remove {count - MOST_COLLECTIONS}, or merge some of them",
        severity=Severity.ERROR if too_many else None,
    )


@rule(
    "WCC204",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=API / "UserProfileGranularAccessDTO, name",
    good=examples.profile("name: Billing, EMEA\npermissions: {queue: view}"),
    bad=examples.profile("name: Billing (EMEA)\npermissions: {queue: view}"),
    schema=_name_schema(_PROFILE),
)
def profile_has_a_possible_name(profile: Resource[UserProfile], _: World) -> Iterator[Finding]:
    """The name of a user profile has 1 to 80 characters: letters, digits, white space, comma,
    hyphen and underscore.
    """
    yield from _name_problem(profile, _PROFILE, "a user profile")


@rule(
    "WCC205",
    on=ResourceCollection,
    where=(Where.MANIFEST, Where.TENANT),
    source=API / "ResourceCollectionDTO, name",
    good=examples.named_collection("name: Billing EMEA"),
    bad=examples.named_collection("name: Billing, EMEA"),
    schema=_name_schema(_COLLECTION),
)
def collection_has_a_possible_name(
    collection: Resource[ResourceCollection], _: World
) -> Iterator[Finding]:
    """The name of a resource collection has 1 to 80 characters: letters, digits, white space,
    hyphen and underscore, and no comma.
    """
    yield from _name_problem(collection, _COLLECTION, "a resource collection")


@rule(
    "WCC206",
    on=UserProfile,
    where=(Where.MANIFEST, Where.TENANT),
    source=API / "UserProfileGranularAccessDTO, description",
    good=examples.profile(_LONGEST + "\npermissions: {queue: view}"),
    bad=examples.profile(_LONGEST + "x\npermissions: {queue: view}"),
    schema=_DESCRIPTION,
)
def profile_has_a_possible_description(
    profile: Resource[UserProfile], _: World
) -> Iterator[Finding]:
    """The description of a user profile has at most 255 characters."""
    yield from _description_problem(profile)


@rule(
    "WCC207",
    on=ResourceCollection,
    where=(Where.MANIFEST, Where.TENANT),
    source=API / "ResourceCollectionDTO, description",
    good=examples.named_collection(_LONGEST),
    bad=examples.named_collection(_LONGEST + "x"),
    schema=_DESCRIPTION,
)
def collection_has_a_possible_description(
    collection: Resource[ResourceCollection], _: World
) -> Iterator[Finding]:
    """The description of a resource collection has at most 255 characters."""
    yield from _description_problem(collection)


def _shown(each: Expected) -> str:
    return str(each.address or f"collection {each.name}")


def _profiles(world: World) -> Iterator[tuple[str, int]]:
    for each in world.all_of(COLLECTION):
        yield _shown(each), len(world.referrers(each.key, "UserProfile"))


def _selected(world: World) -> Iterator[tuple[str, int]]:
    for each in world.all_of(COLLECTION):
        yield _shown(each), selected(each)


def _collections(world: World) -> Iterator[tuple[str, int]]:
    yield "the tenant", len(world.all_of(COLLECTION))


LIMITS = (
    Limit("WCC123", "user profiles", MOST_PROFILES, _profiles),
    Limit("WCC130", "resources selected by name", MOST_RESOURCES, _selected),
    Limit("WCC146", "resource collections", MOST_COLLECTIONS, _collections),
)
"""The limits of which a plan shows how near it comes."""
