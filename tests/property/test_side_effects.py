"""What people may do with folders at every moment of an apply: no more than the plan has named."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hypothesis import assume, event, given
from hypothesis import strategies as st

from reconciler.model.plan import Plan
from tests.property import worlds
from tests.property.test_promises import workshop
from tests.workshop import Workshop

LEVELS = {"editableFolderIds": 2, "viewableFolderIds": 1, "nonViewableFolderIds": 0}
OWN = {"EDIT": 2, "VIEW": 1, "NONE": 0}
PATH_OF = {number: path for path, number in worlds.FOLDERS.items()}
PEOPLE = worlds.PEOPLE[:2]
Folders = dict[str, int]


def folders(profile: dict[str, Any]) -> Folders:
    """How far each folder is open: as its list says, as Analyzer itself where it is in none."""
    rows = {row["name"]: row["access"] for row in profile["permissions"]}
    own = 2 if profile["permissionAccessLevel"] == "ALL" else OWN[rows.get("analyzer", "NONE")]
    named = {PATH_OF[number]: at for field, at in LEVELS.items() for number in profile[field]}
    open_: Folders = {}
    for path in sorted(worlds.FOLDERS):
        around = open_.get(path.rpartition("/")[0], own)
        open_[path] = min(named.get(path, own), around, 1 if path == "Stock" else 2)
    return open_


def held(here: Workshop) -> dict[str, tuple[str, Folders]]:
    """Per user: the profile that they hold, and what is open to them."""
    bodies = here.bodies()
    profiles = {row["id"]: folders(row) for row in bodies["user-profile"]}
    return {
        row["id"]: (row["userProfileId"], profiles[row["userProfileId"]]) for row in bodies["user"]
    }


def exceeding(here: Workshop, plan: Plan) -> Counter[str]:
    """Per profile: who holds it all along, and could do more at some moment than before and after.

    Who is moved sees another profile's changes too: that is not about side effects.
    """
    moments = [held(here)]

    def look(method: str, _path: str) -> None:
        if method != "GET":
            moments.append(held(here))

    here.before = look
    (ledger,) = here.apply(plan, allow=worlds.LEAVE)
    here.before = lambda _method, _path: None
    assert ledger.outcome == "done"
    moments.append(held(here))
    before, after = moments[0], moments[-1]
    found: Counter[str] = Counter()
    for user, (profile, was) in before.items():
        if profile == after[user][0]:
            most = {path: max(was[path], after[user][1][path]) for path in was}
            found[profile] += any(
                moment[user][1][path] > most[path] for moment in moments for path in most
            )
    return +found


@st.composite
def profile(draw: st.DrawFn) -> dict[str, Any]:
    level = draw(st.sampled_from(("view", "edit")))
    made = {"permissions": {"analyzer": level}, "resources": "all"}
    return made | {"analyzerFolders": draw(worlds.folders(level))}


@st.composite
def turning(draw: st.DrawFn) -> tuple[str, str]:
    """A tenant's seed and manifests: a profile between both levels, and people who come and go."""
    root, moved = "root@x.example", st.sampled_from((None, "one", "Base"))
    people = [{"email": each, "profile": draw(st.sampled_from(("one", "Base")))} for each in PEOPLE]
    seed = {
        "organization": {"id": worlds.ORGANIZATION},
        "identities": [{"email": root, "token": "t"}],
        "analyzerFolders": [
            {"path": path, "id": number, "stock": path == "Stock"}
            for path, number in worlds.FOLDERS.items()
        ],
        "quirks": {"analyzerKeepsSentFolders": draw(st.booleans())},
        "profiles": [
            {"name": "Root", "type": "licensed-administrator", "permissions": "all",
             "resources": "all"},
            {"name": "Base", "type": "supervisor", "permissions": {}, "resources": "all"},
            {"name": "one", "type": "supervisor", **draw(profile())},
        ],
        "users": [{"email": root, "profile": "Root"}, *people],
    }  # fmt: skip
    spec = {"profileType": "supervisor", **draw(profile())}
    if draw(st.booleans()):
        del spec["analyzerFolders"]
    wanted = [_manifest("UserProfile", "one", spec)]
    wanted += [
        _manifest("User", each, {"userProfile": to}) for each in PEOPLE if (to := draw(moved))
    ]
    return json.dumps(seed), "".join(f"---\n{each}\n" for each in wanted)


def _manifest(kind: str, name: str, spec: dict[str, Any]) -> str:
    named = {"apiVersion": "webexcc/v1", "kind": kind, "metadata": {"name": name}}
    return json.dumps(named | {"spec": spec})


@given(world=turning())
def test_more_is_open_for_those_alone_that_the_plan_names(world: tuple[str, str]) -> None:
    seed, manifests = world
    with workshop(seed, manifests) as here:
        plan = here.plan()
        assume(not plan.errored)
        ids = {change.address: change.object_id for change in plan.changes}
        named = {ids[each.address]: each.people for each in plan.side_effects if each.window}
        assert bool(named) == ("transient" in plan.blocked)
        found = exceeding(here, plan)
        event(f"{len(named)} moments, {len(plan.side_effects)} side effects")
        keeps = json.loads(seed)["quirks"]["analyzerKeepsSentFolders"]
        assert found == ({} if keeps else named)
        assert here.plan().outcome == "no_changes"
