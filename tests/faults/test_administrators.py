"""Who becomes able to give or define rights is named and waits for an override, by any way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from reconciler.contract.answers import NOT_OFFERED
from reconciler.model.guard import Allowance
from reconciler.model.plan import BlockedError, Plan, dump, load
from tests.workshop import PROJECT, SEED, Terminal, Workshop

SAM, KIM, EVA = (f"{name}@northwind.example" for name in ("sam", "kim", "eva"))
MORE = """\
  - {email: eva@northwind.example, profile: Office}
  - {email: pat@northwind.example, profile: Office, active: false}
"""
OFFICE = """\
  - {name: Office, type: licensed-administrator, permissions: {queue: view}, resources: all}
users:
"""


def profile(
    permissions: str, *, name: str = "office", title: str = "Office", more: str = ""
) -> str:
    return (
        "---\napiVersion: webexcc/v1\nkind: UserProfile\n"
        f"metadata: {{name: {name}{more}}}\n"
        f"spec: {{name: {title}, profileType: licensed-administrator, {permissions}, "
        "resources: all}\n"
    )


def user(email: str, held: str) -> str:
    return (
        f"---\napiVersion: webexcc/v1\nkind: User\nmetadata: {{name: {email}}}\n"
        f"spec: {{userProfile: {held}}}\n"
    )


PLAIN = profile("permissions: {queue: view}")
GIVES = profile("permissions: {queue: view, user: edit}")
DEFINES = profile("permissions: {queue: view, user-profile: edit}")
BOTH = profile("permissions: {user: edit, user-profile: edit}")
FULL = profile("fullAccess: true")


@pytest.fixture
def office(workshop: Workshop) -> Workshop:
    """Eva and Pat, who is not active, hold a harmless profile `Office`; root administers."""
    workshop.write("seed.yaml", SEED.replace("users:\n", OFFICE) + MORE)
    return workshop


def gains(plan: Plan) -> list[tuple[str, str]]:
    return [(f.severity, f.summary) for f in plan.findings if f.code == "PLN146"]


TWO = "webexcc/User/eva@northwind.example, User pat@northwind.example"
BOTH_POWERS = "administers the tenant, edit on user, edit on user-profile"


@pytest.mark.parametrize(
    ("manifest", "powers"),
    [
        (GIVES, "edit on user"),
        (DEFINES, "edit on user-profile"),
        (BOTH, BOTH_POWERS),
        (FULL, BOTH_POWERS),
    ],
)
def test_an_edited_profile_names_everybody_who_holds_it(
    office: Workshop, manifest: str, powers: str
) -> None:
    office.manifests(PLAIN, user(EVA, "office"))
    office.planned_and_applied()
    office.manifests(manifest, user(EVA, "office"))
    plan = office.plan()
    assert plan.blocked == ("administrators",)
    assert plan.blast_radius.administrators == 2
    assert gains(plan) == [
        ("error", f"2 people become able to give or define rights: {whom(TWO)} ({powers})")
    ]
    with pytest.raises(BlockedError) as caught:
        office.apply(load(dump(plan)))
    override = caught.value.wanted
    assert override == f"administrators=2:{plan.blast_radius.digests['administrators']}"
    passed = office.plan(allow=Allowance(administrators=2))
    assert str(passed.allowed) == override
    assert [each.outcome for each in office.apply(load(dump(passed)))] == ["done"]


def whom(names: str) -> str:
    """The order of the finding: by how each is shown."""
    return ", ".join(sorted(names.split(", ")))


def moved(office: Workshop) -> None:
    office.manifests(FULL.replace("office", "boss").replace("Office", "Boss"))
    office.planned_and_applied()  # nobody holds it yet
    office.manifests(FULL.replace("office", "boss").replace("Office", "Boss"), user(EVA, "boss"))


def made_and_assigned(office: Workshop) -> None:
    office.manifests(FULL.replace("office", "boss").replace("Office", "Boss"), user(EVA, "boss"))


def to_the_vendors_own(office: Workshop) -> None:
    office.manifests(user(EVA, "Administrator Profile"))


def renamed_in_the_tenant_first(office: Workshop) -> None:
    office.manifests(PLAIN, user(EVA, "office"))
    office.planned_and_applied()
    office.manifests(PLAIN.replace("name: Office", "name: Desk"), user(EVA, "office"))
    office.planned_and_applied()
    office.manifests(FULL.replace("name: Office", "name: Desk"), user(EVA, "office"))


def renamed_in_git_first(office: Workshop) -> None:
    office.manifests(PLAIN, user(EVA, "office"))
    office.planned_and_applied()
    renamed = ", previousNames: [office]"
    office.manifests(
        profile("permissions: {queue: view}", name="desk", more=renamed), user(EVA, "desk")
    )
    office.planned_and_applied()
    office.manifests(profile("fullAccess: true", name="desk", more=renamed), user(EVA, "desk"))


def renamed_and_widened_at_once(office: Workshop) -> None:
    office.manifests(PLAIN, user(EVA, "office"))
    office.planned_and_applied()
    renamed = ", previousNames: [office]"
    office.manifests(
        profile("fullAccess: true", name="desk", title="Desk", more=renamed), user(EVA, "desk")
    )


def adopted_and_widened(office: Workshop) -> None:
    office.manifests(FULL)


def renamed_in_the_console_and_widened(office: Workshop) -> None:
    office.manifests(PLAIN, user(EVA, "office"))
    office.planned_and_applied()
    office.act("edit-profile", profile="Office", name="Cleaners")
    office.manifests(FULL, user(EVA, "office"))


def by_a_target(office: Workshop) -> None:
    office.manifests(PLAIN, user(EVA, "office"))
    office.planned_and_applied()
    office.manifests(FULL, user(EVA, "office"))


@pytest.mark.parametrize(
    ("way", "people"),
    [
        (moved, 1),
        (made_and_assigned, 1),
        (to_the_vendors_own, 1),
        (renamed_in_the_tenant_first, 2),
        (renamed_in_git_first, 2),
        (renamed_and_widened_at_once, 2),
        (adopted_and_widened, 2),
        (by_a_target, 2),
    ],
)
def test_by_whatever_way(office: Workshop, way: Callable[[Workshop], None], people: int) -> None:
    way(office)
    plan = office.plan(("office",) if way is by_a_target else ())
    assert not plan.errored, plan.findings
    assert plan.blocked == ("administrators",)
    ((severity, summary),) = gains(plan)
    assert severity == "error"
    assert EVA in summary
    assert plan.blast_radius.administrators == people


def test_a_move_that_a_person_makes_counts_too(office: Workshop) -> None:
    """Sam is a supervisor: the licence goes with the type of the profile, so it is done by hand."""
    office.manifests(user(SAM, "Administrator Profile"))
    plan = office.plan()
    assert plan.summary.by_hand == 1
    assert plan.blocked == ("administrators",)
    assert plan.blast_radius.people == 0  # an apply changes nobody's access


def test_nobody_gains_by_what_is_as_it_was(office: Workshop) -> None:
    office.write(
        "seed.yaml",
        (office.root / "seed.yaml")
        .read_text()
        .replace("{queue: view}, resources: all}\nusers", "{user: edit}, resources: all}\nusers"),
    )
    for manifests in (
        [profile("permissions: {user: edit}"), user(EVA, "office")],  # adopted
        [profile("permissions: {user: edit, queue: edit}"), user(EVA, "office")],  # other rights
        [profile("permissions: {user: view}"), user(EVA, "office")],  # fewer
    ):
        office.manifests(*manifests)
        assert gains(office.plan()) == []
        office.planned_and_applied()
    office.manifests(profile("permissions: {user: edit}"), user(EVA, "office"))
    assert len(gains(office.plan())) == 1


def test_more_than_ten_are_all_named(office: Workshop) -> None:
    people = [f"a{number:02}@northwind.example" for number in range(23)]
    seed = (office.root / "seed.yaml").read_text()
    office.write(
        "seed.yaml", seed + "".join(f"  - {{email: {e}, profile: Office}}\n" for e in people)
    )
    office.manifests(FULL, *(user(each, "office") for each in people))
    plan = office.plan(allow=Allowance(people=25))
    ((_, summary),) = gains(plan)
    assert all(each in summary for each in (*people, EVA))
    assert plan.blast_radius.administrators == 25


def test_a_threshold_lets_some_pass_and_names_them_still(office: Workshop) -> None:
    office.write(
        "reconciler.yaml",
        PROJECT.replace("tenants:", "thresholds: {administrators: 2}\ntenants:"),
    )
    office.manifests(FULL)
    plan = office.plan()
    assert plan.outcome == "changes"
    assert [severity for severity, _ in gains(plan)] == ["warning"]
    office.apply(plan)
    office.manifests(FULL, user(SAM, "Supervisor Profile"), user(KIM, "Supervisor Profile"))
    office.planned_and_applied()
    # two in one plan and one in the next are three
    office.manifests(
        FULL,
        GIVES.replace("office", "lead")
        .replace("Office", "Lead")
        .replace("licensed-administrator", "supervisor"),
        user(KIM, "lead"),
    )
    plan = office.plan()
    assert plan.blocked == ("administrators",)
    assert (
        "by this plan, and 2 in the last 24 h: together 3, more than thresholds"
        in gains(plan)[0][1]
    )


def test_a_revert_is_no_way_around(office: Workshop, terminal: Terminal) -> None:
    """Somebody took the right away in the console; to give it back needs the override too."""
    office.manifests(DEFINES, user(EVA, "office"))
    office.apply(office.plan(allow=Allowance(administrators=2)))
    office.act("edit-profile", profile="Office", user_profile="view")
    said = terminal("drift", "--revert", "--out", "r.plan")
    assert "2 people become able to give or define rights" in said.out
    (override,) = set(re.findall("administrators=2:[0-9a-f]{4}", said.out))
    assert terminal("apply", "r.plan").code == 1
    assert terminal("apply", "r.plan", "--allow", override).code == 0


def test_a_vendor_of_which_it_is_not_known_says_so(office: Workshop) -> None:
    office.vendors["webexcc"] = replace(
        office.vendors["webexcc"], powers=NOT_OFFERED("no document says it", "")
    )
    office.manifests(FULL)
    plan = office.plan()
    ((severity, summary),) = gains(plan)
    assert severity == "info"
    assert summary.startswith("not checked: who becomes able to give or define rights")
    assert plan.outcome == "changes"
