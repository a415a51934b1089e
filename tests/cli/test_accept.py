"""`reconciler drift --accept`, as it is typed: what is asked, what is written, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler import pipeline
from reconciler.cli.options import Common
from reconciler.engine.connect import sandbox_database
from reconciler.errors import LockedError, StalePlanError, UsageError
from reconciler.sandbox.store import Store
from reconciler.state.sql import create_state
from tests.workshop import COLLECTION, PROFILE, PROJECT, USER, Terminal, Workshop

SECOND = PROFILE.replace("{name: lead}", "{name: spare}").replace("Billing lead", "Spare")
NOW = ("drift", "--accept", "--auto-approve")


@pytest.fixture
def here(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path)
    made.manifests(COLLECTION, PROFILE, SECOND, USER)
    made.planned_and_applied()
    return made


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a person at a terminal answers."""
    answers: list[str] = []
    monkeypatch.setattr(Common, "asks", True)
    monkeypatch.setattr("click.prompt", lambda *_args, **_options: answers.pop(0))
    return answers


def files(here: Workshop) -> dict[str, bytes]:
    return {
        str(each.relative_to(here.root)): each.read_bytes()
        for folder in ("access", "overlays")
        for each in sorted((here.root / folder).rglob("*"))
        if each.is_file()
    }


def access(here: Workshop) -> str:
    return (here.root / "access" / "all.yaml").read_text("utf-8")


def in_the_tenant(here: Workshop, what: Callable[[Store], None]) -> None:
    """What no console of the sandbox does."""
    (tenant, *_) = here.work().tenants
    store = Store(sandbox_database(tenant, here.root))
    try:
        what(store)
    finally:
        store.close()


def without(kind: str, name: str) -> Callable[[Store], None]:
    def remove(store: Store) -> None:
        (row,) = (each for each in store.rows(kind) if each["name"] == name)
        store.remove(kind, row["id"])

    return remove


def all_is_well(terminal: Terminal) -> None:
    assert terminal("drift").code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_nothing_is_written_without_a_yes(
    here: Workshop, terminal: Terminal, typing: list[str]
) -> None:
    here.act("edit-profile", profile="Billing lead", queue="view")
    before = files(here)
    typing.append("no")
    said = terminal("drift", "--accept")
    assert said.code == 1
    assert "-  permissions: {queue: edit, call-monitoring: edit}" in said.out
    assert "+  permissions: {queue: view, call-monitoring: edit}" in said.out
    assert "Do you want to write these files?" in said.out
    assert "error[RUN106]: cancelled; nothing was written" in said.err
    assert files(here) == before
    typing.append("yes")
    said = terminal("drift", "--accept")
    assert said.code == 0
    assert "Accepted: 1 object into 1 file." in said.out
    assert access(here) == before["access/all.yaml"].decode().replace(
        "{queue: edit", "{queue: view", 1
    )
    assert terminal("state", "history").out.splitlines()[1].split()[2:4] == ["drift", "--accept"]
    all_is_well(terminal)


def test_nobody_is_there_to_say_yes(here: Workshop, terminal: Terminal) -> None:
    here.act("edit-profile", profile="Billing lead", queue="view")
    before = files(here)
    assert "error[RUN102]" in terminal("drift", "--accept").err
    said = terminal("drift", "--accept", "--dry-run")
    assert said.code == 2
    assert "Accept: 1 object into 1 file." in said.out
    assert files(here) == before


@pytest.mark.parametrize(
    "options",
    [("--accept", "--revert"), ("--auto-approve",), ("--dry-run",), ("--accept", "--out", "p")],
)
def test_options_that_do_not_fit(
    here: Workshop, terminal: Terminal, options: tuple[str, ...]
) -> None:
    here.calls.clear()
    assert "error[RUN100]" in terminal("drift", *options).err
    assert not here.calls


def test_an_address_is_accepted_alone(here: Workshop, terminal: Terminal) -> None:
    here.act("edit-profile", profile="Billing lead", queue="view")
    here.act("edit-profile", profile="Spare", queue="view")
    assert terminal(*NOW, "UserProfile/spare").code == 0
    assert access(here).count("{queue: view,") == 1
    said = terminal("drift")
    assert said.code == 2
    assert "UserProfile/lead has drifted" in said.out
    assert "UserProfile/spare" not in said.out


def test_there_is_nothing_to_accept(here: Workshop, terminal: Terminal) -> None:
    before = files(here)
    said = terminal(*NOW)
    assert said.code == 0
    assert "Nothing to accept." in said.out
    assert files(here) == before


def test_machines_are_told_what_was_written(here: Workshop, terminal: Terminal) -> None:
    here.act("edit-profile", profile="Billing lead", name="Lead")
    told = terminal(*NOW, "--format", "json").json["accept"]
    assert told["written"] is True
    assert told["files"] == [{"path": "access/all.yaml", "new": False}]
    assert told["accepted"] == ["test/webexcc/UserProfile/lead"]
    assert "name: Lead\n" in access(here)


def test_what_left_the_tenant_leaves_git(here: Workshop, terminal: Terminal) -> None:
    in_the_tenant(here, without("user-profile", "Spare"))
    before = access(here)
    assert terminal(*NOW).code == 0
    assert access(here) == before.replace(SECOND, "")
    all_is_well(terminal)
    assert "UserProfile/spare" not in terminal("state", "list").out


def test_what_others_refer_to_stays(here: Workshop, terminal: Terminal) -> None:
    """Sam's manifest would name a profile that nobody has any more."""
    here.manifests(COLLECTION, PROFILE, USER)
    in_the_tenant(here, without("user-profile", "Billing lead"))
    here.act("edit-collection", collection="Billing", queue="Billing DE")
    before = files(here)
    said = terminal(*NOW)
    assert said.code == 2
    assert "Not accepted: webexcc/UserProfile/lead" in said.out
    assert "there is no UserProfile `lead`" in said.out
    assert "Accept: 1 object into 1 file, 1 not." in said.out
    changed = before["access/all.yaml"].decode().replace("[Billing EN]", "[Billing DE]")
    assert access(here) == changed


def test_what_came_gets_a_manifest(here: Workshop, terminal: Terminal) -> None:
    here.write(
        "reconciler.yaml",
        PROJECT.replace("    sandbox", "    unmanaged: {UserProfile: prune}\n    sandbox"),
    )
    here.act("create-profile", name="Night lead", type="supervisor", collections="Billing",
             default="Billing", queue="view")  # fmt: skip
    said = terminal(*NOW, "--format", "json")
    assert said.code == 0
    new = [each["address"] for each in said.json["accept"]["new"]]
    assert "test/webexcc/UserProfile/night-lead" in new
    assert "UserProfile/night-lead" in terminal("state", "list").out
    assert "metadata: {name: night-lead}" in access(here) + "".join(
        each.decode() for each in files(here).values()
    )
    all_is_well(terminal)


def test_a_value_that_others_follow_is_left_to_a_person(here: Workshop, terminal: Terminal) -> None:
    anchored = PROFILE.replace("{queue: edit, call-monitoring: edit}",
                               "{queue: &level edit, call-monitoring: *level}")  # fmt: skip
    here.manifests(COLLECTION, anchored, USER)
    here.act("edit-profile", profile="Billing lead", queue="view")
    here.act("edit-collection", collection="Billing", queue="Billing DE")
    said = terminal(*NOW)
    assert said.code == 2
    assert "Not accepted: webexcc/UserProfile/lead" in said.out
    assert "`spec.permissions.queue` cannot be changed alone" in said.out
    assert anchored in access(here)
    assert "[Billing DE]" in access(here)


def test_a_value_that_cannot_be_declared_is_no_longer_mentioned(
    here: Workshop, terminal: Terminal
) -> None:
    here.manifests(
        COLLECTION, PROFILE, USER.replace("userProfile: lead", "userProfile: lead, site: Berlin")
    )
    here.planned_and_applied()

    def moved(store: Store) -> None:
        (row,) = (each for each in store.rows("user") if each["email"].startswith("sam@"))
        store.put("user", {**row, "siteId": None}, row["email"])

    in_the_tenant(here, moved)
    said = terminal(*NOW)
    assert said.code == 0, said.out
    assert "webexcc/User/sam@northwind.example: site can be declared by no manifest" in said.out
    assert "spec: {userProfile: lead}" in access(here)
    all_is_well(terminal)


def test_a_description_that_was_emptied_is_declared_empty(
    here: Workshop, terminal: Terminal
) -> None:
    here.manifests(
        COLLECTION, PROFILE.replace("  name:", "  description: 'Leads' # them all\n  name:"), USER
    )
    here.planned_and_applied()
    here.act("edit-profile", profile="Billing lead", description="")
    assert terminal(*NOW).code == 0
    assert "  description: '' # them all\n" in access(here)


PATCH = """\
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: lead}
spec:
  permissions: {call-monitoring: view} # EMEA does not listen in
"""


@pytest.fixture
def patched(tmp_path: Path) -> Workshop:
    """Two tenants that share their manifests; the first one has patches."""
    made = Workshop(tmp_path)
    patches = PROJECT.replace("    sandbox", '    patches: ["overlays/*.yaml"]\n    sandbox')
    other = PROJECT.partition("tenants:\n")[2].replace("test:", "other:")
    made.write("reconciler.yaml", patches.replace("tenants:", "default: [test]\ntenants:") + other)
    made.manifests(COLLECTION, PROFILE, USER)
    made.write("overlays/lead.yaml", PATCH)
    made.planned_and_applied()
    return made


def test_what_tenants_share_is_patched(patched: Workshop, terminal: Terminal) -> None:
    before = files(patched)
    patched.act("edit-profile", profile="Billing lead", queue="view", call_monitoring="none")
    patched.act("edit-collection", collection="Billing", queue="Billing DE")
    said = terminal(*NOW)
    assert said.code == 0, said.out
    after = files(patched)
    assert after["access/all.yaml"] == before["access/all.yaml"]
    assert after["overlays/lead.yaml"].decode() == PATCH.replace(
        "{call-monitoring: view}", "{call-monitoring: null, queue: view}"
    )
    (new,) = after.keys() - before.keys()
    assert after[new].decode() == (
        "---\napiVersion: webexcc/v1\nkind: ResourceCollection\nmetadata: {name: billing}\n"
        "spec:\n  resources: {queue: [Billing DE]}\n"
    )
    assert "uses these files too" not in said.out
    all_is_well(terminal)


def test_a_patch_that_is_not_needed_any_more_says_so(patched: Workshop, terminal: Terminal) -> None:
    patched.act("edit-profile", profile="Billing lead", call_monitoring="edit")
    assert terminal(*NOW).code == 0
    assert "{call-monitoring: edit}" in files(patched)["overlays/lead.yaml"].decode()
    all_is_well(terminal)


def test_other_tenants_that_use_a_file_are_named(patched: Workshop, terminal: Terminal) -> None:
    project = (patched.root / "reconciler.yaml").read_text("utf-8")
    patched.write("reconciler.yaml", project.replace('    patches: ["overlays/*.yaml"]\n', ""))
    patched.planned_and_applied()
    patched.act("edit-profile", profile="Billing lead", queue="view")
    said = terminal(*NOW)
    assert said.code == 0
    assert "Note: other uses these files too: 1 object of it will wait for an apply." in said.out
    all_is_well(terminal)


def test_without_a_state_files_alone_are_written(here: Workshop, terminal: Terminal) -> None:
    (here.root / ".reconciler" / "state.db").unlink()
    here.act("edit-profile", profile="Billing lead", queue="view")
    assert terminal(*NOW).code == 0
    assert "{queue: view," in access(here)
    assert not (here.root / ".reconciler" / "state.db").exists()
    assert terminal("drift").code == 0


def drifted(here: Workshop) -> tuple[Any, Any]:
    here.act("edit-profile", profile="Billing lead", queue="view")
    work = here.work()
    return work, pipeline.to_accept(work, here.drift())


def test_a_file_that_somebody_changes_meanwhile_is_theirs(here: Workshop) -> None:
    work, accepted = drifted(here)
    here.write("access/all.yaml", access(here) + "# mine\n")
    before = files(here)
    with pytest.raises(UsageError, match="RUN165"):
        pipeline.keep_accepted(work, accepted)
    assert files(here) == before


def test_a_state_that_changes_meanwhile_stops_it(here: Workshop) -> None:
    work, accepted = drifted(here)
    here.manifests(COLLECTION, PROFILE, USER)
    here.apply(here.plan())
    before = files(here)
    with pytest.raises(StalePlanError, match="RUN167"):
        pipeline.keep_accepted(work, accepted)
    assert files(here) == before


def test_a_tenant_that_another_run_holds_is_waited_for(here: Workshop) -> None:
    work, accepted = drifted(here)
    before = files(here)
    state = create_state(work.project.state, work.project.root)
    try:
        with state.lock("test", "apply"), pytest.raises(LockedError):
            pipeline.keep_accepted(work, accepted)
    finally:
        state.close()
    assert files(here) == before
