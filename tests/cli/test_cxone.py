"""CXone from end to end, with the calls that are assumed and without them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.store import Store
from tests.workshop import Said, Terminal

SEED = """\
organization: {id: 0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30}
roles:
  - {name: Agent, permissions: {acd: {agent: [view]}}}
  - {name: Administrator, permissions: {admin: {role-management: [view, edit, create]}}}
  - {name: Old reviewer, permissions: {qm: {evaluations: [view]}}}
  - {name: Retired, status: inactive}
employees:
  - {email: root@contoso.example, primaryRole: Administrator}
  - {email: jane@contoso.example, primaryRole: Agent, secondaryRoles: [Old reviewer]}
  - {email: omar@contoso.example, primaryRole: Retired, active: false}
identities: [{email: root@contoso.example}]
"""

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  test:
    vendor: cxone
    manifests: ["access/*.yaml"]
    sandbox: {seed: seed.yaml}
"""

PERMISSIONS = """\
permissions:
  qm: {evaluations: [view, edit, replace]}
  admin: {teams: {members: [view, edit]}}
"""

ROLE = """\
---
apiVersion: cxone/v1
kind: Role
metadata: {name: reviewer}
spec:
  name: Quality Reviewer
  status: active
  permissions:
    qm: {evaluations: [view, edit]}
    admin: {teams: {members: [view]}}
"""

OLD = """\
---
apiVersion: cxone/v1
kind: Role
metadata: {name: old-reviewer}
spec: {name: Old reviewer, status: active, permissions: {qm: {evaluations: [view]}}}
"""

JANE = """\
---
apiVersion: cxone/v1
kind: Employee
metadata: {name: jane@contoso.example}
spec: {active: true, primaryRole: Agent, secondaryRoles: [reviewer]}
"""

OMAR = """\
---
apiVersion: cxone/v1
kind: Employee
metadata: {name: omar@contoso.example}
spec: {active: true, primaryRole: Agent, secondaryRoles: []}
"""


class Here:
    """A project over a CXone sandbox."""

    def __init__(self, root: Path, terminal: Terminal, *, assumed: str, more: str = "") -> None:
        self.root, self._terminal = root, terminal
        (root / "seed.yaml").write_text(f"{SEED}assumed: {assumed}\n{PERMISSIONS}", "utf-8")
        project = f"{PROJECT}    assumed: {assumed}\n{more}"
        (root / "reconciler.yaml").write_text(project, "utf-8")

    def manifests(self, *texts: str) -> None:
        (self.root / "access").mkdir(exist_ok=True)
        (self.root / "access" / "all.yaml").write_text("".join(texts), "utf-8")

    def plan(self) -> Any:
        return self._terminal("plan", "--format", "json").json

    def apply(self) -> str:
        said = self._terminal("apply", "--auto-approve", "--allow", "people=3,destroy=3")
        assert said.code == 0, said.out + said.err
        return said.out

    def act(self, *words: str) -> None:
        said = self._terminal("sandbox", "act", *words)
        assert said.code == 0, said.err

    def settled(self) -> None:
        said = self._terminal("plan", "--detailed-exitcode")
        assert said.code == 0, said.out
        assert self._terminal("drift").code == 0


@pytest.fixture
def calls(tmp_path: Path, terminal: Terminal) -> Here:
    """A tenant that has the assumed calls."""
    return Here(tmp_path, terminal, assumed="[A1, A2]")


@pytest.fixture
def hands(tmp_path: Path, terminal: Terminal) -> Here:
    """A tenant as it is documented: nobody but a person writes roles."""
    return Here(tmp_path, terminal, assumed="[]")


def test_roles_and_employees_are_written(calls: Here, terminal: Terminal) -> None:
    calls.manifests(ROLE, OLD, JANE, OMAR)
    said = terminal("plan")
    assert "Plan: 1 to add, 0 to change, 0 to destroy, 3 to adopt" in said.out
    assert "+ permissions" in said.out
    calls.apply()
    calls.settled()


def test_a_role_that_leaves_git_is_deactivated_once_nobody_holds_it(
    calls: Here, terminal: Terminal
) -> None:
    calls.manifests(ROLE, OLD, JANE.replace("[reviewer]", "[old-reviewer]"))
    calls.apply()
    calls.manifests(ROLE, JANE)
    said = terminal("plan")
    assert "v deactivate" in said.out
    assert "1 to deactivate" in said.out
    assert "# cxone/Role/old-reviewer will be deactivated" in said.out
    assert "# waits for cxone/Employee/jane@contoso.example" in said.out
    calls.apply()
    calls.settled()
    assert "Role/old-reviewer" not in terminal("state", "list").out
    # and the same role comes back
    calls.manifests(ROLE, OLD, JANE)
    plan = calls.plan()
    assert [each["action"] for each in plan["changes"]] == ["adopt"]
    calls.apply()
    calls.settled()


def test_a_role_that_somebody_active_keeps_stays(calls: Here, terminal: Terminal) -> None:
    calls.manifests(ROLE, OLD)
    calls.apply()
    calls.manifests(ROLE, OLD.replace("status: active", "status: inactive"))
    said = terminal("plan")
    assert said.code == 1
    assert "CXR107" in said.out
    assert "jane@contoso.example" in said.out


def test_who_is_reactivated_holds_active_roles_first(calls: Here, terminal: Terminal) -> None:
    calls.manifests(OMAR)
    said = terminal("plan")
    assert "omar@contoso.example will be adopted and updated" in said.out
    calls.apply()
    calls.settled()
    calls.manifests(OMAR.replace("active: true", "active: false"))
    assert "1 to deactivate" in terminal("plan").out
    calls.apply()
    calls.settled()
    calls.manifests(OMAR)
    assert "1 to reactivate" in terminal("plan").out
    calls.apply()
    calls.settled()


def test_what_no_call_offers_is_done_by_hand(hands: Here, terminal: Terminal) -> None:
    hands.manifests(ROLE, JANE)
    said = terminal("plan")
    assert "1 by hand" in said.out
    assert "1. Create a role: cxone/Role/reviewer" in said.out
    assert "enter  Permission on: qm/evaluations/edit" in said.out
    assert "for    cxone/Employee/jane@contoso.example" in said.out
    out = hands.apply()
    assert "by hand      cxone/Role/reviewer" in out
    assert "waiting      cxone/Employee/jane@contoso.example" in out
    # somebody does a part of it, and the rest is still to be done
    hands.act("create-role", "role=Quality Reviewer", "grant=qm/evaluations/view")
    plan = hands.plan()
    entries = {e["value"] for step in plan["runbook"] for e in step["guide"]["enter"]}
    assert {"qm/evaluations/edit", "admin/teams/members/view", "active"} <= entries
    assert "qm/evaluations/view" not in entries
    hands.act("edit-role", "role=Quality Reviewer", "status=active",
              "grant=qm/evaluations/edit,admin/teams/members/view")  # fmt: skip
    assert hands.plan()["runbook"] == []
    hands.apply()
    hands.settled()


COPY = """\
---
apiVersion: cxone/v1
kind: Role
metadata: {name: another}
spec: {name: Another, status: active, copyFrom: reviewer}
"""


def test_a_role_begins_as_a_copy(calls: Here, terminal: Terminal) -> None:
    """Of the role as the plan leaves it; afterwards each goes its own way."""
    calls.manifests(COPY, ROLE, JANE.replace("[reviewer]", "[another]"))
    said = terminal("plan")
    assert "+ copyFrom    : Quality Reviewer" in said.out
    assert "qm/evaluations/edit" in said.out.partition("Role/another will be created")[2]
    plan = calls.plan()
    steps = {c["address"].rpartition("/")[2]: c["step"] for c in plan["changes"]}
    assert steps["reviewer"] < steps["another"] < steps["jane@contoso.example"]
    calls.apply()
    calls.settled()
    calls.manifests(COPY, ROLE.replace("view, edit", "view"), JANE.replace("reviewer", "another"))
    assert [c["address"].rpartition("/")[2] for c in calls.plan()["changes"]] == ["reviewer"]
    calls.apply()
    calls.settled()


def test_a_copy_is_made_by_hand_of_what_is_there(hands: Here, terminal: Terminal) -> None:
    own = "copyFrom: Agent, permissions: {acd: {agent: [view, edit]}}"
    hands.manifests(COPY.replace("copyFrom: reviewer", own))
    said = terminal("plan")
    assert "1. Copy a role: cxone/Role/another" in said.out
    assert "choose Duplicate in the menu of the role Agent" in said.out
    (step,) = hands.plan()["runbook"]
    entries = [(each["name"], each["value"]) for each in step["guide"]["enter"]]
    assert entries == [
        ("Name", "Another"), ("Status", "active"), ("Permission on", "acd/agent/edit")
    ]  # fmt: skip


def test_a_whole_record_is_put_back(calls: Here, terminal: Terminal) -> None:
    """What we do not manage of an employee is as it was."""
    calls.manifests(ROLE, JANE)
    calls.apply()
    store = Store(calls.root / ".reconciler" / "sandbox" / "test.db")
    try:
        jane = store.named("user", "jane@contoso.example")
    finally:
        store.close()
    assert jane is not None
    assert jane["customAttributes"] == {"desk": "B4"}
    assert jane["rank"] == 3
    assert jane["secondaryRoleIds"]


def test_drift_is_found_accepted_and_named(calls: Here, terminal: Terminal) -> None:
    calls.manifests(ROLE, OLD, JANE)
    calls.apply()
    calls.act("assign-role", "role=Old reviewer", "employees=jane@contoso.example")
    said = terminal("drift")
    assert said.code == 2
    assert "CXR115" in said.out
    assert terminal("drift", "--accept", "--auto-approve").code == 0
    assert "primaryRole: old-reviewer" in (calls.root / "access" / "all.yaml").read_text("utf-8")
    calls.settled()


def test_everything_is_imported(calls: Here, terminal: Terminal) -> None:
    said = terminal("import", "--all")
    assert said.code == 0, said.err
    assert "Imported: 7 manifests" in said.out
    calls.settled()
    assert terminal("fmt", "--check").code == 0


def test_nobody_changes_their_own_roles(calls: Here, terminal: Terminal) -> None:
    root = JANE.replace("jane@", "root@").replace(
        "Agent, secondaryRoles: [reviewer]", "Administrator, secondaryRoles: [Agent]"
    )
    calls.manifests(root)
    said = terminal("plan")
    assert said.code == 1
    assert "CXR114" in said.out


def test_a_name_is_spent_for_good(calls: Here, terminal: Terminal) -> None:
    """A to B to A is refused, and so is somebody else's A; what leaves Git keeps its name."""
    calls.manifests(ROLE, OLD, JANE)
    calls.apply()
    renamed = ROLE.replace("Quality Reviewer", "Reviewer of quality")
    calls.manifests(renamed, OLD, JANE)
    calls.apply()
    calls.settled()
    calls.manifests(ROLE.replace("Quality Reviewer", "QUALITY reviewer"), OLD, JANE)
    said = terminal("plan")
    assert said.code == 1
    assert "CXR104" in said.out
    assert "`QUALITY reviewer` is a used name: this role had it before" in said.out
    assert "`QUALITY reviewer 2` is free" in said.out
    another = ROLE.replace("{name: reviewer}", "{name: another}")
    calls.manifests(renamed, OLD, JANE, another)
    said = terminal("plan")
    assert said.code == 1
    assert "`Quality Reviewer` is a used name: the role" in said.out
    # the ledger outlives the records
    assert terminal("state", "rm", "Role/reviewer", "--auto-approve").code == 0
    calls.manifests(OLD, another)
    assert "CXR104" in terminal("plan").out


def test_a_name_that_an_apply_gave_is_spent_though_nobody_saw_it(
    calls: Here, terminal: Terminal
) -> None:
    """Somebody renamed the role before anything read it again."""
    calls.manifests(ROLE)
    calls.apply()
    calls.act("edit-role", "role=Quality Reviewer", "new=Renamed by hand")
    said = terminal("plan")
    assert said.code == 1
    assert "`Quality Reviewer` is a used name: this role had it before" in said.out


def test_what_is_imported_keeps_its_names(calls: Here, terminal: Terminal) -> None:
    assert terminal("import", "--all").code == 0
    calls.act("edit-role", "role=Retired", "new=Long gone")
    shutil.rmtree(calls.root / "access")
    calls.manifests(OLD, ROLE.replace("Quality Reviewer", "retired"))
    assert "`retired` is a used name" in terminal("plan").out


def test_names_are_remembered_from_the_first_look(calls: Here, terminal: Terminal) -> None:
    calls.manifests(OLD)
    calls.apply()
    calls.act("create-role", "role=Short lived")
    assert terminal("drift").code == 0
    calls.act("edit-role", "role=Short lived", "new=Long lived")
    calls.manifests(OLD, ROLE.replace("Quality Reviewer", "short LIVED"))
    said = terminal("plan")
    assert said.code == 1
    assert "`short LIVED` is a used name" in said.out


def test_what_comes_with_a_permission_is_planned(calls: Here, terminal: Terminal) -> None:
    """CXR118: edit brings view, so the plan says so and nothing is left to do afterwards."""
    calls.manifests(ROLE.replace("[view, edit]", "[edit]"))
    said = terminal("plan")
    assert "CXR118" in said.out
    assert "`edit` brings `view` with it" in said.out
    assert '"qm/evaluations/edit", "qm/evaluations/view"]' in said.out
    calls.apply()
    calls.settled()
    # what somebody took away together comes back together
    calls.act(
        "edit-role", "role=Quality Reviewer", "revoke=qm/evaluations/edit,qm/evaluations/view"
    )
    assert terminal("drift").code == 2
    assert terminal("drift", "--accept", "--auto-approve").code == 0
    assert "qm" not in (calls.root / "access" / "all.yaml").read_text("utf-8")
    calls.settled()


def test_a_tenant_says_what_comes_with_what(tmp_path: Path, terminal: Terminal) -> None:
    facts = "    facts: {dependencies: {qm: {}}}\n"
    here = Here(tmp_path, terminal, assumed="[]", more=facts)
    here.manifests(ROLE.replace("[view, edit]", "[edit]"))
    assert "CXR118" not in terminal("plan").out


def test_a_permission_that_nobody_has_may_be_a_mistake(calls: Here, terminal: Terminal) -> None:
    """CXR201, in a plan and of a snapshot without the tenant."""
    calls.manifests(ROLE.replace("evaluations: [view, edit]", "evaluation: [view]"))
    for said in (terminal("plan"), _of_a_snapshot(terminal)):
        assert "CXR201" in said.out
        assert "did you mean `qm/evaluations/view`?" in said.out


def _of_a_snapshot(terminal: Terminal) -> Said:
    assert terminal("snapshot", "--out", "tenant.json").code == 0
    assert '"qm/evaluations/view"' in Path("tenant.json").read_text("utf-8")
    return terminal("plan", "--snapshot", "tenant.json")


def test_a_tenant_may_list_its_permissions(tmp_path: Path, terminal: Terminal) -> None:
    """A3: what no role has and the tenant lists is no mistake."""
    here = Here(tmp_path, terminal, assumed="[A1, A2, A3]")
    here.manifests(ROLE)
    assert "CXR201" not in terminal("plan").out
    here.apply()
    here.settled()


def test_a_tenant_may_tell_who_changed_a_role(tmp_path: Path, terminal: Terminal) -> None:
    """A4."""
    here = Here(tmp_path, terminal, assumed="[A1, A2, A4]", more="    audit: {}\n")
    here.manifests(ROLE.replace("spec:", "spec:\n  description: Ours"))
    here.apply()
    here.settled()
    here.act(
        "edit-role", "role=Quality Reviewer", "description=By hand", "--as", "jane@contoso.example"
    )
    said = terminal("drift")
    assert said.code == 2
    assert "changed by jane@contoso.example" in said.out


def test_who_changed_a_role_is_not_told_without_that_call(
    tmp_path: Path, terminal: Terminal
) -> None:
    here = Here(tmp_path, terminal, assumed="[A1, A2]", more="    audit: {}\n")
    here.manifests(ROLE)
    here.apply()
    here.act("edit-role", "role=Quality Reviewer", "revoke=qm/evaluations/edit")
    said = terminal("drift")
    assert said.code == 2
    assert "TEN140" in said.err
    assert "A4" in said.err


def test_a_runbook_uses_the_names_of_the_pages(tmp_path: Path, terminal: Terminal) -> None:
    facts = (
        "    facts: {permissionNames: {qm: Quality Management, qm/evaluations: "
        "Perform Evaluations, edit: Edit}}\n"
    )
    here = Here(tmp_path, terminal, assumed="[]", more=facts)
    here.manifests(ROLE)
    shown = "Quality Management > Perform Evaluations: Edit (qm/evaluations/edit)"
    assert f"enter  Permission on: {shown}" in terminal("plan").out


OUT_OF_THE_BOX = "{name: Agent, roleName: Employee, internal: true,"
INTERNAL = """\
---
apiVersion: cxone/v1
kind: Role
metadata: {name: standard}
spec: {name: Employee, status: active, permissions: {acd: {agent: [view]}}}
"""


def test_an_out_of_the_box_role_is_meant_by_its_internal_name_too(
    calls: Here, terminal: Terminal
) -> None:
    """Plans show the name that CXone's pages show, and neither name is written over the other."""
    seed = (calls.root / "seed.yaml").read_text("utf-8")
    (calls.root / "seed.yaml").write_text(seed.replace("{name: Agent,", OUT_OF_THE_BOX), "utf-8")
    person = OMAR.replace("primaryRole: Agent", "primaryRole: Employee")
    calls.manifests(INTERNAL, person)
    said = terminal("plan")
    assert "Retired -> Agent" in said.out
    assert '"Agent"' in said.out
    assert "will be created" not in said.out
    calls.apply()
    calls.settled()
    _of_a_snapshot(terminal)
    assert "No changes" in terminal("plan", "--snapshot", "tenant.json").out
    # somebody shows another name: the same role is meant
    calls.act("edit-role", "role=Agent", "new=Advisor")
    assert terminal("plan", "--detailed-exitcode").code in (0, 2)
    assert terminal("state", "rm", "Role/standard", "--auto-approve").code == 0
    plan = calls.plan()
    assert {each["action"] for each in plan["changes"]} <= {"adopt", "update"}
    assert [each["name"] for each in plan["changes"] if each["kind"] == "Role"] == ["Advisor"]


def test_a_shown_name_goes_before_an_internal_one(calls: Here, terminal: Terminal) -> None:
    seed = (calls.root / "seed.yaml").read_text("utf-8")
    roles = f"roles:\n  - {{name: Employee}}\n  - {OUT_OF_THE_BOX}"
    (calls.root / "seed.yaml").write_text(seed.replace("roles:\n  - {name: Agent,", roles), "utf-8")
    calls.manifests(OMAR.replace("primaryRole: Agent", "primaryRole: Employee"))
    assert "Retired -> Employee" in terminal("plan").out


def test_a_renamed_out_of_the_box_role_keeps_its_internal_name(
    calls: Here, terminal: Terminal
) -> None:
    seed = (calls.root / "seed.yaml").read_text("utf-8")
    (calls.root / "seed.yaml").write_text(seed.replace("{name: Agent,", OUT_OF_THE_BOX), "utf-8")
    shown = INTERNAL.replace("name: Employee", "name: Agent")
    calls.manifests(shown)
    calls.apply()
    calls.manifests(shown.replace("name: Agent", "name: Advisor"), OMAR.replace("Agent", "Advisor"))
    calls.apply()
    calls.settled()
    store = Store(calls.root / ".reconciler" / "sandbox" / "test.db")
    try:
        role = store.named("role", "Advisor")
        omar = store.named("user", "omar@contoso.example")
    finally:
        store.close()
    assert role is not None
    assert omar is not None
    assert (role["roleName"], omar["role"], omar["roleUUID"]) == (
        "Employee",
        "Employee",
        role["id"],
    )


def test_a_state_and_data_of_before_plan_to_no_change(calls: Here, terminal: Terminal) -> None:
    """Former sandboxes had no flat permissions, ids of version 5, and no names put aside."""
    calls.manifests(ROLE, OLD, JANE, OMAR)
    calls.apply()
    store = Store(calls.root / ".reconciler" / "sandbox" / "test.db")
    try:
        for row in store.rows("role"):
            store.put("role", row | {"permissions": []}, row["displayName"])
        for row in store.rows("taken-name"):
            store.remove("taken-name", row["id"])
        store.remove("meta", "seed digest")
    finally:
        store.close()
    calls.settled()


EXAMPLE = Path(__file__).parents[2] / "config-examples" / "cxone"


@pytest.mark.parametrize("planned_before", [True, False])
@pytest.mark.parametrize("also_in_the_seed", [True, False])
def test_the_example_works_with_its_assumed_calls(
    tmp_path: Path, terminal: Terminal, also_in_the_seed: bool, planned_before: bool
) -> None:
    """Uncommented, planned, applied as the plan says, and nothing is left."""
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    if planned_before:
        assert terminal("plan").code == 0
    project = tmp_path / "reconciler.yaml"
    text = project.read_text("utf-8")
    assert "# assumed:" in text
    project.write_text(text.replace("# assumed:", "assumed:"), "utf-8")
    if also_in_the_seed:
        seed = tmp_path / "sandbox" / "cxone.yaml"
        seed.write_text(f"{seed.read_text('utf-8')}assumed: [A1, A2]\n", "utf-8")
    planned = terminal("plan").out
    allowed = re.search(r"--allow (\S+)", planned)
    said = terminal("apply", "--auto-approve", *(allowed[0].split() if allowed else ()))
    assert said.code == 0, said.out + said.err
    assert "Apply complete" in said.out
    again = terminal("plan", "--detailed-exitcode")
    assert (again.code, "No changes" in again.out) == (0, True)
    assert terminal("drift").code == 0
    assert "by hand" not in again.out


def test_steps_by_hand_and_what_waits_for_them_change_nobody_by_an_apply(
    tmp_path: Path, terminal: Terminal
) -> None:
    """Jane waits for a role that a person makes, Omar is activated by a call."""
    hands = Here(tmp_path, terminal, assumed="[]", more="thresholds: {people: 0}\n")
    hands.manifests(ROLE, JANE)
    plan = hands.plan()
    assert (plan["outcome"], plan["blast_radius"]["people"]) == ("changes", 0)
    hands.manifests(ROLE, JANE, OMAR)
    plan = hands.plan()
    assert (plan["outcome"], plan["blast_radius"]["people"]) == ("blocked", 1)
    (counted,) = plan["blast_radius"]["tenants"]["test"]["counted"]["people"]
    assert list(counted["objects"]) == ["test/cxone/Employee/omar@contoso.example"]


def test_a_role_that_people_hold_changes_them_by_a_call_and_not_by_hand(
    tmp_path: Path, terminal: Terminal
) -> None:
    more = "thresholds: {people: 0}\n"
    role = OLD.replace("[view]", "[view, edit]")
    hands = Here(tmp_path, terminal, assumed="[]", more=more)
    hands.manifests(role)
    assert hands.plan()["blast_radius"]["people"] == 0
    calls = Here(tmp_path, terminal, assumed="[A1, A2]", more=more)
    terminal("sandbox", "reset")
    calls.manifests(role)
    assert calls.plan()["blast_radius"]["people"] == 1


def test_roles_that_are_deactivated_count_together(tmp_path: Path, terminal: Terminal) -> None:
    calls = Here(tmp_path, terminal, assumed="[A1, A2]", more="thresholds: {destroy: 1}\n")
    roles = [OLD.replace("old-reviewer", f"r{n}").replace("Old r", f"R{n}-r") for n in range(3)]
    calls.manifests(*roles)
    assert terminal("apply", "--auto-approve").code == 0
    calls.manifests(*roles[:2])
    assert terminal("apply", "--auto-approve").code == 0
    calls.manifests(roles[0])
    said = terminal("plan")
    assert said.code == 1
    assert "by this plan, and 1 in the last 24 h: together 2" in said.out


def test_who_gains_rights_is_not_checked_yet_and_said_once(calls: Here, terminal: Terminal) -> None:
    calls.manifests(ROLE, OLD, JANE, OMAR)
    said = terminal("plan")
    assert said.out.count("not checked: who becomes able to give or define rights") == 1
    calls.apply()
    assert "not checked: who becomes" not in terminal("plan").out
