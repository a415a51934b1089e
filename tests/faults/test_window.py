"""Thresholds count what was done before: several small plans are not let pass as one large one."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest

from reconciler.model.guard import Allowance
from reconciler.model.plan import BlockedError, Plan
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from reconciler.state.sql import open_state
from tests.workshop import PROJECT, SEED, Terminal, Workshop

TEN = [f"p{number}@northwind.example" for number in range(10)]

NIGHT = """\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: night}
spec: {name: Night, profileType: supervisor, permissions: {queue: LEVEL}, resources: all}
"""


def user(email: str, profile: str = "night") -> str:
    return (
        f"---\napiVersion: webexcc/v1\nkind: User\nmetadata: {{name: {email}}}\n"
        f"spec: {{userProfile: {profile}}}\n"
    )


def profiles(*numbers: int) -> str:
    return "".join(
        NIGHT.replace("night", f"spare-{number}").replace("Night", f"Spare {number}")
        for number in numbers
    ).replace("LEVEL", "view")


@pytest.fixture
def ten(workshop: Workshop) -> Workshop:
    """Ten supervisors; three of them may change unasked, and two objects be destroyed."""
    people = "".join(f"  - {{email: {each}, profile: Supervisor Profile}}\n" for each in TEN)
    workshop.write("seed.yaml", SEED + people)
    with_thresholds(workshop, "people: 3, destroy: 2")
    return workshop


def with_thresholds(workshop: Workshop, thresholds: str) -> None:
    workshop.write(
        "reconciler.yaml", PROJECT.replace("tenants:", f"thresholds: {{{thresholds}}}\ntenants:")
    )


def night(workshop: Workshop, *emails: str, level: str = "view", more: str = "") -> None:
    """Git has these people on the profile `Night`."""
    workshop.manifests(NIGHT.replace("LEVEL", level), *map(user, emails), more)


def stopped(plan: Plan) -> list[str]:
    return [each.summary for each in plan.findings if each.severity == "error"]


def earlier_by(workshop: Workshop, hours: int) -> None:
    """What is in the journal happened so much earlier."""
    connection = sqlite3.connect(workshop.root / ".reconciler" / "state.db")
    with connection:
        for table, columns in (
            ("run", ("started", "finished")),
            ("operation", ("intended", "finished")),
        ):
            for column in columns:
                connection.execute(
                    f"UPDATE {table} SET {column} = "  # noqa: S608 - names of this file
                    f"strftime('%Y-%m-%dT%H:%M:%S.000000Z', {column}, '-{hours} hours') "
                    f"WHERE {column} IS NOT NULL"
                )
    connection.close()


def test_plans_one_after_the_other_count_together(ten: Workshop) -> None:
    night(ten, *TEN[:2])
    ten.planned_and_applied()
    night(ten, *TEN[:4])
    plan = ten.plan()
    assert plan.blocked == ("people",)
    (summary,) = stopped(plan)
    assert summary.startswith(
        "the access of 2 of 13 users would change by this plan, and 2 in the last 24 h: together "
        "4, more than thresholds.people lets pass (3): webexcc/User/{p2@northwind.example, "
    )
    assert plan.blast_radius.people == 2
    assert plan.blast_radius.tenants["test"].earlier == {"people": 2}
    night(ten, *TEN[:3])
    assert ten.plan().outcome == "changes"


def test_the_same_people_count_once(ten: Workshop) -> None:
    for profile in ("night", "Supervisor Profile", "night"):
        ten.manifests(NIGHT.replace("LEVEL", "view"), *(user(each, profile) for each in TEN[:3]))
        ten.planned_and_applied()


def test_people_of_a_profile_that_was_edited_count(ten: Workshop) -> None:
    night(ten, *TEN[:3])
    ten.planned_and_applied()
    earlier_by(ten, 25)
    night(ten, *TEN[:3], level="edit")
    ten.planned_and_applied()
    night(ten, *TEN[:4], level="edit")
    plan = ten.plan()
    assert plan.blocked == ("people",)
    assert plan.blast_radius.tenants["test"].earlier == {"people": 3}


def test_saved_plans_are_counted_together_when_they_are_applied(ten: Workshop) -> None:
    night(ten)
    ten.planned_and_applied()
    night(ten, *TEN[:4])
    plans = [ten.plan((f"User/{first}", f"User/{then}")) for first, then in (TEN[:2], TEN[2:4])]
    assert [each.outcome for each in plans] == ["changes", "changes"]
    assert [each.outcome for each in ten.apply(plans[0])] == ["done"]
    ten.writes()
    with pytest.raises(BlockedError) as caught:
        ten.apply(plans[1])
    assert not ten.writes()
    assert "and 2 in the last 24 h: together 4" in caught.value.findings[0].summary
    override = caught.value.wanted.partition(":")[2]
    with pytest.raises(BlockedError):
        ten.apply(plans[1], allow=Allowance(people=2, digests={"people": "0000"}))
    allow = Allowance(people=2, digests={"people": override})
    assert [each.outcome for each in ten.apply(plans[1], allow=allow)] == ["done"]


def test_what_an_override_covered_does_not_stop_the_next_plan(ten: Workshop) -> None:
    night(ten, *TEN[:5])
    plan = ten.plan(allow=Allowance(people=5))
    assert [each.outcome for each in ten.apply(plan)] == ["done"]
    night(ten, *TEN[:8])
    ten.planned_and_applied()
    night(ten, *TEN[:9])
    assert ten.plan().blocked == ("people",)


def test_an_override_that_is_given_at_apply_covers_too(ten: Workshop) -> None:
    night(ten, *TEN[:5])
    assert [e.outcome for e in ten.apply(ten.plan(), allow=Allowance(people=5))] == ["done"]
    night(ten, *TEN[:8])
    assert ten.plan().outcome == "changes"


def test_the_window_ends(ten: Workshop) -> None:
    night(ten, *TEN[:3])
    ten.planned_and_applied()
    earlier_by(ten, 23)
    night(ten, *TEN[:4])
    assert ten.plan().blocked == ("people",)
    with_thresholds(ten, "people: 3, window: 22h")
    assert ten.plan().outcome == "changes"
    with_thresholds(ten, "people: 3, window: 2d")
    assert "and 3 in the last 2 days" in stopped(ten.plan())[0]
    earlier_by(ten, 2)
    with_thresholds(ten, "people: 3")
    assert ten.plan().outcome == "changes"


def refuses(workshop: Workshop, line: str) -> None:
    """The tenant refuses such a call, once."""
    faults = [fault(line)]
    workshop.around = lambda app: faulty(app, faults)


def test_what_failed_does_not_count(ten: Workshop) -> None:
    night(ten)
    ten.planned_and_applied()
    night(ten, *TEN[:3])
    plan = ten.plan()
    refuses(ten, '400 on="PATCH */user/*" times=always')
    (ledger,) = ten.apply(plan)
    assert len(ledger.failed) == 3
    ten.around = lambda app: app
    night(ten, *TEN[3:6])
    ten.planned_and_applied()


def test_a_plan_that_is_finished_later_is_not_counted_twice(ten: Workshop) -> None:
    night(ten, *TEN[:3])
    plan = ten.plan()
    refuses(ten, '400 on="PATCH */user/*" nth=2')
    (ledger,) = ten.apply(plan)
    assert (len(ledger.done), len(ledger.failed)) == (3, 1)
    ten.around = lambda app: app
    (ledger,) = ten.resume()
    assert ledger.outcome == "done"
    assert ten.plan().outcome == "no_changes"
    state = open_state(ten.work().project.state, ten.root)
    assert state is not None
    assert len(state.counted_within("test", timedelta(hours=1))["people"]) == 3
    state.close()


@pytest.mark.parametrize("line", ['400 on="POST */user-profile"', '400 on="PATCH */user/*" nth=2'])
def test_a_new_plan_after_half_an_apply_counts_everybody_once(ten: Workshop, line: str) -> None:
    night(ten, *TEN[:3])
    plan = ten.plan()
    refuses(ten, line)
    (ledger,) = ten.apply(plan)
    assert ledger.outcome == "partial"
    ten.around = lambda app: app
    again = ten.plan()
    assert again.outcome == "changes", stopped(again)
    assert [each.outcome for each in ten.apply(again)] == ["done"]


def test_destroyed_objects_count_together(ten: Workshop) -> None:
    ten.manifests(profiles(*range(5)))
    ten.planned_and_applied()
    ten.manifests(profiles(*range(3)))
    ten.planned_and_applied()
    ten.manifests(profiles(0, 1))
    plan = ten.plan()
    assert plan.blocked == ("destroy",)
    assert stopped(plan)[0].startswith(
        "1 objects would be destroyed by this plan, and 2 in the last 24 h: together 3, more than"
    )
    assert plan.blast_radius.destroy == 1


def test_a_revert_counts_with_what_was_done_before(ten: Workshop) -> None:
    night(ten, *TEN[:3])
    ten.planned_and_applied()
    night(ten, *TEN[:3], TEN[4])
    ten.apply(ten.plan(allow=Allowance(people=1)))
    ten.act("move-user", user=TEN[4], profile="Supervisor Profile")
    found = ten.drift()
    assert found.revert is not None
    assert found.revert.blocked == ("people",)


def test_without_a_state_the_window_is_void_and_that_is_said(
    ten: Workshop, terminal: Terminal
) -> None:
    def void() -> list[str]:
        return [f.severity for f in ten.plan().findings if f.code == "PLN147"]

    night(ten)
    assert void() == []  # nothing that a threshold counts
    night(ten, *TEN[:2])
    assert void() == ["info"]
    assert "thresholds count what this plan does, not what was done before" in terminal("plan").out
    ten.planned_and_applied()
    night(ten, *TEN[:3])
    assert void() == []
    ten.lose_the_state()
    assert void() == ["info"]


def test_a_share_counts_the_window_too(ten: Workshop) -> None:
    with_thresholds(ten, "destroy: 5")
    night(ten, *TEN[:5])  # a share never stops five
    ten.planned_and_applied()
    night(ten, *TEN[:6])
    assert stopped(ten.plan())[0].startswith(
        "the access of 1 of 13 users (7.7%) would change by this plan, and 5 in the last 24 h: "
        "together 6 (46.2%), more than thresholds.people lets pass (10%): "
    )


def test_a_state_of_the_version_before_counts_nothing(ten: Workshop) -> None:
    night(ten, *TEN[:3])
    ten.planned_and_applied()
    connection = sqlite3.connect(ten.root / ".reconciler" / "state.db")
    with connection:
        connection.execute("ALTER TABLE run DROP COLUMN reached")
        connection.execute("ALTER TABLE run DROP COLUMN allowed")
        connection.execute("DROP TABLE tenant")
        connection.execute("UPDATE alembic_version SET version_num = '0008'")
    connection.close()
    night(ten, *TEN[:6])
    assert ten.plan().outcome == "changes"
    state = open_state(ten.work().project.state, ten.root)
    assert state is not None
    assert not any(state.counted_within("test", timedelta(hours=1)).values())
    state.close()


def test_what_passed_at_its_first_run_is_resumed_without_asking_again(ten: Workshop) -> None:
    night(ten)
    ten.planned_and_applied()
    night(ten, *TEN[:4])
    first, second = (ten.plan((f"User/{a}", f"User/{b}")) for a, b in (TEN[:2], TEN[2:4]))
    ten.apply(first)
    refuses(ten, '400 on="PATCH */user/*" nth=2')
    (ledger,) = ten.apply(second, allow=Allowance(people=2))
    assert ledger.outcome == "partial"
    ten.around = lambda app: app
    (ledger,) = ten.resume()
    assert ledger.outcome == "done"
    (again,) = ten.apply(second)
    assert again.already_applied


def test_no_tenant_is_written_to_where_another_one_is_over(ten: Workshop) -> None:
    second = PROJECT[PROJECT.index("  test:") :].replace("test", "two")
    with_thresholds(ten, "people: 3")
    ten.write("reconciler.yaml", (ten.root / "reconciler.yaml").read_text() + second)
    night(ten)
    assert [each.outcome for each in ten.apply(ten.plan())] == ["done", "done"]
    night(ten, *TEN[:4])
    both = ten.plan((f"test/webexcc/User/{TEN[0]}", f"two/webexcc/User/{TEN[1]}"))
    ten.apply(
        ten.plan((f"two/webexcc/User/{TEN[0]}", *(f"two/webexcc/User/{e}" for e in TEN[2:4])))
    )
    assert both.outcome == "changes"
    ten.writes()
    with pytest.raises(BlockedError, match="RUN141"):
        ten.apply(both)
    assert not ten.writes()
