"""What a look for drift tells apart: who did it, what is new, gone, settled or lived with."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from reconciler.engine.prepare import prepare
from reconciler.engine.read import read
from reconciler.model.audit import Attribution
from reconciler.model.drift import Difference, Suppressed
from reconciler.planning import drift
from reconciler.planning.drift import Asked, TenantDrift
from reconciler.vendors.webexcc.group import group_kind
from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER, Workshop

SAM = "sam@northwind.example"
DORA = Attribution(
    "dora@x.example", datetime(2026, 11, 25, 9, 12, tzinfo=UTC), "likely", "e-1", "one event fits"
)


@pytest.fixture
def here(workshop: Workshop) -> Workshop:
    one = "token: root-token}"
    workshop.write("seed.yaml", SEED.replace(one, f"{one}, {{email: {SAM}, token: sam}}"))
    workshop.manifests(COLLECTION, PROFILE, USER)
    workshop.planned_and_applied()
    return workshop


def project(here: Workshop, more: str = "", *, unmanaged: str = "ignore") -> None:
    said = PROJECT.replace("    sandbox", f"    unmanaged: {unmanaged}\n    sandbox")
    here.write("reconciler.yaml", said + more)


def look(here: Workshop, asked: Asked) -> TenantDrift:
    work = here.work()
    (prepared,) = prepare(work)
    live = asyncio.run(read(prepared.tenant, prepared.groups, (), work.around))
    return drift.find(prepared.given(), live, stateless=prepared.stateless, asked=asked)


def ids(here: Workshop, kind: str) -> frozenset[str]:
    return frozenset(row["id"] for row in here.bodies()[kind])


def test_only_what_came_since_an_earlier_look_is_new(here: Workshop) -> None:
    project(here, unmanaged="report")
    known = {
        group_kind("UserProfile"): ids(here, "user-profile"),
        group_kind("User"): ids(here, "user"),
    }
    here.act("create-profile", name="By hand", type="supervisor", queue="view")
    found = look(here, Asked(frozenset({group_kind("UserProfile"), group_kind("User")}), known))
    (difference,) = found.differences
    assert (difference.change, difference.state, difference.name) == ("added", "drifted", "By hand")
    assert difference.address == f"test/webexcc/UserProfile/={difference.object_id}"
    assert [str(each) for each in found.beyond] == [difference.address]
    assert not found.notes
    assert not look(here, Asked(frozenset({group_kind("User")}), known)).differences


@pytest.mark.parametrize(
    ("unmanaged", "drifted", "notes"),
    [("ignore", [], []), ("report", [], ["UserProfile", "User"]), ("prune", ["By hand"], ["User"])],
)
def test_without_an_earlier_look_only_what_is_to_be_pruned_is_drift(
    here: Workshop, unmanaged: str, drifted: list[str], notes: list[str]
) -> None:
    here.act("create-profile", name="By hand", type="supervisor", queue="view")
    project(here, unmanaged=unmanaged)
    found = here.drift()
    assert [each.name for each in found.differences] == drifted
    told = [each.summary.split()[1] for each in found.notes if each.code == "PLN133"]
    assert told == notes
    assert {each.code for each in found.notes} <= {"PLN133", "PRJ153"}
    assert found.revert is None


def test_a_persons_change_is_attributed_and_the_vendors_is_not(here: Workshop) -> None:
    here.act("create-queue", by=SAM, name="Fresh")
    here.act("edit-collection", collection="Billing", site="Berlin,Lisbon")
    here.act("edit-profile", profile="Billing lead", team="view")
    asked_about: list[str] = []

    def who(difference: Difference) -> Attribution:
        asked_about.append(difference.rule)
        return DORA

    told = drift.attributed(look(here, Asked()), who)
    found = {(each.kind, each.rule): each for each in told.differences}
    assert found.keys() == {
        ("ResourceCollection", "WCC133"), ("ResourceCollection", ""), ("UserProfile", ""),
    }  # fmt: skip
    vendors = found["ResourceCollection", "WCC133"]
    assert (vendors.origin, vendors.by, vendors.at) == ("vendor", "", "")
    for key in (("ResourceCollection", ""), ("UserProfile", "")):
        each = found[key]
        assert (each.origin, each.by, each.at) == ("person", DORA.by, "2026-11-25T09:12:00Z")
        assert (each.confidence, each.why) == ("likely", "one event fits")
    assert "WCC133" not in asked_about


def test_a_rule_that_is_off_names_nothing_and_hides_nothing(here: Workshop) -> None:
    here.act("create-queue", by=SAM, name="Fresh")
    project(here, "rules: {WCC133: off}\n")
    (difference,) = here.drift().differences
    assert (difference.origin, difference.rule) == ("unknown", "WCC156")


def test_what_the_vendor_makes_may_be_lived_with(here: Workshop) -> None:
    here.act("create-queue", by=SAM, name="Fresh")
    suppress = "{address: ResourceCollection/billing, reason: as it comes, until: 2099-01-01}"
    project(here, f"rules: {{WCC133: {{suppress: [{suppress}]}}}}\n")
    found = here.drift()
    (kept,) = found.suppressed
    assert kept.suppressed == Suppressed("as it comes", "2099-01-01")
    assert kept.origin == "vendor"
    assert not found.drifted
    assert found.revert is None


def test_a_revert_gives_back_what_was_applied_and_leaves_the_rest_to_git(here: Workshop) -> None:
    """What is contested goes back to what was applied: then the plan makes it what Git wants."""
    here.act("edit-profile", profile="Billing lead", queue="view", team="view")
    here.manifests(COLLECTION, PROFILE.replace("queue: edit", "queue: none, user: view"), USER)
    found = here.drift()
    drifted, pending = found.differences
    assert [each.path for each in drifted.attributes] == ["permissions.queue", "permissions.team"]
    (both,) = drifted.both
    assert (both.path, both.applied, both.git, both.tenant) == (
        "permissions.queue", "edit", "none", "view",
    )  # fmt: skip
    assert [each.path for each in pending.attributes] == ["permissions.user"]
    assert found.revert is not None
    here.apply(found.revert)
    again = here.drift()
    assert not again.drifted
    paths = [each.path for each in again.differences[0].attributes]
    assert paths == ["permissions.queue", "permissions.user"]


def test_members_that_git_wants_as_well_are_settled(here: Workshop) -> None:
    here.act("edit-collection", collection="Billing", site="Berlin,Lisbon", queue="Billing EN")
    here.manifests(COLLECTION.replace("site: [Berlin]", "site: [Berlin, Lisbon]"), PROFILE, USER)
    found = here.drift()
    assert (found.differences, found.settled) == ((), 1)
    assert found.revert is None


def test_what_left_git_or_never_was_applied_waits(here: Workshop) -> None:
    here.manifests(COLLECTION, PROFILE, PROFILE.replace("lead", "second"))
    found = here.drift()
    assert not found.drifted
    assert [
        (each.change, each.state, each.address.rpartition("/")[2]) for each in found.differences
    ] == [("added", "pending", "second"), ("removed", "pending", SAM)]


def test_what_is_gone_is_told_and_beyond_a_revert(here: Workshop) -> None:
    here.act("move-user", user=SAM, profile="Supervisor Profile")
    here.manifests(COLLECTION, PROFILE)
    found = look(here, Asked())
    (moved, gone) = found.differences
    assert (moved.change, moved.state) == ("changed", "drifted")
    assert (gone.change, gone.state) == ("removed", "pending")
    assert [each.name for each in found.beyond] == [SAM]
