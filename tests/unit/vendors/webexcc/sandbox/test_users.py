"""Users: what a write changes, what it ignores without a word, and who somebody is."""

from __future__ import annotations

import base64

import pytest

from tests.unit.vendors.webexcc.sandbox.asking import MACHINE, NORTH, ORGANIZATION, ROOT, Tenant


def decoded(text: str) -> str:
    """A Webex id in words."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()


def test_a_patch_changes_what_it_names(tenant: Tenant) -> None:
    user = tenant.body("user", "red@x.example")
    lisbon, blue = tenant.id("site", "Lisbon"), tenant.id("team", "Blue")
    sent = {"siteId": lisbon, "teamIds": [blue], "deafultDialledNumber": "+351", "workPhone": None}
    status, answer = tenant.ask(ROOT, "PATCH", f"user/{user['id']}", sent)
    assert (status, answer["version"]) == (200, user["version"] + 1)
    assert (answer["siteId"], answer["teamIds"], answer["deafultDialledNumber"]) == (
        lisbon, [blue], "+351",
    )  # fmt: skip
    assert answer["userProfileId"] == user["userProfileId"]
    red, blues = tenant.id("team", "Red"), tenant.get(ROOT, f"team/{blue}")["userIds"]
    assert user["id"] in blues
    assert tenant.get(ROOT, f"team/{red}")["userIds"] == []


@pytest.mark.parametrize(
    "sent",
    [
        {"siteId": "none"}, {"teamIds": ["none"]}, {"skillProfileId": "none"},
        {"agentProfileId": "none"}, {"multimediaProfileId": "none"}, {"userProfileId": "none"},
        {"workPhone": "1" * 21}, {"userLevelBurnoutInclusion": "MAYBE"},
        {"contactCenterEnabled": "yes"}, {"timezone": 1},
    ],
)  # fmt: skip
def test_a_patch_names_what_there_is(tenant: Tenant, sent: dict[str, object]) -> None:
    path = f"user/{tenant.id('user', 'red@x.example')}"
    assert tenant.status(ROOT, "PATCH", path, sent) == 400


def test_what_control_hub_owns_is_ignored_without_a_word(tenant: Tenant) -> None:
    user = tenant.body("user", "red@x.example")
    theirs = {"firstName": "R", "lastName": "D", "email": "r@x.example", "active": False,
              "ciUserId": "none"}  # fmt: skip
    status, answer = tenant.ask(ROOT, "PATCH", f"user/{user['id']}", theirs)
    assert (status, {key: answer[key] for key in theirs}) == (
        200, {key: user[key] for key in theirs},
    )  # fmt: skip


def test_a_put_clears_what_it_leaves_out(tenant: Tenant) -> None:
    whole = tenant.get(ROOT, f"user/{tenant.id('user', 'red@x.example')}")
    left = {key: value for key, value in whole.items() if key not in ("siteId", "teamIds")}
    status, answer = tenant.ask(ROOT, "PUT", f"user/{whole['id']}", left | {"firstName": "New"})
    assert status == 200
    assert (answer.get("siteId"), answer["teamIds"]) == (None, [])
    assert answer["firstName"] == whole["firstName"]
    assert tenant.refusal(ROOT, "PUT", f"user/{whole['id']}", {"email": whole["email"]})[0] == 400


def test_somebody_is_a_person_and_a_user(tenant: Tenant) -> None:
    person = tenant.ask(NORTH, "GET", "/v1/people/me")[1]
    kind, number = decoded(person["id"]).rsplit("/", 1)
    assert (kind, person["type"], person["emails"]) == (
        "ciscospark://us/PEOPLE", "person", [NORTH],
    )  # fmt: skip
    assert decoded(person["orgId"]) == f"ciscospark://us/ORGANIZATION/{ORGANIZATION}"
    user = tenant.get(NORTH, f"v2/user/by-ci-user-id/{number}?includeUserProfile=true")
    profile = tenant.get(ROOT, f"v3/user-profile/{tenant.id('user-profile', 'North admin')}")
    assert (user["email"], user["userProfileGranularAccessData"]) == (NORTH, profile)
    plain = tenant.get(NORTH, f"user/by-ci-user-id/{number}")
    assert "userProfileData" not in plain
    legacy = tenant.get(NORTH, f"user/by-ci-user-id/{number}?includeUserProfile=true")
    assert legacy["userProfileData"]["accessAllSites"] == "SPECIFIC"
    by_id = tenant.get(NORTH, f"user/with-user-profile/{user['id']}")
    assert by_id["userProfileGranularAccessData"] == profile


def test_a_machine_account_is_nobody_s_user(tenant: Tenant) -> None:
    person = tenant.ask(MACHINE, "GET", "/v1/people/me")[1]
    assert person["type"] == "bot"
    number = decoded(person["id"]).rsplit("/", 1)[1]
    assert tenant.status(MACHINE, "GET", f"v2/user/by-ci-user-id/{number}") == 404


def test_the_type_of_the_profile_comes_on_demand(tenant: Tenant) -> None:
    path = f"user/{tenant.id('user', 'red@x.example')}"
    assert tenant.get(ROOT, f"{path}?includeUserProfileType=true")["userProfileType"] == (
        "SUPERVISOR"
    )
    assert "userProfileType" not in tenant.get(ROOT, path)
