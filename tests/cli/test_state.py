"""`reconciler state`: what is owned, past runs, and giving up ownership."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from reconciler.cli.options import Common
from reconciler.errors import TenantError
from reconciler.model.change import Action
from reconciler.model.journal import Holder
from reconciler.model.plan import dump, fingerprint
from reconciler.state.holder import this_process
from reconciler.state.sql import create_state
from tests.workshop import COLLECTION, PROFILE, USER, Said, Terminal, Workshop

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/how-to/look-into-the-state.md").read_text(encoding="utf-8")
KEPT = COLLECTION.replace("{name: billing}", "{name: billing, lifecycle: {preventDestroy: true}}")


@pytest.fixture
def applied(workshop: Workshop, terminal: Terminal) -> Terminal:
    workshop.manifests(KEPT, PROFILE, USER)
    workshop.planned_and_applied()
    workshop.writes()
    return terminal


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a person at a terminal answers."""
    answers: list[str] = []
    monkeypatch.setattr(Common, "asks", True)
    monkeypatch.setattr("click.prompt", lambda *_args, **_options: answers.pop(0))
    return answers


def addresses(said: Said) -> list[str]:
    return [each["address"].partition("/webexcc/")[2] for each in said.json["resources"]]


def test_the_list_has_every_address_with_its_columns(applied: Terminal) -> None:
    said = applied("state", "list")
    head, *rows = [line.split() for line in said.out.splitlines()]
    assert head == ["ADDRESS", "KIND", "ID", "ADOPTED", "PROTECTED"]
    assert [(row[0], row[1], *row[3:]) for row in rows] == [
        ("webexcc/ResourceCollection/billing", "ResourceCollection", "no", "yes"),
        ("webexcc/User/sam@northwind.example", "User", "yes", "no"),
        ("webexcc/UserProfile/lead", "UserProfile", "no", "no"),
    ]


def test_the_list_is_filtered_by_any_whole_part_of_an_address(applied: Terminal) -> None:
    for part in ("UserProfile", "UserProfile/lead", "lead", "test/webexcc/UserProfile/lead"):
        assert addresses(applied("state", "list", part, "--format", "json")) == ["UserProfile/lead"]
    both = applied("state", "list", "lead", "billing", "--format", "json")
    assert addresses(both) == ["ResourceCollection/billing", "UserProfile/lead"]
    wrong = applied("state", "list", "lead", "UserProfil")
    assert wrong.code == 1
    assert "error[REF130]: `UserProfil` is in no address" in wrong.err
    assert "did you mean `UserProfile`" in wrong.err


def test_one_object_is_shown_in_full(applied: Terminal) -> None:
    said = applied("state", "show", "UserProfile/lead")
    assert said.code == 0
    assert said.out.splitlines()[0] == "test/webexcc/UserProfile/lead"
    assert 'name: "Billing lead"' in said.out
    assert "collections: [Billing]" in said.out
    whole = applied("state", "show", "lead", "--format", "json").json
    (run,) = applied("state", "history", "--format", "json").json["runs"]
    assert whole["run"] == run["id"]
    assert run["started"] <= whole["recorded"] <= run["finished"]
    assert whole["applied"]["permissions"]["queue"] == "edit"
    assert f"by {run['id']}" in said.out


def test_a_name_that_is_not_there_is_told_with_the_near_ones(applied: Terminal) -> None:
    for command in (("show",), ("rm", "--auto-approve")):
        said = applied("state", *command, "UserProfile/leed")
        assert said.code == 1
        assert "error[REF130]" in said.err
        assert "did you mean `webexcc/UserProfile/lead`?" in said.err
    assert len(addresses(applied("state", "list", "--format", "json"))) == 3


def test_what_is_forgotten_is_adopted_by_name_and_never_deleted(
    applied: Terminal, workshop: Workshop
) -> None:
    before = workshop.bodies()
    said = applied(
        "state", "rm", "UserProfile/lead", "ResourceCollection/billing", "--auto-approve"
    )
    assert said.code == 0
    assert "Nothing is written to the tenant, and nothing is deleted." in said.out
    assert "1 object of these is protected" in said.out
    assert "2 objects forgotten" in said.out
    workshop.manifests(COLLECTION, USER.replace("lead", "Supervisor Profile"))
    plan = workshop.plan()
    assert {(c.action, c.name) for c in plan.changes if c.action is not Action.UPDATE} == {
        (Action.ADOPT, "Billing")
    }
    assert workshop.bodies() == before
    (run, _) = applied("state", "history", "--format", "json").json["runs"]
    assert (run["command"], run["outcome"], run["done"]) == ("state rm", "done", 2)


def test_nothing_is_forgotten_without_a_yes(applied: Terminal, typing: list[str]) -> None:
    typing.append("y")
    said = applied("state", "rm", "lead")
    assert (said.code, "error[RUN106]" in said.err) == (1, True)
    assert len(addresses(applied("state", "list", "--format", "json"))) == 3
    typing.append("yes")
    assert applied("state", "rm", "lead").code == 0
    assert len(addresses(applied("state", "list", "--format", "json"))) == 2


def test_nobody_there_to_approve_is_told(applied: Terminal) -> None:
    said = applied("state", "rm", "lead", "--no-input")
    assert (said.code, "error[RUN102]" in said.err, "--auto-approve" in said.err) == (1, True, True)
    assert len(addresses(applied("state", "list", "--format", "json"))) == 3


def test_a_run_tells_its_operations_with_tracking_ids_and_attempts(
    applied: Terminal, workshop: Workshop
) -> None:
    workshop.manifests(
        KEPT.replace("[Billing EN]", "all"), PROFILE.replace("edit", "view", 1), USER
    )
    plan = workshop.plan()

    def refuse(method: str, path: str) -> None:
        if method == "PUT" and "user-profile" in path:
            raise TenantError("TEN100", "PUT: 500 \x1b[31mout of order", tracking_id="t-1")

    workshop.before = refuse
    (ledger,) = workshop.apply(plan)
    said = applied("state", "history", ledger.run)
    assert "partial" in said.out.splitlines()[0]
    assert "webexcc/ResourceCollection/billing: update: done" in said.out
    assert "webexcc/UserProfile/lead: update: failed" in said.out
    assert "tracking id t-1" in said.out
    assert "\\x1b[31mout of order" in said.out
    assert "\x1b" not in said.out
    run = applied("state", "history", ledger.run, "--format", "json").json
    assert (run["outcome"], run["done"], run["failed"]) == ("partial", 1, 1)
    assert [(each["outcome"], each["attempts"]) for each in run["operations"]] == [
        ("done", 1),
        ("failed", 1),
    ]


def test_a_run_tells_who_what_before_after_and_of_which_commit(
    applied: Terminal, workshop: Workshop
) -> None:
    git = ("git", "-c", "user.name=ada", "-c", "user.email=ada@here.example")
    for command in (("init", "-q"), ("add", "access"), ("commit", "-qm", "Access")):
        subprocess.run([*git, *command], cwd=workshop.root, check=True)
    head = ("git", "rev-parse", "HEAD")
    commit = subprocess.run(head, cwd=workshop.root, check=True, capture_output=True, text=True)
    workshop.manifests(KEPT.replace("[Billing EN]", "all"), PROFILE, USER)
    plan = workshop.planned_and_applied()
    (run, first) = applied("state", "history", "--format", "json").json["runs"]
    whole = applied("state", "history", run["id"], "--format", "json").json
    me = this_process()
    assert whole["identity"] == "root@northwind.example"
    assert whole["started_by"] == f"{me.user}@{me.host}"
    assert whole["commit"] == f"{commit.stdout.strip()}-dirty"
    assert whole["plan_digest"] == fingerprint(dump(plan))
    assert whole["token"] > first["token"]
    (operation,) = whole["operations"]
    queues = [operation[when]["resources"]["queue"] for when in ("before", "after")]
    assert [queues[0][0]["name"], queues[1]] == ["Billing EN", "all"]
    created = applied("state", "history", first["id"], "--format", "json").json["operations"]
    assert [each["before"] is None for each in created] == [True, True, False]
    (lead,) = (each for each in created if each["address"].endswith("/lead"))
    # what was yet to be created has the id that it was given
    assert {"id", "name"} == lead["after"]["resources"]["collections"][0].keys()
    said = applied("state", "history", run["id"], "-v").out
    assert "  as root@northwind.example" in said
    assert f"  commit {commit.stdout.strip()}-dirty" in said
    assert "queue: [Billing EN]" in said


def test_what_was_deleted_is_kept_as_it_was(applied: Terminal, workshop: Workshop) -> None:
    workshop.manifests(KEPT, USER.replace("lead", "Supervisor Profile"))
    workshop.planned_and_applied()
    run = applied("state", "history", "--format", "json").json["runs"][0]
    done = applied("state", "history", run["id"], "--format", "json").json["operations"]
    (deleted,) = (each for each in done if each["action"] == "delete")
    assert deleted["before"]["name"] == "Billing lead"
    assert deleted["after"] is None


def test_history_is_newest_first_and_knows_its_runs(applied: Terminal, workshop: Workshop) -> None:
    workshop.manifests(KEPT.replace("[Billing EN]", "all"), PROFILE, USER)
    workshop.planned_and_applied()
    runs = [each["id"] for each in applied("state", "history", "--format", "json").json["runs"]]
    assert runs == sorted(runs, reverse=True)
    assert len(runs) == 2
    assert [line.split()[0] for line in applied("state", "history").out.splitlines()] == [
        "RUN",
        *runs,
    ]
    wrong = applied("state", "history", runs[0][:-1] + "9")
    assert (wrong.code, "error[RUN128]" in wrong.err, runs[0] in wrong.err) == (1, True, True)


def test_without_a_state_there_is_nothing_to_tell(workshop: Workshop, terminal: Terminal) -> None:
    for command in (("list",), ("history",), ("show", "x"), ("rm", "x", "--auto-approve")):
        said = terminal("state", *command)
        assert (said.code, "error[RUN127]" in said.err) == (1, True), command
    assert not (workshop.root / ".reconciler" / "state.db").exists()


def test_a_tenant_that_the_project_gave_up_can_still_be_forgotten(
    applied: Terminal, workshop: Workshop
) -> None:
    project = (workshop.root / "reconciler.yaml").read_text()
    workshop.write("reconciler.yaml", project.replace("  test:", "  other:"))
    said = applied("state", "list")
    assert "The state knows of other tenants too (--tenant): test" in said.err
    assert len(addresses(applied("state", "list", "--tenant", "test", "--format", "json"))) == 3
    assert applied("state", "rm", "lead", "--tenant", "test", "--auto-approve").code == 0
    wrong = applied("state", "list", "--tenant", "tset")
    assert (wrong.code, "error[PRJ103]" in wrong.err, "`test`" in wrong.err) == (1, True, True)


def test_a_lock_is_taken_away_from_the_dead_alone(applied: Terminal, workshop: Workshop) -> None:
    said = applied("state", "unlock", "test")
    assert (said.code, said.out) == (0, "Tenant test is not locked.\n")
    state = create_state("sqlite:///.reconciler/state.db", workshop.root)
    with state.lock("test", "apply") as held:
        said = applied("state", "unlock", "test")
        assert said.code == 1
        assert "error[RUN112]" in said.err
        assert f"process {os.getpid()}, since " in said.err
        assert held.holds()
        taken = applied("state", "unlock", "test", "--force", "--format", "json").json
        assert taken["unlocked"] is True
        assert taken["holder"]["pid"] == os.getpid()
        assert not held.holds()
    wrong = applied("state", "unlock", "tset")
    assert (wrong.code, "error[PRJ103]" in wrong.err) == (1, True)


def test_nothing_is_forgotten_while_a_run_holds_the_tenant(
    applied: Terminal, workshop: Workshop
) -> None:
    state = create_state("sqlite:///.reconciler/state.db", workshop.root)
    with state.lock("test", "apply"):
        said = applied("state", "rm", "lead", "--auto-approve", "--format", "json")
    assert (said.code, said.json["outcome"]) == (1, "locked")
    assert len(addresses(applied("state", "list", "--format", "json"))) == 3


def test_the_guide_names_every_key_of_the_json(applied: Terminal) -> None:
    pattern = r"^\| `([a-z]+)( RUN| drift-N)?` \| (.*) \|$"
    rows = re.findall(pattern, GUIDE.split("## JSON")[1], re.MULTILINE)
    told = {name + one: set(re.findall(r"`([a-z_]+)`", keys)) for name, one, keys in rows}
    (resource, *_) = applied("state", "list", "--format", "json").json["resources"]
    shown = applied("state", "show", "lead", "--format", "json").json
    applied("drift")
    history = applied("state", "history", "--format", "json").json
    (run,), (look,) = history["runs"], history["looks"]
    whole = applied("state", "history", run["id"], "--format", "json").json
    found = applied("state", "history", look["id"], "--format", "json").json["found"]
    removed = applied("state", "rm", "lead", "--auto-approve", "--format", "json").json
    free = applied("state", "unlock", "test", "--format", "json").json
    assert told["list"] == {"resources", *resource}
    assert told["show"] == shown.keys() - resource.keys() - {"format_version"}
    assert told["history"] - {"running"} == {"runs", "looks", *run, *look} - {"running"}
    assert told["history drift-N"] - {"drift"} == {"found", *found}
    assert whole.keys() == {"format_version", "operations", *run}
    assert told["history RUN"] == {"operations", *whole["operations"][0]}
    assert told["rm"] == removed.keys() - {"format_version"}
    holder = {each.name for each in fields(Holder)} - {"tenant"}
    assert told["unlock"] == (free.keys() - {"format_version"}) | holder
