"""States that earlier versions left: they migrate, and plan and drift find nothing afterwards."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from reconciler import pipeline
from reconciler.contract.discover import discover
from reconciler.engine.connect import Surroundings
from reconciler.engine.prepare import Work, prepare
from reconciler.manifests.project import load_project
from reconciler.model.address import GroupKind
from reconciler.state.sql import create_state

STATES = Path(__file__).parents[1] / "data" / "states"
VERSIONS = ("46f5661", "c809b07")
OPEN = "UPDATE operation SET outcome = NULL, finished = NULL WHERE run = 'run-20261201-1'"
INTERRUPTED = "UPDATE run SET outcome = NULL, finished = NULL WHERE id = 'run-20261201-1'"


def restored(folder: Path, version: str, *changes: str) -> Work:
    """The project of an earlier version, with its state and its sandboxes."""
    shutil.copytree(STATES / "project", folder, dirs_exist_ok=True)
    (folder / ".reconciler/sandbox").mkdir(parents=True)
    for name, file in (
        ("state", "state.db"),
        ("webex", "sandbox/webex.db"),
        ("cx", "sandbox/cx.db"),
    ):
        with closing(sqlite3.connect(folder / ".reconciler" / file)) as database:
            database.executescript((STATES / version / f"{name}.sql").read_text(encoding="utf-8"))
            if name == "state":
                for change in changes:
                    database.execute(change)
                database.commit()
    return work(folder)


def work(folder: Path) -> Work:
    vendors = discover()
    project = load_project(folder, vendors, {})
    return Work(project, project.chosen(()), vendors, Surroundings(folder, {}))


@pytest.mark.parametrize("version", VERSIONS)
def test_plan_and_drift_find_nothing(tmp_path: Path, version: str) -> None:
    what = restored(tmp_path, version)
    plan = asyncio.run(pipeline.plan(what))
    assert (plan.outcome, plan.changes, plan.records) == ("no_changes", (), ())
    drift = asyncio.run(pipeline.drift(what))
    assert not drift.differences
    # what an earlier drift check found to be there is no news
    assert not [note for note in drift.notes if note.code == "PLN133"]


@pytest.mark.parametrize("version", VERSIONS)
def test_operations_without_an_outcome_are_understood(tmp_path: Path, version: str) -> None:
    what = restored(tmp_path, version, OPEN, INTERRUPTED, "DELETE FROM ownership")
    unsettled = next(each.unsettled for each in prepare(what) if each.tenant.name == "webex")
    assert len(unsettled) == 3
    plan = asyncio.run(pipeline.plan(what))
    assert [change for change in plan.changes if change.tenant == "webex"] == []


def test_used_names_are_of_the_one_group_that_has_the_kind(tmp_path: Path) -> None:
    what = restored(tmp_path, "c809b07")
    (known,) = [each.spent for each in prepare(what) if each.tenant.name == "cx"]
    assert {kind for kind, _ in known} == {GroupKind("cxone", "Role")}
    assert "quality reviewer" in {name for _, name in known}


def test_a_used_name_keeps_whose_it_was_first(tmp_path: Path) -> None:
    what = restored(tmp_path, "c809b07")
    before = next(each.spent for each in prepare(what) if each.tenant.name == "cx")
    asyncio.run(pipeline.plan(what))
    asyncio.run(pipeline.drift(what))
    assert next(each.spent for each in prepare(what) if each.tenant.name == "cx") == before


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_remembered_by_kind_is_remembered_by_group(tmp_path: Path, version: str) -> None:
    what = restored(tmp_path, version)
    state = create_state(what.project.state, what.project.root)
    try:
        memory = state.memory("webex")
        assert memory.known is not None
        assert {kind.group for kind in memory.known} == {""}
        asyncio.run(pipeline.drift(what))
        memory = state.memory("webex")
        assert memory.known is not None
        assert {kind.group for kind in memory.known} == {"webexcc"}
        assert set(memory.remembered) == {"webexcc"}
    finally:
        state.close()
