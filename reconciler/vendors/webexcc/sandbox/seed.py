"""A seed: a tenant as readable YAML, names instead of ids."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from reconciler.model.diagnostic import Path as Place
from reconciler.sandbox.seed import checked, organization, section, with_generated
from reconciler.sandbox.seed_problems import (
    SeedProblems,
    unknown_name,
)
from reconciler.sandbox.store import Body, Store
from reconciler.sandbox.tenant import IDENTITY
from reconciler.vendors.webexcc.sandbox import licences, stock
from reconciler.vendors.webexcc.sandbox.access import SCOPES
from reconciler.vendors.webexcc.sandbox.analyzer import FOLDER_LISTS, Folders
from reconciler.vendors.webexcc.sandbox.catalogue import ADD_ONS, RESOURCE_TYPES, TYPE_NAMES
from reconciler.vendors.webexcc.sandbox.checks import one_of, refuse_unless, texts
from reconciler.vendors.webexcc.sandbox.collections import Collections
from reconciler.vendors.webexcc.sandbox.data import (
    CHANNEL,
    COLLECTION,
    FOLDER,
    MOST_COLLECTIONS,
    PROFILE,
    QUEUE,
    SITE,
    TEAM,
    USER,
    Data,
    links,
)
from reconciler.vendors.webexcc.sandbox.generate import expanded
from reconciler.vendors.webexcc.sandbox.profiles import FORMER, Profiles
from reconciler.vendors.webexcc.sandbox.quirks import Quirks, of_section
from reconciler.vendors.webexcc.sandbox.resource_types import TYPES
from reconciler.vendors.webexcc.sandbox.tokens import Tokens

_ASSIGNED = {
    "skillProfile": ("skillProfileId", "skill-profile"),
    "desktopProfile": ("agentProfileId", "desktop-profile"),
    "multimediaProfile": ("multimediaProfileId", "multimedia-profile"),
}
"""What a user may have beyond site and teams: key of a seed -> field, type."""
_REACH = {"all": "ALL", "former": FORMER}
"""What a profile reaches where that is no collection; the second has not been migrated yet."""
_SECTION_OF = {SITE: "sites", QUEUE: "queues", CHANNEL: "channels", TEAM: "teams"}
SECTIONS = (
    "organization", "generate", "limits", "permissions", "addOns", "quirks", "identities",
    *_SECTION_OF.values(), "inventory", "analyzerFolders", "collections", "profiles", "users",
)  # fmt: skip
_FIRST = ("multimedia-profile", SITE, "audio-prompt", "flow", "sub-flow", "skill-definition",
          "skill-profile")  # fmt: skip
_LAST = ("working-hour", TEAM, "desktop-layout", QUEUE, CHANNEL, "desktop-profile")
_ORDER = (*_FIRST, *(each for each in TYPES if each not in (*_FIRST, *_LAST)), *_LAST)
"""The types of the inventory, each after those that it refers to."""


def settings(seed: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings of a seed; raises SeedError with all that is wrong of the whole seed."""

    def filled(store: Store) -> None:
        fill(Data(store, str(uuid.UUID(int=0)), lambda: datetime.now(UTC)), seed)

    parts: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
        "organization": organization,
        "quirks": _checked_quirks,
    }
    return checked(seed, parts, filled, links)


def quirks_of(found: Mapping[str, Any]) -> Quirks:
    """The quirks of a tenant with these settings; raises SeedError."""
    return section(found, "quirks", of_section)


def _checked_quirks(seed: Mapping[str, Any]) -> Any:
    """The section as it is written, which is what the data can keep."""
    quirks_of(seed)
    return seed.get("quirks")


def fill(data: Data, seed: Mapping[str, Any]) -> None:
    """Put the whole seed into an empty store; raises SandboxError, storing nothing.

    `generate` stands for all sections that are not there beside it.
    """
    problems = SeedProblems()
    seed = with_generated(seed, expanded)
    problems.check_fields(seed, SECTIONS, ())
    with data.store.transaction():
        _settings(data, seed, problems)
        _inventory(data, seed, problems)
        for path, row in problems.rows(seed, "analyzerFolders"):
            with problems.row(FOLDER, _title(row), path):
                _folder(data, row)
        for path, row in problems.rows(seed, "collections"):
            with problems.row(COLLECTION, _title(row), path):
                _collection(data, row)
        for path, row in problems.rows(seed, "profiles"):
            with problems.row(PROFILE, _title(row), path):
                _profile(data, row)
        profiles = {row["name"]: row for row in data.store.rows(PROFILE)}
        for path, row in problems.rows(seed, "users"):
            with problems.row(USER, _title(row), path):
                add_user(data, row, profiles)
        for path, row in problems.rows(seed, "identities"):
            with problems.row(IDENTITY, _title(row), path):
                _identity(data, row)
        problems.raise_any()


def _title(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or row.get("email") or row.get("path") or "?")


def _settings(data: Data, seed: Mapping[str, Any], problems: SeedProblems) -> None:
    limits, also = seed.get("limits") or {}, seed.get("permissions") or []
    most = limits.get("resourceCollections", MOST_COLLECTIONS) if isinstance(limits, dict) else None
    if type(most) is not int or set(limits) - {"resourceCollections"}:
        problems.add(("limits",), "there is one limit to set, `resourceCollections: NUMBER`")
        most = MOST_COLLECTIONS
    if not isinstance(also, list) or not all(isinstance(each, str) for each in also):
        also = []
        problems.add(
            ("permissions",), "expected a list of names: what this tenant has beyond others"
        )
    bought = seed.get("addOns") or []
    if not isinstance(bought, list) or not all(each in ADD_ONS for each in bought):
        bought = []
        problems.add(("addOns",), f"expected a list of {', '.join(ADD_ONS)}")
    settings = {"most_collections": most, "permissions": also, "add_ons": bought}
    data.store.put("meta", {"id": "settings", **settings}, "settings")


def _identity(data: Data, row: Mapping[str, Any]) -> None:
    """Who calls: a user of the tenant, else a machine account; `machine` makes a user one too."""
    email, app = str(row["email"]), row.get("serviceApp")
    token = str(row["token"]) if app is None or "token" in row else ""
    machine, scopes = row.get("machine", data.store.named(USER, email) is None), row.get("scopes")
    unknown = sorted(set(row) - {"email", "token", "machine", "scopes", "serviceApp"})
    refuse_unless(not unknown, f"unknown field {', '.join(unknown)}")
    refuse_unless(isinstance(machine, bool), "machine is true or false")
    refuse_unless(machine or data.store.named(USER, email), "no user of the seed has this e-mail")
    if scopes is not None:
        scopes = texts(scopes, "scopes")
        for each in scopes:
            one_of(each, "scopes[]", (*SCOPES, "cjp:config"))
    body: Body = {"id": email, "token": token, "machine": machine, "scopes": scopes}
    data.store.put(IDENTITY, body, token)
    if app is not None:
        Tokens(data).seed(email, app)


def _folder(data: Data, row: Mapping[str, Any]) -> None:
    Folders(data).add(str(row["path"]), row["id"], stock=bool(row.get("stock", False)))


def _inventory(data: Data, seed: Mapping[str, Any], problems: SeedProblems) -> None:
    """The four types that have sections of their own, and all others, in an order of links."""
    more = seed.get("inventory") or {}
    if not isinstance(more, Mapping) or not set(more) <= set(TYPES):
        problems.add(("inventory",), f"expected a mapping of {', '.join(TYPES)}")
        more = {}
    for kind in _ORDER:
        section = _SECTION_OF.get(kind)
        places: list[tuple[Place, Any]] = [(("inventory", kind), more.get(kind))]
        if section is not None:
            places.insert(0, ((section,), seed.get(section)))
        for where, rows in places:
            for path, row in _stock_rows(where, rows, problems):
                named = row if isinstance(row, Mapping) else {"name": row}
                with problems.row(kind, _title(named), path):
                    stock.add(data, kind, row)


def _stock_rows(
    where: Place, rows: Any, problems: SeedProblems
) -> Iterator[tuple[Place, str | Mapping[str, Any]]]:
    """Rows of the inventory: names, or mappings with a name."""
    if rows is not None and not isinstance(rows, (list, tuple)):
        problems.add(where, "expected a list of names or of mappings")
        return
    for number, row in enumerate(rows or ()):
        yield (*where, number), row if isinstance(row, Mapping) else str(row)


def _collection(data: Data, row: Mapping[str, Any]) -> None:
    chosen = dict.fromkeys(RESOURCE_TYPES, "none") | dict(row["resources"])
    Collections(data).add(
        {
            "name": row["name"],
            "description": row.get("description", ""),
            "resources": [_resource(data, name, value) for name, value in chosen.items()],
        }
    )


def _resource(data: Data, name: str, value: Any) -> Body:
    if isinstance(value, str):
        return {"name": name, "accessLevel": value.upper()}
    ids = [_id(data, name, each) for each in value]
    return {"name": name, "accessLevel": "SPECIFIC", "ids": ids}


def _profile(data: Data, row: Mapping[str, Any]) -> None:
    permissions, resources = row["permissions"], row["resources"]
    body: Body = {
        "name": row["name"],
        "description": row.get("description", ""),
        "profileType": TYPE_NAMES.get(row["type"], row["type"]),
        "active": row.get("active", True),
        "permissionAccessLevel": "ALL" if permissions == "all" else "SPECIFIC",
        "resourceAccessLevel": _REACH.get(resources, "SPECIFIC")
        if isinstance(resources, str)
        else "SPECIFIC",
    }
    if permissions != "all":
        body["permissions"] = [
            {"name": name, "access": str(level).upper()} for name, level in permissions.items()
        ]
    if body["resourceAccessLevel"] == "SPECIFIC":
        body["resourceCollections"] = [
            {"id": _id(data, COLLECTION, each), "name": each} for each in resources["collections"]
        ]
        body["defaultResourceCollectionId"] = _id(data, COLLECTION, resources["default"])
    for name, paths in (row.get("analyzerFolders") or {}).items():
        body[FOLDER_LISTS[name]] = [_id(data, FOLDER, path) for path in paths]
    Profiles(data).add(body, system=row.get("systemDefault", False), former=resources == "former")


def add_user(data: Data, row: Mapping[str, Any], profiles: Mapping[str, Body]) -> Body:
    """A user, as a row of a seed has them; refuses with 400 what the tenant does not have."""
    email = row["email"]
    teams = [_id(data, TEAM, each) for each in row.get("teams") or ()]
    if row["profile"] not in profiles:
        reason = f"there is no {PROFILE} `{row['profile']}` in the seed before it"
        raise unknown_name(PROFILE, row["profile"], reason, ("profile",))
    profile = profiles[row["profile"]]
    added = data.add(
        USER,
        {
            "email": email,
            "firstName": row.get("firstName", email.partition("@")[0]),
            "lastName": row.get("lastName", ""),
            "ciUserId": row.get("person") or str(uuid.uuid5(uuid.NAMESPACE_DNS, email)),
            "active": row.get("active", True),
            "contactCenterEnabled": True,
            "userProfileId": profile["id"],
            "siteId": _id(data, SITE, row["site"]) if row.get("site") else None,
            "teamIds": teams,
            **{
                field: _id(data, kind, row[key]) if row.get(key) else None
                for key, (field, kind) in _ASSIGNED.items()
            },
        },
    )
    licences.give(data, added["id"], profile["profileType"], row.get("licence"))
    return added


def _id(data: Data, kind: str, name: str) -> Any:
    found = data.store.id_named(kind, str(name))
    if found is None:
        raise unknown_name(kind, name, f"there is no {kind} `{name}` in the seed before it")
    return int(found) if kind == FOLDER else found
