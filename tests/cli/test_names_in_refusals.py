"""Refusals call what they are about by its name; ids are for machines."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconciler.errors import StalePlanError
from tests.workshop import COLLECTION, PROFILE, SEED, USER, Terminal, Workshop

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-")
TEAMED = USER.replace("{userProfile: lead}", "{userProfile: lead, teams: [Billing Berlin]}")


@pytest.fixture
def here(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path)
    made.manifests(COLLECTION, PROFILE, TEAMED)
    made.planned_and_applied()
    made.manifests(COLLECTION, PROFILE, TEAMED.replace("lead", "{name: Supervisor Profile}"))
    return made


def moved(here: Workshop) -> None:
    """Somebody moves Sam to a profile and a team that the plan does not know."""
    here.act("create-profile", name="Night shift", type="supervisor", queue="view")
    sam = "sam@northwind.example"
    here.act("move-user", user=sam, profile="Night shift", site="Lisbon", teams="Sales Lisbon")


def test_a_stale_plan_names_what_was_referred_to(here: Workshop, terminal: Terminal) -> None:
    assert terminal("plan", "--out", "a.plan").code == 0
    moved(here)
    said = terminal("apply", "a.plan", "--auto-approve")
    assert said.code == 1
    assert "error[RUN103]" in said.err
    assert "userProfile Billing lead -> Night shift" in said.err
    detail = said.err.partition("= help")[0]
    assert not ID.search(detail), detail


def test_an_apply_that_plans_itself_names_it_too(here: Workshop) -> None:
    plan = here.plan()
    moved(here)
    with pytest.raises(StalePlanError) as raised:
        here.apply(plan, saved=False)
    assert "userProfile Billing lead -> Night shift" in raised.value.told.detail
    assert not ID.search(raised.value.told.detail)


def test_two_live_emails_that_are_one_are_both_named(tmp_path: Path, terminal: Terminal) -> None:
    made = Workshop(tmp_path)
    twice = SEED + "  - {email: Sam@Northwind.example, profile: Supervisor Profile, site: Berlin}\n"
    made.write("seed.yaml", twice)
    made.manifests(USER.replace("lead", "{name: Supervisor Profile}"))
    said = terminal("plan")
    assert said.code == 1
    assert "error   REF111" in said.out
    for email in ("`sam@northwind.example` (", "`Sam@Northwind.example` ("):
        assert email in said.out
    (tmp_path / "access" / "all.yaml").write_text(
        USER.replace("sam@", "kim@").replace("lead", "{name: Supervisor Profile}"), encoding="utf-8"
    )
    said = terminal("import", "--all", "--dry-run")
    assert said.code == 0
    assert "declared twice" not in said.out
    (line,) = [each for each in said.out.splitlines() if "one e-mail but for capitals" in each]
    assert "`sam@northwind.example` (" in line
    assert "`Sam@Northwind.example` (" in line
    assert "  - 2 User:" in line
