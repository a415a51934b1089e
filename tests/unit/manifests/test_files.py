"""Which files a pattern means: folders, globs, links; never a way out or round and round."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.errors import ProjectError, ReconcilerError, UsageError
from reconciler.manifests.files import find, find_paths
from tests.systems import needs_links


def made(root: Path, *names: str) -> Path:
    """A folder with files of these names."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("a: 1\n", encoding="utf-8")
    return root


def refusal(root: Path, *patterns: str) -> tuple[str, str]:
    with pytest.raises(ProjectError) as caught:
        find(root, patterns)
    return caught.value.told.code, caught.value.told.summary


TREE = (
    "access/b.yaml", "access/deep/a.yml", "access/deep/er/c.json", "access/notes.md",
    "access/.hidden/d.yaml", "access/.e.yaml", "access/reconciler.yaml", "other.yaml", "[x].yaml",
)  # fmt: skip


@pytest.mark.parametrize(
    ("patterns", "names"),
    [
        (["access"], "access/b.yaml access/deep/a.yml access/deep/er/c.json"),
        (["access/"], "access/b.yaml access/deep/a.yml access/deep/er/c.json"),
        (["./access/."], "access/b.yaml access/deep/a.yml access/deep/er/c.json"),
        (["."], "[x].yaml access/b.yaml access/deep/a.yml access/deep/er/c.json other.yaml"),
        (["**"], "[x].yaml access/b.yaml access/deep/a.yml access/deep/er/c.json other.yaml"),
        (["access/**"], "access/b.yaml access/deep/a.yml access/deep/er/c.json"),
        (["access/**/*.yaml"], "access/b.yaml"),
        (["access/**/*.y*ml"], "access/b.yaml access/deep/a.yml"),
        (["**/**/*.json"], "access/deep/er/c.json"),
        (["access/*"], "access/b.yaml access/deep/a.yml access/deep/er/c.json"),
        (["access/d*"], "access/deep/a.yml access/deep/er/c.json"),
        (["*/deep/?.yml"], "access/deep/a.yml"),
        (["access/[ab].yaml"], "access/b.yaml"),
        (["access/.hidden"], "access/.hidden/d.yaml"),
        (["access/.*/*.yaml"], "access/.hidden/d.yaml"),
        (["access/.*.yaml"], "access/.e.yaml"),
        (["access/notes.md"], "access/notes.md"),
        (["access/reconciler.yaml"], "access/reconciler.yaml"),
        (["[x].yaml"], "[x].yaml"),
        (["other.yaml", "*.yaml", "./other.yaml"], "[x].yaml other.yaml"),
    ],
)  # fmt: skip
def test_a_pattern_is_a_file_a_folder_or_a_glob(
    tmp_path: Path, patterns: list[str], names: str
) -> None:
    assert find(made(tmp_path, *TREE), patterns) == tuple(names.split())


@pytest.mark.parametrize(
    "pattern", ["nothing/*.yaml", "*.txt", "gone.yaml", "access/*.md", "a\0b", "other.yaml/*", "?"]
)
def test_a_pattern_that_matches_no_file_is_an_error(tmp_path: Path, pattern: str) -> None:
    code, summary = refusal(made(tmp_path, *TREE), "access", pattern)
    assert (code, summary) == ("PRJ110", f"no file matches `{pattern}`")


def test_the_key_of_the_patterns_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="PRJ110") as caught:
        find(tmp_path, ["*.yaml"], "patches")
    assert "correct `patches` in reconciler.yaml" in caught.value.told.hint


@pytest.mark.parametrize(
    "pattern", ["../*.yaml", "../secret.yaml", "access/../../*.yaml", "/etc/*"]
)
def test_a_pattern_that_leaves_the_project_is_refused(tmp_path: Path, pattern: str) -> None:
    made(tmp_path, "secret.yaml")
    root = made(tmp_path / "project", "access/a.yaml")
    assert refusal(root, pattern)[0] == "PRJ111"
    assert refusal(root, str(tmp_path / "secret.yaml"))[0] == "PRJ111"


@needs_links
@pytest.mark.parametrize("pattern", ["access", "access/*.yaml", "**/*.yaml", "access/out.yaml"])
def test_a_file_link_out_of_the_project_is_refused(tmp_path: Path, pattern: str) -> None:
    made(tmp_path, "secret.yaml")
    root = made(tmp_path / "project", "access/a.yaml")
    (root / "access" / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    code, summary = refusal(root, pattern)
    assert code == "PRJ111"
    assert "`access/out.yaml` lies outside" in summary


@needs_links
@pytest.mark.parametrize("pattern", ["access", "access/**/*.yaml", "access/out", "access/*/*.yaml"])
def test_a_folder_link_out_of_the_project_is_refused(tmp_path: Path, pattern: str) -> None:
    made(tmp_path / "elsewhere", "a.yaml")
    root = made(tmp_path / "project", "access/a.yaml")
    (root / "access" / "out").symlink_to(tmp_path / "elsewhere")
    code, summary = refusal(root, pattern)
    assert code == "PRJ111"
    assert "`access/out` lies outside" in summary


@needs_links
def test_a_folder_whose_name_only_begins_like_the_projects_is_outside(tmp_path: Path) -> None:
    made(tmp_path / "project-2", "a.yaml")
    root = made(tmp_path / "project", "b.yaml")
    (root / "out").symlink_to(tmp_path / "project-2")
    assert refusal(root, ".")[0] == "PRJ111"


@needs_links
def test_a_link_within_the_project_is_followed_and_its_file_read_once(tmp_path: Path) -> None:
    root = made(tmp_path, "shared/a.yaml", "access/b.yaml")
    (root / "access" / "linked").symlink_to("../shared")
    (root / "access" / "a.yaml").symlink_to("../shared/a.yaml")
    assert find(root, ["access"]) == ("access/b.yaml", "access/linked/a.yaml")
    assert find(root, ["access", "shared"]) == ("access/b.yaml", "access/linked/a.yaml")
    assert find(root, ["shared", "access"]) == ("access/b.yaml", "shared/a.yaml")
    assert find(root, ["."]) == ("access/b.yaml", "shared/a.yaml")
    assert find(root, ["access/linked/*.yaml"]) == ("access/linked/a.yaml",)


@needs_links
def test_the_project_itself_may_be_reached_by_a_link(tmp_path: Path) -> None:
    made(tmp_path / "real", "access/a.yaml")
    (tmp_path / "link").symlink_to("real")
    assert find(tmp_path / "link", ["access"]) == ("access/a.yaml",)


@needs_links
@pytest.mark.parametrize("target", [".", "..", "../access", "deep", "../../project"])
def test_a_link_that_leads_round_and_round_is_refused(tmp_path: Path, target: str) -> None:
    root = made(tmp_path / "project", "access/deep/a.yaml")
    (root / "access" / "deep" / "loop").symlink_to(target)
    code, summary = refusal(root, "access/**/*.yaml")
    assert code == "PRJ113"
    assert "`access/deep/loop` leads" in summary


@needs_links
@pytest.mark.parametrize("name", ["gone", "gone.yaml", "itself"])
@pytest.mark.parametrize("pattern", ["access", "**/*", "access/{}"])
def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path, name: str, pattern: str) -> None:
    root = made(tmp_path, "access/a.yaml")
    (root / "access" / name).symlink_to("itself" if name == "itself" else "missing")
    code, summary = refusal(root, pattern.format(name))
    assert (code, summary) == ("PRJ113", f"the link `access/{name}` leads nowhere")


@needs_links
def test_a_link_that_no_pattern_meets_is_none_of_our_business(tmp_path: Path) -> None:
    root = made(tmp_path, "access/a.yaml")
    (root / "access" / ".#a.yaml").symlink_to("user@host:1")
    (root / "other").symlink_to("/nowhere")
    assert find(root, ["access"]) == ("access/a.yaml",)


@needs_links
def test_many_links_between_folders_are_walked_once(tmp_path: Path) -> None:
    count = 25  # each folder links to all later ones: 2^25 ways through
    for number in range(count):
        made(tmp_path, f"access/{number:02}/a.yaml")
    for number in range(count):
        for later in range(number + 1, count):
            (tmp_path / f"access/{number:02}/to{later}").symlink_to(f"../{later:02}")
    assert len(find(tmp_path, ["access"])) == count


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    root = made(tmp_path, "access/deep/a.yaml")
    (root / "access" / "deep").chmod(0)
    try:
        assert refusal(root, "access")[0] == "PRJ114"
    finally:
        (root / "access" / "deep").chmod(0o700)


def shown(*paths: str | Path) -> list[str]:
    return list(find_paths([Path(each) for each in paths]))


def test_paths_are_files_folders_globs_and_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(made(tmp_path, *TREE))
    all_of_access = ["access/b.yaml", "access/deep/a.yml", "access/deep/er/c.json"]
    assert shown("access") == all_of_access
    assert shown("access/*") == all_of_access
    assert shown("other.yaml", "access") == ["other.yaml", *all_of_access]
    assert shown("access/notes.md", "access/notes.md") == ["access/notes.md"]
    assert shown("**/*.json", "access/deep") == ["access/deep/er/c.json", "access/deep/a.yml"]
    assert shown("-", "other.yaml", "-") == ["<stdin>", "other.yaml"]
    assert shown("[x].yaml") == ["[x].yaml"]
    assert shown(tmp_path / "access" / "deep") == [
        f"{tmp_path.as_posix()}/access/deep/a.yml",
        f"{tmp_path.as_posix()}/access/deep/er/c.json",
    ]
    assert shown("../" + tmp_path.name + "/oth*") == [f"../{tmp_path.name}/other.yaml"]


@needs_links
def test_paths_may_lead_anywhere_but_not_round_and_round(tmp_path: Path) -> None:
    made(tmp_path, "elsewhere/a.yaml", "here/b.yaml")
    (tmp_path / "here" / "out").symlink_to("../elsewhere")
    (tmp_path / "here" / "loop").symlink_to("..")
    assert [Path(each).name for each in shown(tmp_path / "here")] == ["b.yaml", "a.yaml"]


@pytest.mark.parametrize(
    ("path", "code", "said"),
    [
        ("gone.yaml", "PRJ112", "there is no file gone.yaml"),
        ("gone/*.yaml", "PRJ110", "no file matches `gone/*.yaml`"),
        ("empty", "PRJ110", "there is no manifest in empty"),
    ],
)
def test_a_path_with_nothing_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, code: str, said: str
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        shown(path)
    assert (caught.value.told.code, caught.value.told.summary) == (code, said)


@needs_links
def test_a_refusal_is_one_that_the_command_line_prints(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(".")
    with pytest.raises(ReconcilerError) as caught:
        find(tmp_path, ["."])
    assert caught.value.exit_code == 1
