"""A tenant of any size and the manifests that describe it: the mix of a large contact center.

94 % User, 5 % UserProfile, 1 % ResourceCollection (at most 1,000), and each of the 20 inventory
types with a hundredth as many rows. Each collection is mapped to at most fifteen profiles; further
profiles have all resources. The same size and number make the same tenant, byte for byte, and a
plan of its manifests finds nothing to change.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.contract.sandbox import Generated
from reconciler.sandbox import made_up
from reconciler.vendors.webexcc.sandbox.catalogue import RESOURCE_TYPES

MOST_COLLECTIONS = 1000
PROFILES_PER_COLLECTION = 15
ADMINISTRATOR = "root@bench.example"
TOKEN = "bench-token"  # noqa: S105 - of an emulated tenant, for whoever generates it

_SECTIONS = {"site": "sites", "queue": "queues", "channel": "channels", "team": "teams"}
_REGIONS = ("Alpine", "Baltic", "Celtic", "Danube", "Ebro", "Fjord", "Garonne")
_LEVELS = ("none", "view", "edit")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size(made_up.Size):
    """The number of objects of each kind."""

    @property
    def collections(self) -> int:
        """One in a hundred, but not more than a tenant can have."""
        return min(max(1, self.objects // 100), MOST_COLLECTIONS)

    @property
    def profiles(self) -> int:
        """One in twenty."""
        return max(1, self.objects * 5 // 100)

    @property
    def users(self) -> int:
        """All that is left."""
        return max(0, self.objects - self.collections - self.profiles)

    @property
    def stock(self) -> int:
        """Rows of each inventory type; three at least, for collections to name."""
        return max(3, self.objects // 100)


def generated(size: Size) -> Generated:
    """The tenant in all its forms."""
    return made_up.generated(size, _beginning, seed, manifests)


def seed(size: Size) -> dict[str, Any]:
    """The tenant as a seed: everything by name, an administrator who may do all."""
    named = {kind: [name(kind, n) for n in range(size.stock)] for kind in RESOURCE_TYPES}
    return _beginning(size) | {
        "sites": named["site"],
        "teams": [
            {"name": team, "site": named["site"][n % size.stock]}
            for n, team in enumerate(named["team"])
        ],
        "queues": named["queue"],
        "channels": named["channel"],
        "inventory": {kind: rows for kind, rows in named.items() if kind not in _SECTIONS},
        "collections": list(collections(size)),
        "profiles": [_ROOT, *profiles(size)],
        "users": [
            {"email": ADMINISTRATOR, "profile": _ROOT["name"]},
            *users(size),
        ],
    }


def _beginning(size: Size) -> dict[str, Any]:
    organization = uuid.uuid5(uuid.NAMESPACE_DNS, f"bench-{size.number}.example")
    return {
        "organization": {"id": str(organization)},
        "identities": [{"email": ADMINISTRATOR, "token": TOKEN}],
    }


_ROOT: Row = {
    "name": "Administrator Profile",
    "type": "licensed-administrator",
    "systemDefault": True,
    "permissions": "all",
    "resources": "all",
}


def collections(size: Size) -> Iterator[Row]:
    """Resource collections as rows of a seed."""
    chance = size.chance("collections")
    for number in range(size.collections):
        region = chance.randrange(len(_REGIONS))
        first = chance.randrange(size.stock)
        queues = [name("queue", (first + n) % size.stock) for n in range(3)]
        yield {
            "name": f"Collection {number:05}",
            "description": f"What {_REGIONS[region]} works with",
            "resources": {
                "queue": queues,
                "site": [name("site", region % size.stock)],
                "team": "all",
                "channel": "all",
                "skill-profile": "all",
                "desktop-layout": "all",
            },
        }


def profiles(size: Size) -> Iterator[Row]:
    """User profiles as rows of a seed."""
    chance = size.chance("profiles")
    for number in range(size.profiles):
        resources: Any = "all"
        if number < size.collections * PROFILES_PER_COLLECTION:
            limited = f"Collection {number % size.collections:05}"
            resources = {"collections": [limited], "default": limited}
        yield {
            "name": f"Profile {number:05}",
            "type": "supervisor",
            "permissions": {
                "queue": chance.choice(_LEVELS[1:]),
                "team": chance.choice(_LEVELS[1:]),
                "site": "view",
                "skill-profile": chance.choice(_LEVELS[1:]),
                "call-monitoring": "edit",
                "mid-call-monitor": "enabled",
                "barge-in": "enabled",
                "analyzer": "view",
            },
            "resources": resources,
        }


def users(size: Size) -> Iterator[Row]:
    """Users as rows of a seed."""
    chance = size.chance("users")
    for number in range(size.users):
        team = chance.randrange(size.stock)
        yield {
            "email": f"person-{number:06}@bench.example",
            "profile": f"Profile {number % size.profiles:05}",
            "site": name("site", team),
            "teams": [name("team", team), name("team", (team + 1) % size.stock)],
        }


def name(kind: str, number: int) -> str:
    """The name of a thing of the inventory; every type takes letters, digits and `_`."""
    words = "".join(part.capitalize() for part in kind.split("-"))
    return f"{words}_{number:04}"


def manifests(size: Size) -> Iterator[str]:
    """The manifests of the tenant's managed objects, one YAML document each."""
    yield from map(_collection, collections(size))
    yield from map(_profile, profiles(size))
    yield from map(_user, users(size))


def _collection(row: Row) -> str:
    return (
        _head("ResourceCollection", _slug(row["name"]), row["description"].split()[1])
        + f"  name: {row['name']}\n  description: {row['description']}\n  resources:\n"
        + "".join(f"    {kind}: {_flow(value)}\n" for kind, value in row["resources"].items())
    )


def _profile(row: Row) -> str:
    resources = row["resources"]
    if resources != "all":
        slug = _slug(resources["default"])
        resources = f"{{collections: [{slug}], default: {slug}}}"
    return (
        _head("UserProfile", _slug(row["name"]))
        + f"  name: {row['name']}\n  profileType: {row['type']}\n  permissions:\n"
        + "".join(f"    {each}: {level}\n" for each, level in row["permissions"].items())
        + f"  resources: {resources}\n"
    )


def _user(row: Row) -> str:
    return (
        _head("User", row["email"])
        + f"  userProfile: {_slug(row['profile'])}\n  site: {row['site']}\n"
        + f"  teams: {_flow(row['teams'])}\n"
    )


def _head(kind: str, slug: str, region: str = "") -> str:
    labels = f"\n  labels: {{region: {region.lower()}}}" if region else ""
    return f"---\napiVersion: webexcc/v1\nkind: {kind}\nmetadata:\n  name: {slug}{labels}\nspec:\n"


def _slug(text: str) -> str:
    return text.lower().replace(" ", "-")


def _flow(value: str | list[str]) -> str:
    return value if isinstance(value, str) else f"[{', '.join(value)}]"


def expanded(section: Any) -> dict[str, Any]:
    """The seed that `generate: {objects: N, seed: K}` stands for; raises ValueError."""
    return seed(made_up.size_of(section, Size))
