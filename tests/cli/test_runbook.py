"""What no API offers: told as steps for a person, waited for, and seen once it is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.workshop import COLLECTION, PROFILE, USER, Terminal, Workshop

SAM = "webexcc/User/sam@northwind.example"
AGENT = """\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: agent}
spec: {profileType: premium-agent, permissions: {multimedia: enabled}, resources: all}
"""
AS_AGENT = USER.replace("userProfile: lead", "userProfile: agent")


@pytest.fixture
def here(tmp_path: Path) -> Workshop:
    """Sam is to become an agent, and the profile that they leave is to go."""
    made = Workshop(tmp_path)
    made.manifests(COLLECTION, PROFILE, USER)
    made.planned_and_applied()
    made.manifests(COLLECTION, AGENT, AS_AGENT)
    return made


def move(here: Workshop, profile: str, **more: str) -> None:
    here.act("move-user", user="sam@northwind.example", profile=profile, **more)


def planned(terminal: Terminal) -> Any:
    return terminal("plan", "--format", "json").json


def test_a_plan_tells_what_a_person_has_to_do(here: Workshop, terminal: Terminal) -> None:
    said = terminal("plan")
    assert said.code == 0
    assert "Plan: 1 to add, 0 to change, 1 to destroy, 1 by hand (2 API writes)." in said.out
    assert f"# {SAM} is to be updated by hand" in said.out
    assert f"1. Move a user to a profile of another type: {SAM} (WCC203)" in said.out
    assert "enter  User profile: agent" in said.out
    assert "for    webexcc/UserProfile/lead" in said.out
    plan = planned(terminal)
    (step,) = plan["runbook"]
    operations = {o["id"]: o for s in plan["steps"] for o in s["operations"]}
    by_hand = operations[step["operation"]]
    assert (by_hand["by"], by_hand["request"]["expect"]) == ("hand", None)
    # the profile is made first, and the one that is left goes last
    created, deleted = (
        next(o for o in operations.values() if o["request"]["action"] == action)
        for action in ("create", "delete")
    )
    assert by_hand["after"] == [created["id"]]
    assert deleted["after"] == [by_hand["id"]]
    assert step["waiting"] == deleted["addresses"]
    (change,) = (each for each in plan["changes"] if each["kind"] == "User")
    assert change["by"] == "hand"
    assert plan["summary"]["by_hand"] == 1


def test_an_apply_does_the_rest_and_the_next_plan_sees_what_was_done(
    here: Workshop, terminal: Terminal
) -> None:
    said = terminal("apply", "--auto-approve")
    assert said.code == 0, said.err
    assert "Apply complete! Resources: 1 added, 0 changed, 0 destroyed." in said.out
    assert f"by hand      {SAM}   as the runbook of the plan says" in said.out
    assert (
        f"waiting      webexcc/UserProfile/lead   because {SAM} is done by hand first" in said.out
    )
    # nothing was done yet: the same is still to be done, and nothing else
    plan = planned(terminal)
    assert (plan["summary"]["add"], plan["summary"]["by_hand"]) == (0, 1)
    assert terminal("drift").code == 0
    # done wrongly: still to be done
    here.act("create-profile", name="Wrong", type="premium-agent", collections="Billing",
             default="Billing", multimedia="enabled")  # fmt: skip
    move(here, "Wrong")
    assert planned(terminal)["summary"]["by_hand"] == 0, "an API can do what is left"
    move(here, "Supervisor Profile")
    assert planned(terminal)["summary"]["by_hand"] == 1
    # done
    move(here, "agent")
    plan = planned(terminal)
    assert plan["runbook"] == []
    assert [each["action"] for each in plan["changes"]] == ["delete"]
    assert terminal("apply", "--auto-approve").code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0
    assert terminal("drift").code == 0


def test_what_an_api_offers_of_it_is_written(here: Workshop, terminal: Terminal) -> None:
    here.manifests(COLLECTION, PROFILE, AGENT, AS_AGENT.replace("agent}", "agent, site: Lisbon}"))
    plan = planned(terminal)
    operations = [
        o for s in plan["steps"] for o in s["operations"] if o["addresses"] == [f"test/{SAM}"]
    ]
    assert {o["by"]: list(o["request"]["values"]) for o in operations} == {
        "api": ["site"], "hand": ["userProfile"],
    }  # fmt: skip
    assert terminal("apply", "--auto-approve").code == 0
    (sam,) = (u for u in here.bodies()["user"] if u["email"].startswith("sam@"))
    lisbon = next(s for s in here.plan().changes if s.kind == "User")
    assert sam["siteId"]
    assert [a.path for a in lisbon.attributes] == ["userProfile"]
    # what nobody did yet was never applied: it is no drift
    said = terminal("drift", "--format", "json")
    assert said.code == 0
    assert {each["state"] for each in said.json["differences"]} <= {"pending"}
    shown = terminal("state", "show", "User/sam@northwind.example", "--format", "json").json
    assert shown["applied"]["userProfile"]["name"] == "Billing lead"
    assert shown["applied"]["site"]["name"] == "Lisbon"
    move(here, "agent")
    assert terminal("apply", "--auto-approve").code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_it_is_handed_on_as_markdown(here: Workshop, terminal: Terminal) -> None:
    assert terminal("plan", "--out", "saved.plan", "--runbook", "by-hand.md").code == 0
    text = (here.root / "by-hand.md").read_text("utf-8")
    assert "## 1. Move a user to a profile of another type" in text
    assert f"- [ ] `{SAM}`" in text
    assert "| User profile | agent |" in text
    assert "Waiting for it: webexcc/UserProfile/lead." in text
    assert terminal("show", "saved.plan", "--runbook", "again.md").code == 0
    assert (here.root / "again.md").read_text("utf-8") == text
    here.manifests(COLLECTION, PROFILE, USER)
    assert terminal("plan", "--runbook", "none.md").code == 0
    assert "There is nothing to do by hand." in (here.root / "none.md").read_text("utf-8")
    assert "error[RUN193]" in terminal("plan", "--runbook", "no/such/folder.md").err


def test_machines_are_told_what_is_left_to_a_person(here: Workshop, terminal: Terminal) -> None:
    lines = terminal("apply", "--auto-approve", "--format", "json").out.splitlines()
    assert sum('"apply_by_hand"' in line for line in lines) == 2
    assert '"by_hand": 2' in lines[-1]


def test_a_graph_dots_it(here: Workshop, terminal: Terminal) -> None:
    assert 'style="dotted"' in terminal("graph").out
