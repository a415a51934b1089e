"""What a command loads: `--version` next to nothing, `validate` of a good file no heavy library."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.systems import bare_processes

HEAVY = (
    "alembic", "asyncio", "deepdiff", "httpx2", "jsonschema", "rich", "ruamel", "sqlalchemy",
    "sqlite3", "starlette",
)  # fmt: skip

GOOD = """\
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: billing-supervisor}
spec: {profileType: supervisor, permissions: {queue: edit}, resources: all}
"""

SCRIPT = """\
import json, sys
before = set(sys.modules)
sys.argv = ["reconciler", *sys.argv[1:]]
from reconciler.cli.app import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def loaded(folder: Path, *arguments: str) -> set[str]:
    (folder / "good.yaml").write_text(GOOD, encoding="utf-8")
    command = [sys.executable, "-c", SCRIPT, *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@bare_processes
def test_the_version_needs_nothing_but_the_package(tmp_path: Path) -> None:
    found = {each.partition(".")[0] for each in loaded(tmp_path, "--version")}
    assert found == {"__future__", "reconciler"}


@pytest.mark.parametrize("arguments", [["--help"], ["plan", "--help"], ["validate", "good.yaml"]])
def test_no_heavy_library_is_loaded_before_it_is_needed(
    tmp_path: Path, arguments: list[str]
) -> None:
    found = {each.partition(".")[0] for each in loaded(tmp_path, *arguments)}
    if arguments[0] != "plan":  # what a command takes is known by its own module
        assert not found & set(HEAVY)
    assert not found & {"alembic", "deepdiff", "httpx2", "sqlalchemy", "starlette"}


def test_help_needs_no_model(tmp_path: Path) -> None:
    assert "pydantic" not in loaded(tmp_path, "--help")


def test_files_are_validated_without_a_project_and_without_a_plan(tmp_path: Path) -> None:
    needless = (
        "pipeline",
        "engine",
        "state",
        "model.plan",
        "planning.planner",
        "manifests.project",
    )
    found = loaded(tmp_path, "validate", "good.yaml")
    assert "reconciler.checking" in found
    assert "reconciler.vendors.webexcc.vendor" in found
    assert "reconciler.vendors.cxone" not in found, "a vendor that no manifest names"
    assert not found & {f"reconciler.{each}" for each in needless}
