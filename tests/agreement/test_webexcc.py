"""What a rule of Webex says of users, and the sandbox of what they do."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from reconciler.sandbox.errors import SandboxError
from reconciler.vendors.webexcc.vendor import VENDOR
from tests.vendors.webexcc_script import documents, opened, seed


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
