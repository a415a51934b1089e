"""Two witnesses: what a rule refuses the sandbox refuses too, by code of its own, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.model.resource import Spec
from reconciler.rules.rule import Rule, Where
from reconciler.vendors.webexcc.vendor import VENDOR
from tests.agreement.raw import statuses

ENFORCED = [
    pytest.param(rule, id=rule.code)
    for rule in VENDOR.rules
    if Where.TENANT in rule.where and Where.DRIFT not in rule.where
]
"""What the tenant holds to; what it does by itself is no refusal."""
TAKEN = {
    "WCC137": "the sandbox has no desktop profiles, which is what would be refused",
    "WCC138": "what is hidden may be replaced by what is seen",
}
"""Rules whose bad example the sandbox takes, and why."""
GOOD = {200, 201}
REFUSED = {400, 403}


def answers(rule: Rule[Spec], text: str, folder: Path) -> set[int]:
    return set(statuses(folder, text, rule.tenant, rule.facts, rule.identity or None))


@pytest.mark.parametrize("rule", ENFORCED)
def test_the_tenant_takes_the_good_example(rule: Rule[Spec], tmp_path: Path) -> None:
    assert answers(rule, rule.good, tmp_path) <= GOOD


@pytest.mark.parametrize("rule", ENFORCED)
def test_the_tenant_refuses_the_bad_example(rule: Rule[Spec], tmp_path: Path) -> None:
    """But for what a person may decide to do all the same: that the guard alone refuses."""
    answered = answers(rule, rule.bad, tmp_path)
    taken = rule.code in TAKEN or bool(rule.guard)
    assert bool(answered & REFUSED) != taken
    assert answered <= GOOD | REFUSED
