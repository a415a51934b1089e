"""Plans that go too far (A14, A15, A17): blocked, whole, and passed by their own numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from reconciler.engine.connect import sandbox_database
from reconciler.model.change import Action
from reconciler.model.guard import Allowance, digest_of
from reconciler.model.plan import BlockedError, Plan, dump, load
from reconciler.sandbox.store import Store
from tests.workshop import Workshop

ADMIN = """\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: administrators}
spec:
  name: Administrators
  profileType: licensed-administrator
  fullAccess: true
  resources: all
"""

REDUCED = ADMIN.replace("fullAccess: true", "permissions: {user: view, user-profile: edit}")

ROOT = """\
---
apiVersion: webexcc/v1
kind: User
metadata: {name: root@northwind.example}
spec: {userProfile: administrators}
"""


def profiles(count: int) -> str:
    return "".join(
        f"""\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {{name: p{number:02}}}
spec:
  name: Profile {number:02}
  profileType: supervisor
  permissions: {{queue: view}}
  resources: all
"""
        for number in range(count)
    )


SEVEN = f"7:{digest_of(f'test/webexcc/UserProfile/p{number:02}' for number in range(7))}"


@contextmanager
def store(workshop: Workshop) -> Iterator[Store]:
    (tenant,) = workshop.work().tenants
    opened = Store(sandbox_database(tenant, workshop.root))
    try:
        yield opened
    finally:
        opened.close()


def forgets_its(workshop: Workshop, kind: str, *, like: str = "") -> None:
    """The tenant's list of a kind loses the objects whose names begin so."""
    with store(workshop) as tenant:
        for row in tenant.rows(kind):
            if str(row.get("name", "")).startswith(like):
                tenant.remove(kind, row["id"])


def stopped(plan: Plan) -> list[tuple[str, str]]:
    return [(f.code, f.hint) for f in plan.findings if f.severity == "error"]


def refused(workshop: Workshop, plan: Plan, allow: Allowance) -> BlockedError:
    workshop.writes()
    with pytest.raises(BlockedError) as caught:
        workshop.apply(plan, allow=allow)
    assert not workshop.writes()
    return caught.value


def test_deletions_over_the_threshold_wait_for_leave_to_their_number(workshop: Workshop) -> None:
    workshop.manifests(ADMIN, profiles(7))
    workshop.planned_and_applied()
    workshop.manifests(ADMIN)
    plan = workshop.plan()
    assert plan.outcome == "blocked"
    assert not plan.errored
    assert plan.blocked == ("destroy",)
    assert plan.blast_radius.destroy == plan.summary.destroy == 7
    ((code, hint),) = stopped(plan)
    assert code == "PLN140"
    assert f"`--allow destroy={SEVEN}`" in hint
    assert len(list(plan.operations())) == 7
    saved = load(dump(plan))
    for leave in (Allowance(), Allowance(destroy=6), Allowance(destroy=8), Allowance(lockout=True)):
        error = refused(workshop, saved, leave)
        assert error.wanted == f"destroy={SEVEN}"
        assert [each.code for each in error.findings] == ["PLN140"]
    (ledger,) = workshop.apply(saved, allow=Allowance(destroy=7))
    assert ledger.outcome == "done"
    assert [method for method, _ in workshop.writes()] == ["DELETE"] * 7


def test_leave_given_when_the_plan_is_made_is_kept_in_it(workshop: Workshop) -> None:
    workshop.manifests(ADMIN, profiles(7))
    workshop.planned_and_applied()
    workshop.manifests(ADMIN)
    wrong = workshop.plan(allow=Allowance(destroy=6))
    assert wrong.outcome == "blocked"
    assert "6 is not this plan's number" in stopped(wrong)[0][1]
    plan = load(dump(workshop.plan(allow=Allowance(destroy=7, people=3, lockout=True))))
    assert plan.outcome == "changes"
    # the override that it needed, and no more
    assert plan.allowed == Allowance(destroy=7, digests={"destroy": SEVEN.partition(":")[2]})
    assert [f.severity for f in plan.findings if f.code == "PLN140"] == ["warning"]
    (ledger,) = workshop.apply(plan)
    assert ledger.outcome == "done"


def test_a14_a_list_that_is_empty_is_doubted(workshop: Workshop) -> None:
    everybody = [ROOT.replace("root@", f"{name}@") for name in ("root", "sam", "kim")]
    on_their_own = [each.replace("administrators", "Supervisor Profile") for each in everybody[1:]]
    project = (workshop.root / "reconciler.yaml").read_text()
    workshop.write(
        "reconciler.yaml", project.replace("seed.yaml}", "seed.yaml, as: root@northwind.example}")
    )
    workshop.manifests(ADMIN, everybody[0], *on_their_own)
    workshop.planned_and_applied()
    with store(workshop) as tenant:
        for row in tenant.rows("user"):
            tenant.remove("user", row["id"])
    plan = workshop.plan()
    assert plan.outcome == "blocked"
    code, hint = stopped(plan)[0]
    assert code == "PLN142"
    assert "`--allow destroy=3:" in hint
    assert not plan.steps  # nobody can be created: with the override they are set aside
    allowed = workshop.plan(allow=Allowance(destroy=3))
    assert allowed.outcome == "no_changes"
    assert [f.code for f in allowed.findings if f.code == "PLN176"] == ["PLN176"] * 3


@pytest.mark.parametrize(("lost", "doubted"), [(5, False), (6, True), (8, True)])
def test_a14_a_list_without_most_of_what_is_ours_is_doubted(
    workshop: Workshop, lost: int, doubted: bool
) -> None:
    workshop.manifests(ADMIN, profiles(8))
    workshop.planned_and_applied()
    with store(workshop) as tenant:
        gone = sorted(r["name"] for r in tenant.rows("user-profile") if "Profile 0" in r["name"])
    for name in gone[:lost]:
        forgets_its(workshop, "user-profile", like=name)
    plan = workshop.plan()
    assert plan.summary.add == lost
    assert {str(c.reason) for c in plan.changes} == {"vanished"}
    assert (plan.outcome == "blocked") is doubted
    if doubted:
        ((code, hint),) = stopped(plan)
        assert code == "PLN142"
        assert f"`--allow destroy={lost}:" in hint
        refused(workshop, plan, Allowance(destroy=lost - 1))
        (ledger,) = workshop.apply(plan, allow=Allowance(destroy=lost))
        assert ledger.outcome == "done"
        assert workshop.plan().outcome == "no_changes"


def test_a14_what_left_git_too_is_not_forgotten_on_the_word_of_a_doubtful_list(
    workshop: Workshop,
) -> None:
    workshop.manifests(ADMIN, profiles(7))
    workshop.planned_and_applied()
    forgets_its(workshop, "user-profile", like="Profile")
    workshop.manifests(ADMIN)
    plan = workshop.plan()
    assert {c.action for c in plan.changes} == {Action.FORGET}
    assert plan.outcome == "blocked"
    assert plan.blast_radius.destroy == 7


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n---\n"])
def test_a15_no_manifest_never_means_remove_all(workshop: Workshop, text: str) -> None:
    workshop.manifests(ADMIN, profiles(2))
    workshop.planned_and_applied()
    workshop.manifests(text)
    plan = workshop.plan(allow=Allowance(destroy=3, lockout=True))
    assert plan.outcome == "error"
    assert "PLN101" in [code for code, _ in stopped(plan)]
    assert not plan.steps
    assert not plan.changes


def test_a17_the_last_administrator_stays(workshop: Workshop) -> None:
    workshop.manifests(ADMIN, ROOT)
    workshop.planned_and_applied()
    workshop.manifests(REDUCED, ROOT)
    plan = workshop.plan(allow=Allowance(destroy=0, people=1))
    assert plan.outcome == "blocked"
    assert plan.blocked == ("lockout",)
    codes = [code for code, _ in stopped(plan)]
    assert codes == ["PLN143", "PLN144"]
    assert all("`--allow lockout`" in hint for _, hint in stopped(plan))
    error = refused(workshop, plan, Allowance(destroy=1, people=1))
    assert error.wanted == "lockout"
    (ledger,) = workshop.apply(plan, allow=Allowance(lockout=True))
    assert ledger.outcome == "done"


def test_a17_another_administrator_is_counted_on_as_long_as_they_are_one(
    workshop: Workshop,
) -> None:
    seed = (workshop.root / "seed.yaml").read_text()
    workshop.write(
        "seed.yaml",
        seed.replace(
            "- {email: sam@",
            "- {email: eva@northwind.example, profile: Administrator Profile}\n  - {email: sam@",
        ),
    )
    workshop.manifests(ADMIN, ROOT)
    workshop.planned_and_applied()
    workshop.manifests(REDUCED, ROOT)
    plan = workshop.plan(allow=Allowance(lockout=True))
    assert [f.code for f in plan.findings if "PLN14" in f.code] == ["PLN144"]
    with store(workshop) as tenant:
        (eva,) = [row for row in tenant.rows("user") if row["email"].startswith("eva@")]
        tenant.put("user", eva | {"active": False}, eva["email"])
    with pytest.raises(Exception, match="RUN103"):
        workshop.apply(plan)


@pytest.mark.parametrize("code", ["WCC126", "WCC152"])
def test_what_a_delegated_administrator_would_lose_sight_of_needs_leave(
    workshop: Workshop, code: str
) -> None:
    rule = next(each for each in workshop.vendors["webexcc"].rules if each.code == code)
    workshop.write("seed.yaml", rule.tenant)
    project = (workshop.root / "reconciler.yaml").read_text()
    workshop.write(
        "reconciler.yaml", project.replace("seed.yaml}", f"seed.yaml, as: {rule.identity}}}")
    )
    workshop.manifests(rule.bad)
    plan = workshop.plan()
    assert plan.outcome == "blocked"
    assert plan.blocked == ("lockout",)
    assert plan.steps
    ((found, hint),) = stopped(plan)
    assert found == code
    assert hint.count("--allow lockout") == 1
    assert refused(workshop, plan, Allowance(destroy=1)).wanted == "lockout"
    passed = workshop.plan(allow=Allowance(lockout=True))
    assert passed.outcome == "changes"
    assert {f.severity for f in passed.findings if f.code == code} == {"warning"}
