"""What guards count is what an apply does: recounted over the sandbox's raw bodies."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.guard import Allowance, Thresholds
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
        project = worlds.PROJECT.replace("1000", str(thresholds.destroy))
        here.write("reconciler.yaml", project.replace("100%", thresholds.people))
        here.manifests(then)
        plan = here.plan(allow=leave)
        if plan.errored:
            return
        radius = plan.blast_radius
        too_many = radius.destroy > thresholds.destroy
        # four people are too few for a share
        by_share = thresholds.people.endswith("%")
        too_many_people = not by_share and radius.people > int(thresholds.people)
        stops = {
            "destroy": too_many and leave.destroy != radius.destroy,
            "people": too_many_people and leave.people != radius.people,
        }
        assert set(plan.blocked) == {guard for guard, stopped in stops.items() if stopped}
        assert (plan.outcome == "blocked") is any(stops.values())
