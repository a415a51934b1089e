"""What `--allow` takes, and how a plan that a guard stops is shown, kept and carried out."""

from __future__ import annotations

import pytest

from reconciler.cli.allow import parse
from reconciler.errors import UsageError
from reconciler.model.guard import Allowance
from tests.workshop import USER, Terminal, Workshop

MANY = "".join(
    f"""\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {{name: p{number}}}
spec:
  name: Profile {number}
  profileType: supervisor
  permissions: {{queue: view}}
  resources: all
"""
    for number in range(6)
)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ((), Allowance()),
        (("destroy=41",), Allowance(destroy=41)),
        (
            ("destroy=41,people=412,lockout,transient",),
            Allowance(41, 412, lockout=True, transient=True),
        ),
        (("lockout", "people=0, destroy=7"), Allowance(7, 0, lockout=True)),
        (("destroy=7", "destroy=7"), Allowance(destroy=7)),
    ],
)
def test_what_leave_can_be_given(texts: tuple[str, ...], expected: Allowance) -> None:
    assert parse(texts) == expected


@pytest.mark.parametrize(
    ("text", "summary", "hint"),
    [
        ("destroy", "`destroy` needs a number", "--allow destroy=41"),
        ("destroy=", "`` is no number of `destroy`", "--allow destroy=41"),
        ("people=10%", "`10%` is no number of `people`", "--allow people=41"),
        ("destroy=-1", "`-1` is no number", "--allow destroy=41"),
        ("destroy=all", "`all` is no number", "--allow destroy=41"),
        ("destroy=4,destroy=5", "two numbers: 4 and 5", "the plan asks for"),
        ("lockout=1", "`lockout` takes no number", "--allow lockout`"),
        ("lockouts", "no leave `lockouts`", "did you mean `lockout`?"),
        ("everything", "no leave `everything`", "the plan asks for"),
        ("", "empty", "the plan asks for"),
        ("lockout,", "empty", "the plan asks for"),
    ],
)
def test_what_is_no_leave(text: str, summary: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse((text,))
    told = caught.value.told
    assert told.code == "RUN140"
    assert summary in told.summary
    assert hint in told.hint


@pytest.fixture
def leaving(workshop: Workshop, terminal: Terminal) -> Terminal:
    """A project whose next plan takes six profiles out of Git."""
    workshop.manifests(USER.replace("lead", "Supervisor Profile"), MANY)
    workshop.planned_and_applied()
    workshop.manifests(USER.replace("lead", "Supervisor Profile"))
    return terminal


def test_a_blocked_plan_is_shown_whole_and_exits_with_1(leaving: Terminal) -> None:
    for flags in ((), ("--detailed-exitcode",)):
        said = leaving("plan", *flags)
        assert said.code == 1
        assert "Plan: 0 to add, 0 to change, 6 to destroy (6 API writes)." in said.out
        assert "6 objects would be destroyed, more than thresholds.destroy lets" in said.out
        assert said.out.rstrip().endswith("--allow destroy=6")
    plan = leaving("plan", "--format", "json").json
    assert (plan["outcome"], plan["errored"], plan["blocked"]) == ("blocked", False, ["destroy"])
    assert plan["blast_radius"]["destroy"] == plan["summary"]["destroy"] == 6
    assert plan["steps"]


def test_apply_refuses_before_it_asks(leaving: Terminal) -> None:
    for arguments in (("apply",), ("apply", "--auto-approve"), ("apply", "--allow", "destroy=5")):
        said = leaving(*arguments)
        assert said.code == 1
        assert "error[RUN141]: the plan is blocked; nothing was written" in said.err
        assert "--allow destroy=6" in said.err
        assert "Enter a value" not in said.out
    refused = leaving("apply", "--auto-approve", "--format", "json").json
    assert refused["outcome"] == "blocked"
    assert [each["code"] for each in refused["diagnostics"]] == ["PLN140"]
    said = leaving("apply", "--auto-approve", "--allow", "destroy=6")
    assert said.code == 0
    assert "Allowed: destroy=6" in said.out
    assert "6 destroyed" in said.out


def test_a_saved_plan_runs_with_leave_given_then_or_now(leaving: Terminal) -> None:
    assert leaving("plan", "--out", "a.plan").code == 1
    assert leaving("show", "a.plan").out.rstrip().endswith("--allow destroy=6")
    said = leaving("apply", "a.plan")
    assert said.code == 1
    assert "PLN140: 6 objects would be destroyed" in said.err
    said = leaving("plan", "--out", "b.plan", "--allow", "destroy=6")
    assert said.code == 0
    assert "allowed by `--allow destroy=6`" in said.out
    assert leaving("apply", "b.plan").code == 0
    assert leaving("apply", "a.plan", "--allow", "destroy=6").code == 1  # stale by now


def test_leave_at_apply_is_enough(leaving: Terminal) -> None:
    leaving("plan", "--out", "a.plan")
    assert leaving("apply", "a.plan", "--allow", "destroy=6").code == 0
    again = leaving("apply", "a.plan", "--allow", "destroy=6")
    assert again.code == 0
    assert "Already applied" in again.out


def test_a_revert_is_guarded_like_any_plan(workshop: Workshop, terminal: Terminal) -> None:
    project = (workshop.root / "reconciler.yaml").read_text()
    workshop.write("reconciler.yaml", project + "thresholds: {people: 0}\n")
    seed = (workshop.root / "seed.yaml").read_text()
    second = "  - {name: Second Profile, type: supervisor, permissions: {}, resources: all}\nusers:"
    workshop.write("seed.yaml", seed.replace("users:", second))
    workshop.manifests(USER.replace("lead", "Supervisor Profile"))
    workshop.planned_and_applied()
    workshop.act("move-user", user="sam@northwind.example", profile="Second Profile")
    said = terminal("drift", "--revert", "--out", "r.plan")
    assert said.code == 2
    assert "--allow people=1" in said.out
    assert terminal("apply", "r.plan").code == 1
    assert terminal("apply", "r.plan", "--allow", "people=1").code == 0
    assert terminal("drift").code == 0


def test_a_leave_that_is_none_is_refused_at_once(terminal: Terminal) -> None:
    said = terminal("plan", "--allow", "destroy")
    assert said.code == 1
    assert "error[RUN140]: --allow: `destroy` needs a number" in said.err
