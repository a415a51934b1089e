"""Licences and add-ons: what a tenant has bought decides what its profiles and users may have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.sandbox.errors import SandboxError
from tests.unit.vendors.webexcc.sandbox.asking import ROOT, SEED, Tenant, parsed

TYPES = {
    "Admin": "licensed-administrator",
    "Office": "unlicensed-administrator",
    "Lead": "supervisor",
    "Premium": "premium-agent",
    "Standard": "standard-agent",
}


def seeded(**user: str) -> dict[str, Any]:
    """The tenant with a profile of each type, and one user more."""
    seed = parsed(SEED)
    seed["profiles"] += [
        {"name": name, "type": kind, "permissions": {}, "resources": "all"}
        for name, kind in TYPES.items()
    ]
    seed["users"].append({"email": "pat@x.example", **user})
    return seed


@pytest.mark.parametrize(
    ("licence", "fitting"),
    [
        ("premium", {"Admin", "Lead", "Premium"}),
        ("standard", {"Lead", "Standard"}),
        ("none", {"Office"}),
    ],
)
@pytest.mark.parametrize("profile", list(TYPES))
def test_a_user_s_profile_fits_the_licence(
    tmp_path: Path, licence: str, fitting: set[str], profile: str
) -> None:
    """An administrator with a standard licence is a standard agent to the contact center."""
    seed = seeded(profile=profile, licence=licence)
    if profile in fitting:
        Tenant(tmp_path, seed).close()
    else:
        wrong = f"users: `pat@x.example`: a user with licence {licence} cannot have a profile"
        with pytest.raises(SandboxError, match=wrong):
            Tenant(tmp_path, seed)


@pytest.mark.parametrize(
    ("had", "wanted", "why"),
    [
        (
            "Standard",
            "Admin",
            "a user with licence standard cannot have a profile of type ADMINISTRATOR, "
            "which goes with licence premium",
        ),
        (
            "Office",
            "Lead",
            "a user with licence none cannot have a profile of type SUPERVISOR, "
            "which goes with licence premium or standard",
        ),
        (
            "Premium",
            "Admin",
            "the profile type of a user (PREMIUM_AGENT) is changed in Control Hub only",
        ),
    ],
)
def test_a_change_to_a_type_is_refused_in_words(
    tmp_path: Path, had: str, wanted: str, why: str
) -> None:
    tenant = Tenant(tmp_path, seeded(profile=had))
    path = f"user/{tenant.id('user', 'pat@x.example')}"
    sent = {"userProfileId": tenant.id("user-profile", wanted)}
    assert tenant.refusal(ROOT, "PATCH", path, sent) == (400, why)
    assert "licence" not in tenant.get(ROOT, path)
    tenant.close()


@pytest.mark.parametrize("add_ons", [[], ["campaign-manager"]])
def test_campaign_manager_is_an_add_on(tmp_path: Path, add_ons: list[str]) -> None:
    tenant = Tenant(tmp_path, {**parsed(SEED), "addOns": add_ons})
    body = {
        "name": "New", "profileType": "SUPERVISOR", "active": True, "resourceAccessLevel": "ALL",
        "permissionAccessLevel": "SPECIFIC",
        "permissions": [{"name": "campaign-manager", "access": "VIEW"}],
    }  # fmt: skip
    status = tenant.status(ROOT, "POST", "v3/user-profile", body)
    assert status == (201 if add_ons else 400)
    body["permissions"] = [{"name": "campaign-manager", "access": "NONE"}]
    assert tenant.status(ROOT, "POST", "v3/user-profile", body | {"name": "Other"}) == 201
    tenant.close()


def test_selected_teams_are_of_selected_sites(tenant: Tenant) -> None:
    path = f"resource-collection/{tenant.id('resource-collection', 'North')}"
    body = tenant.get(ROOT, path)
    rows = {row["name"]: row for row in body["resources"]}
    rows["team"]["ids"].append(tenant.id("team", "Blue"))
    assert tenant.refusal(ROOT, "PUT", path, body) == (
        400,
        "team Blue is of a site that the collection does not hold",
    )
    body["resources"] = [row for row in body["resources"] if row["name"] != "site"]
    body["resources"].append({"name": "site", "accessLevel": "ALL"})
    assert tenant.status(ROOT, "PUT", path, body) == 200


@pytest.mark.parametrize(
    ("section", "row", "why"),
    [
        ("addOns", "hats", "addOns: expected a list of campaign-manager"),
        ("addOns", ["hats"], "addOns: expected a list of campaign-manager"),
        ("identities", [{"token": "t"}], "identities: `.*` has no 'email'"),
        ("identities", [{"email": "a@x", "token": "t", "hat": 1}], "`a@x`: unknown field hat"),
        ("identities", [{"email": "a@x", "token": "t", "machine": 1}], "machine is true or false"),
        ("identities", [{"email": "a@x", "token": "t", "machine": False}], "no user of the seed"),
        ("identities", [{"email": "a@x", "token": "t", "scopes": "all"}], "scopes is no list"),
        ("identities", [{"email": "a@x", "token": "t", "scopes": ["x"]}], r"scopes\[\] is 'x'"),
        ("users", [{"email": "a@x", "profile": "Root", "licence": "gold"}], "licence is 'gold'"),
    ],
)
def test_a_seed_that_cannot_be(tmp_path: Path, section: str, row: Any, why: str) -> None:
    with pytest.raises(SandboxError, match=why) as refused:
        Tenant(tmp_path, {**parsed(SEED), section: row})
    assert refused.value.told.code == "PRJ125"
