"""Two witnesses: what a rule refuses the sandbox refuses too, by code of its own, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.model.resource import Spec
from reconciler.rules.rule import Rule, Where
from reconciler.vendors.webexcc.vendor import VENDOR
from tests.agreement.raw import statuses

ENFORCED = [pytest.param(rule, id=rule.code) for rule in VENDOR.rules if Where.TENANT in rule.where]
NOT_YET = {"WCC137": "the sandbox has no desktop profiles, which is what would be refused"}
"""Rules whose bad example the sandbox takes, and why."""
GOOD = {200, 201}


@pytest.mark.parametrize("rule", ENFORCED)
def test_the_tenant_takes_the_good_example(rule: Rule[Spec], tmp_path: Path) -> None:
    assert set(statuses(tmp_path, rule.good, rule.tenant, rule.facts)) <= GOOD


@pytest.mark.parametrize("rule", ENFORCED)
def test_the_tenant_refuses_the_bad_example(rule: Rule[Spec], tmp_path: Path) -> None:
    answered = statuses(tmp_path, rule.bad, rule.tenant, rule.facts)
    assert (400 in answered) != (rule.code in NOT_YET)
    assert set(answered) <= GOOD | {400}
