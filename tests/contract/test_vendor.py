"""What every vendor has to do, on its own sandbox: one suite, the cases are its catalogue's."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from reconciler import pipeline
from reconciler.contract.answers import offered
from reconciler.contract.discover import discover
from reconciler.contract.vendor import Kind, Vendor
from reconciler.engine.connect import Surroundings
from reconciler.engine.read import read
from reconciler.errors import ReconcilerError
from reconciler.groups import Groups
from reconciler.manifests.project import load_project
from reconciler.model.address import Address, GroupKind
from reconciler.model.diagnostic import Origin
from reconciler.model.diagnostic import Path as AttributePath
from reconciler.model.live import LiveObject, Snapshot
from reconciler.model.plan import Plan, dump
from reconciler.model.resource import Reference, Resource
from reconciler.model.snapshot import dump as snapshot_file
from reconciler.model.snapshot import load as read_snapshot
from reconciler.model.value import Ref
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from tests.vendors import CATALOGUES
from tests.vendors.catalogue import Case, Catalogue, Drifted
from tests.vendors.tenants import WIDE, workshop, writes
from tests.workshop import Terminal, Workshop

CASES = [
    pytest.param(each, case, id=f"{name}-{label}")
    for name, each in CATALOGUES.items()
    for label, case in each.cases.items()
]
DRIFTED = [
    pytest.param(catalogue, each, id=f"{name}-{each.action}")
    for name, catalogue in CATALOGUES.items()
    for each in catalogue.drifted
]


def applied(here: Workshop, *manifests: str) -> Plan:
    """What these manifests plan, carried out whole; afterwards there is nothing to do."""
    here.manifests(*manifests)
    if not manifests:
        return here.plan()
    plan = here.planned_and_applied()
    assert here.plan().outcome == "no_changes"
    return plan


@pytest.fixture(params=CATALOGUES)
def catalogue(request: pytest.FixtureRequest) -> Catalogue:
    return CATALOGUES[request.param]


@pytest.fixture
def here(tmp_path: Path, catalogue: Catalogue) -> Workshop:
    return workshop(tmp_path, catalogue)


def test_every_vendor_has_a_catalogue_with_each_of_its_kinds() -> None:
    assert CATALOGUES.keys() == discover().keys()
    for name, vendor in discover().items():
        texts = "".join(CATALOGUES[name].manifests)
        kinds = set(re.findall(r"^kind: (\w+)$", texts, re.MULTILINE))
        assert kinds == {kind.name for kind in vendor.kinds}


def test_a_plan_only_reads_and_holds_no_secret(here: Workshop, catalogue: Catalogue) -> None:
    here.manifests(*catalogue.manifests)
    plan = here.plan()
    assert plan.outcome == "changes"
    assert here.calls
    assert writes(catalogue, here.calls) == []
    assert here.token() not in dump(plan).decode()


@pytest.mark.parametrize(("catalogue", "case"), CASES)
def test_a_change_is_planned_applied_and_then_there(
    tmp_path: Path, catalogue: Catalogue, case: Case
) -> None:
    here = workshop(tmp_path, catalogue)
    applied(here, *case.had)
    here.calls.clear()
    plan = applied(here, *case.has)
    assert sorted(change.action for change in plan.changes) == sorted(case.actions)
    asked = {(each.request.method, each.request.path) for each in plan.operations()}
    sent = writes(catalogue, here.calls)
    assert {method for method, _ in asked} <= {each.method for each in sent}
    if "bulk" not in str(asked):
        for method, path in asked:
            pattern = re.sub(r"\{[^}]*\}", "*", path)
            assert any(
                each.method == method and fnmatchcase(each.path, f"*{pattern}") for each in sent
            ), (method, path)


@pytest.mark.parametrize(
    "wrong",
    [
        "503 on='write *' times=2 when=before",
        "503 on='write *' when=after",
        "dropped on='write *' when=before",
        "dropped on='write *' when=after",
        "half-answer on='write *' when=after",
    ],
)
@pytest.mark.parametrize(("catalogue", "case"), CASES)
def test_whatever_happens_to_an_answer_the_next_apply_ends_it(
    tmp_path: Path, catalogue: Catalogue, case: Case, wrong: str
) -> None:
    here = workshop(tmp_path, catalogue)
    applied(here, *case.had)
    here.manifests(*case.has)
    plan = here.plan()
    here.around = lambda app: faulty(app, [fault(wrong)])
    here.apply(plan)
    here.around = lambda app: app
    if here.plan().outcome != "no_changes":
        here.planned_and_applied()
    assert here.plan().outcome == "no_changes"
    assert not here.drift().differences
    names = [each["name"] for each in _live(here, catalogue) if each["name"]]
    assert len(names) == len(set(names)), "something was made twice"


def _live(here: Workshop, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Kind and name of each managed object of the tenant."""
    snapshot = asyncio.run(pipeline.snapshot(here.work()))
    assert catalogue.vendor in {kind.group for kind in snapshot.objects}
    return [
        {"name": (kind.name, each.name)} for kind, rows in snapshot.objects.items() for each in rows
    ]


@pytest.mark.parametrize(("catalogue", "drifted"), DRIFTED)
def test_what_a_person_changed_is_drift_and_is_taken_back(
    tmp_path: Path, catalogue: Catalogue, drifted: Drifted
) -> None:
    here = workshop(tmp_path, catalogue)
    applied(here, *catalogue.manifests)
    assert not here.drift().differences
    here.act(drifted.action, **drifted.arguments)
    found = here.drift()
    (difference,) = found.differences
    assert difference.address.endswith(f"/{drifted.address}")
    assert {each.path for each in difference.attributes} == {drifted.path}
    assert found.revert is not None
    (ledger,) = here.apply(found.revert)
    assert ledger.outcome == "done"
    assert not here.drift().differences


@pytest.mark.parametrize(("catalogue", "drifted"), DRIFTED)
def test_a_plan_that_somebody_overtook_writes_nothing(
    tmp_path: Path, catalogue: Catalogue, drifted: Drifted
) -> None:
    here = workshop(tmp_path, catalogue)
    applied(here, *catalogue.manifests)
    here.act(drifted.action, **drifted.arguments)
    plan = here.plan()
    assert plan.outcome == "changes"
    found = here.drift()
    assert found.revert is not None
    here.apply(found.revert)
    here.calls.clear()
    with pytest.raises(ReconcilerError) as caught:
        here.apply(plan)
    assert caught.value.told.code in ("RUN103", "RUN104")
    assert writes(catalogue, here.calls) == []


def test_what_is_imported_is_what_there_is(
    here: Workshop, catalogue: Catalogue, terminal: Terminal
) -> None:
    said = terminal("-C", str(here.root), "import", "--all")
    assert said.code == 0, said.err
    plan = here.plan()
    assert {change.action for change in plan.changes} <= {"adopt"}
    here.planned_and_applied()
    assert here.plan().outcome == "no_changes"
    assert writes(catalogue, here.calls) == []


def test_a_snapshot_stands_for_the_tenant(here: Workshop, catalogue: Catalogue) -> None:
    live = asyncio.run(pipeline.snapshot(here.work()))
    kept = read_snapshot(snapshot_file((catalogue.vendor,), live), "file")
    assert kept.groups == (catalogue.vendor,)
    assert _told(kept.snapshot) == _told(live)
    assert _listed(kept.snapshot) == _listed(live)
    assert here.token() not in snapshot_file((catalogue.vendor,), live).decode()


def _told(snapshot: Snapshot) -> list[tuple[GroupKind, str, str, Any]]:
    """What a plan needs of each object."""
    rows = snapshot.objects.items()
    rows_of = [(kind, each.id, each.name, each.values) for kind, found in rows for each in found]
    return sorted(rows_of, key=lambda each: each[:2])


def _listed(snapshot: Snapshot) -> set[tuple[GroupKind, str, str]]:
    """The inventory that manifests may name."""
    return {(kind, e.id, e.name) for kind, found in snapshot.inventory.items() for e in found}


def test_a_list_that_moves_while_it_is_read_is_refused_or_whole(
    here: Workshop, catalogue: Catalogue
) -> None:
    whole = {each["name"] for each in _live(here, catalogue)}
    for rows in (1, -1):
        moving = fault(f"shifting-pages rows={rows} times=always")
        here.around = lambda app, moving=moving: faulty(app, [moving])  # type: ignore[misc]
        try:
            seen = {each["name"] for each in _live(here, catalogue)}
        except ReconcilerError as error:
            seen, code = whole, error.told.code
            assert code.startswith("TEN")
        assert seen == whole


@pytest.mark.parametrize("wrong", ["null-body", "html", "half-answer", "cut-answer", "401", "500"])
def test_an_answer_that_is_none_is_never_an_empty_tenant(
    here: Workshop, catalogue: Catalogue, wrong: str
) -> None:
    applied(here, *catalogue.manifests)
    here.around = lambda app: faulty(app, [fault(f"{wrong} on='*' times=always")])
    with pytest.raises(ReconcilerError) as caught:
        here.plan()
    assert caught.value.told.code.startswith("TEN")
    assert here.token() not in repr(caught.value)


def _by_id(kind: str | GroupKind, key: Ref) -> Any:
    assert kind
    return {"id": str(key)}


def _resolved(kind: str | GroupKind, reference: Reference, path: AttributePath) -> Ref:
    assert kind, path
    assert reference.id is not None
    return Ref(reference.id)


def test_a_spec_means_the_values_that_it_was_made_of(tmp_path: Path, catalogue: Catalogue) -> None:
    """On the vendor's example, which has every sort of object."""
    vendor, snapshot = _example(tmp_path, catalogue)
    seen = 0
    for kind in vendor.kinds:
        for live in snapshot.objects[kind.key]:
            _means_the_same(kind, live, catalogue)
            seen += 1
    assert seen == sum(len(rows) for rows in snapshot.objects.values()) > len(vendor.kinds)


def _example(root: Path, catalogue: Catalogue) -> tuple[Vendor, Snapshot]:
    shutil.copytree(catalogue.example, root, dirs_exist_ok=True)
    vendors = discover()
    (tenant,) = load_project(root, vendors, {}).chosen((catalogue.example_tenant,))
    vendor = vendors[catalogue.vendor]
    groups = Groups((vendor,))
    return vendor, asyncio.run(read(tenant, groups, (), Surroundings(root, {})))


def _means_the_same(kind: Kind, live: LiveObject, catalogue: Catalogue) -> None:
    spec = kind.shape.spec_of(live.values, _by_id)
    address = Address("t", kind.group, kind.name, "some-name")
    resource = Resource(address, kind.shape.spec.model_validate(spec), Origin("f", 0, 1))
    declared = kind.shape.desired(resource, _resolved)
    replaced = {other for name, other in catalogue.instead_of.items() if declared.get(name)}
    wanted = {k: v for k, v in live.values.items() if k in declared and k not in replaced}
    assert {k: v for k, v in declared.items() if k not in replaced} == wanted, live.name
    left_out = live.values.keys() - declared.keys() - replaced - catalogue.not_compared
    assert all(_grants_nothing(live.values[key]) for key in left_out), (live.name, left_out)


def _grants_nothing(value: Any) -> bool:
    inside = value.values() if isinstance(value, dict) else [value]
    return not any(inside)


def test_who_changed_it_is_asked_of_the_vendors_log(here: Workshop, catalogue: Catalogue) -> None:
    vendor = discover()[catalogue.vendor]
    if offered(vendor.audit) is None:
        pytest.skip(f"not offered: {vendor.audit}")
    project = here.root / "reconciler.yaml"
    text = project.read_text("utf-8")
    project.write_text(text.replace("    sandbox:", "    audit: {}\n    sandbox:"), "utf-8")
    applied(here, *catalogue.manifests)
    first = catalogue.drifted[0]
    here.act(first.action, **first.arguments)
    (difference,) = here.drift().differences
    assert difference.by is not None


def test_a_made_up_tenant_is_as_its_manifests_say(
    tmp_path: Path, catalogue: Catalogue, terminal: Terminal
) -> None:
    vendor = discover()[catalogue.vendor]
    if offered(vendor.generate) is None:
        pytest.skip(f"not offered: {vendor.generate}")
    made = ("--vendor", catalogue.vendor, "--objects", "60", "-o", "seed.yaml")
    root = ("-C", str(tmp_path))
    said = terminal(*root, "sandbox", "seed", *made, "--manifests", "access")
    assert said.code == 0, said.err
    (tmp_path / "reconciler.yaml").write_text(catalogue.project + WIDE, encoding="utf-8")
    said = terminal(*root, "plan", "--format", "json")
    assert said.code == 0, said.err
    actions = {each["action"] for each in json.loads(said.out)["changes"]}
    assert actions == {"adopt"}


@pytest.mark.parametrize(("catalogue", "drifted"), DRIFTED)
def test_the_same_drift_again_is_taken_back_again(
    tmp_path: Path, catalogue: Catalogue, drifted: Drifted
) -> None:
    """The plan may be the same to the byte: it is no plan that was carried out already."""
    here = workshop(tmp_path, catalogue)
    applied(here, *catalogue.manifests)
    for _ in range(2):
        here.act(drifted.action, **drifted.arguments)
        plan = here.plan()
        assert plan.outcome == "changes"
        (ledger,) = here.apply(plan)
        assert (ledger.outcome, ledger.already_applied) == ("done", False)
        (ledger,) = here.apply(plan)
        assert ledger.already_applied
    assert here.plan().outcome == "no_changes"
