"""For random delegated administrators: the hidden never shows, and no write of theirs harms it."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.vendors.webexcc.sandbox.asking import ORGANIZATION, Tenant

COLLECTIONS = ("alpha", "beta", "gamma", "delta")
SITES, TEAMS = ("North", "South"), {"Red": "North", "Blue": "South", "Grey": "South"}
QUEUES = ("Queue 1", "Queue 2", "Queue 3")
SKILLS = ("Basic", "Expert")
ME = "me@x.example"
EDITS = dict.fromkeys(
    ("queue", "site", "team", "channel", "user", "user-profile", "resource-collection",
     "skill-profile", "multimedia-profile", "desktop-profile"),
    "edit",
)  # fmt: skip
LISTS = {
    "user-profile": ("v3/user-profile", "v3/user-profile"),
    "resource-collection": ("v2/resource-collection", "resource-collection"),
    "user": ("v2/user", "user"),
    "site": ("v2/site", "site"),
    "team": ("v2/team", "team"),
    "queue": ("v2/contact-service-queue", "v2/contact-service-queue"),
    "skill-profile": ("v2/skill-profile", "skill-profile"),
}
"""Of each kind the list and the item."""
names = st.sampled_from


def some(choices: Any) -> st.SearchStrategy[list[str]]:
    return st.lists(names(list(choices)), min_size=1, unique=True)


@st.composite
def collections(draw: st.DrawFn) -> dict[str, Any]:
    sites = draw(st.one_of(st.just("all"), some(SITES)))
    fitting = [team for team, site in TEAMS.items() if sites == "all" or site in sites]
    return {
        "site": sites,
        "team": draw(st.one_of(st.just("all"), some(fitting))),
        "queue": draw(st.one_of(st.just("all"), some(QUEUES))),
        "channel": "all",
        "skill-profile": draw(st.one_of(st.just("none"), some(SKILLS))),
    }


@st.composite
def limits(draw: st.DrawFn) -> Any:
    chosen = draw(some(COLLECTIONS))
    return {"collections": chosen, "default": draw(names(chosen))}


@st.composite
def tenants(draw: st.DrawFn) -> dict[str, Any]:
    """A seed in which `me` is limited to some collections and may edit everything in them."""
    profiles = [{"name": name, "resources": draw(limits())} for name in ("one", "two", "three")]
    profiles.append({"name": "wide", "resources": "all"})
    users = [
        {
            "email": f"{number}@x.example",
            "profile": draw(names([each["name"] for each in profiles])),
            "site": draw(names((None, *SITES))),
            "teams": draw(st.lists(names(list(TEAMS)), unique=True)),
        }
        for number in range(3)
    ]
    mine = {"name": "mine", "resources": draw(limits()), "permissions": EDITS}
    return {
        "organization": {"id": ORGANIZATION},
        "identities": [{"email": ME, "token": "me"}],
        "sites": list(SITES),
        "teams": [{"name": team, "site": site} for team, site in TEAMS.items()],
        "queues": [{"name": name, "teams": draw(some(TEAMS))} for name in QUEUES],
        "channels": ["Voice"],
        "inventory": {"skill-profile": list(SKILLS)},
        "collections": [{"name": each, "resources": draw(collections())} for each in COLLECTIONS],
        "profiles": [
            {"type": "supervisor", "permissions": {}, **each} for each in (*profiles, mine)
        ],
        "users": [*users, {"email": ME, "profile": "mine"}],
    }


@dataclass(frozen=True)
class World:
    """A tenant, and what of it is hidden, worked out from its seed alone."""

    tenant: Tenant
    seed: dict[str, Any]

    def row(self, section: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(
            each for each in self.seed[section] if name in (each.get("name"), each.get("email"))
        )
        return found

    def visible(self, kind: str, name: str) -> bool:
        own = self.row("profiles", "mine")["resources"]["collections"]
        held = [self.row("collections", each)["resources"].get(kind, "none") for each in own]
        if kind == "resource-collection":
            return name in own
        if kind == "user-profile":
            limited = self.row("profiles", name)["resources"]
            return limited != "all" and not set(own).isdisjoint(limited["collections"])
        if kind == "user":
            teams = self.row("users", name).get("teams", ())
            held = [self.row("collections", each)["resources"]["team"] for each in own]
            return name == ME or "all" in held or any(t in chosen for chosen in held for t in teams)
        return any(chosen == "all" or name in chosen for chosen in held)

    def split(self, kind: str) -> tuple[list[str], list[str]]:
        """The ids of a kind that are seen, and those that are not."""
        seen: list[str] = []
        hidden: list[str] = []
        for row in self.tenant.store.rows(kind):
            is_seen = self.visible(kind, row.get("name") or row["email"])
            (seen if is_seen else hidden).append(row["id"])
        return seen, hidden

    def hidden(self) -> set[str]:
        return {each for kind in LISTS for each in self.split(kind)[1]}

    def bodies(self) -> dict[str, dict[str, Any]]:
        """Everything, but for versions and times."""
        return {
            row["id"]: {k: v for k, v in row.items() if k not in ("version", "lastUpdatedTime")}
            for kind in LISTS
            for row in self.tenant.store.rows(kind)
        }


@contextlib.contextmanager
def world(seed: dict[str, Any]) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as folder:
        tenant = Tenant(Path(folder), seed)
        try:
            yield World(tenant, seed)
        finally:
            tenant.close()


def named(answer: Any) -> set[str]:
    """Every text in an answer, however deep."""
    if isinstance(answer, dict):
        return {each for value in answer.values() for each in named(value)}
    if isinstance(answer, list):
        return {each for value in answer for each in named(value)}
    return {answer} if isinstance(answer, str) else set()


@examples(25)
@given(seed=tenants())
def test_nothing_hidden_is_in_any_answer(seed: dict[str, Any]) -> None:
    with world(seed) as here:
        hidden = here.hidden()
        for kind, (listed, item) in LISTS.items():
            seen, unseen = here.split(kind)
            answer = here.tenant.get(ME, listed)
            assert [row["id"] for row in answer["data"]] == seen
            assert answer["meta"]["totalRecords"] == len(seen)
            assert not named(answer) & hidden
            for each in seen:
                assert not named(here.tenant.get(ME, f"{item}/{each}")) & hidden
            for each in unseen:
                assert here.tenant.status(ME, "GET", f"{item}/{each}") == 404


@examples(25)
@given(seed=tenants())
def test_what_was_read_and_is_put_back_changes_nothing(seed: dict[str, Any]) -> None:
    with world(seed) as here:
        before = here.bodies()
        for kind in ("user-profile", "resource-collection", "user"):
            for each in here.split(kind)[0]:
                path = f"{LISTS[kind][1]}/{each}"
                method = "PATCH" if kind == "user" else "PUT"
                read = here.tenant.get(ME, path)
                status, answer = here.tenant.ask(ME, method, path, read)
                assert status == 200, answer
                assert here.bodies() == before


def nested(ids: list[str]) -> list[dict[str, str]]:
    return [{"id": each, "name": "some"} for each in ids]


def change(here: World, kind: str, body: dict[str, Any], data: st.DataObject) -> None:
    """Some other fields in a body that was read; among them what no body should hold."""

    def ids(of: str) -> st.SearchStrategy[list[str]]:
        seen, hidden = here.split(of)
        mostly = st.lists(names(seen or hidden), unique=True)
        return st.one_of(mostly, mostly, st.lists(names([*seen, *hidden]), unique=True))

    one = st.one_of(st.just("restricted"), st.none())
    changes: dict[str, st.SearchStrategy[Any]]
    if kind == "user":
        sites = names([*here.split("site")[0], *here.split("site")[1]])
        changes = {"teamIds": st.one_of(st.none(), ids("team")), "siteId": st.one_of(one, sites)}
    elif kind == "user-profile":
        collections = names([*map(str, here.split("resource-collection")[0])])
        changes = {
            "resourceCollections": ids("resource-collection").map(nested),
            "defaultResourceCollectionId": st.one_of(one, collections),
            "resourceAccessLevel": names(("ALL", "SPECIFIC")),
        }
    else:
        queues = st.one_of(
            st.just({"name": "queue", "accessLevel": "ALL"}),
            ids("queue").map(lambda i: {"name": "queue", "accessLevel": "SPECIFIC", "ids": i}),
        )
        others = [row for row in body["resources"] if row["name"] != "queue"]
        changes = {"resources": queues.map(lambda row: [*others, row])}
    gone = data.draw(st.sets(names(sorted(changes))))
    for field in gone:
        body.pop(field, None)
    body |= data.draw(st.fixed_dictionaries({}, optional=changes))


def members(body: dict[str, Any], hidden: set[str]) -> set[str]:
    """Hidden ids in the fields that hold several."""
    return {each for v in body.values() if isinstance(v, list) for each in named(v)} & hidden


@examples(60)
@given(seed=tenants(), data=st.data())
def test_what_is_hidden_survives_every_write(seed: dict[str, Any], data: st.DataObject) -> None:
    with world(seed) as here:
        hidden, before = here.hidden(), here.bodies()
        kind = data.draw(names(("user", "user-profile", "user-profile", "resource-collection")))
        seen = here.split(kind)[0]
        partly = [each for each in seen if members(before[each], hidden)]
        chosen = data.draw(names(partly or seen))
        path = f"{LISTS[kind][1]}/{chosen}"
        body = dict(here.tenant.get(ME, path))
        change(here, kind, body, data)
        status = here.tenant.status(ME, "PATCH" if kind == "user" else "PUT", path, body)
        assert status in (200, 400, 403)
        after = here.bodies()
        was, now = before.pop(chosen), after.pop(chosen)
        assert after == before
        assert status == 200 or now == was
        assert members(was, hidden) == members(now, hidden)
        for field, value in was.items():
            if isinstance(value, str) and value in hidden and now[field] != value:
                assert now[field] is not None
                assert now[field] not in hidden
