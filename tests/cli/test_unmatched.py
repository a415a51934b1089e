"""Files that look like manifests and that nothing reads, and how much `validate` judged."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER, Terminal

ROLE = """\
apiVersion: cxone/v1
kind: Role
metadata: {name: reviewer}
spec: {name: Reviewer, status: active, permissions: {acd: {agent: [view]}}}
"""
EMPLOYEE = """\
apiVersion: cxone/v1
kind: Employee
metadata: {name: jo@northwind.example}
spec: {active: true, primaryRole: Agent, secondaryRoles: [reviewer]}
"""
CXONE = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  test: {vendor: cxone, manifests: ["access/**/*.yaml"], sandbox: {seed: seed.yaml}}
"""
PROJECTS = {"webexcc": PROJECT.replace("access/*.yaml", "access/**/*.yaml"), "cxone": CXONE}
MANIFESTS = {"webexcc": COLLECTION + PROFILE + USER, "cxone": ROLE + "---\n" + EMPLOYEE}


def write(terminal: Terminal, name: str, text: str) -> None:
    file = terminal.root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.fixture(params=["webexcc", "cxone"])
def vendor(request: pytest.FixtureRequest, terminal: Terminal) -> str:
    """A project of each vendor whose pattern is `access/**/*.yaml`."""
    name = str(request.param)
    write(terminal, "reconciler.yaml", PROJECTS[name])
    write(terminal, "seed.yaml", SEED)
    write(terminal, "access/all.yaml", MANIFESTS[name])
    return name


def unread(terminal: Terminal) -> dict[str, str]:
    """The files that `validate` warns about, each with what to do."""
    found = terminal("validate", "--format", "json").json["diagnostics"]
    return {each["file"]: each["hint"] for each in found if each["code"] == "PRJ180"}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("access/more.yml", 'rename it to access/more.yaml, or add "access/*.yml" to'),
        ("access/deep/er/more.yml", "rename it to access/deep/er/more.yaml, or add"),
        ("access/more.YAML", "rename it to access/more.yaml: the ending is"),
        ("acess/more.yaml", "did you mean the folder `access`?"),
        ("more.yaml", 'add "*.yaml" to `manifests` of its tenant'),
        ("elsewhere/more.yml", 'add "elsewhere/*.yml" to `manifests` of its tenant'),
    ],
)
def test_a_manifest_that_no_pattern_matches_is_warned_about(
    terminal: Terminal, vendor: str, name: str, hint: str
) -> None:
    write(terminal, name, MANIFESTS[vendor])
    found = unread(terminal)
    assert list(found) == [name]
    assert found[name].startswith(hint)
    said = terminal("validate")
    assert said.code == 0
    assert f"--> {name}:" in said.out


def test_plan_and_validate_with_a_snapshot_warn_too(terminal: Terminal) -> None:
    write(terminal, "reconciler.yaml", PROJECTS["webexcc"])
    write(terminal, "seed.yaml", SEED)
    write(terminal, "access/all.yaml", MANIFESTS["webexcc"])
    write(terminal, "acces/more.yaml", MANIFESTS["webexcc"])
    said = terminal("plan")
    assert said.code == 0
    assert "warning PRJ180" in said.out
    assert "acces/more.yaml:2:1" in said.out
    assert terminal("snapshot", "--out", "tenant.json").code == 0
    assert "warning[PRJ180]" in terminal("validate", "--snapshot", "tenant.json").out
    write(terminal, "access/all.yaml", "kind: Nothing\n")
    found = terminal("plan", "--format", "json").json["findings"]
    assert "PRJ180" in {each["code"] for each in found}


@pytest.mark.parametrize(
    "name",
    [
        ".hidden/more.yaml",
        "access/.more.yaml",
        "node_modules/pkg/more.yaml",
        "overlays/patch.yaml",
        "other/access/more.yaml",
    ],
)
def test_what_is_no_manifest_of_the_project_is_passed_over(
    terminal: Terminal, vendor: str, name: str
) -> None:
    write(terminal, name, MANIFESTS[vendor])
    if name.startswith("other"):
        write(terminal, "other/reconciler.yaml", PROJECTS[vendor])
    if name.startswith("overlays"):
        text = PROJECTS[vendor].replace("manifests:", 'patches: ["overlays/*.yaml"], manifests:')
        if vendor == "webexcc":
            text = PROJECTS[vendor].replace(
                "    sandbox", '    patches: ["overlays/*"]\n    sandbox'
            )
        write(terminal, "reconciler.yaml", text)
    assert unread(terminal) == {}


def test_files_of_other_tools_and_our_schemas_are_no_manifests(
    terminal: Terminal, vendor: str
) -> None:
    write(terminal, "helm/role.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n")
    write(terminal, "helm/user.yaml", "kind: User\nmetadata: {name: a}\n")
    write(terminal, ".github/workflows/ci.yml", "on: push\n")
    write(terminal, "broken.yaml", "a: [\n")
    write(terminal, "broken.json", '{"apiVersion": "webexcc/v1"')
    write(terminal, "nested.yaml", f"data:\n  text: |\n    apiVersion: {vendor}/v1\n")
    (terminal.root / "nothing.yaml").write_bytes(b"\xff\xfe\x00")
    assert terminal("schema", "export", "schemas").code == 0
    assert unread(terminal) == {}


def test_a_file_is_known_under_the_name_of_a_link_too(terminal: Terminal, vendor: str) -> None:
    write(terminal, "real/more.yaml", MANIFESTS[vendor].replace("reviewer", "other"))
    (terminal.root / "access" / "linked").symlink_to(terminal.root / "real")
    assert unread(terminal) == {}


def test_every_tenant_counts_whichever_is_asked_about(terminal: Terminal) -> None:
    two = PROJECT + PROJECT.split("tenants:\n")[1].replace("test:", "prod:").replace(
        "access/", "prod/"
    )
    write(terminal, "reconciler.yaml", two)
    write(terminal, "seed.yaml", SEED)
    write(terminal, "access/a.yaml", MANIFESTS["webexcc"])
    write(terminal, "prod/a.yaml", MANIFESTS["webexcc"])
    for tenant in ("test", "prod"):
        found = terminal("validate", "--tenant", tenant, "--format", "json").json["diagnostics"]
        assert found == []


@pytest.mark.parametrize("key", ["manifests", "patches"])
def test_a_pattern_with_backslashes_is_answered_with_slashes(
    terminal: Terminal, vendor: str, key: str
) -> None:
    pattern = f"{key}: ['access\\\\**\\\\*.yaml']"
    project = f"""\
apiVersion: reconciler/v1
kind: Project
tenants:
  test:
    vendor: {vendor}
    {pattern}
    {"" if key == "manifests" else 'manifests: ["access/**/*.yaml"]'}
    sandbox: {{seed: seed.yaml}}
"""
    write(terminal, "reconciler.yaml", project.replace("\\\\", "\\"))
    said = terminal("validate")
    assert said.code == 1
    assert "error[PRJ110]" in said.err
    assert "separated by `/`, on Windows too: write `access/**/*.yaml`" in said.err


def test_a_path_with_backslashes_is_answered_with_slashes(terminal: Terminal, vendor: str) -> None:
    for path in ("access\\*.yaml", "access\\all.yaml"):
        said = terminal("validate", path)
        assert said.code == 1
        assert f"write `{path.replace(chr(92), '/')}`" in said.err


@pytest.mark.parametrize(
    ("vendor", "counts"),
    [("webexcc", (3, 1, 6, 3)), ("cxone", (2, 1, 2, 1))],
    indirect=["vendor"],
)
def test_validate_says_how_much_it_judged(
    terminal: Terminal, vendor: str, counts: tuple[int, int, int, int]
) -> None:
    judged = terminal("validate", "--format", "json").json["judged"]
    assert tuple(judged.values()) == (1, *counts)
    manifests, files, references, left = counts
    lines = [
        f"Judged {manifests} manifests in {files} file, with {references} references.",
        f"{left} reference{'s' if left > 1 else ''} can only be checked with the tenant: "
        "`reconciler plan` does.",
    ]
    assert terminal("validate").out.splitlines()[-2:] == lines
    # files alone are counted the same way
    assert terminal("validate", "access").out.splitlines()[-2:] == lines


def test_what_is_refused_was_judged_too(terminal: Terminal) -> None:
    write(terminal, "a.yaml", "kind: Nothing\n---\na: [\n---\n" + ROLE)
    said = terminal("validate", "a.yaml")
    assert said.code == 1
    assert said.out.splitlines()[-1] == "Judged 3 manifests in 1 file, with 0 references."


def test_a_snapshot_answers_for_the_tenant(terminal: Terminal) -> None:
    write(terminal, "reconciler.yaml", PROJECTS["webexcc"])
    write(terminal, "seed.yaml", SEED)
    write(terminal, "access/all.yaml", MANIFESTS["webexcc"])
    assert terminal("snapshot", "--out", "tenant.json").code == 0
    said = terminal("validate", "--snapshot", "tenant.json")
    assert said.out.splitlines()[-1] == "Judged 3 manifests in 1 file, with 6 references."


def test_a_large_folder_beside_the_manifests_is_not_gone_through_for_ever(
    terminal: Terminal, vendor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reconciler.manifests import unmatched  # noqa: PLC0415 - its bound is set for this test

    write(terminal, "a/more.yaml", MANIFESTS[vendor])
    assert list(unread(terminal)) == ["a/more.yaml"]
    monkeypatch.setattr(unmatched, "MOST_ENTRIES", 2)
    assert unread(terminal) == {}
    shutil.rmtree(terminal.root / "a")


def test_the_examples_have_no_file_that_nothing_reads(terminal: Terminal) -> None:
    for example in (Path(__file__).parents[2] / "config-examples").iterdir():
        shutil.copytree(example, terminal.root, dirs_exist_ok=True)
        assert unread(terminal) == {}
        shutil.rmtree(terminal.root / "access")
