"""Two witnesses: what a rule refuses the sandbox refuses too, by code of its own, and no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.contract.discover import discover
from reconciler.model.diagnostic import Severity
from reconciler.model.resource import Spec
from reconciler.rules.rule import Rule, Where
from tests.vendors import CATALOGUES
from tests.vendors.catalogue import Catalogue

ENFORCED = [
    pytest.param(CATALOGUES[name], rule, id=rule.code)
    for name, vendor in discover().items()
    for rule in vendor.rules
    if Where.TENANT in rule.where
    and Where.DRIFT not in rule.where
    and (rule.severity is Severity.ERROR or rule.guard)
]
"""What a tenant holds to; what it does by itself is no refusal."""

GOOD = {200, 201}
REFUSED = {400, 403, 404, 409, 412}


def test_each_vendor_has_rules_that_its_tenant_enforces() -> None:
    assert {each.values[0].vendor for each in ENFORCED} == CATALOGUES.keys()  # type: ignore[union-attr]


@pytest.mark.parametrize(("catalogue", "rule"), ENFORCED)
def test_the_tenant_takes_the_good_example(
    catalogue: Catalogue, rule: Rule[Spec], tmp_path: Path
) -> None:
    assert set(catalogue.statuses(tmp_path, rule, rule.good)) <= GOOD


@pytest.mark.parametrize(("catalogue", "rule"), ENFORCED)
def test_the_tenant_refuses_the_bad_example(
    catalogue: Catalogue, rule: Rule[Spec], tmp_path: Path
) -> None:
    """But for what a person may decide to do all the same: that the guard alone refuses."""
    answered = set(catalogue.statuses(tmp_path, rule, rule.bad))
    taken = rule.code in catalogue.taken or bool(rule.guard)
    assert bool(answered & REFUSED) != taken
    assert answered <= GOOD | REFUSED
