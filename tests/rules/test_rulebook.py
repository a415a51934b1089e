"""Our rules say of themselves what the rulebook says of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from reconciler.contract.discover import discover
from reconciler.model.resource import Spec
from reconciler.rules.planned import Planned, planned
from reconciler.rules.rule import Rule
from tests.shared import shared

OF_THE_API = re.compile(r"[A-Z]{3}2")
"""What only an API states is not in the rulebook."""

BUILT = frozenset(discover())
"""The systems of which there is no more to come but what is about access."""

DOCUMENTED = [
    pytest.param(rule, id=rule.code)
    for vendor in discover().values()
    for rule in vendor.rules
    if not OF_THE_API.match(rule.code)
]


@pytest.fixture(scope="module")
def rulebook() -> dict[str, Any]:
    rows = YAML(typ="safe").load(shared("rulebook.yaml").read_text(encoding="utf-8"))
    found = rows["rules"] if isinstance(rows, dict) else rows
    return {row["code"]: row for row in found}


@pytest.mark.parametrize("rule", DOCUMENTED)
def test_a_rule_is_as_the_rulebook_has_it(rule: Rule[Spec], rulebook: dict[str, Any]) -> None:
    row = rulebook[rule.code]
    assert str(rule.severity) == row["level"]
    assert {str(each) for each in rule.where} == set(row["where"])
    # an unquoted comma ends a value there: what comes after it is a key without one
    source = " ".join([row["source"], *(key for key, value in row.items() if value is None)])
    assert rule.source.replace(",", "") in source.replace(",", "")


def test_every_rule_but_those_about_access_is_built_or_kept(rulebook: dict[str, Any]) -> None:
    marked = {
        row["code"]
        for row in rulebook.values()
        if row["system"] in BUILT and set(row["where"]) - {"access", "tenant"}
    }
    built = {rule.code for vendor in discover().values() for rule in vendor.rules}
    kept = {each.code for each in planned() if each.kept}
    assert marked <= built | kept
    assert not built & {each.code for each in planned()}


@pytest.mark.parametrize("each", [pytest.param(each, id=each.code) for each in planned()])
def test_a_rule_without_a_check_is_as_the_rulebook_has_it(
    each: Planned, rulebook: dict[str, Any]
) -> None:
    row = rulebook[each.code]
    assert str(each.severity) == row["level"]
    assert set(each.where) == set(row["where"])
