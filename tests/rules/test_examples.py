"""Every rule's good example passes, and its bad example is refused by that rule."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from reconciler.engine.connect import Surroundings
from reconciler.engine.read import read
from reconciler.manifests.load import load
from reconciler.manifests.parse import parse
from reconciler.manifests.project import Tenant
from reconciler.model.diagnostic import Diagnostic, Origin, Severity
from reconciler.model.resource import Spec
from reconciler.planning import planner
from reconciler.planning.item import TenantInput
from reconciler.rules.rule import Rule
from reconciler.vendor import Vendor, discover

VENDORS = discover()
RULES = [
    pytest.param(vendor, rule, id=rule.code) for vendor in VENDORS.values() for rule in vendor.rules
]


def findings(vendor: Vendor, rule: Rule[Spec], text: str, folder: Path) -> list[Diagnostic]:
    (folder / "example.yaml").write_text(text, encoding="utf-8")
    loaded = load(folder, "local", ["example.yaml"], {vendor.name: vendor})
    assert not loaded.diagnostics, loaded.diagnostics
    facts = vendor.facts.model_validate(YAML(typ="safe").load(rule.facts) or {})
    given = TenantInput("local", vendor, loaded.resources, facts=facts)
    if not rule.tenant:
        return list(planner.check(given))
    (folder / "seed.yaml").write_text(rule.tenant, encoding="utf-8")
    tenant = Tenant(
        "local", vendor.name, (), "", Origin("", 0, 1), seed="seed.yaml", identity="root@example"
    )
    seed = f"{rule.tenant}identities: [{{email: root@example, token: t}}]\n"
    (folder / "seed.yaml").write_text(seed, encoding="utf-8")
    snapshot = asyncio.run(read(tenant, vendor, (), Surroundings(folder, {})))
    return list(planner.plan(given, snapshot).diagnostics)


@pytest.mark.parametrize(("vendor", "rule"), RULES)
def test_the_good_example_passes(vendor: Vendor, rule: Rule[Spec], tmp_path: Path) -> None:
    found = findings(vendor, rule, rule.good, tmp_path)
    assert not [e for e in found if e.severity is Severity.ERROR or e.code == rule.code]


@pytest.mark.parametrize(("vendor", "rule"), RULES)
def test_the_bad_example_is_found_by_its_rule(
    vendor: Vendor, rule: Rule[Spec], tmp_path: Path
) -> None:
    found = findings(vendor, rule, rule.bad, tmp_path)
    assert {each.severity for each in found if each.code == rule.code} == {rule.severity}
    assert {e.code for e in found if e.severity is not Severity.INFO} <= {rule.code}


@pytest.mark.parametrize(("vendor", "rule"), RULES)
def test_every_finding_says_where_and_what_to_do(
    vendor: Vendor, rule: Rule[Spec], tmp_path: Path
) -> None:
    for found in findings(vendor, rule, rule.bad, tmp_path):
        assert found.path[0] in ("spec", "metadata")
        assert found.hint
        assert found.source.split(",")[0] in ("D1", "OpenAPI", "vendor help")


def test_the_examples_are_whole_documents() -> None:
    for vendor in VENDORS.values():
        for rule in vendor.rules:
            for text in (rule.good, rule.bad):
                documents, problems = parse("example", text.encode())
                assert documents
                assert not problems
