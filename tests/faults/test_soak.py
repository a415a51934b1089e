"""Random change sets, with random faults and kills: the tenant ends as Git wants it.

A twin of the tenant is given the same change sets undisturbed: both are the same after each.
Each world prints its seed where it fails; `SOAK_SEED=N pytest -m soak -k long` runs that one.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from reconciler.model.plan import dump
from tests.killed import PLAN, Assassin, Log, Order, calls
from tests.property import worlds
from tests.workshop import KINDS, Workshop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes fork and are killed")

CHANGE_SETS = 100
TRIES = 5
COLLECTIONS = ("alpha", "beta", "gamma", "delta")
PROFILES = ("one", "two", "three", "four", "five")
SEED = {
    "organization": {"id": worlds.ORGANIZATION},
    "identities": [{"email": "root@x.example", "token": "root-token"}],
    "sites": list(worlds.SITES),
    "teams": [{"name": each, "site": "North"} for each in worlds.TEAMS],
    "queues": list(worlds.QUEUES),
    "channels": ["Voice"],
    "collections": [
        {
            "name": "alpha",
            "resources": {"queue": ["Queue 1"], "site": "all", "team": "all", "channel": "all"},
        }
    ],
    "profiles": [
        {
            "name": "Root",
            "type": "licensed-administrator",
            "permissions": "all",
            "resources": "all",
            "systemDefault": True,
        },
        {"name": "Base", "type": "supervisor", "permissions": {}, "resources": "all"},
        {"name": "one", "type": "supervisor", "permissions": {"queue": "view"}, "resources": "all"},
    ],
    "users": [
        {"email": "root@x.example", "profile": "Root"},
        *({"email": each, "profile": "Base", "site": "North"} for each in worlds.PEOPLE),
    ],
}
FAULTS = (
    '429 on="write *" retryAfter=1',
    '503 on="write *" when=before',
    '500 on="write *" when=after',
    'dropped on="write *" when=before',
    'dropped on="write *" when=after',
    'half-answer on="write *" when=after',
    'cut-answer on="write *" when=after',
    'html on="write *" when=after',
    '400 on="write *"',
    '401 on="write *"',
    '409 on="write *"',
    '412 on="write *"',
    '503 on="GET *"',
    'dropped on="GET *"',
    '429 on="GET *" retryAfter=2',
)


def change_set(chance: random.Random) -> str:
    """What Git wants next: some of the few names, each with something else."""
    collections = [each for each in COLLECTIONS if chance.random() < 0.7]
    profiles = [each for each in PROFILES if chance.random() < 0.7]
    documents = [_collection(chance, each) for each in collections]
    documents += [_profile(chance, each, collections) for each in profiles]
    documents += [
        _document("User", each, {"userProfile": chance.choice((*profiles, "Base"))})
        for each in worlds.PEOPLE
    ]
    return "\n".join(f"---\n{json.dumps(each)}" for each in documents)


def _collection(chance: random.Random, name: str) -> dict[str, Any]:
    queues = chance.sample(worlds.QUEUES, chance.randint(1, 3))
    resources = {"queue": queues, "site": "all", "team": "all", "channel": "all"}
    shown = chance.choice((name, name, f"{name} of ours"))
    return _document("ResourceCollection", name, {"name": shown, "resources": resources})


def _profile(chance: random.Random, name: str, collections: list[str]) -> dict[str, Any]:
    limited: Any = "all"
    if collections and chance.random() < 0.6:
        chosen = chance.sample(collections, chance.randint(1, len(collections)))
        limited = {"collections": chosen, "default": chance.choice(chosen)}
    spec = {
        "name": chance.choice((name, name, f"{name} of ours")),
        "profileType": "supervisor",
        "description": chance.choice(("", "first", "second")),
        "permissions": chance.choice(worlds.MONITORING) | {"queue": chance.choice(worlds.LEVELS)},
        "resources": limited,
    }
    return _document("UserProfile", name, spec)


def _document(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "webexcc/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": spec,
    }


class World:
    """A tenant to which everything happens, and its twin to which nothing does."""

    def __init__(self, root: Path, seed: int, assassin: Assassin) -> None:
        self.chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
        self.counted: Counter[str] = Counter()
        self._assassin = assassin
        (root / "here").mkdir()
        self.here = Workshop(root / "here")
        self.here.write("seed.yaml", json.dumps(SEED))
        self.here.write("reconciler.yaml", worlds.PROJECT)
        self.here.act("edit-profile", profile="Base")  # it is there from the start
        shutil.copytree(root / "here", root / "twin")
        self.twin = Workshop(root / "twin")
        self.here.calls = Log(self.here.root)

    def lives_through(self, wanted: str) -> None:
        """One change set, until nothing of it is left to do."""
        for each in (self.here, self.twin):
            each.manifests(wanted)
        if self.twin.plan().errored:
            self.counted["refused"] += 1
            return
        self.counted["change sets"] += 1
        self.counted["operations"] += self.twin.planned_and_applied().summary.writes
        left = False
        for _ in range(self.chance.randint(1, TRIES)):
            left = self._try(resume=left and self.chance.random() < 0.7)
        if self.chance.random() < 0.5:
            assert [each.outcome for each in self.here.resume()] in ([], ["done"])
        self.here.planned_and_applied()
        self._is_the_same()

    def _try(self, *, resume: bool) -> bool:
        """One apply; whether it left something to do."""
        if not resume:
            plan = self.here.plan()
            assert not plan.errored, plan.findings
            (self.here.root / PLAN).write_bytes(dump(plan))
        chance = self.chance
        faults = tuple(
            f"{each} probability={chance.choice((0.05, 0.3))} seed={chance.randrange(10**6)}"
            for each in chance.sample(FAULTS, chance.randint(0, 3))
        )
        parallelism = chance.choice((1, 8))
        most = 24 if parallelism == 1 else 10
        kill_at = chance.randint(1, most) if chance.random() < 0.8 else 0
        when = chance.choice(("before", "after"))
        saved = chance.random() < 0.5
        order = Order(str(self.here.root), faults, kill_at, when, resume, saved, parallelism)
        died = self._assassin.apply(order)
        assert died.outcome != "stale", died.told
        self.counted["runs"] += 1
        self.counted["faults"] += len(faults)
        self.counted[f"ended {died.outcome}"] += 1
        return died.outcome != "done"

    def _is_the_same(self) -> None:
        assert not self.here.plan().differs
        assert plain(self.here) == plain(self.twin)
        landed = Counter(c.path for c in calls(self.here.root) if _made(c.method, c.status))
        made = Counter(c.path for c in self.twin.calls if _made(c.method, c.status))
        assert landed == made
        with closing(sqlite3.connect(self.here.root / ".reconciler" / "state.db")) as state:
            assert state.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            open_ = "SELECT * FROM operation WHERE outcome IS NULL"
            assert state.execute(open_).fetchall() == []
        assert owned(self.here) == owned(self.twin)


def _made(method: str, status: int) -> bool:
    return method == "POST" and status < 300


def plain(here: Workshop) -> dict[str, list[Any]]:
    """What the tenant holds, with names where ids are, and without what counts time."""
    bodies = here.bodies()
    names = {row["id"]: f"{kind} {row.get('name')}" for kind in KINDS for row in bodies[kind]}

    def named(data: Any) -> Any:
        if isinstance(data, dict):
            noise = ("version", "createdTime", "lastUpdatedTime", "id")
            rest = {key: value for key, value in data.items() if key not in noise}
            return {key: named(value) for key, value in rest.items()} | {
                "of": names.get(data.get("id"), "")
            }
        if isinstance(data, list):
            return sorted((named(each) for each in data), key=json.dumps)
        return names.get(data, data) if isinstance(data, str) else data

    return {kind: named(rows) for kind, rows in bodies.items()}


def owned(here: Workshop) -> list[tuple[Any, ...]]:
    """What the state has of the tenant, without ids."""
    with closing(sqlite3.connect(here.root / ".reconciler" / "state.db")) as state:
        asked = "SELECT address, name, prevent_destroy, adopted FROM ownership ORDER BY address"
        return state.execute(asked).fetchall()


def lives(root: Path, seed: int, assassin: Assassin, sets: int) -> Counter[str]:
    print(f"SOAK_SEED={seed}")
    world = World(root, seed, assassin)
    while world.counted["change sets"] < sets:
        world.lives_through(change_set(world.chance))
    return world.counted


def test_short(tmp_path: Path, assassin: Assassin) -> None:
    """The same few change sets each time."""
    counted = lives(tmp_path, 20261124, assassin, 6)
    assert counted["ended killed"]


@pytest.mark.soak
def test_long(tmp_path: Path, assassin: Assassin) -> None:
    """A hundred, others each time."""
    began = time.monotonic()
    seed = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(10**9))
    counted = lives(tmp_path, seed, assassin, CHANGE_SETS)
    print(dict(counted), f"{time.monotonic() - began:.0f} s")
    assert counted["ended killed"] > CHANGE_SETS / 2
