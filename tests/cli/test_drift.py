"""Drift at the terminal: exit codes, what to do about it, and what the project lives with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.workshop import COLLECTION, PROFILE, PROJECT, USER, Terminal, Workshop

TODAY = datetime.now(UTC).date()


@pytest.fixture
def here(tmp_path: Path) -> Workshop:
    """A tenant whose profile was changed by hand, in two attributes."""
    made = Workshop(tmp_path)
    made.manifests(COLLECTION, PROFILE, USER)
    made.planned_and_applied()
    made.act("edit-profile", profile="Billing lead", queue="view", name="Lead")
    return made


def ignoring(here: Workshop, *entries: str, tenant: bool = False) -> None:
    block = f"drift: {{ignore: [{', '.join(entries)}]}}\n"
    here.write("reconciler.yaml", f"{PROJECT}{'    ' if tenant else ''}{block}")


def entry(attributes: str = "", days: int | None = None, who: str = "UserProfile/lead") -> str:
    until = "" if days is None else f", until: {TODAY + timedelta(days=days)}"
    return (
        f"{{address: {who}, reason: a pilot{attributes and ', attributes: '}{attributes}{until}}}"
    )


def test_drift_says_what_can_be_done(here: Workshop, terminal: Terminal) -> None:
    said = terminal("drift")
    assert said.code == 2
    assert "low: less access (1 person has it)" in said.out
    assert "(changed by unknown)" in said.out
    assert "Drift: 1 object, 2 attributes (1 low)" in said.out
    assert "To keep it:        reconciler drift --accept" in said.err
    assert "reconciler drift --revert --out revert.plan" in said.err


def test_what_waits_in_git_alone_is_no_drift(here: Workshop, terminal: Terminal) -> None:
    here.planned_and_applied()
    here.manifests(COLLECTION, PROFILE.replace("queue: edit", "queue: none"), USER)
    said = terminal("drift")
    assert said.code == 0
    assert "Pending in Git, no drift: 1 object, 1 attribute" in said.out
    assert "To keep it" not in said.err
    assert "waits for an apply" in terminal("drift", "-v").out


@pytest.mark.parametrize("tenant", [True, False])
def test_what_the_project_lives_with_is_no_drift(
    here: Workshop, terminal: Terminal, tenant: bool
) -> None:
    ignoring(here, entry(), tenant=tenant)
    said = terminal("drift")
    assert said.code == 0
    assert "Suppressed, not counted: drift of 1 object." in said.out
    assert "suppressed: a pilot" in said.out
    assert "~ queue : edit -> view" in said.out
    document = terminal("drift", "--format", "json").json
    assert (document["drifted"], document["differences"]) == (False, [])
    (kept,) = document["suppressed"]
    assert kept["suppressed"] == {"reason": "a pilot", "until": ""}
    assert "There is nothing to take back." in terminal("drift", "--revert").err


def test_some_attributes_are_lived_with(here: Workshop, terminal: Terminal) -> None:
    ignoring(here, entry("[spec.permissions]", 0))
    said = terminal("drift", "--revert")
    assert said.code == 2
    assert '~ name : "Billing lead" -> "Lead"' in said.out
    assert said.out.count("queue") == 1  # the drift that is suppressed, and no plan to revert it
    assert "info: no access changes" in said.out


def test_a_leave_that_is_over_or_not_needed_is_told(here: Workshop, terminal: Terminal) -> None:
    ignoring(here, entry(days=-2), entry(who="UserProfile/other"))
    said = terminal("drift")
    assert said.code == 2
    ended = TODAY - timedelta(days=2)
    assert f"warning[PRJ148]: this drift suppression ended on {ended}, 2 days ago" in said.err
    assert "warning[PRJ149]: nothing drifts here" in said.err
    assert "reconciler.yaml:8:28" in said.err
    assert "PRJ148" in terminal("validate").out
    assert "PRJ148" in terminal("plan").out
    # what was not looked at may be needed
    assert "PRJ149" not in terminal("drift", "UserProfile/lead").err


@pytest.mark.parametrize(
    ("wrong", "code", "words"),
    [
        ("{address: lead, reason: a pilot}", "PRJ147", "`lead` is not a valid address"),
        (
            "{address: UserProfile/lead, reason: r, until: soon}",
            "PRJ147",
            "`soon` is not a valid date",
        ),
        (
            "{address: UserProfile/lead, reason: r, attributes: [a..b]}",
            "PRJ147",
            "is not an attribute",
        ),
        ("{address: UserProfile/lead}", "PRJ102", "reason"),
        ("{address: UserProfile/lead, reason: ''}", "PRJ102", "reason"),
    ],
)
def test_a_leave_that_cannot_be_is_refused(
    here: Workshop, terminal: Terminal, wrong: str, code: str, words: str
) -> None:
    ignoring(here, wrong)
    said = terminal("drift")
    assert said.code == 1
    assert f"error[{code}]" in said.err
    assert words in said.err
    assert "reconciler.yaml:8" in said.err


def test_an_address_narrows(here: Workshop, terminal: Terminal) -> None:
    assert terminal("drift", "ResourceCollection/billing").code == 0
    assert terminal("drift", "UserProfile/lead").code == 2
