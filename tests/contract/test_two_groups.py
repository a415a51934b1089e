"""One organization with two groups that have a kind of the same name, and refer to one another."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from reconciler import pipeline
from reconciler.contract.discover import discover
from reconciler.contract.vendor import Vendor
from reconciler.engine.connect import Surroundings
from reconciler.engine.prepare import Work
from reconciler.errors import TenantError
from reconciler.manifests.project import load_project
from reconciler.model.address import GroupKind
from reconciler.model.change import Action
from reconciler.model.diagnostic import InvalidInputError
from reconciler.model.live import Snapshot
from reconciler.model.plan import Plan, dump, load
from reconciler.model.snapshot import dump as snapshot_file
from reconciler.model.snapshot import load as read_snapshot
from reconciler.state.sql import open_state
from tests.contract import annex, tiny
from tests.loopback import said, serving

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  house: {vendor: [tiny, annex], manifests: [doors.yaml], organization: o-2, region: here, \
credentials: {env: TINY_TOKEN}}
"""
DOORS = """\
apiVersion: tiny/v1
kind: Door
metadata: {name: front}
spec: {name: Front door, building: Main}
---
apiVersion: annex/v1
kind: Door
metadata: {name: front}
spec: {leadsTo: front}
"""
BADGE = "{badge: {number: {env: NUMBER}, secret: {env: SECRET}}}"
VENDORS: dict[str, Vendor] = {"tiny": tiny.VENDOR, "annex": annex.VENDOR}


class House:
    """A project whose one tenant has both groups."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.tiny = tiny.tenant("o-2")
        self.annex = tiny.TENANTS["o-2 annex"] = {}
        self.write("reconciler.yaml", PROJECT)
        self.write("doors.yaml", DOORS)

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text, encoding="utf-8")

    def work(self) -> Work:
        project = load_project(self.root, VENDORS, {})
        variables = {"TINY_TOKEN": "secret", "NUMBER": "7", "SECRET": "canary"}
        around = Surroundings(self.root, variables)
        return Work(project, project.chosen(()), VENDORS, around)

    def plan(self) -> Plan:
        return asyncio.run(pipeline.plan(self.work()))

    def applied(self) -> None:
        plan = load(dump(self.plan()))
        work = self.work()
        (ledger,) = asyncio.run(pipeline.apply(work, plan, saved=True, report=lambda _: None))
        assert ledger.outcome == "done"


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_one_plan_orders_the_writes_of_both_groups(house: House) -> None:
    plan = house.plan()
    assert [(change.address, change.step) for change in plan.changes] == [
        ("house/tiny/Door/front", 1),
        ("house/annex/Door/front", 2),
    ]
    house.applied()
    (door,) = house.annex.values()
    assert door["values"]["leadsTo"] in house.tiny
    again = house.plan()
    assert (again.outcome, again.tenants[0].vendor) == ("no_changes", "tiny, annex")


def test_drift_is_that_of_the_group_alone(house: House) -> None:
    house.applied()
    next(iter(house.annex.values()))["values"]["leadsTo"] = "d-1"
    drift = asyncio.run(pipeline.drift(house.work()))
    assert [each.address for each in drift.differences] == ["house/annex/Door/front"]


def test_what_leaves_git_is_deleted_by_the_writer_of_its_group(house: House) -> None:
    house.applied()
    house.write("doors.yaml", DOORS.partition("---\n")[0])
    house.applied()
    assert not house.annex
    assert {body["name"] for body in house.tiny.values()} >= {"Front door", "Back door"}


PASSES = f"""\
{DOORS}---
apiVersion: annex/v1
kind: Pass
metadata: {{name: guard}}
spec: {{doors: [front]}}
---
apiVersion: annex/v1
kind: Pass
metadata: {{name: cleaner}}
spec: {{copyOf: guard}}
"""


def passes(house: House) -> dict[str, dict[str, Any]]:
    """The values of the passes of the annex by name."""
    return {b["name"]: b["values"] for b in house.annex.values() if b["kind"] == "Pass"}


def test_a_copy_takes_what_its_original_is_to_have(house: House) -> None:
    house.write("doors.yaml", PASSES)
    steps = {change.name: change.step for change in house.plan().changes if change.kind == "Pass"}
    assert steps == {"guard": 3, "cleaner": 4}
    house.applied()
    (door,) = (key for key, body in house.annex.items() if body["kind"] == "Door")
    found = passes(house)
    assert found["cleaner"]["doors"] == found["guard"]["doors"] == {door}
    assert house.plan().outcome == "no_changes"


def test_what_leaves_git_is_switched_off_and_comes_back(house: House) -> None:
    house.write("doors.yaml", PASSES)
    house.applied()
    house.write("doors.yaml", PASSES.rpartition("---\n")[0])
    (change,) = house.plan().changes
    assert (change.name, change.action) == ("cleaner", Action.DEACTIVATE)
    house.applied()
    assert passes(house)["cleaner"]["active"] is False
    house.write("doors.yaml", PASSES)
    assert [each.action for each in house.plan().changes] == [Action.ADOPT]
    house.applied()
    assert passes(house)["cleaner"]["active"] is True


def test_the_names_of_its_kinds_are_remembered_for_rules(house: House) -> None:
    house.write("doors.yaml", PASSES)
    house.applied()
    house.plan()  # each reading of the tenant remembers the names that it sees
    state = open_state(house.work().project.state, house.root)
    assert state is not None
    spent = state.spent("house")
    state.close()
    assert {(kind, name) for kind, name in spent} >= {
        (GroupKind(annex.GROUP, "Pass"), "guard"),
        (GroupKind(annex.GROUP, "Pass"), "cleaner"),
    }


def test_one_token_is_fetched_with_credentials_of_its_own_form(house: House) -> None:
    answer = said("200 OK", b'{"access_token": "of-the-badge"}', "Content-Type: application/json")
    tiny.SIGNED_IN.clear()

    async def planned() -> tuple[Plan, list[bytes]]:
        async with serving(answer) as porter:
            reached = f"sandbox: {{url: '{porter.url}'}}, credentials: {BADGE}"
            text = PROJECT.replace("region: here, credentials: {env: TINY_TOKEN}", reached)
            house.write("reconciler.yaml", text)
            return await pipeline.plan(house.work()), porter.heard

    plan, heard = asyncio.run(planned())
    assert plan.outcome == "changes"
    assert tiny.SIGNED_IN == ["of-the-badge", "of-the-badge"]
    (asked,) = heard
    assert asked.startswith(b"POST /token ")
    assert b'{"number":"7","secret":"canary"}' in asked
    assert "canary" not in repr(plan)


def test_a_form_of_another_system_is_refused(house: House) -> None:
    house.write("reconciler.yaml", PROJECT.replace("{env: TINY_TOKEN}", "{pin: {env: A}}"))
    with pytest.raises(InvalidInputError) as caught:
        house.work()
    (found,) = caught.value.diagnostics
    assert (found.code, "{badge: ...}" in found.hint) == ("PRJ160", True)


def test_a_snapshot_keeps_both(house: House) -> None:
    house.applied()
    live = asyncio.run(pipeline.snapshot(house.work()))
    kept = read_snapshot(snapshot_file(("tiny", "annex"), live), "file")
    assert kept.groups == ("tiny", "annex")
    doors = {key: len(rows) for key, rows in kept.snapshot.objects.items() if key.name == "Door"}
    assert doors == {GroupKind("tiny", "Door"): 2, GroupKind("annex", "Door"): 1}


def test_a_kind_that_both_have_is_named_with_its_group(house: House) -> None:
    house.write(
        "reconciler.yaml",
        PROJECT.replace("region: here", "region: here, unmanaged: {Door: report}"),
    )
    with pytest.raises(InvalidInputError) as caught:
        house.work()
    assert "`Door` may be any of `tiny/Door`, `annex/Door`" in str(caught.value.diagnostics)
    named = "region: here, unmanaged: {tiny/Door: report}"
    house.write("reconciler.yaml", PROJECT.replace("region: here", named))
    assert house.work().tenants[0].unmanaged == {GroupKind("tiny", "Door"): "report"}
    assert list(house.plan().tenants[0].unmanaged) == ["tiny/Door"]


def test_groups_of_two_organizations_are_refused(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def elsewhere(reader: annex.AnnexReader, _resources: object, _memory: object) -> object:
        assert reader is not None
        return Snapshot("o-3", {}, {})

    monkeypatch.setattr(annex.AnnexReader, "read", elsewhere)
    with pytest.raises(TenantError) as caught:
        house.plan()
    assert caught.value.told.code == "TEN131"


def test_groups_that_are_never_one_organization_are_refused(house: House) -> None:
    house.write("reconciler.yaml", PROJECT.replace("[tiny, annex]", "[tiny, cxone]"))
    with pytest.raises(InvalidInputError) as caught:
        load_project(house.root, {**VENDORS, **discover()}, {})
    assert [each.code for each in caught.value.diagnostics] == ["PRJ172"]
