"""What sets checks aside is in every plan and drift report, as text and as JSON."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workshop import COLLECTION, PROFILE, PROJECT, USER, Terminal, Workshop

LOOSE = """\
thresholds: {destroy: 50}
rules:
  WCC124: off
  WCC129:
    suppress: [{address: ResourceCollection/billing, reason: until the move, until: 2999-01-01}]
drift: {ignore: [{address: UserProfile/lead, attributes: [permissions], reason: "a pilot"}]}
"""
IGNORED = PROFILE.replace(
    "{name: lead}", "{name: lead, lifecycle: {ignoreChanges: [spec.permissions]}}"
)
PRUNING = PROJECT.replace("    sandbox:", "    unmanaged: {UserProfile: prune}\n    sandbox:")

EXPECTED = (
    "threshold   thresholds.destroy is 50 (default 5)   reconciler.yaml:9",
    "rule        rule WCC124 is off (by default warning)   reconciler.yaml:11",
    "suppressed  WCC129 is suppressed for ResourceCollection/billing   "
    "until 2999-01-01: until the move   reconciler.yaml:13",
    "drift       drift of UserProfile/lead is suppressed: permissions   "
    "without an end: a pilot   reconciler.yaml:14",
    "unmanaged   objects that are not in Git are deleted (unmanaged: prune): UserProfile   "
    "tenant test   reconciler.yaml:7",
    "ignored     ignoreChanges: spec.permissions   webexcc/UserProfile/lead   access/all.yaml:9",
    "state       the state is sqlite:///s.db   reconciler.yaml:15",
)
KINDS = {
    "threshold", "rule", "suppression", "drift", "unmanaged", "ignore_changes", "state",
}  # fmt: skip


@pytest.fixture
def loose(workshop: Workshop) -> Workshop:
    workshop.write("reconciler.yaml", f"{PRUNING}{LOOSE}state: sqlite:///s.db\n")
    workshop.manifests(COLLECTION, IGNORED)
    return workshop


def aside(document: Any) -> set[str]:
    return {each["what"] for each in document["set_aside"]}


def test_a_plan_lists_everything_that_is_set_aside(loose: Workshop, terminal: Terminal) -> None:
    said = terminal("plan", "--out", "a.plan").out
    assert "Checks set aside" in said
    for line in EXPECTED:
        assert f"  {line}\n" in said
    assert aside(terminal("plan", "--format", "json").json) == KINDS
    assert "Checks set aside" in terminal("show", "a.plan").out
    assert loose.writes() == []


def test_a_plan_without_changes_and_a_plan_with_errors_list_it_too(
    loose: Workshop, terminal: Terminal
) -> None:
    loose.planned_and_applied()
    unchanged = terminal("plan").out
    assert unchanged.startswith("Read ")
    assert "No changes." in unchanged
    assert EXPECTED[0] in unchanged
    loose.manifests(COLLECTION.replace("queue:", "kueue:"), IGNORED)
    errored = terminal("plan")
    assert errored.code == 1
    assert EXPECTED[0] in errored.out


def test_drift_and_its_ways_back_list_it_too(loose: Workshop, terminal: Terminal) -> None:
    loose.planned_and_applied()
    loose.act("edit-profile", profile="Billing lead", name="Lead")
    said = terminal("drift")
    assert all(line in said.out for line in EXPECTED)
    assert aside(terminal("drift", "--format", "json").json) == KINDS
    revert = terminal("drift", "--revert")
    assert revert.out.count("Checks set aside") == 2  # the report, and the plan
    accepted = terminal("drift", "--accept", "--dry-run", "--format", "json").json
    assert aside(accepted) == KINDS


def test_a_project_that_sets_nothing_aside_has_no_such_section(
    workshop: Workshop, terminal: Terminal
) -> None:
    workshop.manifests(COLLECTION, PROFILE, USER)
    assert "Checks set aside" not in terminal("plan").out
    assert terminal("plan", "--format", "json").json["set_aside"] == []


def test_protection_that_ends_is_listed_by_address(workshop: Workshop, terminal: Terminal) -> None:
    protect = ", lifecycle: {preventDestroy: true}}"
    person = USER.replace("{name: sam@northwind.example}", "{name: sam@northwind.example" + protect)
    workshop.manifests(
        COLLECTION.replace("{name: billing}", "{name: billing" + protect), PROFILE, person
    )
    workshop.planned_and_applied()
    workshop.manifests(COLLECTION, PROFILE)
    said = terminal("plan").out
    assert "protection  preventDestroy ends   webexcc/ResourceCollection/billing" in said
    gone = "preventDestroy ends: the manifest is gone   webexcc/User/sam@northwind.example"
    assert f"protection  {gone}" in said
    assert f"protection  {gone}" in terminal("drift").out
    target = terminal("plan", "--target", "UserProfile/lead").out
    assert "preventDestroy ends" not in target


def test_many_objects_that_ignore_changes_are_all_named(
    workshop: Workshop, terminal: Terminal
) -> None:
    workshop.manifests(
        *(
            COLLECTION.replace(
                "{name: billing}",
                f"{{name: c{number:02}, lifecycle: {{ignoreChanges: [spec.description]}}}}",
            ).replace("name: Billing\n", f"name: C{number:02}\n")
            for number in range(15)
        )
    )
    said = terminal("plan").out
    (line,) = [line for line in said.splitlines() if line.startswith("  ignored ")]
    assert all(f"c{number:02}" in line for number in range(15))


@pytest.mark.parametrize("variable", ["RECONCILER_STATE", "WHERE"])
def test_a_state_that_a_variable_names_is_said_without_its_value(
    workshop: Workshop, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    if variable == "WHERE":
        workshop.write("reconciler.yaml", PROJECT + "state: {env: WHERE}\n")
    monkeypatch.setenv(variable, "sqlite:///hunter2.db")
    workshop.manifests(COLLECTION)
    said = terminal("plan").out
    assert f"state       the state is where the variable {variable} says" in said
    assert "hunter2" not in said


def test_assumed_endpoints_and_rules_made_weaker_of_another_vendor(
    workshop: Workshop, terminal: Terminal
) -> None:
    workshop.write(
        "seed.yaml",
        "organization: {id: 0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30}\n"
        "roles: [{name: Administrator, permissions: {admin: {role-management: [view, edit]}}}]\n"
        "employees: [{email: root@contoso.example, primaryRole: Administrator}]\n"
        "identities: [{email: root@contoso.example}]\n",
    )
    project = PROJECT.replace("webexcc", "cxone")
    workshop.write(
        "reconciler.yaml", project.replace("    sandbox:", "    assumed: [A1, A2]\n    sandbox:")
    )
    workshop.manifests(
        "apiVersion: cxone/v1\nkind: Role\nmetadata: {name: reviewer}\n"
        "spec: {name: Reviewer, status: active, permissions: {qm: {evaluations: [view]}}}\n"
    )
    said = terminal("plan").out
    assert (
        "assumed     endpoints that the vendor has not published are used (assumed): A1, A2" in said
    )


def test_overrides_that_a_plan_carries_are_listed(workshop: Workshop, terminal: Terminal) -> None:
    workshop.write("reconciler.yaml", PROJECT + "thresholds: {people: 0}\n")
    workshop.manifests(COLLECTION, PROFILE, USER)
    document = terminal(
        "plan", "--allow", "people=1", "--out", "first.plan", "--format", "json"
    ).json
    assert "override" in aside(document)
