from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.contract.discover import discover
from reconciler.errors import ReconcilerError, UsageError
from reconciler.manifests.credentials import FromEnvironment
from reconciler.manifests.project import Project, load_project
from tests.systems import needs_links, needs_pipes

HEAD = "apiVersion: reconciler/v1\nkind: Project\n"
SANDBOX = "  lab: {vendor: webexcc, manifests: [a.yaml], sandbox: {seed: seed.yaml}}\n"
REAL = (
    "  live: {vendor: webexcc, manifests: [a.yaml], region: eu1, "
    "organization: 2f9eecc5-0472-4549-9a83-2afdae0d4ba1, "
    "credentials: {env: TOKEN}}\n"
)


def project(folder: Path, text: str, **environment: str) -> Project:
    (folder / "reconciler.yaml").write_text(text, encoding="utf-8")
    return load_project(folder, discover(), environment)


def refusal(folder: Path, text: str) -> tuple[str, str, str]:
    with pytest.raises(ReconcilerError) as caught:
        project(folder, text)
    told = caught.value.told
    return told.code, told.summary, told.hint


def test_a_project_has_its_tenants(tmp_path: Path) -> None:
    found = project(tmp_path, HEAD + "default: [lab]\ntenants:\n" + SANDBOX + REAL)
    assert list(found.tenants) == ["lab", "live"]
    assert found.tenants["lab"].is_sandbox
    assert found.tenants["live"].credentials == FromEnvironment(env="TOKEN")
    assert found.state == "sqlite:///.reconciler/state.db"


def test_the_tenants_of_a_command(tmp_path: Path) -> None:
    both = "tenants:\n" + SANDBOX + REAL
    assert [t.name for t in project(tmp_path, HEAD + both).chosen(())] == ["live"]
    by_default = project(tmp_path, HEAD + "default: [lab]\n" + both)
    assert [t.name for t in by_default.chosen(())] == ["lab"]
    assert [t.name for t in by_default.chosen(("live", "lab", "live"))] == ["live", "lab"]
    only = project(tmp_path, HEAD + "tenants:\n" + SANDBOX)
    assert [t.name for t in only.chosen(())] == ["lab"]
    with pytest.raises(UsageError, match="PRJ103"):
        only.chosen(("lap",))


def test_the_state_may_come_from_the_environment(tmp_path: Path) -> None:
    text = HEAD + "state: {env: WHERE}\ntenants:\n" + SANDBOX
    assert project(tmp_path, text, WHERE="sqlite:///x.db").state == "sqlite:///x.db"
    assert project(tmp_path, text, RECONCILER_STATE="sqlite:///y.db").state == "sqlite:///y.db"
    assert refusal(tmp_path, text)[0] == "PRJ108"


@pytest.mark.parametrize(
    ("text", "code", "summary", "hint"),
    [
        ("", "PRJ102", "is empty", "apiVersion: reconciler/v1"),
        ("- a\n", "PRJ102", "not a mapping", "apiVersion"),
        (HEAD + "tenants: {}\n", "PRJ102", "not possible", ""),
        (HEAD + "tenant:\n" + SANDBOX, "PRJ102", "no field `tenant`", "`tenants`"),
        (HEAD + "tenants:\n" + SANDBOX.replace("seed:", "sed:"), "PRJ102", "`sed`", "`seed`"),
        (HEAD + "tenants:\n" + SANDBOX.replace("[a.yaml]", "a.yaml"), "PRJ102", "a list", ""),
        (HEAD + "default: [lap]\ntenants:\n" + SANDBOX, "PRJ103", "`lap`", "`lab`"),
        (HEAD + "tenants:\n" + REAL.replace("region: eu1, ", ""), "PRJ104", "no region", "sandbox"),
        (HEAD + "tenants:\n" + SANDBOX.replace("lab: {", "lab: {region: eu1, "), "PRJ104",
         "a sandbox has no region", "remove"),
        (HEAD + "tenants:\n" + REAL.replace("eu1", "eu9"), "PRJ105", "`eu9`", "eu1"),
        (HEAD + "tenants:\n" + SANDBOX.replace("webexcc", "webex"), "PRJ106", "`webex`", "webexcc"),
        (HEAD + "tenants:\n" + SANDBOX.replace("lab:", "../lab:"), "PRJ107", "../lab", "letters"),
        (HEAD + "tenants:\n" + SANDBOX.replace("seed.yaml", "../seed.yaml"), "PRJ111", "out", ""),
        (HEAD + "tenants:\n" + SANDBOX.replace("{vendor", "{unmanaged: {User: prune}, vendor"),
         "PRJ167", "`prune` is not possible for User", "`report`"),
    ],
)  # fmt: skip
def test_a_project_that_cannot_be_is_told_clearly(
    tmp_path: Path, text: str, code: str, summary: str, hint: str
) -> None:
    found = refusal(tmp_path, text)
    assert found[0] == code
    assert summary in found[1]
    assert hint in found[2]


def test_a_parent_that_has_the_project_is_named(tmp_path: Path) -> None:
    project(tmp_path, HEAD + "tenants:\n" + SANDBOX)
    below = tmp_path / "sub"
    below.mkdir()
    with pytest.raises(ReconcilerError) as caught:
        load_project(below, discover(), {})
    assert str(tmp_path) in caught.value.told.hint


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda file: file.mkdir(), "it is a folder"),
        pytest.param(
            lambda file: os.mkfifo(file),  # noqa: PLW0108 - not there on Windows
            "it is a pipe",
            marks=needs_pipes,
        ),
        pytest.param(lambda file: file.symlink_to(file), "symbolic links", marks=needs_links),
        pytest.param(lambda file: file.symlink_to("gone.yaml"), "No such file", marks=needs_links),
        (lambda file: file.write_bytes(b"#" * (10 * 1024 * 1024 + 1)), "larger than 10 MiB"),
    ],
)
def test_a_project_file_that_cannot_be_read_is_told(
    tmp_path: Path, make: Callable[[Path], object], said: str
) -> None:
    make(tmp_path / "reconciler.yaml")
    with pytest.raises(ReconcilerError) as caught:
        load_project(tmp_path, discover(), {})
    assert caught.value.told.code == "PRJ101"
    assert said in caught.value.told.summary
