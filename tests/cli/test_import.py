"""`reconciler import`, as it is typed: everything, one object, and what cannot be."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.engine.connect import sandbox_database
from reconciler.engine.prepare import prepare
from reconciler.model.ownership import Row
from reconciler.sandbox.store import Store
from tests.workshop import COLLECTION, PROFILE, SEED, USER, Terminal, Workshop

MADE_BY_HAND = """\
collections:
  - {name: Billing, resources: {queue: [Billing EN], site: [Berlin], team: [Billing Berlin], \
channel: all}}
profiles:
  - {name: Billing lead, type: supervisor, permissions: {queue: edit, call-monitoring: edit}, \
resources: {collections: [Billing], default: Billing}}
"""
MERGE_KEY = {"name": "<<", "access": "EDIT"}
SEEDED = SEED.replace("profiles:\n", MADE_BY_HAND, 1)


@pytest.fixture
def here(tmp_path: Path) -> Workshop:
    made = Workshop(tmp_path)
    made.write("seed.yaml", SEEDED)
    return made


def files(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in sorted((root / "access").rglob("*"))
        if path.is_file()
    }


def ids(here: Workshop) -> dict[str, str]:
    every = [row for rows in here.bodies().values() for row in rows]
    return {row.get("email") or row["name"]: row["id"] for row in every}


def edit_the_lead(here: Workshop, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """What no console does, and a tenant may hold all the same."""
    here.act("edit-profile", profile="Billing lead", description="there from the start")
    (tenant,) = here.work().tenants
    store = Store(sandbox_database(tenant, here.root))
    try:
        (row,) = (e for e in store.rows("user-profile") if e["name"] == "Billing lead")
        store.put("user-profile", row | change(row), row["name"])
    finally:
        store.close()


def owned(root: Path) -> set[str]:
    connection = sqlite3.connect(root / ".reconciler" / "state.db")
    try:
        return {a.split("/", 2)[2] for (a,) in connection.execute("SELECT address FROM ownership")}
    finally:
        connection.close()


def test_everything_is_written_owned_and_planned_to_no_change(
    here: Workshop, terminal: Terminal
) -> None:
    said = terminal("import", "--all")
    assert said.code == 0, said.err
    assert "Imported: 5 manifests in 3 files." in said.out
    assert files(here.root)["access/user-profiles.yaml"] == (
        "# yaml-language-server: $schema=../schemas/manifest.json\n"
        "apiVersion: webexcc/v1\n"
        "kind: UserProfile\n"
        "metadata: {name: billing-lead}\n"
        "spec:\n"
        "  name: Billing lead\n"
        "  profileType: supervisor\n"
        "  permissions:\n"
        "    queue: edit\n"
        "    call-monitoring: edit\n"
        "  resources: {collections: [billing], default: billing}\n"
    )
    assert terminal("plan", "--detailed-exitcode").code == 0
    assert terminal("drift").code == 0
    assert len(owned(here.root)) == 5
    written = files(here.root)
    again = terminal("import", "--all")
    assert "Nothing to import." in again.out
    assert files(here.root) == written


def test_what_is_recorded_is_what_an_adopting_apply_records(
    here: Workshop, terminal: Terminal
) -> None:
    def rows() -> dict[str, Row]:
        (ready,) = prepare(here.work())
        return dict(ready.rows)

    terminal("import", "--all")
    imported = rows()
    here.lose_the_state()
    assert here.planned_and_applied().summary.adopt == len(imported) == 5
    assert rows() == imported


def test_a_dry_run_writes_nothing(here: Workshop, terminal: Terminal) -> None:
    said = terminal("import", "--all", "--dry-run", "--format", "json").json
    assert said["dry_run"]
    (tenant,) = said["tenants"]
    assert [each["path"] for each in tenant["files"]] == [
        "access/resource-collections.yaml", "access/user-profiles.yaml", "access/users.yaml",
    ]  # fmt: skip
    assert {each["name"] for each in tenant["left_out"]} == {
        "Administrator Profile", "Supervisor Profile",
    }  # fmt: skip
    assert not (here.root / "access").exists()
    assert not (here.root / ".reconciler" / "state.db").exists()


def test_one_object_by_its_id_or_its_name(here: Workshop, terminal: Terminal) -> None:
    here.act("edit-profile", profile="Billing lead", queue="view")
    known = ids(here)
    assert terminal("import", "UserProfile/lead", known["Billing lead"]).code == 0
    said = terminal("import", "User/sam@northwind.example", "SAM@northwind.example")
    assert "Imported webexcc/User/sam@northwind.example to access/users.yaml:2." in said.out
    assert owned(here.root) == {"UserProfile/lead", "User/sam@northwind.example"}
    assert list(files(here.root)) == ["access/user-profiles.yaml", "access/users.yaml"]
    # the rest refers to it by the name that somebody chose, and goes beside its kin
    terminal("import", "--all")
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_an_object_of_a_manifest_that_is_there(here: Workshop, terminal: Terminal) -> None:
    here.manifests(COLLECTION, PROFILE.replace("queue: edit", "queue: view"), USER)
    written = files(here.root)
    said = terminal("import", "UserProfile/lead", "Billing lead")
    assert "Recorded webexcc/UserProfile/lead as ours." in said.out
    assert "queue" in said.out.partition("would change")[2]
    assert files(here.root) == written
    assert owned(here.root) == {"UserProfile/lead"}
    plan = here.plan()
    (change,) = [each for each in plan.changes if each.kind == "UserProfile"]
    assert (change.action, change.reason) == ("update", "changed in Git")
    assert "Nothing to import." in terminal("import", "lead", "Billing lead").out


def test_an_object_of_another_name_becomes_that_of_a_manifest(
    here: Workshop, terminal: Terminal
) -> None:
    here.manifests(COLLECTION.replace("name: Billing\n", "name: Invoicing\n"))
    assert here.plan().summary.add == 1
    assert terminal("import", "ResourceCollection/billing", "Billing").code == 0
    (change,) = here.plan().changes
    assert [(each.path, each.before, each.after) for each in change.attributes] == [
        ("name", "Billing", "Invoicing")
    ]


def test_manifests_that_say_what_is_there_become_ours_too(
    here: Workshop, terminal: Terminal
) -> None:
    terminal("import", "--all")
    written = files(here.root)
    here.lose_the_state()
    said = terminal("import", "--all")
    assert "Imported: 5 objects that manifests declared already." in said.out
    assert files(here.root) == written
    assert terminal("plan", "--detailed-exitcode").code == 0


REFUSED = {
    "nothing is said": (["import"], "RUN100", "either --all"),
    "both are said": (["import", "--all", "User/x", "y"], "RUN100", "either --all"),
    "no id": (["import", "User/x"], "RUN100", "either --all"),
    "no address": (["import", "Usr/x", "y"], "RUN161", "did you mean `User`"),
    "no object": (["import", "UserProfile/x", "Biling lead"], "RUN162", "Billing lead"),
    "another tenant": (["import", "other/webexcc/User/x", "y"], "RUN161", "not a valid address"),
    "fixed": (["import", "UserProfile/x", "Supervisor Profile"], "RUN164", "the vendor's own"),
    "no name": (["import", "UserProfile/-", "Billing lead"], "RUN164", "is no name"),
    "no e-mail": (["import", "User/sam", "sam@northwind.example"], "RUN164", "is no e-mail"),
    "somebody else": (
        ["import", "User/max@northwind.example", "sam@northwind.example"], "RUN164", "no User",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("typed", "code", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_imported(
    here: Workshop, terminal: Terminal, typed: list[str], code: str, said: str
) -> None:
    answer = terminal(*typed)
    assert answer.code == 1
    assert code in answer.err
    assert said in answer.err
    assert not (here.root / "access").exists()
    assert not (here.root / ".reconciler" / "state.db").exists()


def test_what_is_managed_is_not_imported_under_another_name(
    here: Workshop, terminal: Terminal
) -> None:
    terminal("import", "--all")
    known = ids(here)
    assert "RUN163" in terminal("import", "UserProfile/chief", "Billing lead").err
    here.act("edit-profile", profile="Billing lead", description="x")
    text = (here.root / "access" / "user-profiles.yaml").read_text("utf-8")
    here.write("access/user-profiles.yaml", text.replace("billing-lead", "boss"))
    said = terminal("import", "UserProfile/boss", known["Billing lead"])
    assert "already managed as" in said.err


def test_the_id_of_another_kind(here: Workshop, terminal: Terminal) -> None:
    here.act("edit-profile", profile="Billing lead", description="there from the start")
    said = terminal("import", "User/x", ids(here)["Billing"])
    assert "is the id of a ResourceCollection, not of a User" in said.err


def test_manifests_that_cannot_be_read_stop_it(here: Workshop, terminal: Terminal) -> None:
    here.manifests(PROFILE.replace("supervisor", "[supervisor]"))
    written = files(here.root)
    said = terminal("import", "--all")
    assert (said.code, "SCH" in said.err) == (1, True)
    assert files(here.root) == written


def test_what_left_git_is_not_brought_back(here: Workshop, terminal: Terminal) -> None:
    terminal("import", "--all")
    here.write("access/user-profiles.yaml", "# none\n")
    said = terminal("import", "--all")
    assert "its manifest left Git" in said.out
    assert "Nothing to import." in said.out
    assert terminal("import", "UserProfile/billing-lead", "Billing lead").code == 0
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_what_rules_find_is_told_and_keeps_nothing_out(here: Workshop, terminal: Terminal) -> None:
    newer = SEEDED.replace("profiles:\n", "permissions: [ai-notes]\nprofiles:\n", 1)
    here.write("seed.yaml", newer.replace("{queue: edit,", "{ai-notes: edit, queue: edit,", 1))
    said = terminal("import", "--all")
    assert said.code == 0
    assert "WCC201" in said.err
    assert "facts.permissions" in said.err
    assert "`validate` refuses these manifests" in said.err
    assert "ai-notes: edit" in files(here.root)["access/user-profiles.yaml"]


def test_what_no_fact_names_is_left_undeclared(here: Workshop, terminal: Terminal) -> None:
    folders = "analyzerFolders: [{path: Sales, id: 12}]\n"
    row = "{name: Billing lead, type: supervisor, analyzerFolders: {hidden: [Sales]},"
    seed = SEEDED.replace("{name: Billing lead, type: supervisor,", row, 1)
    here.write("seed.yaml", seed.replace("collections:\n", f"{folders}collections:\n", 1))
    said = terminal("import", "--all")
    assert "Not declared: analyzerFolders of 1 UserProfile" in said.out
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_a_type_that_no_manifest_can_have_is_left_alone(here: Workshop, terminal: Terminal) -> None:
    edit_the_lead(here, lambda _: {"profileType": "ANALYZER_USER"})
    assert terminal("import", "--all").code == 0
    assert "profileType" not in files(here.root)["access/user-profiles.yaml"]
    assert terminal("plan", "--detailed-exitcode").code == 0


def test_a_former_profile_is_explained(here: Workshop, terminal: Terminal) -> None:
    old = "permissions: {queue: edit, team: view, call-monitoring: view}, resources: former}\n"
    head, _, tail = SEEDED.partition("permissions: {queue: edit, call-monitoring: edit}")
    here.write("seed.yaml", head + old + tail.split("\n", 1)[1])
    said = terminal("import", "--all")
    assert said.err.count("info[WCC143]") == said.err.count("info[WCC144]") == 2
    assert "its migration keeps its 3 permissions" in said.err
    assert "call monitoring at view shows requests alone" in said.err
    assert "would bring queue (edit) down to view" in said.err
    assert "keep the queues, sites, channels and teams" in said.err
    assert "resources" not in files(here.root)["access/user-profiles.yaml"]
    assert terminal("plan", "--detailed-exitcode").code == 0
    # what is declared of it can change before the migration, and leaves its access rights alone
    file = here.root / "access" / "user-profiles.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("queue: edit", "queue: view"), encoding="utf-8")
    here.planned_and_applied()
    (row,) = (e for e in here.bodies()["user-profile"] if e["name"] == "Billing lead")
    assert row["resourceAccessLevel"] == "PROVISIONED_VALUE"
    assert "WCC144" in terminal("plan").out


def test_what_no_yaml_can_say_is_left_out_alone(here: Workshop, terminal: Terminal) -> None:
    edit_the_lead(here, lambda row: {"permissions": [*row["permissions"], MERGE_KEY]})
    said = terminal("import", "--all")
    assert said.code == 0, said.err
    assert "- 1 UserProfile: a quoted `<<` cannot be a key" in said.out
    assert "Imported: 4 manifests" in said.out
    assert terminal("plan", "--detailed-exitcode").code == 0


DESK = """\
  - {name: Desk, type: unlicensed-administrator, permissions: {queue: view, user: view, \
user-profile: view, resource-collection: view, team: view, site: view}, \
resources: {collections: [Billing], default: Billing}}
"""


def test_who_sees_a_part_is_told_so(here: Workshop, terminal: Terminal) -> None:
    dora = "{email: dora@northwind.example, "
    seed = SEEDED.replace("profiles:\n", f"profiles:\n{DESK}", 1)
    seed = seed.replace("users:\n", f"users:\n  - {dora}profile: Desk}}\n", 1)
    here.write("seed.yaml", seed.replace("identities: [", f"identities: [{dora}token: d}}, ", 1))
    project = (here.root / "reconciler.yaml").read_text("utf-8")
    as_dora = "seed: seed.yaml, as: dora@northwind.example"
    here.write("reconciler.yaml", project.replace("seed: seed.yaml", as_dora))
    said = terminal("import", "--all")
    assert said.code == 0, said.err
    assert "Seen in part: dora@northwind.example does not see all of" in said.out
    assert terminal("plan", "--detailed-exitcode").code == 0
