"""`unmanaged: prune`: what only the tenant has goes, but what somebody needs."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing

import pytest

from reconciler import pipeline
from reconciler.errors import StalePlanError, UsageError
from reconciler.model.change import Action, Change
from reconciler.model.plan import Plan, dump, load
from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER, Workshop

OLD = """\
collections:
  - {name: Old, resources: {queue: all, site: all, team: all, channel: all}}
"""
OF_SOMEBODY = """\
  - {name: By hand, type: supervisor, permissions: {queue: view}, \
resources: {collections: [Old], default: Old}}
"""

BY_HAND = """\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: kept}
spec: {name: By hand}
"""


def pruning(what: str, project: str = PROJECT) -> str:
    return project.replace("    sandbox:", f"    unmanaged: {what}\n    sandbox:")


@pytest.fixture
def here(workshop: Workshop) -> Workshop:
    """A tenant with a profile and a collection of somebody's, that the project prunes."""
    workshop.write("seed.yaml", SEED.replace("users:\n", f"{OF_SOMEBODY}users:\n") + OLD)
    workshop.write("reconciler.yaml", pruning("prune"))
    workshop.manifests(COLLECTION, PROFILE, USER)
    return workshop


def deleted(plan: Plan) -> list[Change]:
    return [each for each in plan.changes if each.action is Action.DELETE]


def told(plan: Plan, code: str) -> list[str]:
    return [each.summary for each in plan.findings if each.code == code]


def rows(here: Workshop) -> set[str]:
    with closing(sqlite3.connect(here.root / ".reconciler" / "state.db")) as state:
        return {address for (address,) in state.execute("select address from ownership")}


def test_what_only_the_tenant_has_is_deleted_and_then_all_is_as_declared(here: Workshop) -> None:
    plan = here.planned_and_applied()
    gone = deleted(plan)
    assert {(each.kind, each.name, each.reason) for each in gone} == {
        ("ResourceCollection", "Old", "not in Git"),
        ("UserProfile", "By hand", "not in Git"),
    }
    assert all(each.address.endswith(f"/{each.kind}/={each.object_id}") for each in gone)
    assert all(each.source is None for each in gone)
    assert (plan.summary.destroy, plan.blast_radius.destroy) == (2, 2)
    assert rows(here) == {
        "test/webexcc/ResourceCollection/billing",
        "test/webexcc/UserProfile/lead",
        "test/webexcc/User/sam@northwind.example",
    }
    names = {row["name"] for kind in ("user-profile", "resource-collection")
             for row in here.bodies()[kind]}  # fmt: skip
    assert names == {"Billing", "Billing lead", "Administrator Profile", "Supervisor Profile"}
    again = here.plan()
    assert (again.outcome, again.records) == ("no_changes", ())
    assert not here.drift().differences


def test_who_refers_goes_before_what_they_refer_to(here: Workshop) -> None:
    collection, profile = deleted(here.plan())[::-1]
    assert (collection.name, profile.name) == ("Old", "By hand")
    assert collection.waits_for == (profile.address,)
    assert collection.step is not None
    assert profile.step is not None
    assert profile.step < collection.step


@pytest.mark.parametrize("what", ["ignore", "report", "{User: report}"])
def test_nothing_is_pruned_unasked(here: Workshop, what: str) -> None:
    here.write("reconciler.yaml", pruning(what))
    assert not deleted(here.plan())


def test_kinds_are_pruned_one_by_one(here: Workshop) -> None:
    here.write("reconciler.yaml", pruning("{UserProfile: prune, ResourceCollection: report}"))
    plan = here.plan()
    assert [each.name for each in deleted(plan)] == ["By hand"]
    assert told(plan, "PLN133") == ["not in Git: 1 ResourceCollection of the tenant: Old"]


def test_what_others_refer_to_stays_and_what_that_refers_to(here: Workshop) -> None:
    here.act("move-user", user="kim@northwind.example", profile="By hand")
    plan = here.plan()
    assert not plan.errored
    assert not deleted(plan)
    assert told(plan, "PLN162") == [
        "1 ResourceCollection that Git lacks stays, because others still refer to it: "
        "`Old` (UserProfile `By hand`)",
        "1 UserProfile that Git lacks stays, because others still refer to it: "
        "`By hand` (User `kim@northwind.example`)",
    ]
    assert {name for names in plan.tenants[0].unmanaged.values() for name in names} >= {
        "By hand", "Old"
    }  # fmt: skip


def test_a_collection_stays_where_profiles_are_not_pruned(here: Workshop) -> None:
    here.write("reconciler.yaml", pruning("{ResourceCollection: prune}"))
    plan = here.plan()
    assert not deleted(plan)
    assert "`Old` (UserProfile `By hand`)" in told(plan, "PLN162")[0]


def test_what_a_manifest_names_stays(here: Workshop) -> None:
    here.manifests(COLLECTION, PROFILE.replace("[billing]", "[billing, Old]"), USER)
    plan = here.plan()
    assert [each.name for each in deleted(plan)] == ["By hand"]
    assert "`Old` (UserProfile `Billing lead`)" in told(plan, "PLN162")[0]


def test_who_leaves_in_the_same_plan_needs_nothing_any_more(here: Workshop) -> None:
    """Sam moves from a profile that Git lacks to one of Git's: then nobody holds the former."""
    here.act("move-user", user="sam@northwind.example", profile="By hand")
    plan = here.planned_and_applied()
    assert {each.name for each in deleted(plan)} == {"By hand", "Old"}
    (profile,) = [each for each in deleted(plan) if each.name == "By hand"]
    assert profile.waits_for == ("test/webexcc/User/sam@northwind.example",)
    assert here.plan().outcome == "no_changes"


def test_the_vendors_own_and_people_stay(here: Workshop) -> None:
    plan = here.plan()
    assert not {each.kind for each in deleted(plan)} & {"User"}
    assert told(plan, "PLN163") == [
        "2 UserProfile that Git lacks stay, being the vendor's own: "
        "Administrator Profile, Supervisor Profile"
    ]


def test_nothing_in_git_of_a_kind_never_means_remove_all(here: Workshop) -> None:
    here.manifests(USER.replace("lead", "Supervisor Profile"))
    plan = here.plan()
    assert not plan.errored
    assert not deleted(plan)
    assert [each.split(":")[0] for each in told(plan, "PLN161")] == ["nothing of it is pruned"] * 2
    here.manifests()
    empty = here.plan()
    assert empty.errored
    assert told(empty, "PLN101")
    assert not empty.changes


def test_a_part_of_a_tenant_is_never_taken_for_the_whole(here: Workshop) -> None:
    """Who has no view on users sees every profile, and not who holds it."""
    seed = SEED.replace("identities: [", "identities: [{email: dee@northwind.example, token: d}, ")
    limited = """\
  - {name: No people, type: licensed-administrator, permissions: {resource-collection: edit, \
user-profile: edit, queue: view, site: view, team: view, channel: view}, resources: all}
"""
    users = "users:\n  - {email: dee@northwind.example, profile: No people}\n"
    here.write("seed.yaml", seed.replace("users:\n", f"{limited}{OF_SOMEBODY}{users}") + OLD)
    here.write(
        "reconciler.yaml",
        pruning("prune").replace("seed.yaml}", "seed.yaml, as: dee@northwind.example}"),
    )
    here.manifests(COLLECTION, PROFILE)
    plan = here.plan()
    assert not plan.errored
    assert "User" in plan.tenants[0].partial
    assert not deleted(plan)
    (why,) = told(plan, "PLN160")
    assert "no view on `user`" in why


def test_the_identity_needs_leave_to_delete(here: Workshop) -> None:
    """Prune asks of who applies what every other deletion asks of them."""
    seed = SEED.replace("identities: [", "identities: [{email: dee@northwind.example, token: d}, ")
    limited = """\
  - {name: Views, type: licensed-administrator, permissions: {resource-collection: view, \
user-profile: edit, user: edit, queue: view, site: view, team: view, channel: view}, \
resources: all}
"""
    users = "users:\n  - {email: dee@northwind.example, profile: Views}\n"
    here.write("seed.yaml", seed.replace("users:\n", f"{limited}{OF_SOMEBODY}{users}") + OLD)
    here.manifests(COLLECTION, PROFILE, USER)
    here.write("reconciler.yaml", pruning("ignore"))
    here.planned_and_applied()
    here.write(
        "reconciler.yaml",
        pruning("prune").replace("seed.yaml}", "seed.yaml, as: dee@northwind.example}"),
    )
    plan = here.plan()
    assert plan.errored
    assert [each for each in told(plan, "WCC145") if "ResourceCollection `Old`" in each]


def test_pruning_counts_as_destroying(here: Workshop) -> None:
    here.write("reconciler.yaml", pruning("prune") + "thresholds: {destroy: 1}\n")
    plan = here.plan()
    assert (plan.outcome, plan.blocked) == ("blocked", ("destroy",))
    assert "ResourceCollection `Old`, UserProfile `By hand`" in told(plan, "PLN140")[0]


def test_a_target_prunes_nothing(here: Workshop) -> None:
    plan = here.plan(("ResourceCollection/billing",))
    assert [each.name for each in plan.changes] == ["Billing"]


def test_a_target_may_be_one_that_no_manifest_names(here: Workshop) -> None:
    profile = next(each for each in deleted(here.plan()) if each.name == "By hand")
    collection = next(each for each in deleted(here.plan()) if each.name == "Old")
    plan = here.plan((f"UserProfile/={profile.object_id}",))
    assert [each.name for each in plan.changes] == ["By hand"]
    alone = here.plan((f"ResourceCollection/={collection.object_id}",))
    assert not alone.changes
    assert "`Old` (UserProfile `By hand`)" in told(alone, "PLN162")[0]
    here.apply(plan)
    gone = here.plan((f"UserProfile/={profile.object_id}",))
    assert told(gone, "PLN164") == [f"there is no UserProfile {profile.object_id} to prune"]
    assert gone.errored


@pytest.mark.parametrize("name", ["Administrator Profile", "Billing lead"])
def test_a_target_is_no_way_around(here: Workshop, name: str) -> None:
    """Neither to the vendor's own, nor to what a manifest declares."""
    here.planned_and_applied()
    (object_id,) = [row["id"] for row in here.bodies()["user-profile"] if row["name"] == name]
    plan = here.plan((f"UserProfile/={object_id}",))
    assert told(plan, "PLN164")
    assert not plan.changes


def test_a_target_of_nobodys_kind_matches_nothing(here: Workshop) -> None:
    for kind in ("User", "Usr"):
        with pytest.raises(UsageError, match="matches nothing"):
            here.plan((f"{kind}/=1",))
    here.write("reconciler.yaml", pruning("report"))
    with pytest.raises(UsageError, match="matches nothing"):
        here.plan(("UserProfile/=1",))


def test_drift_knows_nothing_of_what_was_never_ours(here: Workshop) -> None:
    with pytest.raises(UsageError, match="matches nothing that was ever applied"):
        asyncio.run(pipeline.drift(here.work(("UserProfile/=1",))))


def test_a_revert_prunes_nothing(here: Workshop) -> None:
    here.write("reconciler.yaml", pruning("ignore"))
    here.planned_and_applied()
    here.write("reconciler.yaml", pruning("prune"))
    here.act("edit-profile", profile="Billing lead", queue="view")
    revert = here.drift().revert
    assert revert is not None
    assert [each.action for each in revert.changes] == [Action.UPDATE]


def test_without_a_state_the_plan_says_what_is_deleted_all_the_same(here: Workshop) -> None:
    here.planned_and_applied()
    here.lose_the_state()
    plan = here.plan()
    assert not deleted(plan)
    assert (
        "but what `unmanaged: prune` asks for (ResourceCollection, UserProfile)"
        in (told(plan, "PLN134")[0])
    )


def test_a_name_that_is_freed_may_be_taken(here: Workshop) -> None:
    """An object of ours gets the name of one that goes: the deletion comes first."""
    here.write("reconciler.yaml", pruning("ignore"))
    here.planned_and_applied()
    here.write("reconciler.yaml", pruning("prune"))
    here.manifests(COLLECTION, PROFILE.replace("name: Billing lead", "name: By hand"), USER)
    plan = here.plan()
    assert not plan.errored, plan.findings
    (renamed,) = [each for each in plan.changes if each.action is Action.UPDATE]
    (freed,) = [each for each in deleted(plan) if each.kind == "UserProfile"]
    assert renamed.waits_for == (freed.address,)


def test_what_a_manifest_may_mean_is_never_pruned(here: Workshop) -> None:
    """By a name in another case it is an error, and not another object."""
    here.manifests(COLLECTION, PROFILE, PROFILE.replace("lead", "other").replace(
        "name: Billing other", "name: BY HAND"), USER)  # fmt: skip
    plan = here.plan()
    assert told(plan, "REF112")
    assert not [each for each in deleted(plan) if each.kind == "UserProfile"]


def test_a_saved_plan_is_stale_once_somebody_needs_what_it_deletes(here: Workshop) -> None:
    plan = load(dump(here.plan()))
    here.act("move-user", user="kim@northwind.example", profile="By hand")
    here.writes()
    with pytest.raises(StalePlanError) as stale:
        here.apply(plan)
    assert "is needed by User `kim@northwind.example` by now" in stale.value.told.detail
    assert not here.writes()


def test_a_saved_plan_is_stale_once_it_was_edited(here: Workshop) -> None:
    plan = load(dump(here.plan()))
    here.act("edit-profile", profile="By hand", queue="edit")
    with pytest.raises(StalePlanError) as stale:
        here.apply(plan)
    assert "was changed in the tenant" in stale.value.told.detail


def test_a_saved_plan_is_stale_once_somebody_has_adopted_it(here: Workshop) -> None:
    """Another checkout has a manifest for it by now, and the state says so."""
    plan = load(dump(here.plan()))
    here.manifests(BY_HAND)
    here.write("reconciler.yaml", pruning("ignore"))
    here.planned_and_applied()
    here.manifests(COLLECTION, PROFILE, USER)
    here.write("reconciler.yaml", pruning("prune"))
    with pytest.raises(StalePlanError) as stale:
        here.apply(plan)
    assert "is managed as webexcc/UserProfile/kept by now" in stale.value.told.detail


def test_the_saved_plan_says_all_of_it(here: Workshop) -> None:
    plan = json.loads(dump(here.plan()))
    (gone,) = [c for c in plan["changes"] if c["name"] == "By hand"]
    assert gone["reason"] == "not in Git"
    assert gone["after"] is None
    assert gone["before"]["permissions"]["queue"] == "view"
    seen = plan["basis"]["test"]["objects"][gone["address"]]
    assert (seen["id"], seen["row"]) == (gone["object_id"], None)
    (operation,) = [
        o for s in plan["steps"] for o in s["operations"] if o["addresses"] == [gone["address"]]
    ]
    assert operation["request"]["method"] == "DELETE"
    assert operation["request"]["expect"] == seen["digest"]


@pytest.mark.parametrize("other", [True, False])
def test_who_moves_off_a_profile_that_goes_is_judged_as_ever(here: Workshop, other: bool) -> None:
    """What the plan deletes is not hidden: a move to another type is for a person."""
    seed = (here.root / "seed.yaml").read_text(encoding="utf-8")
    seed = seed.replace("sam@northwind.example, profile: Supervisor Profile",
                        "sam@northwind.example, profile: By hand")  # fmt: skip
    kind = "premium-agent" if other else "supervisor"
    here.write("seed.yaml", seed.replace("By hand, type: supervisor", f"By hand, type: {kind}"))
    found = [f for f in here.plan().findings if f.code == "WCC203"]
    assert [str(each.severity) for each in found] == (["info"] if other else [])
