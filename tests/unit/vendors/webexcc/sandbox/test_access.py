"""Who sees what of a tenant, and what a write does with the part that its author does not see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.vendors.webexcc.sandbox.access import Access
from reconciler.vendors.webexcc.sandbox.data import Data
from tests.unit.vendors.webexcc.sandbox.asking import (
    MACHINE,
    NORTH,
    ROOT,
    SEED,
    VIEWER,
    Tenant,
    parsed,
)

PROFILES = "v3/user-profile"
COLLECTIONS = "resource-collection"


@pytest.mark.parametrize(
    ("path", "seen", "all_there_is"),
    [
        ("v2/resource-collection", ["North"], 2),
        (PROFILES, ["North admin", "Both"], 5),
        ("v2/user", [NORTH, "red@x.example"], 5),
        ("v2/site", ["Berlin"], 2),
        ("v2/team", ["Red"], 2),
        ("v2/contact-service-queue", ["North EN"], 2),
    ],
)
def test_a_delegated_administrator_s_lists_hold_what_the_own_collections_reach(
    tenant: Tenant, path: str, seen: list[str], all_there_is: int
) -> None:
    assert tenant.names(NORTH, path) == seen
    assert len(tenant.names(ROOT, path)) == len(tenant.names(MACHINE, path)) == all_there_is


def test_a_permission_at_none_forbids_to_read(tenant: Tenant) -> None:
    assert tenant.refusal(NORTH, "GET", "v2/entry-point") == (
        403,
        "VIEW on channel is needed, and this user has less",
    )


@pytest.mark.parametrize(
    ("kind", "name", "path"),
    [
        ("resource-collection", "South", COLLECTIONS),
        ("user-profile", "South only", PROFILES),
        ("user", "blue@x.example", "user"),
        ("team", "Blue", "team"),
        ("queue", "South EN", "contact-service-queue"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_what_is_hidden_is_not_there(
    tenant: Tenant, kind: str, name: str, path: str, method: str
) -> None:
    hidden = tenant.id(kind, name)
    before = tenant.store.rows(kind)
    status = tenant.status(NORTH, method, f"{path}/{hidden}", {"id": hidden})
    assert status in (404, 405)
    assert method != "GET" or status == 404
    assert tenant.store.rows(kind) == before


def test_hidden_values_read_restricted_and_hidden_members_are_left_out(tenant: Tenant) -> None:
    red = tenant.get(NORTH, f"user/{tenant.id('user', 'red@x.example')}")
    assert red["userProfileId"] == "restricted"
    assert red["siteId"] == tenant.id("site", "Berlin")
    assert red["teamIds"] == [tenant.id("team", "Red")]
    both = tenant.get(NORTH, f"{PROFILES}/{tenant.id('user-profile', 'Both')}")
    assert both["defaultResourceCollectionId"] == "restricted"
    assert [each["name"] for each in both["resourceCollections"]] == ["North"]
    team = tenant.get(NORTH, f"team/{tenant.id('team', 'Red')}")
    assert team["userIds"] == [red["id"]]


def test_a_filter_cannot_find_out_what_is_hidden(tenant: Tenant) -> None:
    hidden = tenant.id("user-profile", "South only")
    asked = f'v2/user?filter=userProfileId=="{hidden}"'
    assert tenant.names(ROOT, asked) == ["red@x.example"]
    assert tenant.names(NORTH, asked) == []


def test_what_was_read_and_is_put_back_changes_nothing(tenant: Tenant) -> None:
    def same(body: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in body.items() if k not in ("version", "lastUpdatedTime")}

    for kind, name, path, method in (
        ("user-profile", "Both", PROFILES, "PUT"),
        ("resource-collection", "North", COLLECTIONS, "PUT"),
        ("user", "red@x.example", "user", "PATCH"),
    ):
        before = tenant.body(kind, name)
        read = tenant.get(NORTH, f"{path}/{before['id']}")
        assert tenant.status(NORTH, method, f"{path}/{before['id']}", read) == 200
        after = tenant.body(kind, name)
        assert same(after) == same(before)
        assert after["version"] == before["version"] + 1


def test_hidden_members_stay_whatever_is_written(tenant: Tenant) -> None:
    red = tenant.id("user", "red@x.example")
    blue_team, red_team = tenant.id("team", "Blue"), tenant.id("team", "Red")
    for wanted in ([], None, [red_team]):
        status, answer = tenant.ask(NORTH, "PATCH", f"user/{red}", {"teamIds": wanted})
        assert (status, answer["teamIds"]) == (200, wanted or [])
        assert tenant.body("user", "red@x.example")["teamIds"] == [blue_team, *(wanted or [])]
        if not wanted:  # without a visible team the user would be hidden from here on
            assert tenant.status(NORTH, "GET", f"user/{red}") == 404
            tenant.ask(ROOT, "PATCH", f"user/{red}", {"teamIds": [blue_team, red_team]})
    both = tenant.get(NORTH, f"{PROFILES}/{tenant.id('user-profile', 'Both')}")
    del both["resourceCollections"], both["defaultResourceCollectionId"]
    assert tenant.status(NORTH, "PUT", f"{PROFILES}/{both['id']}", both) == 200
    kept = tenant.body("user-profile", "Both")
    assert kept["resourceCollections"] == [tenant.id("resource-collection", "South")]
    assert kept["defaultResourceCollectionId"] == tenant.id("resource-collection", "South")


def test_a_hidden_value_can_be_overwritten_by_one_that_is_seen(tenant: Tenant) -> None:
    both = tenant.get(NORTH, f"{PROFILES}/{tenant.id('user-profile', 'Both')}")
    north = both["defaultResourceCollectionId"] = tenant.id("resource-collection", "North")
    assert tenant.status(NORTH, "PUT", f"{PROFILES}/{both['id']}", both) == 200
    assert tenant.body("user-profile", "Both")["defaultResourceCollectionId"] == north


def test_what_is_hidden_cannot_be_named(tenant: Tenant) -> None:
    red = tenant.id("user", "red@x.example")
    south, lisbon = tenant.id("resource-collection", "South"), tenant.id("site", "Lisbon")
    assert tenant.refusal(NORTH, "PATCH", f"user/{red}", {"siteId": lisbon}) == (
        400,
        f"siteId: there is no site {lisbon}",
    )
    north = tenant.get(NORTH, f"{COLLECTIONS}/{tenant.id('resource-collection', 'North')}")
    queue = next(row for row in north["resources"] if row["name"] == "queue")
    queue["ids"].append(tenant.id("queue", "South EN"))
    assert tenant.status(NORTH, "PUT", f"{COLLECTIONS}/{north['id']}", north) == 400
    admin = tenant.get(NORTH, f"{PROFILES}/{tenant.id('user-profile', 'North admin')}")
    admin["resourceCollections"].append({"id": south, "name": "South"})
    assert tenant.status(NORTH, "PUT", f"{PROFILES}/{admin['id']}", admin) == 400


def test_restricted_is_no_value_where_there_is_none(tenant: Tenant) -> None:
    nia = tenant.id("user", NORTH)
    assert tenant.refusal(NORTH, "PATCH", f"user/{nia}", {"siteId": "restricted"}) == (
        400,
        "siteId: restricted is no id",
    )
    assert tenant.status(ROOT, "PATCH", f"user/{nia}", {"siteId": "restricted"}) == 400


def test_all_resources_would_take_hidden_collections_away(tenant: Tenant) -> None:
    """Of a profile that is seen whole it may be done, and then the profile is out of sight."""
    wide = {"resourceAccessLevel": "ALL"}
    both = tenant.get(NORTH, f"{PROFILES}/{tenant.id('user-profile', 'Both')}")
    assert tenant.status(NORTH, "PUT", f"{PROFILES}/{both['id']}", both | wide) == 403
    body = {"name": "New", "profileType": "SUPERVISOR", "active": True, "permissions": []}
    status, made = tenant.ask(
        NORTH, "POST", PROFILES, body | wide | {"permissionAccessLevel": "SPECIFIC"}
    )
    assert status == 201
    assert tenant.status(NORTH, "GET", f"{PROFILES}/{made['id']}") == 404
    assert tenant.status(ROOT, "GET", f"{PROFILES}/{made['id']}") == 200


def test_writing_needs_edit(tenant: Tenant) -> None:
    south = tenant.get(VIEWER, f"{COLLECTIONS}/{tenant.id('resource-collection', 'South')}")
    assert tenant.refusal(VIEWER, "PUT", f"{COLLECTIONS}/{south['id']}", south) == (
        403,
        "EDIT on resource-collection is needed, and this user has less",
    )
    assert tenant.status(ROOT, "PUT", f"{COLLECTIONS}/{south['id']}", south) == 200
    assert tenant.status(MACHINE, "PUT", f"{COLLECTIONS}/{south['id']}", south) == 200


def test_collections_are_made_with_all_resources_only(tenant: Tenant) -> None:
    body = tenant.get(NORTH, f"{COLLECTIONS}/{tenant.id('resource-collection', 'North')}")
    body |= {"id": None, "name": "Another"}
    assert tenant.refusal(NORTH, "POST", COLLECTIONS, body) == (
        403,
        "creating a resource collection: only with access to all resources",
    )
    assert tenant.status(ROOT, "POST", COLLECTIONS, body) == 201


def test_full_access_of_a_supervisor_leaves_tenant_settings_out(tmp_path: Path) -> None:
    seed = parsed(SEED)
    seed["profiles"].append(
        {"name": "S", "type": "supervisor", "permissions": "all", "resources": "all"}
    )
    seed["users"].append({"email": "sue@x.example", "profile": "S"})
    tenant = Tenant(tmp_path, seed)
    data = Data(tenant.store, tenant.sandbox.organization, lambda: pytest.fail("no clock"))
    access = Access.of(data, "sue@x.example")
    assert (access.level("queue"), access.level("tenant-setting")) == ("EDIT", "NONE")
    tenant.close()


@pytest.fixture
def scoped(tmp_path: Path) -> Iterator[Tenant]:
    seed = parsed(SEED)
    for row, scopes in zip(
        seed["identities"], (["cjp:config_read"], ["cjp:config"], [], ["cjp:config_write"]),
        strict=True,
    ):  # fmt: skip
        row["scopes"] = scopes
    made = Tenant(tmp_path, seed)
    yield made
    made.close()


def test_a_token_does_what_its_scopes_say(scoped: Tenant) -> None:
    queue = "v2/contact-service-queue"
    red = f"user/{scoped.id('user', 'red@x.example')}"
    assert [scoped.status(who, "GET", queue) for who in (ROOT, NORTH, VIEWER, MACHINE)] == [
        200, 200, 403, 403,
    ]  # fmt: skip
    assert scoped.refusal(ROOT, "PATCH", red, {}) == (
        403,
        "the token lacks the scope cjp:config_write",
    )
    assert scoped.status(NORTH, "PATCH", red, {}) == scoped.status(MACHINE, "PATCH", red, {}) == 200
