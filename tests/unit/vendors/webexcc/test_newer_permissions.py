"""Permissions that a tenant has and this version does not know."""

from __future__ import annotations

from tests.workshop import PROJECT, SEED, Workshop

NEWER = "permissions: [ai-notes, digital]\n"
FACTS = "    facts: {permissions: [ai-notes, digital]}\n"


def lead(levels: str) -> str:
    return f"""\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {{name: lead}}
spec: {{profileType: supervisor, permissions: {levels}, resources: all}}
"""


def held(here: Workshop) -> dict[str, str]:
    (body,) = (each for each in here.bodies()["user-profile"] if each["name"] == "lead")
    return {row["name"]: row["access"] for row in body["permissions"]}


def told(here: Workshop) -> list[tuple[str, str]]:
    return [(str(each.severity), each.code) for each in here.plan().findings]


def test_one_that_the_facts_declare_is_managed_like_any_other(workshop: Workshop) -> None:
    workshop.write("seed.yaml", NEWER + SEED)
    workshop.write("reconciler.yaml", PROJECT + FACTS)
    workshop.manifests(lead("{queue: view, ai-notes: edit}"))
    workshop.planned_and_applied()
    assert held(workshop)["ai-notes"] == "EDIT"
    assert workshop.plan().outcome == "no_changes"
    workshop.manifests(lead("{queue: view, ai-notes: view, digital: view}"))
    assert told(workshop) == [("warning", "WCC104")]
    workshop.planned_and_applied()
    assert (held(workshop)["ai-notes"], held(workshop)["digital"]) == ("VIEW", "VIEW")


def test_one_that_nobody_mentions_is_kept_and_told(workshop: Workshop) -> None:
    workshop.write("seed.yaml", NEWER + SEED)
    workshop.manifests(lead("{queue: view}"))
    workshop.planned_and_applied()
    workshop.act("edit-profile", profile="lead", ai_notes="edit")
    workshop.manifests(lead("{queue: edit}"))
    assert ("warning", "PLN130") in told(workshop)
    workshop.planned_and_applied()
    assert held(workshop)["ai-notes"] == "EDIT"


def test_one_that_is_not_declared_asks_for_the_fact(workshop: Workshop) -> None:
    workshop.write("seed.yaml", NEWER + SEED)
    workshop.manifests(lead("{ai-notes: view}"))
    (finding,) = workshop.plan().findings
    assert finding.code == "WCC201"
    assert "facts.permissions" in finding.hint
