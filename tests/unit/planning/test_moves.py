"""A user who leaves a profile that the same plan deletes, for one of its type or of another."""

from __future__ import annotations

from tests.workshop import COLLECTION, PROFILE, USER, Workshop


def test_leaving_a_profile_that_goes_is_checked_too(workshop: Workshop) -> None:
    workshop.manifests(COLLECTION, PROFILE, USER)
    workshop.planned_and_applied()
    agent = PROFILE.replace("lead", "agent").replace("supervisor", "premium-agent")
    agent = agent.replace("{queue: edit, call-monitoring: edit}", "{multimedia: enabled}")
    workshop.manifests(COLLECTION, agent, USER.replace("lead", "agent"))
    plan = workshop.plan()
    assert [each.code for each in plan.findings if each.code == "WCC203"] == ["WCC203"]
    assert [each.address for each in plan.runbook] == ["test/webexcc/User/sam@northwind.example"]
    supervisor = PROFILE.replace("lead", "other")
    workshop.manifests(COLLECTION, supervisor, USER.replace("lead", "other"))
    workshop.planned_and_applied()
