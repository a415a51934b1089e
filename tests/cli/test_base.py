"""`plan --base REV`: what a change loosens is listed, and blocks unless its digest is allowed."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.systems import needs_links
from tests.workshop import COLLECTION, PROFILE, PROJECT, USER, Said, Terminal, Workshop

PATCHED = PROJECT.replace("    sandbox:", '    patches: ["overlays/*.yaml"]\n    sandbox:')
PATCH = """\
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: lead}
spec: {permissions: {team: %s}}
"""
PROTECTED = COLLECTION.replace(
    "{name: billing}", "{name: billing, lifecycle: {preventDestroy: true}}"
)


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", *arguments]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit(root: Path) -> str:
    git(root, "add", "-A")
    git(root, "commit", "-q", "--allow-empty", "-m", "x")
    return git(root, "rev-parse", "HEAD")


@pytest.fixture
def here(workshop: Workshop) -> Workshop:
    """A project in a repository, with one commit."""
    workshop.write("reconciler.yaml", PATCHED)
    workshop.write("overlays/prod.yaml", PATCH % "view")
    workshop.write(".gitignore", ".reconciler/\n*.plan\n")
    workshop.manifests(PROTECTED, PROFILE)
    git(workshop.root, "init", "-q")
    commit(workshop.root)
    return workshop


def digest_in(said: Said) -> str:
    found = re.search(r"--allow policy:([0-9a-f]{12})", said.out)
    assert found is not None, said.out
    return found[1]


def settings(terminal: Terminal, base: str = "HEAD") -> dict[str, str]:
    document = terminal("plan", "--base", base, "--format", "json").json
    assert document["blocked"] == (["policy"] if document["base"]["loosens"] else [])
    return {each["setting"]: each["summary"] for each in document["base"]["loosens"]}


def test_a_change_that_loosens_nothing_is_said_to_do_so(here: Workshop, terminal: Terminal) -> None:
    here.write("reconciler.yaml", f"# a comment\n\n{PATCHED}thresholds: {{destroy: 3}}\n")
    here.manifests(PROTECTED, PROFILE, USER)
    said = terminal("plan", "--base", "HEAD")
    assert said.code == 0
    assert re.search(r"Compared with HEAD \([0-9a-f]{12}\): nothing is loosened\.", said.out)
    assert settings(terminal) == {}


def test_without_a_base_nothing_is_compared(here: Workshop, terminal: Terminal) -> None:
    here.write("reconciler.yaml", PATCHED + "thresholds: {destroy: 50}\n")
    assert terminal("plan", "--format", "json").json["base"] is None


CHANGES: dict[str, tuple[Callable[[Workshop], object], str]] = {
    "threshold": (
        lambda w: w.write("reconciler.yaml", PATCHED + "thresholds: {destroy: 50}\n"),
        "thresholds.destroy",
    ),
    "rule": (
        lambda w: w.write("reconciler.yaml", PATCHED + "rules: {WCC124: off}\n"),
        "rules.WCC124",
    ),
    "new patch": (lambda w: w.write("overlays/new.yaml", PATCH % "edit"), "overlays/new.yaml"),
    "changed patch": (
        lambda w: w.write("overlays/prod.yaml", PATCH % "edit"),
        "overlays/prod.yaml",
    ),
    "removed patch": (
        lambda w: w.write("overlays/prod.yaml", "# nothing\n"),
        "overlays/prod.yaml",
    ),
    "protection": (
        lambda w: w.manifests(COLLECTION, PROFILE),
        "test/webexcc/ResourceCollection/billing",
    ),
    "protected manifest gone": (
        lambda w: w.manifests(PROFILE.replace("{collections: [billing], default: billing}", "all")),
        "test/webexcc/ResourceCollection/billing",
    ),
    "ignored attribute": (
        lambda w: w.manifests(
            PROTECTED,
            PROFILE.replace(
                "{name: lead}", "{name: lead, lifecycle: {ignoreChanges: [spec.name]}}"
            ),
        ),
        "test/webexcc/UserProfile/lead",
    ),
    "ignored attribute of a new manifest": (
        lambda w: w.write(
            "access/new.yaml",
            COLLECTION.replace(
                "{name: billing}", "{name: new, lifecycle: {ignoreChanges: [spec.resources]}}"
            ).replace("name: Billing", "name: New"),
        ),
        "test/webexcc/ResourceCollection/new",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("committed", [False, True])
def test_a_change_that_loosens_is_listed_and_blocks(
    here: Workshop, terminal: Terminal, change: str, committed: bool
) -> None:
    make, setting = CHANGES[change]
    base = git(here.root, "rev-parse", "HEAD")
    make(here)
    if committed:
        commit(here.root)
    assert setting in settings(terminal, base)
    said = terminal("plan", "--base", base)
    assert said.code == 1
    assert f"Loosened since {base}" in said.out
    assert f"  {setting}  " in said.out
    assert "error   PLN157" in said.out
    allowed = terminal("plan", "--base", base, "--allow", f"policy:{digest_in(said)}")
    assert "warning PLN157" in allowed.out
    assert f"--allow policy:{digest_in(said)}" in allowed.out


def test_what_was_loosened_earlier_is_not_this_change(here: Workshop, terminal: Terminal) -> None:
    here.write("reconciler.yaml", PATCHED + "thresholds: {destroy: 50}\n")
    here.manifests(COLLECTION, PROFILE)
    commit(here.root)
    here.manifests(COLLECTION, PROFILE, USER)
    assert settings(terminal) == {}


def test_a_manifest_that_moves_or_is_renamed_keeps_its_protection(
    here: Workshop, terminal: Terminal
) -> None:
    here.manifests(PROFILE)
    here.write("access/elsewhere.yaml", PROTECTED.replace("---\n", ""))
    assert settings(terminal) == {}
    renamed = PROTECTED.replace("{name: billing,", "{name: bills, previousNames: [billing],")
    here.manifests(
        renamed, PROFILE.replace("[billing], default: billing", "[bills], default: bills")
    )
    assert settings(terminal) == {}


def test_protection_ends_with_a_pattern_that_no_longer_finds_the_manifest(
    here: Workshop, terminal: Terminal
) -> None:
    here.write("access/more.yaml", PROTECTED.replace("billing", "more").replace("Billing\n", "M\n"))
    commit(here.root)
    here.write("reconciler.yaml", PATCHED.replace("access/*.yaml", "access/all.yaml"))
    assert set(settings(terminal)) == {
        "tenants.test.manifests",
        "test/webexcc/ResourceCollection/more",
    }


def test_a_saved_plan_keeps_the_block_and_what_was_allowed(
    here: Workshop, terminal: Terminal
) -> None:
    here.write("overlays/prod.yaml", PATCH % "edit")
    said = terminal("plan", "--base", "HEAD", "--out", "a.plan")
    digest = digest_in(said)
    assert f"reconciler apply a.plan --allow policy:{digest}" in said.err
    refused = terminal("apply", "a.plan")
    assert (refused.code, "RUN141" in refused.err) == (1, True)
    assert terminal("apply", "a.plan", "--allow", "policy:0123456789ab").code == 1
    terminal("plan", "--base", "HEAD", "--allow", f"policy:{digest}", "--out", "b.plan")
    shown = terminal("show", "b.plan").out
    assert "Loosened since HEAD" in shown
    assert f"override    --allow policy:{digest}" in shown
    assert here.writes() == []
    assert terminal("apply", "b.plan").code == 0


def test_the_digest_of_one_change_does_not_pass_another(here: Workshop, terminal: Terminal) -> None:
    here.write("overlays/prod.yaml", PATCH % "edit")
    first = digest_in(terminal("plan", "--base", "HEAD"))
    here.write("overlays/prod.yaml", PATCH % "none")
    said = terminal("plan", "--base", "HEAD", "--allow", f"policy:{first}")
    assert said.code == 1
    assert digest_in(said) != first
    assert f"({first} stands for another change)" in said.out


def test_apply_compares_too_also_a_plan_that_was_saved_without(
    here: Workshop, terminal: Terminal
) -> None:
    terminal("plan", "--out", "before.plan")
    here.write("overlays/prod.yaml", PATCH % "edit")
    terminal("plan", "--out", "a.plan")
    refused = terminal("apply", "a.plan", "--base", "HEAD")
    assert refused.code == 1
    assert "PLN157: overlays/prod.yaml: the patch is changed" in refused.err
    assert terminal("apply", "--auto-approve", "--base", "HEAD").code == 1
    found = re.search(r"--allow (policy:[0-9a-f]{12})", refused.err)
    assert found is not None
    assert here.rows("resource-collection") == []
    assert terminal("apply", "a.plan", "--base", "HEAD", "--allow", found[1]).code == 0


def test_a_project_in_a_subfolder_is_compared(tmp_path: Path, terminal: Terminal) -> None:
    sub = Workshop(tmp_path / "a b" / "proj")
    sub.manifests(COLLECTION, PROFILE)
    git(tmp_path, "init", "-q")
    commit(tmp_path)
    sub.write("reconciler.yaml", PROJECT + "thresholds: {destroy: 50}\n")
    said = terminal("-C", str(sub.root), "plan", "--base", "HEAD")
    assert "thresholds.destroy" in said.out


def test_where_the_base_has_no_project_everything_is_new(
    workshop: Workshop, terminal: Terminal
) -> None:
    git(workshop.root, "init", "-q")
    git(workshop.root, "commit", "-q", "--allow-empty", "-m", "x")
    workshop.manifests(COLLECTION, PROFILE)
    assert "tenants.test" in settings(terminal)


@pytest.mark.parametrize(
    ("revision", "code"),
    [
        ("-x", "PLN158"),
        ("--all", "PLN158"),
        ("--output=x", "PLN158"),
        ("", "PLN158"),
        ("no-such-branch", "PLN158"),
        ("HEAD:reconciler.yaml", "PLN158"),
        ("HEAD^{tree}", "PLN158"),
        ("a\nb", "PLN158"),
    ],
)
def test_what_is_no_commit_is_refused(
    here: Workshop, terminal: Terminal, revision: str, code: str
) -> None:
    said = terminal("plan", f"--base={revision}")
    assert (said.code, code in said.err) == (1, True)
    assert not (here.root / "x").exists()


def test_outside_of_a_repository_it_is_refused(workshop: Workshop, terminal: Terminal) -> None:
    workshop.manifests(COLLECTION, PROFILE)
    said = terminal("plan", "--base", "HEAD")
    assert (said.code, "PLN159" in said.err, "repository" in said.err) == (1, True, True)


def test_a_shallow_clone_is_told_to_fetch_more(
    here: Workshop, tmp_path_factory: pytest.TempPathFactory, terminal: Terminal
) -> None:
    first = git(here.root, "rev-parse", "HEAD")
    commit(here.root)
    clone = tmp_path_factory.mktemp("clone")
    git(clone, "clone", "-q", "--depth", "1", f"file://{here.root}", "c")
    said = terminal("-C", str(clone / "c"), "plan", "--base", first)
    assert said.code == 1
    assert "PLN158" in said.err
    assert "shallow" in said.err


@needs_links
def test_a_link_that_is_changed_is_listed(here: Workshop, terminal: Terminal) -> None:
    (here.root / "overlays" / "link.yaml").symlink_to("../other.yaml")
    here.write("other.yaml", PATCH % "view")
    here.write("another.yaml", PATCH % "edit")
    commit(here.root)
    assert settings(terminal) == {}
    (here.root / "overlays" / "link.yaml").unlink()
    (here.root / "overlays" / "link.yaml").symlink_to("../another.yaml")
    assert {"overlays/link.yaml", "another.yaml", "other.yaml"} <= settings(terminal).keys()


def test_another_vendor_is_compared_alike(workshop: Workshop, terminal: Terminal) -> None:
    workshop.write(
        "seed.yaml",
        "organization: {id: 0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30}\n"
        "roles: [{name: Administrator, permissions: {admin: {role-management: [view, edit]}}}]\n"
        "employees: [{email: root@contoso.example, primaryRole: Administrator}]\n"
        "identities: [{email: root@contoso.example}]\n",
    )
    cxone = PROJECT.replace("webexcc", "cxone")
    role = (
        "apiVersion: cxone/v1\nkind: Role\nmetadata: {name: reviewer%s}\n"
        "spec: {name: Reviewer, status: active, permissions: {qm: {evaluations: [view]}}}\n"
    )
    workshop.write("reconciler.yaml", cxone)
    workshop.manifests(role % ", lifecycle: {preventDestroy: true}")
    git(workshop.root, "init", "-q")
    commit(workshop.root)
    workshop.write(
        "reconciler.yaml", cxone.replace("    sandbox:", "    assumed: [A1]\n    sandbox:")
    )
    workshop.manifests(role % "")
    assert set(settings(terminal)) == {"tenants.test.assumed", "test/cxone/Role/reviewer"}
