"""A service app against a served sandbox, whose refresh tokens rotate and access tokens expire."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from reconciler.http.session import Connection
from tests.served import Served, serving
from tests.systems import needs_posix_modes
from tests.workshop import COLLECTION, ORGANIZATION, PROFILE, SEED, Terminal

SECRET, REFRESH = "canary-secret-1c77", "canary-refresh-88d0"

APP = (
    "  - {email: reconciler-bot@northwind.example, machine: true, serviceApp: "
    f"{{id: app-1, secret: {SECRET}, refreshToken: {REFRESH}, expiresIn: LIFE}}}}\n"
)

PROJECT = f"""\
apiVersion: reconciler/v1
kind: Project
tenants:
  lab: {{vendor: webexcc, manifests: ["access/*.yaml"], sandbox: {{seed: seed.yaml}}}}
  live:
    vendor: webexcc
    manifests: ["access/*.yaml"]
    organization: {ORGANIZATION}
    credentials:
      serviceApp: {{id: {{env: APP_ID}}, secret: {{env: APP_SECRET}}, refreshToken: WHERE}}
    sandbox: {{url: "URL"}}
default: [live]
"""


@contextmanager
def served(
    root: Path, *options: str, life: int = 3600, where: str = "{file: refresh}"
) -> Iterator[Served]:
    """The sandbox with a service app, and a project whose tenant `live` uses it."""
    lines = SEED.splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.startswith("identities:"))
    people = re.search(r"\[(.*)\]", lines[at])
    assert people is not None
    lines[at] = f"identities:\n  - {people[1]}\n" + APP.replace("LIFE", str(life))
    (root / "seed.yaml").write_text("".join(lines), encoding="utf-8")
    (root / "access").mkdir()
    (root / "access" / "all.yaml").write_text(COLLECTION + PROFILE, encoding="utf-8")
    project = PROJECT.replace("WHERE", where)
    (root / "reconciler.yaml").write_text(project.replace("URL", "http://127.0.0.1:1"))
    with serving(root, "--tenant", "lab", *options) as server:
        (root / "reconciler.yaml").write_text(project.replace("URL", server.url))
        yield server


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("APP_ID", "app-1")
    monkeypatch.setenv("APP_SECRET", SECRET)
    (tmp_path / "refresh").write_text(REFRESH)
    (tmp_path / "refresh").chmod(0o600)
    return tmp_path


@needs_posix_modes
def test_runs_go_on_with_the_refresh_token_that_was_stored(root: Path, terminal: Terminal) -> None:
    with served(root):
        assert terminal("plan").code == 0
        first = (root / "refresh").read_text().strip()
        assert first != REFRESH
        assert stat.S_IMODE((root / "refresh").stat().st_mode) == 0o600
        applied = terminal("apply", "--auto-approve")
        assert applied.code == 0, applied.err
        assert (root / "refresh").read_text().strip() != first
        assert terminal("plan", "--detailed-exitcode").code == 0


def test_an_access_token_that_ends_in_mid_run_is_renewed(root: Path, terminal: Terminal) -> None:
    with served(root, "--latency", "150ms", life=1):
        applied = terminal("apply", "--auto-approve")
        assert applied.code == 0, applied.out + applied.err
        assert terminal("plan", "--detailed-exitcode").code == 0


def test_an_access_token_that_is_refused_is_renewed_once(root: Path, terminal: Terminal) -> None:
    with served(root, "--fault", '401 on="POST /organization/*"'):
        applied = terminal("apply", "--auto-approve")
        assert applied.code == 0, applied.out + applied.err


def test_a_refresh_token_that_cannot_be_stored_is_a_warning(
    root: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_REFRESH", REFRESH)
    with served(root, where="{env: APP_REFRESH}"):
        first = terminal("plan")
        assert first.code == 0
        assert "Warning: tenant live: the vendor gave a new refresh token" in first.err
        assert "the variable APP_REFRESH holds the old one" in first.err
        second = terminal("plan")
        assert second.code == 1
        assert "error[TEN102]" in second.err
        assert "invalid_grant" in second.err
        for said in (first, second):
            assert "canary" not in said.out + said.err


def test_a_secret_that_is_wrong_is_told_without_it(
    root: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_SECRET", "canary-wrong")
    with served(root):
        said = terminal("plan")
    assert said.code == 1
    assert "error[TEN102]: POST /v1/access_token: 401 invalid_client" in said.err
    assert "canary" not in said.out + said.err
    assert (root / "refresh").read_text() == REFRESH


@needs_posix_modes
def test_a_crash_is_told_with_a_log_that_holds_no_secret(
    root: Path, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy-user:canary-proxy@127.0.0.1:9")
    monkeypatch.setenv("TMPDIR", str(root))
    monkeypatch.setattr("tempfile.tempdir", None)
    once = Connection._once

    async def breaks(self: Connection, request: httpx2.Request, asked: Any, *, reads: bool) -> Any:
        if request.method == "POST":
            raise RuntimeError(f"{request.headers.raw} {os.environ}")
        return await once(self, request, asked, reads=reads)

    with served(root):
        with monkeypatch.context() as broken:
            broken.setattr(Connection, "_once", breaks)
            said = terminal("apply", "--auto-approve", "-v")
        assert said.code == 1
        assert "This is a bug in reconciler" in said.err
        assert "Traceback" not in said.out + said.err
        (log,) = root.glob("reconciler-*.log")
        assert str(log) in said.err
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
        text = log.read_text(encoding="utf-8")
        assert "RuntimeError" in text
        assert "authorization" in text.lower()
        for each in (text, said.out, said.err):
            assert "canary" not in each
            assert "_SBX_" not in each
        again = terminal("apply", "--auto-approve")
        assert again.code == 0, again.err


def test_no_secret_is_in_what_a_run_leaves_behind(root: Path, terminal: Terminal) -> None:
    with served(root, "--fault", "echo on=GET nth=6"):
        for command in (["plan", "-v"], ["plan", "--out", "plan.json"], ["apply", "plan.json"]):
            said = terminal(*command, *(["--auto-approve"] if command[0] == "apply" else []))
            assert "canary" not in said.out + said.err
            assert "_SBX_" not in said.out + said.err
        kept = [*root.glob("*.json"), *(root / ".reconciler").glob("state.db*")]
        assert len(kept) >= 2
        for file in kept:
            content = file.read_bytes()
            assert b"canary" not in content
            assert b"_SBX_" not in content
