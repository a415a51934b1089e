"""Drift weighs what it means: more access first, dangerous access before that."""

from __future__ import annotations

import pytest

from reconciler.model.drift import Difference
from tests.workshop import COLLECTION, PROFILE, SEED, USER, Workshop

SAM, KIM = "sam@northwind.example", "kim@northwind.example"
CHIEF = """\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: chief}
spec:
  name: Chief
  profileType: licensed-administrator
  permissions: {queue: view, user: edit, user-profile: view}
  resources: all
"""
ADMINISTRATOR = "users:\n  - {email: ada@northwind.example, profile: Administrator Profile}\n"
ADA = """\
---
apiVersion: webexcc/v1
kind: User
metadata: {name: ada@northwind.example}
spec: {userProfile: chief}
"""


@pytest.fixture
def here(workshop: Workshop) -> Workshop:
    workshop.write("seed.yaml", SEED.replace("users:\n", ADMINISTRATOR))
    workshop.manifests(COLLECTION, PROFILE, USER, CHIEF, ADA)
    workshop.planned_and_applied()
    return workshop


def found(here: Workshop) -> dict[str, Difference]:
    return {each.address.rpartition("/")[2]: each for each in here.drift().differences}


@pytest.mark.parametrize(
    ("action", "arguments", "severity"),
    [
        ("edit-profile", {"profile": "Billing lead", "user_profile": "none"}, None),
        ("edit-profile", {"profile": "Billing lead", "user_profile": "edit"}, "critical"),
        ("edit-profile", {"profile": "Billing lead", "collections": "all"}, "critical"),
        ("edit-profile", {"profile": "Billing lead", "team": "view"}, "high"),
        ("edit-profile", {"profile": "Billing lead", "queue": "view"}, "low"),
        ("edit-profile", {"profile": "Billing lead", "name": "Lead"}, "info"),
        ("edit-collection", {"collection": "Billing", "queue": "Billing EN,Sales EN"}, "high"),
        ("edit-collection", {"collection": "Billing", "queue": "all"}, "high"),
        ("edit-collection", {"collection": "Billing", "queue": "Sales EN"}, "high"),
        ("edit-collection", {"collection": "Billing", "channel": "Voice"}, "low"),
        ("edit-collection", {"collection": "Billing", "description": "ours"}, None),
        ("move-user", {"user": SAM, "profile": "Supervisor Profile"}, "critical"),
    ],
)
def test_what_a_change_means(
    here: Workshop, action: str, arguments: dict[str, str], severity: str | None
) -> None:
    here.act(action, **arguments)
    severities = [each.severity for each in here.drift().differences]
    assert severities[:1] == ([severity] if severity else [])


def test_people_who_hold_it_are_counted_through_what_they_hold(here: Workshop) -> None:
    here.act("edit-collection", collection="Billing", queue="all")
    assert found(here)["billing"].people == 1
    here.act("move-user", user=KIM, profile="Billing lead")
    assert found(here)["billing"].people == 2


def test_a_name_is_nobodys_access(here: Workshop) -> None:
    here.act("edit-profile", profile="Billing lead", name="Lead")
    (difference,) = found(here).values()
    assert (difference.meaning, difference.people) == ("no access changes", 0)


def test_whoever_administers_since_then_is_told(here: Workshop) -> None:
    """Edit of users and of profiles, with all resources: neither says so by itself."""
    here.act("edit-profile", profile="Chief", user_profile="edit")
    difference = found(here)["chief"]
    assert difference.severity == "critical"
    assert difference.meaning.endswith("; 1 person administers the tenant now")


def test_a_person_who_moves_gains_and_loses_in_words(here: Workshop) -> None:
    here.act("move-user", user="ada@northwind.example", profile="Administrator Profile")
    difference = found(here)["ada@northwind.example"]
    assert difference.meaning.endswith("1 person administers the tenant now")
    assert "`edit` on user-profile" in difference.gains
    assert difference.loses == ()


def test_what_weighs_most_comes_first(here: Workshop) -> None:
    here.act("edit-collection", collection="Billing", channel="Voice")
    here.act("edit-profile", profile="Billing lead", name="Lead")
    here.act("edit-profile", profile="Chief", team="view")
    here.act("move-user", user=SAM, profile="Supervisor Profile")
    assert [each.severity for each in here.drift().differences] == [
        "critical", "high", "low", "info",
    ]  # fmt: skip
