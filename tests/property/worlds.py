"""Random tenants, random manifests over the same few names, and random console edits.

Few names on purpose: manifests meet objects that exist, changes meet each other.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from reconciler.model.guard import Allowance

ORGANIZATION = "5c0f1f0e-2f4c-4f0e-9a53-0a4f0c9b7d10"
COLLECTIONS = ("alpha", "beta", "gamma")
PROFILES = ("one", "two", "three", "four")
PEOPLE = ("ann@x.example", "bob@x.example", "cyd@x.example")
QUEUES = ("Queue 1", "Queue 2", "Queue 3")
SITES = ("North", "South")
TEAMS = ("Red", "Blue")
FLOWS = ("Greeting", "Survey")
SKILL_PROFILES = ("Calls", "Chats")
DESKTOPS = ("Plain", "Rich")
MULTIMEDIA = ("One call",)
LEVELS = ("none", "view", "edit")
# permissions that only exist together, in combinations that are possible
MONITORING: tuple[dict[str, str], ...] = (
    {},
    {"call-monitoring": "none", "barge-in": "disabled"},
    {"call-monitoring": "view", "restricted-monitor-only": "enabled"},
    {"call-monitoring": "edit", "mid-call-monitor": "enabled"},
    {"call-monitoring": "edit", "mid-call-monitor": "enabled", "barge-in": "enabled"},
)
SUPERVISION: tuple[dict[str, str], ...] = (
    {},
    {"additional-supervisory": "view"},
    {"additional-supervisory": "edit", "send-message": "enabled"},
)
RECORDINGS: tuple[dict[str, str], ...] = (
    {},
    {"audio-recording-transcript": "view"},
    {"audio-recording-transcript": "view", "tag": "edit"},
)
FOLDERS = {"Sales": 12, "Sales/EMEA": 31, "Stock": 3}
LISTS = ("hidden", "viewable", "editable")
PROJECT = """\
apiVersion: reconciler/v1
kind: Project
thresholds: {destroy: 1000, people: 100%, administrators: 1000}
tenants:
  test:
    vendor: webexcc
    manifests: ["access/*.yaml"]
    sandbox: {seed: seed.yaml}
    facts: {analyzerFolders: {Sales: {id: 12}, Sales/EMEA: {id: 31}, Stock: {id: 3, stock: true}}}
"""
LEAVE = Allowance(transient=True)
"""Profiles that people hold go from view to edit and back, and their folders with them."""

names = st.sampled_from


def some(choices: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    return st.lists(names(choices), min_size=1, unique=True)


def with_their_sites(chosen: dict[str, Any]) -> dict[str, Any]:
    """Selected teams beside the site that they are of, as the tenant wants them."""
    is_fitting = "all" in (chosen["site"], chosen["team"]) or "North" in chosen["site"]
    return chosen if is_fitting else chosen | {"site": [*chosen["site"], "North"]}


resources = st.fixed_dictionaries(
    {
        "queue": st.one_of(st.just("all"), some(QUEUES)),
        "site": st.one_of(st.just("all"), some(SITES)),
        "team": st.one_of(st.just("all"), some(TEAMS)),
        "channel": st.just("all"),
    },
    optional={
        "flow": st.one_of(names(("all", "none")), some(FLOWS)),
        "skill-profile": st.one_of(names(("all", "none")), some(SKILL_PROFILES)),
    },
).map(with_their_sites)


@st.composite
def permissions(draw: st.DrawFn) -> dict[str, str]:
    chosen = [draw(names(each)) for each in (MONITORING, SUPERVISION, RECORDINGS)]
    plain = draw(
        st.fixed_dictionaries({}, optional={k: names(LEVELS) for k in ("queue", "analyzer")})
    )
    return {name: level for each in (*chosen, plain) for name, level in each.items()}


@st.composite
def folders(draw: st.DrawFn, analyzer: str) -> dict[str, list[str]]:
    """Levels of folders that are possible beside Analyzer's own."""
    most = LEVELS.index(analyzer)
    sales = draw(names((None, *range(most + 1))))
    within = draw(names((None, *range((most if sales is None else sales) + 1))))
    stock = draw(names((None, 1))) if most else None
    lists: dict[str, list[str]] = {name: [] for name in LISTS}
    for path, level in zip(FOLDERS, (sales, within, stock), strict=True):
        if level is not None:
            lists[LISTS[level]].append(path)
    return lists


@st.composite
def collection(draw: st.DrawFn, known: tuple[str, ...]) -> dict[str, Any]:
    return {"name": draw(names(known)), "resources": draw(resources)}


@st.composite
def profile(draw: st.DrawFn, collections: list[str]) -> dict[str, Any]:
    limited: Any = "all"
    is_limited = draw(st.booleans())
    if collections and is_limited:
        chosen = draw(some(tuple(collections)))
        limited = {"collections": chosen, "default": draw(names(chosen))}
    made = {"resources": limited, "description": draw(names(("", "first", "second")))}
    made["permissions"] = draw(permissions())
    if draw(st.booleans()):
        made["analyzerFolders"] = draw(folders(made["permissions"].get("analyzer", "none")))
    return made


@st.composite
def tenants(draw: st.DrawFn) -> str:
    """A seed: some collections and profiles made by hand, everybody on a supervisor profile."""
    here = draw(st.lists(names(COLLECTIONS), unique=True))
    there = draw(st.lists(names(PROFILES), unique=True))
    made = [{"name": name, **draw(profile(here))} for name in there]
    people = [
        {"email": each, "profile": draw(names((*there, "Base"))), "site": draw(names(SITES))}
        for each in PEOPLE
    ]
    root = "root@x.example"
    seed = {
        "organization": {"id": ORGANIZATION},
        "identities": [{"email": root, "token": "t"}],
        "sites": list(SITES),
        "teams": [{"name": each, "site": "North"} for each in TEAMS],
        "queues": list(QUEUES),
        "inventory": {
            "flow": list(FLOWS),
            "skill-profile": list(SKILL_PROFILES),
            "desktop-profile": list(DESKTOPS),
            "multimedia-profile": list(MULTIMEDIA),
        },
        "permissions": draw(names(([], ["ai-notes"]))),  # newer than this version knows
        "analyzerFolders": [
            {"path": path, "id": number, "stock": path == "Stock"}
            for path, number in FOLDERS.items()
        ],
        "collections": [{"name": name, "resources": draw(resources)} for name in here],
        "profiles": [
            {
                "name": "Root",
                "type": "licensed-administrator",
                "permissions": "all",
                "resources": "all",
                "systemDefault": True,
            },
            {"name": "Base", "type": "supervisor", "permissions": {}, "resources": "all"},
            *({"type": "supervisor", **each} for each in made),
        ],
        "users": [{"email": root, "profile": "Root"}, *people],
    }
    return json.dumps(seed)


work = st.fixed_dictionaries(
    {},
    optional={
        "skillProfile": names(SKILL_PROFILES),
        "desktopProfile": names(DESKTOPS),
        "multimediaProfile": names(MULTIMEDIA),
    },
)


@st.composite
def manifests(draw: st.DrawFn, least: int = 0) -> str:
    """What Git wants, at `least` so much of each kind: valid by every rule, but perhaps not
    possible in a given tenant.
    """
    collections = draw(st.lists(names(COLLECTIONS), unique=True, min_size=least))
    profiles = draw(st.lists(names(PROFILES), unique=True, min_size=least))
    people = draw(st.lists(names(PEOPLE), unique=True, min_size=least))
    documents = [
        written("ResourceCollection", name, {"resources": draw(resources)}) for name in collections
    ]
    former: set[str] = set()
    for name in profiles:
        spec = {"profileType": "supervisor", **draw(profile(collections))}
        if draw(st.integers(0, 9)) == 0:
            spec |= {"fullAccess": True}
            del spec["permissions"]
        document = written("UserProfile", name, spec)
        if draw(st.booleans()):  # renamed in Git, in the tenant, or in both
            spec["name"] = draw(names((name, f"{name} of ours")))
        before = draw(names((*PROFILES, "")))
        if before and before not in profiles and before not in former:
            document["metadata"]["previousNames"] = [before]
            former.add(before)
        documents.append(document)
    for name in people:
        user: dict[str, Any] = {"userProfile": draw(names((*profiles, "Base")))}
        if draw(st.booleans()):
            user |= {"site": draw(names(SITES)), "teams": draw(st.lists(names(TEAMS), unique=True))}
        user |= draw(work)
        documents.append(written("User", name, user))
    return "\n".join(f"---\n{json.dumps(each)}" for each in draw(st.permutations(documents)))


def written(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "webexcc/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


edits = st.one_of(
    st.tuples(
        st.just("edit-profile"),
        st.fixed_dictionaries(
            {"profile": names((*PROFILES, "Base")), "queue": names(LEVELS)},
            optional={
                "description": names(("edited", "again")),
                "analyzer": names(LEVELS),
                "barge-in": names(("enabled", "disabled")),
                "ai-notes": names(LEVELS),
                **{each: names(("", *FOLDERS)) for each in LISTS},
            },
        ),
    ),
    st.tuples(
        st.just("edit-collection"),
        st.fixed_dictionaries({"collection": names(COLLECTIONS), "queue": names(("all", *QUEUES))}),
    ),
    st.tuples(
        st.just("move-user"),
        st.fixed_dictionaries(
            {"user": names(PEOPLE), "profile": names((*PROFILES, "Base"))},
            optional={"teams": names(TEAMS)},
        ),
    ),
)
