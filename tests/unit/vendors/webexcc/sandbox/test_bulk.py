"""Writes of several at once: one status an item, and the service's own demands on items."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.vendors.webexcc.sandbox.asking import NORTH, ORGANIZATION, ROOT, Tenant

PROFILES, COLLECTIONS, USERS = "v3/user-profile/bulk", "resource-collection/bulk", "user/bulk"
NEW = {
    "organizationId": ORGANIZATION,
    "name": "New",
    "profileType": "SUPERVISOR",
    "active": True,
    "permissionAccessLevel": "ALL",
    "resourceAccessLevel": "ALL",
}


def bulk(tenant: Tenant, method: str, path: str, *items: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a 207, in the order of the items."""
    numbered = [{"itemIdentifier": n, **item} for n, item in enumerate(items)]
    status, body = tenant.ask(ROOT, method, path, {"items": numbered})
    assert status == 207, body
    assert [row["itemIdentifier"] for row in body["items"]] == list(range(len(items)))
    rows: list[dict[str, Any]] = body["items"]
    return rows


def reason(row: dict[str, Any]) -> str:
    return str(row["apiError"]["error"]["message"][0]["description"])


def test_profiles_are_made_changed_and_deleted_in_one_call(tenant: Tenant) -> None:
    viewer = tenant.get(ROOT, f"v3/user-profile/{tenant.id('user-profile', 'Viewer')}")
    both = tenant.get(ROOT, f"v3/user-profile/{tenant.id('user-profile', 'Both')}")
    made, changed, refused = bulk(
        tenant,
        "POST",
        PROFILES,
        {"item": NEW},
        {"item": viewer | {"description": "looks"}, "requestAction": "SAVE"},
        {"item": both, "requestAction": "DELETE"},
    )
    assert (made["status"], made["operationType"]) == (201, "CREATE")
    assert made["href"] == (
        f"/api/organization/{ORGANIZATION}/user-profile/{tenant.id('user-profile', 'New')}"
    )
    assert (changed["status"], changed["operationType"]) == (200, "UPDATE")
    assert tenant.body("user-profile", "Viewer")["description"] == "looks"
    assert (refused["status"], refused["operationType"]) == (412, "DELETE")
    assert refused["apiError"]["error"]["referencedEntities"] == ["user"]

    whole = tenant.get(ROOT, f"v3/user-profile/{tenant.id('user-profile', 'New')}")
    (gone,) = bulk(tenant, "POST", PROFILES, {"item": whole, "requestAction": "DELETE"})
    assert (gone["status"], gone["operationType"]) == (204, "DELETE")
    assert tenant.store.named("user-profile", "New") is None


def test_a_profile_is_deleted_by_the_full_object_only(tenant: Tenant) -> None:
    short = {"organizationId": ORGANIZATION, "id": tenant.id("user-profile", "Both")}
    (row,) = bulk(tenant, "POST", PROFILES, {"item": short, "requestAction": "DELETE"})
    assert (row["status"], reason(row)) == (400, "Cannot Update/Delete system generated Entities")


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"item": NEW, "requestAction": "PATCH"}, "requestAction is 'PATCH'"),
        (
            {"item": {k: v for k, v in NEW.items() if k != "organizationId"}},
            "organizationId is missing",
        ),
    ],
)
def test_what_an_item_lacks_is_told_in_its_row(
    tenant: Tenant, item: dict[str, Any], said: str
) -> None:
    (row,) = bulk(tenant, "POST", PROFILES, item)
    assert (row["status"], reason(row)) == (400, said)


def test_items_are_wrapped_and_may_be_none(tenant: Tenant) -> None:
    assert tenant.ask(ROOT, "POST", PROFILES, {"items": []}) == (207, {"items": []})
    assert tenant.refusal(ROOT, "POST", PROFILES, {"items": [NEW]}) == (400, "item is missing")
    assert tenant.status(ROOT, "POST", PROFILES, [NEW]) == 400


def test_a_collection_is_patched_with_all_its_resources_or_not_at_all(tenant: Tenant) -> None:
    north = tenant.get(ROOT, f"resource-collection/{tenant.id('resource-collection', 'North')}")
    part = {"id": north["id"], "description": "up there"}
    fine, partial, deleted, unknown = bulk(
        tenant,
        "PATCH",
        COLLECTIONS,
        {"item": {**part, "resources": north["resources"]}},
        {"item": part},
        {"item": north, "requestAction": "DELETE"},
        {"item": {"resources": north["resources"]}},
    )
    assert (fine["status"], partial["status"], deleted["status"]) == (200, 500, 400)
    assert "SAVE for PATCH" in reason(deleted)
    assert (unknown["status"], unknown["operationType"]) == (500, "CREATE")
    stored = tenant.body("resource-collection", "North")
    assert (stored["description"], stored["name"]) == ("up there", "North")


def test_null_clears_in_a_patch(tenant: Tenant) -> None:
    north = tenant.get(ROOT, f"resource-collection/{tenant.id('resource-collection', 'North')}")
    described = north | {"description": "up there"}
    assert bulk(tenant, "PATCH", COLLECTIONS, {"item": described})[0]["status"] == 200
    assert bulk(tenant, "PATCH", COLLECTIONS, {"item": north | {"description": None}})[0][
        "status"
    ] == 200  # fmt: skip
    assert tenant.body("resource-collection", "North")["description"] == ""


def test_users_are_patched_one_by_one(tenant: Tenant) -> None:
    red, blue = tenant.body("user", "red@x.example"), tenant.body("user", "blue@x.example")
    moved, cleared, nobody, other_type = bulk(
        tenant,
        "PATCH",
        USERS,
        {"item": {"id": red["id"], "userProfileId": tenant.id("user-profile", "Both")}},
        {"item": {"id": blue["id"], "siteId": None, "teamIds": None}},
        {"item": {"siteId": None}},
        {"item": {"id": red["id"], "userProfileId": tenant.id("user-profile", "Root")}},
    )
    assert (moved["status"], cleared["status"], nobody["status"]) == (200, 200, 400)
    assert (other_type["status"], tenant.body("user", "red@x.example")["userProfileId"]) == (
        400,
        tenant.id("user-profile", "Both"),
    )
    after = tenant.get(ROOT, f"user/{blue['id']}")
    assert "siteId" not in after
    assert after["teamIds"] == []


def test_rights_hold_item_by_item(tenant: Tenant) -> None:
    hidden = tenant.get(ROOT, f"v3/user-profile/{tenant.id('user-profile', 'South only')}")
    status, body = tenant.ask(NORTH, "POST", PROFILES, {"items": [{"item": hidden}]})
    assert (status, body["items"][0]["status"]) == (207, 404)
    assert tenant.status(NORTH, "PATCH", COLLECTIONS, {"items": []}) == 403
