"""An access key against a served sandbox, whose access tokens expire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.test_cxone import JANE, PERMISSIONS, ROLE, SEED
from tests.served import Served, serving
from tests.workshop import Terminal

SECRET, KEY_ID = "canary-secret-5b1e", "key-1"
KEY = f"{{id: {KEY_ID}, secret: {SECRET}, expiresIn: LIFE}}"
PROJECT = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  lab: {vendor: cxone, manifests: ["access/*.yaml"], sandbox: {seed: seed.yaml}}
  live:
    vendor: cxone
    manifests: ["access/*.yaml"]
    organization: 0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30
    credentials: {accessKey: {id: {env: KEY_ID}, secret: {env: KEY_SECRET}}}
    assumed: [A1, A2]
    sandbox: {url: "URL"}
default: [live]
"""


@contextmanager
def served(root: Path, *options: str, life: int = 3600) -> Iterator[Served]:
    """The sandbox with an access key, and a project whose tenant `live` uses it."""
    root_ = "{email: root@contoso.example}"
    key = root_.replace("}", f", accessKey: {KEY.replace('LIFE', str(life))}}}")
    seed = SEED.replace(f"identities: [{root_}]", f"identities: [{key}]")
    (root / "seed.yaml").write_text(f"{seed}assumed: [A1, A2]\n{PERMISSIONS}", "utf-8")
    (root / "access").mkdir()
    (root / "access" / "all.yaml").write_text(ROLE + JANE, "utf-8")
    (root / "reconciler.yaml").write_text(PROJECT.replace("URL", "http://127.0.0.1:1"), "utf-8")
    with serving(root, "--tenant", "lab", *options) as server:
        (root / "reconciler.yaml").write_text(PROJECT.replace("URL", server.url), "utf-8")
        yield server


@pytest.fixture(autouse=True)
def nothing_tells_the_secret(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    caplog.set_level("DEBUG")
    monkeypatch.setenv("KEY_ID", KEY_ID)
    monkeypatch.setenv("KEY_SECRET", SECRET)
    yield
    assert SECRET not in caplog.text
    kept = [each for each in tmp_path.rglob("*") if each.is_file() and each.name != "seed.yaml"]
    assert not [each for each in kept if SECRET.encode() in each.read_bytes()]


def test_everything_is_done_with_an_access_key(tmp_path: Path, terminal: Terminal) -> None:
    with served(tmp_path):
        said = terminal("plan")
        assert said.code == 0, said.err
        assert "root@contoso.example" in said.out
        said = terminal("apply", "--auto-approve", "--allow", "people=2")
        assert said.code == 0, said.out + said.err
        assert terminal("plan", "--detailed-exitcode").code == 0
        assert terminal("drift").code == 0


def test_a_token_that_ends_is_replaced(tmp_path: Path, terminal: Terminal) -> None:
    """Each answer takes longer than a part of a token's life."""
    with served(tmp_path, "--latency", "300ms", life=1):
        said = terminal("apply", "--auto-approve", "--allow", "people=2")
        assert said.code == 0, said.out + said.err


def test_a_key_that_is_wrong_says_so(
    tmp_path: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(tmp_path):
        monkeypatch.setenv("KEY_ID", "another")
        said = terminal("plan")
        assert said.code == 1
        assert "TEN102" in said.err
        assert "no access token is given for the access key" in said.err
        monkeypatch.delenv("KEY_ID")
        said = terminal("plan")
        assert said.code == 1
        assert "takes its access key's id from KEY_ID, which is not set" in said.err
