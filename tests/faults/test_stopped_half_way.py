"""Commands against a served tenant that fails half-way: exit code, outcome, what is told."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reconciler.state.sql import create_state
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


def is_at(root: Path, url: str, default: str = "live") -> None:
    text = PROJECT.replace("URL", url).replace("[live]", f"[{default}]")
    (root / "reconciler.yaml").write_text(text, encoding="utf-8")


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


def test_the_command_that_is_told_carries_it_on(root: Path, terminal: Terminal) -> None:
    """For a tenant that commands are not about by themselves it names the tenant."""
    fault = '400 on="POST */user-profile" times=1'
    with serving(root, "--tenant", "lab", "--fault", fault) as served:
        is_at(root, served.url, default="lab")
        said = terminal("apply", "--tenant", "live", "--auto-approve", "-q")
        assert said.code == 1
        assert said.out.startswith("Apply incomplete: 1 done, 1 failed, 1 not started.")
        told = re.findall(r"`reconciler ([^`]+)` does only that", said.out)
        assert told == ["apply --resume --tenant live"]
        again = terminal(*told[0].split(), "--format", "json")
        summary = json.loads(again.out.splitlines()[-1])
        assert (again.code, summary["outcome"]) == (0, "done")
        assert (summary["done"], summary["earlier"]) == (2, 1)


def test_what_was_done_is_told_where_a_later_tenant_is_refused(
    root: Path, terminal: Terminal
) -> None:
    project = PROJECT[: PROJECT.index("  live:")].replace("default: [live]\n", "")
    project += project[project.index("  lab:") :].replace("lab:", "other:")
    (root / "reconciler.yaml").write_text(project, encoding="utf-8")
    state = create_state("sqlite:///.reconciler/state.db", root)
    with state.lock("other", "apply"):
        both = ("--tenant", "lab", "--tenant", "other")
        assert terminal("plan", "--out", "a.plan", *both).code == 0
        said = terminal("apply", "a.plan", "-q")
        assert said.code == 1
        assert said.out.startswith("Apply complete: lab: 3 done.")
        assert "  not reached  other" in said.out
        assert "error[RUN110]" in said.err
        machine = terminal("apply", "a.plan", "--format", "json")
        (line,) = machine.out.splitlines()
        summary = json.loads(line)
    state.close()
    assert (machine.code, summary["outcome"]) == (1, "partial")
    assert [each["code"] for each in summary["diagnostics"]] == ["RUN110"]
    assert summary["not_reached"] == ["other"]
