"""Every rule's good example passes, and its bad example is refused by that rule."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.contract.discover import discover
from reconciler.contract.vendor import Vendor
from reconciler.engine.connect import Surroundings
from reconciler.engine.read import read
from reconciler.groups import Groups
from reconciler.manifests.load import load
from reconciler.manifests.parse import parse
from reconciler.manifests.project import Tenant
from reconciler.model.address import GroupKind
from reconciler.model.diagnostic import Diagnostic, Origin, Severity
from reconciler.model.live import Snapshot
from reconciler.model.resource import Spec
from reconciler.planning import drift as drifting
from reconciler.planning import planner
from reconciler.planning.check import check
from reconciler.planning.planned_object import TenantInput
from reconciler.rules.rule import Rule, Where
from reconciler.rules.world import Known

VENDORS = discover()
ALL = [(vendor, rule) for vendor in VENDORS.values() for rule in vendor.rules]
UNTOLD = {"WCC148", "WCC149"}
"""Licences: no API of the vendor tells them."""
OF_NOBODY = {"WCC156", "CXR115"}
"""What a rule tells about drift of which nobody knows who made it."""
TRACES = {"WCC143"}
"""Its example shows what the migration leaves, not how that came about."""
DRIFT_ALONE = {Where.DRIFT, Where.TENANT, Where.ACCESS, Where.ORDER}
"""Places in which nothing is found in a plan."""


def params(chosen: Callable[[Rule[Spec]], bool] = lambda _: True) -> list[Any]:
    return [pytest.param(*each, id=each[1].code) for each in ALL if chosen(each[1])]


def judges(rule: Rule[Spec]) -> bool:
    """Whether it finds something in a plan that nothing was applied before."""
    return rule.code not in UNTOLD | {"WCC119"} and not rule.where <= DRIFT_ALONE


RULES = params()
JUDGED = params(judges)
DRIFT = params(lambda rule: Where.DRIFT in rule.where and rule.code not in TRACES)
UNCHECKED = params(lambda rule: rule.code in UNTOLD)


def snapshot(vendor: Vendor, rule: Rule[Spec], folder: Path) -> Snapshot:
    """The tenant of a rule's examples, as the one sees it who applies them."""
    (folder / "seed.yaml").write_text(seeded(rule.tenant), encoding="utf-8")
    tenant = Tenant(
        "local",
        (vendor.name,),
        (),
        "",
        Origin("", 0, 1),
        seed="seed.yaml",
        identity=rule.identity or ("root@example" if "identities:" not in rule.tenant else None),
    )
    # as if no manifest were there: what may not be read at all is for the rule to tell
    return asyncio.run(read(tenant, Groups((vendor,)), (), Surroundings(folder, {})))


def seeded(tenant: str) -> str:
    """A seed that has somebody who applies."""
    if "identities:" in tenant:
        return tenant
    return f"{tenant}identities: [{{email: root@example, token: t, machine: true}}]\n"


def given_by(vendor: Vendor, rule: Rule[Spec], text: str, folder: Path) -> TenantInput:
    (folder / "example.yaml").write_text(text, encoding="utf-8")
    loaded = load(folder, "local", ["example.yaml"], {vendor.name: vendor})
    assert not loaded.diagnostics, loaded.diagnostics
    facts = vendor.facts.model_validate(YAML(typ="safe").load(rule.facts) or {})
    seed = YAML(typ="safe").load(rule.tenant) or {}
    known = Known(
        {vendor.name: facts},
        {vendor.name: frozenset(seed.get("assumed") or ())},
        # a ledger has them from earlier readings
        {
            (GroupKind(vendor.name, rule.on.__name__), name.casefold()): ""
            for name in seed.get("spentNames", ())
        },
    )
    return TenantInput("local", Groups((vendor,)), loaded.resources, known=known)


def findings(vendor: Vendor, rule: Rule[Spec], text: str, folder: Path) -> list[Diagnostic]:
    given = given_by(vendor, rule, text, folder)
    if not rule.tenant:
        return list(check(given))
    return list(planner.plan(given, snapshot(vendor, rule, folder)).diagnostics)


@pytest.mark.parametrize(("vendor", "rule"), RULES)
def test_the_good_example_passes(vendor: Vendor, rule: Rule[Spec], tmp_path: Path) -> None:
    found = findings(vendor, rule, rule.good, tmp_path)
    if rule.code in UNTOLD:
        found = [each for each in found if not each.summary.startswith("not checked: ")]
    assert not [e for e in found if e.severity is Severity.ERROR or e.code == rule.code]


@pytest.mark.parametrize(("vendor", "rule"), JUDGED)
def test_the_bad_example_is_found_by_its_rule(
    vendor: Vendor, rule: Rule[Spec], tmp_path: Path
) -> None:
    found = findings(vendor, rule, rule.bad, tmp_path)
    assert {each.severity for each in found if each.code == rule.code} == {rule.severity}
    also = {"WCC145"} if Where.IDENTITY in rule.where else set()
    assert {e.code for e in found if e.severity is not Severity.INFO} <= {rule.code} | also


@pytest.mark.parametrize(("vendor", "rule"), DRIFT)
def test_the_drift_of_the_bad_example_is_told_by_its_rule(
    vendor: Vendor, rule: Rule[Spec], tmp_path: Path
) -> None:
    live = snapshot(vendor, rule, tmp_path)
    told = {
        text: {
            (each.rule, each.origin, bool(each.why))
            for each in drifting.find(
                given_by(vendor, rule, text, tmp_path), live, stateless=True
            ).differences
        }
        for text in (rule.good, rule.bad)
    }
    origin = "unknown" if rule.code in OF_NOBODY else "vendor"
    assert (rule.code, origin, True) in told[rule.bad]
    assert rule.code not in {code for code, _, _ in told[rule.good]}


@pytest.mark.parametrize(("vendor", "rule"), UNCHECKED)
def test_what_no_api_tells_is_said_not_to_be_checked(
    vendor: Vendor, rule: Rule[Spec], tmp_path: Path
) -> None:
    found = findings(vendor, rule, rule.bad, tmp_path)
    (told,) = [each for each in found if each.code == rule.code]
    assert told.severity is Severity.INFO
    assert told.summary.startswith("not checked: licences")


@pytest.mark.parametrize(("vendor", "rule"), RULES)
def test_every_finding_says_where_and_what_to_do(
    vendor: Vendor, rule: Rule[Spec], tmp_path: Path
) -> None:
    for found in findings(vendor, rule, rule.bad, tmp_path):
        if found.address is not None:
            assert found.path[0] in ("spec", "metadata")
            assert found.hint
        if found.code[:3] not in ("PLN", "REF"):
            assert found.source.split(",")[0] in {each.code for each in vendor.documents} | {
                "vendor help"
            }


def test_the_examples_are_whole_documents() -> None:
    for vendor in VENDORS.values():
        for rule in vendor.rules:
            for text in (rule.good, rule.bad):
                documents, problems = parse("example", text.encode())
                assert documents
                assert not problems
