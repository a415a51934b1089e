"""Two witnesses: what a rule refuses the sandbox refuses too, by code of its own, and no more."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from reconciler.model.resource import Spec
from reconciler.rules.rule import Rule, Where
from reconciler.sandbox.errors import SandboxError
from reconciler.vendors.webexcc.vendor import VENDOR
from tests.agreement.raw import documents, opened, seed, statuses

ENFORCED = [
    pytest.param(rule, id=rule.code)
    for rule in VENDOR.rules
    if Where.TENANT in rule.where and Where.DRIFT not in rule.where
]
"""What the tenant holds to; what it does by itself is no refusal."""
TAKEN = {
    "WCC137": "what is refused is to make desktop profiles, by who has such a profile",
    "WCC138": "what is hidden may be replaced by what is seen",
}
"""Rules whose bad example the sandbox takes, and why; see the test below."""
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


@pytest.mark.parametrize("example", ["good", "bad"])
def test_a_profile_without_the_default_codes_makes_no_desktop_profile(
    example: str, tmp_path: Path
) -> None:
    """WCC137 is about what a user of the profile can do, not about writing the profile."""
    rule = next(each for each in VENDOR.rules if each.code == "WCC137")
    (collection, profile) = documents(getattr(rule, example))
    tenant = seed([collection, profile], rule.tenant, rule.facts)
    name = profile["spec"].get("name", profile["metadata"]["name"])
    limited = {
        "collections": [collection["metadata"]["name"]],
        "default": collection["metadata"]["name"],
    }
    spec = profile["spec"] | {"name": name, "type": profile["spec"]["profileType"]}
    tenant["collections"] = [
        {"name": collection["metadata"]["name"], "resources": collection["spec"]["resources"]}
    ]
    tenant["profiles"].append({**spec, "resources": limited})
    tenant["users"].append({"email": "ann@example", "profile": name})
    tenant["identities"].append({"email": "ann@example", "token": "a"})
    tenant["inventory"] = {"idle-wrapup-code": [{"name": "Lunch", "defaultCode": True}]}
    sandbox = opened(tmp_path, tenant)
    made = {"type": "desktop-profile", "name": "Desk"}
    expected = pytest.raises(SandboxError, match="default idle and wrap-up codes")
    with expected if example == "bad" else contextlib.nullcontext():
        sandbox.act("create-resource", made, "ann@example")
    sandbox.close()
