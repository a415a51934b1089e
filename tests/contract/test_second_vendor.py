"""A vendor that lives outside plans and applies: the core knows none by name."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from reconciler import pipeline
from reconciler.contract.discover import discover
from reconciler.engine.connect import Surroundings
from reconciler.engine.prepare import Work
from reconciler.errors import ProjectError
from reconciler.manifests.project import load_project
from reconciler.model.change import Action
from reconciler.model.plan import Plan
from tests.contract import tiny

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  house: {vendor: tiny, manifests: [doors.yaml], organization: o-1, region: here, \
credentials: {env: TINY_TOKEN}}
"""
DOORS = """\
apiVersion: tiny/v1
kind: Door
metadata: {name: front}
spec: {name: Front door, building: Main, alarmed: false}
---
apiVersion: tiny/v1
kind: Key
metadata: {name: master}
spec: {doors: [front, Back door]}
"""


class House:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.tenant = tiny.tenant("o-1")
        (root / "reconciler.yaml").write_text(PROJECT)
        self.write(DOORS)

    def write(self, text: str) -> None:
        (self.root / "doors.yaml").write_text(text)

    def work(self) -> Work:
        vendors = {"tiny": tiny.VENDOR}
        project = load_project(self.root, vendors, {})
        around = Surroundings(self.root, {"TINY_TOKEN": "secret"})
        return Work(project, project.chosen(()), vendors, around)

    def plan(self) -> Plan:
        return asyncio.run(pipeline.plan(self.work()))

    def apply(self, plan: Plan) -> str:
        work = self.work()
        done = asyncio.run(pipeline.apply(work, plan, saved=True, report=lambda _: None))
        return done[0].outcome


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_it_plans_applies_and_plans_to_no_change(house: House) -> None:
    plan = house.plan()
    assert [(c.kind, c.action, c.step) for c in plan.changes] == [
        ("Door", Action.CREATE, 1),
        ("Key", Action.CREATE, 2),
    ]
    assert house.apply(plan) == "done"
    made = {body["name"]: body["values"] for body in house.tenant.values()}
    assert made["Front door"] == {"name": "Front door", "building": "b-1", "alarmed": False}
    assert made["master"]["doors"] == {"d-1", "d-3"}
    assert house.plan().outcome == "no_changes"


def test_it_updates_deletes_and_leaves_alone_what_is_not_ours(house: House) -> None:
    house.apply(house.plan())
    house.write(DOORS.replace("[front, Back door]", "[Back door]").partition("---\n")[2])
    plan = house.plan()
    assert [(c.name, c.action, c.step) for c in plan.changes] == [
        ("master", Action.UPDATE, 1),
        ("Front door", Action.DELETE, 2),
    ]
    assert house.apply(plan) == "done"
    assert {body["name"] for body in house.tenant.values()} == {"Main", "Back door", "master"}


def test_its_rules_are_run(house: House) -> None:
    house.write(DOORS.replace("[front, Back door]", "[]"))
    plan = house.plan()
    assert plan.errored
    assert [f.code for f in plan.findings if f.severity == "error"] == ["TNY101"]


def test_its_drift_is_found_and_taken_back(house: House) -> None:
    house.apply(house.plan())
    house.tenant["d-3"]["values"]["alarmed"] = True
    found = asyncio.run(pipeline.drift(house.work()))
    (difference,) = found.differences
    assert [(a.path, a.before, a.after) for a in difference.attributes] == [
        ("alarmed", False, True)
    ]
    assert found.revert is not None
    assert house.apply(found.revert) == "done"
    assert house.tenant["d-3"]["values"]["alarmed"] is False


def offer(folder: Path, package: str, entry: str) -> None:
    """A package on the path that offers a vendor."""
    info = folder / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[reconciler.vendors]\n{entry}\n")


def test_it_arrives_by_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(tmp_path, "tiny-vendor", "tiny = tests.contract.tiny:VENDOR")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    assert discover()["tiny"] is tiny.VENDOR
    assert "webexcc" in discover()


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("webexcc = tests.contract.tiny:VENDOR", "PRJ130"),
        ("broken = tests.contract.nowhere:VENDOR", "PRJ131"),
        ("other = tests.contract.tiny:MANUAL", "PRJ132"),
    ],
)
def test_a_vendor_that_does_not_fit_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, code: str
) -> None:
    offer(tmp_path, "bad-vendor", entry)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(ProjectError) as caught:
        discover()[entry.partition(" ")[0]]
    assert caught.value.told.code == code
    assert entry.partition(" ")[0] in caught.value.told.summary


def test_no_core_file_names_a_vendor() -> None:
    package = Path(str(sys.modules["reconciler"].__file__)).parent
    names = {name for v in discover().values() for name in (v.name, v.family)}
    naming = sorted(
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if "vendors" not in file.relative_to(package).parts
        and any(name in file.read_text(encoding="utf-8").lower() for name in names)
    )
    # the demo plays the example company, which has a vendor
    assert naming == ["cli/demo.py"]
