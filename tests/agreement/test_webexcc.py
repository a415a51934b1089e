"""Two witnesses: what a rule refuses the sandbox refuses too, by code of its own, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.model.resource import Spec
from reconciler.rules.rule import Rule, Where
from reconciler.vendors.webexcc.vendor import VENDOR
from tests.agreement.raw import statuses

ENFORCED = [pytest.param(rule, id=rule.code) for rule in VENDOR.rules if Where.TENANT in rule.where]
GOOD = {200, 201}


@pytest.mark.parametrize("rule", ENFORCED)
def test_the_tenant_takes_the_good_example(rule: Rule[Spec], tmp_path: Path) -> None:
    assert set(statuses(tmp_path, rule.good, rule.tenant)) <= GOOD


@pytest.mark.parametrize("rule", ENFORCED)
def test_the_tenant_refuses_the_bad_example(rule: Rule[Spec], tmp_path: Path) -> None:
    answered = statuses(tmp_path, rule.bad, rule.tenant)
    assert 400 in answered
    assert set(answered) <= GOOD | {400}
