"""A value that a patch set or removed is shown with the patch's place: in plans and diagnostics."""

from __future__ import annotations

import pytest

from tests.workshop import COLLECTION, PROFILE, PROJECT, Terminal, Workshop

PATCHED = PROJECT.replace("    sandbox:", '    patches: ["overlays/*.yaml"]\n    sandbox:')

PATCH = """\
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: lead}
spec:
  permissions: {queue: null, team: view, site: edit}
"""

WIDER = """\
---
apiVersion: webexcc/v1
kind: ResourceCollection
metadata: {name: billing}
spec:
  resources:
    queue: [Billing EN, Billing DE]
"""


@pytest.fixture
def patched(workshop: Workshop) -> Workshop:
    workshop.write("reconciler.yaml", PATCHED)
    workshop.manifests(COLLECTION, PROFILE)
    workshop.write("overlays/none.yaml", "# nothing yet\n")
    return workshop


def line_with(text: str, *parts: str) -> str:
    (found,) = [line for line in text.splitlines() if all(part in line for part in parts)]
    return found


def test_a_new_object_shows_which_of_its_values_a_patch_set(
    patched: Workshop, terminal: Terminal
) -> None:
    patched.write("overlays/prod.yaml", PATCH + WIDER)
    made = terminal("plan").out
    assert "# overlays/prod.yaml:5" in line_with(made, "+ site", "edit")
    assert "# overlays/prod.yaml:5" in line_with(made, "+ team", "view")
    assert "# overlays/prod.yaml:12" in line_with(made, "+ queue", "Billing DE")
    assert "overlays" not in line_with(made, "+ profileType")
    assert "spec.permissions.queue is removed by overlays/prod.yaml:5" in made


def test_a_change_shows_what_a_patch_sets_adds_and_removes(
    patched: Workshop, terminal: Terminal
) -> None:
    patched.planned_and_applied()
    patched.write("overlays/prod.yaml", PATCH + WIDER)
    made = terminal("plan").out
    assert "# removed by overlays/prod.yaml:5" in line_with(made, "queue", "edit -> none")
    assert "# overlays/prod.yaml:12" in line_with(made, "+ Billing DE")
    document = terminal("plan", "--format", "json").json
    found = {
        (change["name"], each["path"]): each["source"]
        for change in document["changes"]
        for each in change["attributes"]
    }
    assert found["Billing lead", "permissions.queue"] == {
        "file": "overlays/prod.yaml",
        "line": 5,
        "path": "spec.permissions.queue",
        "removed": True,
    }
    assert found["Billing", "resources.queue"]["removed"] is False
    terminal("plan", "--out", "p.plan")
    assert "# overlays/prod.yaml:12" in line_with(terminal("show", "p.plan").out, "+ Billing DE")


def test_what_waits_for_an_apply_shows_its_patch_in_drift_too(
    patched: Workshop, terminal: Terminal
) -> None:
    patched.planned_and_applied()
    patched.write("overlays/prod.yaml", PATCH + WIDER)
    said = terminal("drift", "-v").out
    assert "# removed by overlays/prod.yaml:5" in line_with(said, "queue", "edit -> none")
    assert "# overlays/prod.yaml:12" in line_with(said, "+ Billing DE")


def test_the_last_of_two_patches_is_named(patched: Workshop, terminal: Terminal) -> None:
    patched.write("overlays/a.yaml", PATCH)
    patched.write("overlays/b.yaml", PATCH.replace("site: edit", "site: view"))
    patched.write("overlays/c.yaml", PATCH.replace("team: view, ", ""))
    made = terminal("plan").out
    assert "# overlays/c.yaml:5" in line_with(made, "+ site", "edit")
    assert "# overlays/b.yaml:5" in line_with(made, "+ team", "view")


REMOVES = """\
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: lead}
spec: {resources: {default: null}}
"""


PATCHES = {
    "WCC122": REMOVES,
    "SCH103": REMOVES.replace("{resources: {default: null}}", "{profileType: {a: 1}}"),
    "SCH101": REMOVES.replace("{default: null}", "{defualt: north}"),
    "REF120": REMOVES.replace("{default: null}", "{collections: [nowhere], default: nowhere}"),
    "PLN121": REMOVES.replace("{resources: {default: null}}", "{profileType: null}"),
}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("validate", "WCC122"),
        ("validate", "SCH103"),
        ("validate", "SCH101"),
        ("plan", "WCC122"),
        ("plan", "SCH103"),
        ("plan", "REF120"),
        ("plan", "PLN121"),
    ],
)
def test_a_finding_points_into_the_patch_behind_it(
    patched: Workshop, terminal: Terminal, command: str, code: str
) -> None:
    patched.write("overlays/prod.yaml", PATCHES[code])
    document = terminal(command, "--format", "json").json
    findings = document["diagnostics" if command == "validate" else "findings"]
    found = next(each for each in findings if each["code"] == code)
    assert "overlays/prod.yaml:4" in found["detail"] or found["file"] == "overlays/prod.yaml"
    said = terminal(command).out
    assert "overlays/prod.yaml:4" in said


@pytest.mark.parametrize("form", ["sarif", "github", "junit"])
def test_other_tools_are_pointed_into_the_patch(
    patched: Workshop, terminal: Terminal, form: str
) -> None:
    patched.write("overlays/prod.yaml", REMOVES)
    said = terminal("validate", "--format", form)
    assert said.code == 1
    assert "overlays/prod.yaml" in said.out
    assert form == "junit" or "access/all.yaml" not in said.out


CXONE_SEED = """\
organization: {id: 0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30}
roles:
  - {name: Administrator, permissions: {admin: {role-management: [view, edit, create]}}}
  - {name: Reviewer, permissions: {qm: {evaluations: [view, edit]}}}
employees: [{email: root@contoso.example, primaryRole: Administrator}]
identities: [{email: root@contoso.example}]
"""

ROLE = """\
apiVersion: cxone/v1
kind: Role
metadata: {name: reviewer}
spec: {name: Reviewer, status: active, permissions: {qm: {evaluations: [view, edit]}}}
"""


def test_permissions_of_another_vendor_that_are_members_are_found_in_the_patch_too(
    workshop: Workshop, terminal: Terminal
) -> None:
    workshop.write("reconciler.yaml", PATCHED.replace("webexcc", "cxone"))
    workshop.write("seed.yaml", CXONE_SEED)
    workshop.manifests(ROLE)
    workshop.write(
        "overlays/prod.yaml",
        ROLE.replace(
            "spec: {name: Reviewer, status: active, permissions: ", "spec: {permissions:\n  "
        ).replace(
            "{qm: {evaluations: [view, edit]}}", "{admin: {role-management: [view]},\n   qm: null}"
        ),
    )
    made = terminal("plan").out
    assert "# overlays/prod.yaml:5" in line_with(made, "+ ", "admin/role-management/view")
    assert "# removed by overlays/prod.yaml:6" in line_with(made, "- ", "qm/evaluations/edit")
