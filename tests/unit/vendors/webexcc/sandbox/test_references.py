"""Who refers to a thing, and that it stays as long as anybody does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.vendors.webexcc.sandbox.references import ENTITIES
from reconciler.vendors.webexcc.sandbox.resource_types import TYPES
from tests.unit.vendors.webexcc.sandbox.asking import NORTH, ROOT, SEED, Tenant, parsed
from tests.unit.vendors.webexcc.sandbox.whole import MORE


def references(tenant: Tenant, who: str, kind: str, name: str, query: str = "") -> Any:
    path = TYPES[kind].path if kind in TYPES else kind
    return tenant.get(who, f"{path}/{tenant.id(kind, name)}/incoming-references{query}")


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Tenant]:
    made = Tenant(tmp_path, parsed(SEED) | {"inventory": MORE})
    yield made
    made.close()


@pytest.mark.parametrize(
    ("kind", "name", "by"),
    [
        ("user-profile", "South only", ["user"]),
        ("user-profile", "Root", ["user"]),
        ("resource-collection", "North", ["user-profile"]),
        ("team", "Red", ["agent-profile", "contact-service-queue", "desktop-layout",
                         "resource-collection", "user"]),
        ("site", "Berlin", ["address-book", "agent-profile", "resource-collection", "team",
                            "user"]),
        ("channel", "Voice", []),
        ("skill-definition", "German", ["contact-service-queue", "skill-profile"]),
        ("skill-profile", "Speaks German", []),
        ("holiday-list", "Bavaria", ["business-hours"]),
        ("address-book", "Berlin numbers", ["agent-profile"]),
    ],
)  # fmt: skip
def test_the_kinds_that_refer_are_named(whole: Tenant, kind: str, name: str, by: list[str]) -> None:
    found = references(whole, ROOT, kind, name)
    assert sorted(found["meta"]["referencedEntities"]) == by
    assert found["meta"].get("currentEntity") in (*by, None)


def test_each_kind_has_its_own_pages_and_a_bare_page_walks_through_all(whole: Tenant) -> None:
    users = references(whole, ROOT, "site", "Berlin", "?type=user")
    assert [row["name"] for row in users["data"]] == ["red@x.example"]
    assert (users["meta"]["totalRecords"], users["meta"]["currentEntity"]) == (1, "user")
    names = users["meta"]["referencedEntities"]
    walked = [references(whole, ROOT, "site", "Berlin", f"?page={n}&pageSize=1") for n in range(7)]
    assert [each["meta"].get("currentEntity") for each in walked] == [*names, None, None]
    assert [len(each["data"]) for each in walked] == [1] * 5 + [0] * 2


def test_an_unknown_id_and_an_unknown_type_are_refused(whole: Tenant) -> None:
    assert whole.status(ROOT, "GET", "team/none/incoming-references") == 404
    path = f"team/{whole.id('team', 'Red')}/incoming-references"
    assert whole.status(ROOT, "GET", f"{path}?type=hat") == 400


def test_what_is_hidden_refers_to_nothing(tenant: Tenant) -> None:
    north = tenant.id("resource-collection", "North")
    seen = tenant.get(NORTH, f"resource-collection/{north}/incoming-references")
    assert {row["name"] for row in seen["data"]} == {"North admin", "Both"}
    profile = tenant.id("user-profile", "Both")
    assert tenant.get(NORTH, f"user-profile/{profile}/incoming-references")["data"] == []
    assert len(tenant.get(ROOT, f"user-profile/{profile}/incoming-references")["data"]) == 1


def test_a_deletion_names_the_same_kinds(tenant: Tenant) -> None:
    for path, kind, name in (
        ("resource-collection", "resource-collection", "South"),
        ("v3/user-profile", "user-profile", "Viewer"),
    ):
        status, body = tenant.ask(ROOT, "DELETE", f"{path}/{tenant.id(kind, name)}")
        told = references(tenant, ROOT, kind, name)["meta"]["referencedEntities"]
        assert (status, body["error"]["referencedEntities"]) == (412, told)


def test_every_kind_that_the_api_lists_is_called_somehow() -> None:
    assert {each.name for each in TYPES.values() if not each.elsewhere} < set(ENTITIES)


def test_the_acl_merges_the_collections_of_a_profile(tenant: Tenant) -> None:
    acl = tenant.get(ROOT, f"v3/user-profile/{tenant.id('user-profile', 'Both')}/acl")
    rows = {row["name"]: row for row in acl["resources"]}
    assert len(rows) == 20
    assert set(rows["queue"]["ids"]) == {
        tenant.id("queue", "North EN"),
        tenant.id("queue", "South EN"),
    }
    assert rows["channel"] == {"name": "channel", "accessLevel": "ALL"}
    assert rows["flow"] == {"name": "flow", "accessLevel": "NONE"}
    assert {each["name"] for each in acl["resourceCollections"]} == {"North", "South"}
    assert all(each["resources"] for each in acl["resourceCollections"])


def test_the_acl_of_some_types_and_of_all_resources(tenant: Tenant) -> None:
    path = f"v3/user-profile/{tenant.id('user-profile', 'Root')}/acl"
    assert tenant.get(ROOT, f"{path}?names=site,team")["resources"] == [
        {"name": "site", "accessLevel": "ALL"},
        {"name": "team", "accessLevel": "ALL"},
    ]
    assert tenant.status(ROOT, "GET", f"{path}?names=hat") == 400
