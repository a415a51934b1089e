"""Commands against a served tenant that fails half-way: exit code, outcome, what is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.served import serving
from tests.workshop import COLLECTION, ORGANIZATION, PROFILE, SEED, USER, Terminal

PROJECT = f"""\
apiVersion: reconciler/v1
kind: Project
default: [live]
tenants:
  lab: {{vendor: webexcc, manifests: ["access/*.yaml"], sandbox: {{seed: seed.yaml}}}}
  live:
    vendor: webexcc
    manifests: ["access/*.yaml"]
    organization: {ORGANIZATION}
    credentials: {{env: TOKEN}}
    sandbox: {{url: "URL"}}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TOKEN", "root-token")
    (tmp_path / "access").mkdir()
    manifests = COLLECTION + PROFILE + USER
    (tmp_path / "access" / "all.yaml").write_text(manifests, encoding="utf-8")
    users = "".join(
        f"  - {{email: agent-{n}@northwind.example, profile: Supervisor Profile}}\n"
        for n in range(250)
    )
    (tmp_path / "seed.yaml").write_text(SEED + users, encoding="utf-8")
    is_at(tmp_path, "http://127.0.0.1:1")
    return tmp_path


def is_at(root: Path, url: str) -> None:
    (root / "reconciler.yaml").write_text(PROJECT.replace("URL", url), encoding="utf-8")


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_a_list_that_breaks_off_is_a_partial_read(
    root: Path, terminal: Terminal, command: str
) -> None:
    fault = '403 on="GET */v2/user" nth=2 times=always'
    with serving(root, "--tenant", "lab", "--fault", fault) as served:
        is_at(root, served.url)
        told = terminal(command, "--format", "json")
    assert (told.code, told.json["outcome"], told.json["errored"]) == (1, "partial", True)
    assert "changes" not in told.json
    (error,) = told.json["diagnostics"]
    assert error["code"] == "TEN103"
    assert "The list of User was read in part only" in error["detail"]


def test_an_apply_that_could_not_read_has_not_applied_in_part(
    root: Path, terminal: Terminal
) -> None:
    fault = '403 on="GET */v2/user" nth=2 times=always'
    with serving(root, "--tenant", "lab", "--fault", fault) as served:
        is_at(root, served.url)
        told = terminal("apply", "--auto-approve", "--format", "json")
    assert told.code == 1
    assert json.loads(told.out.splitlines()[-1])["outcome"] == "error"


def test_429_for_ever_ends_partial_and_the_rest_is_told_and_done_later(
    root: Path, terminal: Terminal
) -> None:
    fault = '429 on="POST */user-profile" retryAfter=600 times=always'
    with serving(root, "--tenant", "lab", "--fault", fault) as served:
        is_at(root, served.url)
        said = terminal("apply", "--auto-approve")
        assert said.code == 1
        ledger = said.out[said.out.index("Apply incomplete") :]
        assert "1 done, 1 failed, 1 not started" in ledger
        assert "failed       webexcc/UserProfile/lead   TEN107" in ledger
        assert "not started  webexcc/User/sam@northwind.example" in ledger
        assert "`reconciler plan` shows what remains; `reconciler apply --resume` does" in ledger
        again = terminal("apply", "--auto-approve", "--format", "json")
        summary = json.loads(again.out.splitlines()[-1])
        assert (again.code, summary["outcome"]) == (1, "partial")
        assert (summary["done"], summary["failed"], summary["not_started"]) == (0, 1, 1)
        remaining = terminal("plan", "--detailed-exitcode")
        assert remaining.code == 2
        assert "1 to add" in remaining.out
    with serving(root, "--tenant", "lab") as served:
        is_at(root, served.url)
        assert terminal("apply", "--auto-approve").code == 0
        assert terminal("plan", "--detailed-exitcode").code == 0
