"""What guards count is what an apply does: recounted over the sandbox's raw bodies."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import StalePlanError
from reconciler.model.guard import Affected, Allowance, BlastRadius, Reached, Thresholds, digest_of
from reconciler.model.plan import BlockedError
from tests.property import worlds
from tests.property.test_promises import edit, promise, workshop

Bodies = dict[str, list[dict[str, Any]]]

numbers = st.one_of(st.none(), st.integers(0, 4))
FOLDERS = ("editableFolderIds", "viewableFolderIds", "nonViewableFolderIds")


def access(bodies: Bodies) -> dict[str, object]:
    """Per user: their profile, what it permits, and all that its collections hold."""
    profiles = {row["id"]: _profile(row) for row in bodies["user-profile"]}
    collections = {row["id"]: _collection(row) for row in bodies["resource-collection"]}
    found: dict[str, object] = {}
    for user in bodies["user"]:
        permitted, held = profiles[user["userProfileId"]]
        reached = [(key, collections[key]) for key in held]
        found[user["id"]] = (user["userProfileId"], permitted, reached)
    return found


def _profile(row: dict[str, Any]) -> tuple[object, list[str]]:
    levels = sorted((each["name"], each["access"]) for each in row.get("permissions") or ())
    folders = [sorted(row.get(name) or ()) for name in FOLDERS]
    held = sorted(row["resourceCollections"])
    reach = (row["resourceAccessLevel"], row.get("defaultResourceCollectionId"))
    return (row["permissionAccessLevel"], levels, folders, reach), held


def _collection(row: dict[str, Any]) -> object:
    return sorted(
        (each["name"], each["accessLevel"], sorted(each.get("ids") or ()))
        for each in row["resources"]
    )


@promise
@given(
    seed=worlds.tenants(),
    wanted=st.lists(worlds.manifests(), min_size=1, max_size=3),
    edits=st.lists(worlds.edits, max_size=3),
)
def test_the_numbers_are_those_of_the_apply(
    seed: str, wanted: list[str], edits: list[tuple[str, dict[str, str]]]
) -> None:
    with workshop(seed, wanted[0]) as here:
        for manifests in wanted:
            here.manifests(manifests)
            edit(here, edits)
            plan = here.plan()
            if plan.errored:
                continue
            before = access(here.bodies())
            here.writes()
            (ledger,) = here.apply(plan, allow=worlds.LEAVE)
            assert ledger.outcome == "done"
            deleted = [path for method, path in here.writes() if method == "DELETE"]
            after = access(here.bodies())
            assert plan.blast_radius.destroy == len(deleted)
            assert plan.blast_radius.users == len(before)
            assert plan.blast_radius.people == sum(before[user] != after[user] for user in before)


@promise
@given(
    seed=worlds.tenants(),
    first=worlds.manifests(),
    then=worlds.manifests(),
    thresholds=st.builds(
        Thresholds, st.integers(0, 3), st.one_of(st.integers(0, 3).map(str), st.just("50%"))
    ),
    leave=st.builds(Allowance, numbers, numbers, transient=st.just(True)),
)
def test_a_plan_passes_within_its_thresholds_or_by_its_very_numbers(
    seed: str,
    first: str,
    then: str,
    thresholds: Thresholds,
    leave: Allowance,
) -> None:
    with workshop(seed, first) as here:
        before = here.plan()
        if not before.errored:
            here.apply(before, allow=worlds.LEAVE)
        project = worlds.PROJECT.replace("destroy: 1000", f"destroy: {thresholds.destroy}")
        here.write("reconciler.yaml", project.replace("100%", thresholds.people))
        here.manifests(then)
        plan = here.plan(allow=leave)
        if plan.errored:
            return
        radius = plan.blast_radius
        earlier = radius.tenants["test"].earlier
        destroyed = radius.destroy + earlier.get("destroy", 0)
        people = radius.people + earlier.get("people", 0)
        too_many = radius.destroy > 0 and destroyed > thresholds.destroy
        # four people are too few for a share
        by_share = thresholds.people.endswith("%")
        over = not by_share and people > int(thresholds.people)
        too_many_people = radius.people > 0 and over
        stops = {
            "destroy": too_many and leave.destroy != radius.destroy,
            "people": too_many_people and leave.people != radius.people,
        }
        assert set(plan.blocked) == {guard for guard, stopped in stops.items() if stopped}
        assert (plan.outcome == "blocked") is any(stops.values())


def radius_of(addresses: set[str]) -> BlastRadius:
    objects = {each: each for each in addresses}
    reached = Reached(people=len(objects), counted={"people": (Affected((), objects),)})
    return BlastRadius(people=len(objects), tenants={"t": reached})


people_of = st.sets(st.text(max_size=4).map("t/v/User/{}".format), max_size=4)


@settings(derandomize=True)  # two sets in 65,536 have one digest
@given(reviewed=people_of, planned=people_of)
def test_an_override_passes_the_very_people_that_were_reviewed(
    reviewed: set[str], planned: set[str]
) -> None:
    allow = Allowance(people=len(reviewed), digests={"people": digest_of(reviewed)})
    assert radius_of(planned).passes("people", allow) is (reviewed == planned)


CROWD = tuple(f"u{number}@x.example" for number in range(6))
HOLDS = ("Base", "Other")


def crowd(moved: dict[str, str]) -> str:
    return "".join(
        f"---\napiVersion: webexcc/v1\nkind: User\nmetadata: {{name: {each}}}\n"
        f"spec: {{userProfile: {held}}}\n"
        for each, held in moved.items()
    )


CROWDED = f"""\
organization: {{id: {worlds.ORGANIZATION}}}
identities: [{{email: root@x.example, token: t}}]
profiles:
  - {{name: Root, type: licensed-administrator, permissions: all, resources: all}}
  - {{name: Base, type: supervisor, permissions: {{}}, resources: all}}
  - {{name: Other, type: supervisor, permissions: {{queue: view}}, resources: all}}
users:
  - {{email: root@x.example, profile: Root}}
""" + "".join(f"  - {{email: {each}, profile: Base}}\n" for each in CROWD)


@promise
@given(
    parts=st.lists(st.sets(st.sampled_from(CROWD), min_size=1), min_size=1, max_size=5),
    threshold=st.integers(0, 4),
    ahead=st.booleans(),
)
def test_plans_in_parts_change_no_more_people_unasked_than_one(
    parts: list[set[str]], threshold: int, ahead: bool
) -> None:
    """Saved all `ahead` of the first apply, or planned one after the other; by targets."""
    with workshop(CROWDED, crowd(dict.fromkeys(CROWD, "Base"))) as here:
        here.planned_and_applied()
        project = worlds.PROJECT.replace("people: 100%", f"people: {threshold}")
        here.write("reconciler.yaml", project)
        before = access(here.bodies())
        here.manifests(crowd(dict.fromkeys(CROWD, "Other")))
        targets = [tuple(f"User/{each}" for each in sorted(part)) for part in parts]
        plans = [here.plan(each) for each in targets] if ahead else []
        for number, each in enumerate(targets):
            plan = plans[number] if ahead else here.plan(each)
            with contextlib.suppress(BlockedError, StalePlanError):
                here.apply(plan)
        after = access(here.bodies())
        changed = sum(before[user] != after[user] for user in before)
        assert changed <= threshold
        # what fits is not refused
        assert changed or len(parts[0]) > threshold
