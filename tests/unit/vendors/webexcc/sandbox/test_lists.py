"""What lists are asked for: search, attributes, pages, single objects; flows in their own way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from reconciler.vendors.webexcc.sandbox.flows import PROJECT
from reconciler.vendors.webexcc.sandbox.resource_types import TYPES
from tests.unit.vendors.webexcc.sandbox.asking import (
    NORTH,
    ORGANIZATION,
    ROOT,
    SEED,
    Tenant,
    parsed,
)
from tests.unit.vendors.webexcc.sandbox.whole import MORE

FLOWS = f"/flow-store/{ORGANIZATION}/project/{PROJECT}/flows"
FUNCTIONS = f"/v1/{ORGANIZATION}/functions"
LISTS = [(each.name, v) for each in TYPES.values() for v in each.lists]


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[Tenant]:
    made = Tenant(tmp_path, parsed(SEED) | {"inventory": MORE})
    yield made
    made.close()


@pytest.mark.parametrize(("kind", "version"), LISTS)
def test_every_type_is_listed_without_its_arrays_and_read_with_them(
    tenant: Tenant, kind: str, version: str
) -> None:
    path, hidden = TYPES[kind].path, set(TYPES[kind].left_out)
    rows = tenant.get(ROOT, f"{version}/{path}")["data"]
    assert rows
    for row in rows:
        for prefix in TYPES[kind].items:
            whole = tenant.get(ROOT, "/".join(filter(None, (prefix, path, row["id"]))))
            assert whole == row | {field: whole[field] for field in hidden}


@pytest.mark.parametrize("kind", [each.name for each in TYPES.values() if each.single])
def test_a_single_object_comes_whole(tenant: Tenant, kind: str) -> None:
    path, listed = TYPES[kind].path, f"v2/{TYPES[kind].path}"
    one = tenant.get(ROOT, listed)["data"][0]["id"]
    query = "?singleObjectResponse=true&filter=" + quote(f'id=="{one}"')
    assert tenant.get(ROOT, listed + query)["data"] == [tenant.get(ROOT, f"{path}/{one}")]


def test_a_single_object_is_one(tenant: Tenant) -> None:
    assert tenant.refusal(ROOT, "GET", "v2/team?singleObjectResponse=true") == (
        400,
        "singleObjectResponse: there are 2 objects, not one",
    )
    query = "?singleObjectResponse=true&filter=name==Red"
    (red,) = tenant.get(ROOT, f"v2/team{query}")["data"]
    assert red["userIds"] == [tenant.id("user", "red@x.example")]
    (north,) = tenant.get(ROOT, "v2/resource-collection" + query.replace("Red", "North"))["data"]
    assert "resources" not in north


@pytest.mark.parametrize(
    ("path", "query", "names"),
    [
        ("v2/user", "search=RED", ["red@x.example"]),
        ("v2/user", 'search=field=="email";value=="blue"', ["blue@x.example"]),
        ("v2/team", 'search="lu"', ["Blue"]),
        ("v3/user-profile", "search=SUPERVISOR", ["Both", "South only"]),
        ("v3/user-profile", 'search=fields=in=("name","description");value=="h"',
         ["North admin", "Both", "South only"]),
        ("v2/resource-collection", "filter=name!=North", ["South"]),
        ("v2/user", "filter=active==true;(email=in=(red@x.example,blue@x.example))",
         ["red@x.example", "blue@x.example"]),
    ],
)  # fmt: skip
def test_lists_are_searched_and_filtered(
    tenant: Tenant, path: str, query: str, names: list[str]
) -> None:
    key, _, value = query.partition("=")
    assert tenant.names(ROOT, f"{path}?{key}={quote(value)}") == names


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("v3/user-profile", "filter=editableFolderIds==1"),
        ("v3/user-profile", "filter=createdTime==1"),
        ("v3/user-profile", "attributes=permissions"),
        ("v2/user", "filter=xspVersion==1"),
        ("v2/user", "filter=hat==1"),
        ("v2/resource-collection", 'search=field=="description";value=="x"'),
        ("v2/contact-service-queue", "filter=callDistributionGroups==1"),
        ("v2/team", "attributes=hat"),
        ("v2/team", "page=-1"),
        ("v2/team", "pageSize=x"),
    ],
)
def test_what_a_list_does_not_take_is_a_400(tenant: Tenant, path: str, query: str) -> None:
    key, _, value = query.partition("=")
    assert tenant.status(ROOT, "GET", f"{path}?{key}={quote(value)}") == 400


def test_attributes_choose_the_fields(tenant: Tenant) -> None:
    rows = tenant.get(ROOT, "v2/team?attributes=id,name")["data"]
    assert [set(row) for row in rows] == [{"id", "name"}] * 2


def test_pages_hold_every_row_once_whoever_asks(tenant: Tenant) -> None:
    for who in (ROOT, NORTH):
        whole = tenant.get(who, "v2/user")["data"]
        first = tenant.get(who, "v2/user?pageSize=2")
        count = first["meta"]["totalPages"]
        paged = [
            row
            for n in range(count)
            for row in tenant.get(who, f"v2/user?pageSize=2&page={n}")["data"]
        ]
        assert paged == whole
        assert count == -(-len(whole) // 2)
        assert ("next" in first["meta"]["links"]) is (count > 1)
    assert tenant.get(ROOT, "v2/user?page=9")["data"] == []


def ask(tenant: Tenant, path: str) -> Any:
    status, body = tenant.ask(ROOT, "GET", path)
    assert status == 200, body
    return body


def test_flows_page_by_size_and_say_so_only_when_asked(tenant: Tenant) -> None:
    assert [row["name"] for row in ask(tenant, FLOWS)] == ["Main IVR", "Night IVR"]
    page = ask(tenant, f"{FLOWS}?includePagination=true&size=1&page=1&flowType=FLOW")
    assert [row["name"] for row in page.pop("data")] == ["Night IVR"]
    assert page == {"currentPage": 1, "pageSize": 1, "totalPages": 2, "totalRecords": 2}
    assert ask(tenant, f"{FLOWS}?includePagination=true")["pageSize"] == 10
    (sub,) = ask(tenant, f"{FLOWS}?flowType=SUBFLOW")
    assert (sub["name"], sub["flowType"], len(sub["id"])) == ("Greeting", "SUBFLOW", 24)
    assert [row["name"] for row in ask(tenant, f"{FLOWS}?partialNameSearch=night")] == ["Night IVR"]
    assert tenant.ask(ROOT, "GET", f"{FLOWS}?flowType=HAT")[0] == 400
    assert tenant.ask(ROOT, "GET", FLOWS.replace(PROJECT, "other"))[0] == 404


def test_functions_have_page_info_and_none_is_a_404(tenant: Tenant) -> None:
    page = ask(tenant, FUNCTIONS)
    assert page["pageInfo"] == {
        "currentPage": 0, "pageSize": 100, "totalPages": 1, "totalRecords": 1,
    }  # fmt: skip
    (score,) = page["data"]
    assert ask(tenant, f"{FUNCTIONS}/{score['id']}") == score
    assert ask(tenant, f"{FUNCTIONS}?name=SCO")["data"] == [score]
    assert tenant.ask(ROOT, "GET", f"{FUNCTIONS}?language=py")[0] == 404


@pytest.mark.parametrize("path", ["v2/site", "v2/cad-variable"])
def test_another_organization_is_forbidden(tenant: Tenant, path: str) -> None:
    other = ORGANIZATION.replace("5", "6")
    assert tenant.ask(ROOT, "GET", f"/organization/{other}/{path}")[0] == 403
    assert tenant.ask(ROOT, "GET", FUNCTIONS.replace(ORGANIZATION, other))[0] == 403
