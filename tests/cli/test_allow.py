"""What `--allow` takes, and how a plan that a guard stops is shown, kept and carried out."""

from __future__ import annotations

import pytest

from reconciler.cli.allow import parse
from reconciler.cli.options import Common
from reconciler.errors import UsageError
from reconciler.model.guard import Allowance, digest_of
from tests.workshop import USER, Said, Terminal, Workshop

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
SIX = f"6:{digest_of(f'test/webexcc/UserProfile/p{number}' for number in range(6))}"
"""The override that lets all of these be destroyed."""


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
        (
            ("destroy=7:ab12", "administrators=2:77aa"),
            Allowance(7, administrators=2, digests={"destroy": "ab12", "administrators": "77aa"}),
        ),
        (("destroy=7", "destroy=7"), Allowance(destroy=7)),
    ],
)
def test_what_leave_can_be_given(texts: tuple[str, ...], expected: Allowance) -> None:
    assert parse(texts) == expected


@pytest.mark.parametrize(
    ("text", "summary", "hint"),
    [
        ("destroy", "`destroy` needs a number", "--allow destroy=41"),
        ("destroy=", "`` is not a number of `destroy`", "--allow destroy=41:ab12"),
        ("people=10%", "`10%` is not a number of `people`", "--allow people=41:ab12"),
        ("destroy=-1", "`-1` is not a number", "--allow destroy=41"),
        ("destroy=all", "`all` is not a number", "--allow destroy=41"),
        ("people=4:", "`4:` is not a number of `people` with its digest", "--allow people=41:ab12"),
        ("people=4:9B1F", "`4:9B1F` is not a number", "--allow people=41:ab12"),
        ("people=4:9b1f0", "`4:9b1f0` is not a number", "--allow people=41:ab12"),
        ("people=:9b1f", "`:9b1f` is not a number", "--allow people=41:ab12"),
        ("people=4:9b1f,people=4:0000", "two numbers: 4:9b1f and 4:0000", "the plan prints"),
        ("people=4,people=4:9b1f", "two numbers: 4 and 4:9b1f", "the plan prints"),
        ("destroy=4,destroy=5", "two numbers: 4 and 5", "the plan prints"),
        ("lockout=1", "`lockout` takes no number", "--allow lockout`"),
        ("lockouts", "unknown override `lockouts`", "did you mean `lockout`?"),
        ("everything", "unknown override `everything`", "the plan prints"),
        ("", "empty", "the plan prints"),
        ("lockout,", "empty", "the plan prints"),
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
        assert said.out.rstrip().endswith(f"--allow destroy={SIX}")
    plan = leaving("plan", "--format", "json").json
    assert (plan["outcome"], plan["errored"], plan["blocked"]) == ("blocked", False, ["destroy"])
    assert plan["blast_radius"]["destroy"] == plan["summary"]["destroy"] == 6
    assert f"6:{plan['blast_radius']['digests']['destroy']}" == SIX
    assert plan["steps"]


def test_apply_refuses_before_it_asks(leaving: Terminal) -> None:
    for arguments in (("apply",), ("apply", "--auto-approve"), ("apply", "--allow", "destroy=5")):
        said = leaving(*arguments)
        assert said.code == 1
        assert "error[RUN141]: the plan is blocked; nothing was written" in said.err
        assert f"--allow destroy={SIX}" in said.err
        assert "Enter a value" not in said.out
    refused = leaving("apply", "--auto-approve", "--format", "json").json
    assert refused["outcome"] == "blocked"
    assert [each["code"] for each in refused["diagnostics"]] == ["PLN140"]
    said = leaving("apply", "--auto-approve", "--allow", f"destroy={SIX}")
    assert said.code == 0
    assert f"Allowed: destroy={SIX}" in said.out
    assert "6 destroyed" in said.out


def test_a_saved_plan_runs_with_leave_given_then_or_now(leaving: Terminal) -> None:
    assert leaving("plan", "--out", "a.plan").code == 1
    assert leaving("show", "a.plan").out.rstrip().endswith(f"--allow destroy={SIX}")
    said = leaving("apply", "a.plan")
    assert said.code == 1
    assert "PLN140: 6 objects would be destroyed" in said.err
    said = leaving("plan", "--out", "b.plan", "--allow", "destroy=6")
    assert said.code == 0
    assert f"allowed by `--allow destroy={SIX}`" in said.out
    assert f"Allowed: destroy={SIX}" in leaving("show", "b.plan").out
    assert leaving("apply", "b.plan").code == 0
    assert leaving("apply", "a.plan", "--allow", f"destroy={SIX}").code == 1  # stale by now


def test_leave_at_apply_is_enough(leaving: Terminal) -> None:
    leaving("plan", "--out", "a.plan")
    assert leaving("apply", "a.plan", "--allow", f"destroy={SIX}").code == 0
    again = leaving("apply", "a.plan", "--allow", f"destroy={SIX}")
    assert again.code == 0
    assert "Already applied" in again.out


def refused_as_bare(said: Said) -> bool:
    return said.code == 1 and all(
        part in said.err
        for part in ("error[RUN140]", "`destroy=6` does not say which", f"`--allow destroy={SIX}`")
    )


def test_a_bare_number_is_refused_where_nobody_sees_the_plan_that_it_passes(
    leaving: Terminal,
) -> None:
    assert leaving("plan", "--out", "a.plan").code == 1
    for arguments in (("plan",), ("apply", "--auto-approve"), ("apply",), ("apply", "a.plan")):
        assert refused_as_bare(leaving(*arguments, "--allow", "destroy=6")), arguments
    assert "6 to destroy" in leaving("plan", "--allow", "destroy=6").out
    machine = leaving("plan", "--allow", "destroy=6", "--format", "json")
    assert machine.code == 1
    assert [each["code"] for each in machine.json["diagnostics"]] == ["RUN140"]
    assert leaving("plan", "--allow", f"destroy={SIX}").code == 0


def test_a_bare_number_that_nothing_needs_is_no_matter(
    workshop: Workshop, terminal: Terminal
) -> None:
    workshop.manifests(USER.replace("lead", "Supervisor Profile"))
    assert terminal("plan", "--allow", "people=1,destroy=3").code == 0
    assert terminal("apply", "--auto-approve", "--allow", "people=1").code == 0


def test_a_bare_number_passes_where_a_person_sees_the_plan_and_is_asked(
    leaving: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Common, "asks", True)
    monkeypatch.setattr("reconciler.cli.apply.yes", lambda _question: True)
    assert refused_as_bare(leaving("apply", "--auto-approve", "--allow", "destroy=6"))
    said = leaving("apply", "--allow", "destroy=6")
    assert said.code == 0
    assert f"Allowed: destroy={SIX}" in said.out


def test_an_override_never_passes_as_many_others(workshop: Workshop, leaving: Terminal) -> None:
    """Somebody keeps one of the six and takes out another one, after the review."""
    kept, taken = MANY.split("---\n")[1], MANY.replace("p5", "q5").replace("Profile 5", "Other")
    workshop.manifests(
        USER.replace("lead", "Supervisor Profile"), MANY, "---\n", taken.split("---\n")[6]
    )
    workshop.planned_and_applied()
    workshop.manifests(USER.replace("lead", "Supervisor Profile"), "---\n", kept)
    said = leaving("plan", "--allow", f"destroy={SIX}")
    assert said.code == 1
    assert "6 objects would be destroyed" in said.out
    assert f"({SIX.partition(':')[2]} stands for others)" in said.out
    assert leaving("apply", "--auto-approve", "--allow", f"destroy={SIX}").code == 1


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
    override = f"people=1:{digest_of(['test/webexcc/User/sam@northwind.example'])}"
    assert f"--allow {override}" in said.out
    assert terminal("apply", "r.plan").code == 1
    assert terminal("apply", "r.plan", "--allow", override).code == 0
    assert terminal("drift").code == 0


def test_a_leave_that_is_none_is_refused_at_once(terminal: Terminal) -> None:
    said = terminal("plan", "--allow", "destroy")
    assert said.code == 1
    assert "error[RUN140]: --allow: `destroy` needs a number" in said.err
