"""Every answer that the sandbox gives by default is as Cisco's documents have it.

Each operation is asked for its success, and for each refusal that it can give; the table at the
end of the file says which operations write, and what is sent to them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.agreement.native import WEBEX_FLOW_PROJECT, WEBEX_PATHS, webex_id
from tests.openapi import EXEMPTIONS, conforms, loaded
from tests.shared import shared
from tests.unit.vendors.webexcc.sandbox.asking import (
    BASE,
    MACHINE,
    NORTH,
    ORGANIZATION,
    ROOT,
    SEED,
    Tenant,
    parsed,
)
from tests.unit.vendors.webexcc.sandbox.whole import MORE

NOWHERE = "00000000-0000-4000-8000-000000000000"
OPERATIONS = 86
"""How many there are; a new one comes with its cases."""

Case = tuple[int, str, Any]
"""Status, id in the path, body."""

_ENTITIES = WEBEX_PATHS | {"functions": "function"}
_NAMES = {
    "user-profile": "Both", "resource-collection": "North", "user": "red@x.example",
    "site": "Berlin", "team": "Red", "queue": "Cards", "channel": "Chat & Mail",
    "skill-definition": "German", "skill-profile": "Speaks German", "function": "score",
    "desktop-profile": "Berlin desk (1)", "desktop-layout": "Wide", "address-book": "Everybody",
    "multimedia-profile": "Voice only", "idle-wrapup-code": "Lunch", "cad-variable": "customer_id",
    "outdial-ani": "Hotline", "working-hour": "Office", "holiday-list": "Bavaria",
    "override": "Flood", "audio-prompt": "hold.wav",
}  # fmt: skip


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[Tenant]:
    made = Tenant(tmp_path, parsed(SEED) | {"inventory": MORE})
    yield made
    made.close()


def ask(  # noqa: PLR0913, PLR0917 - a request in its parts
    tenant: Tenant, token: str, method: str, path: str, query: dict[str, str], body: Any = None
) -> int:
    """The status of one answer, which is held against the documents."""

    async def asked() -> tuple[int, Any]:
        transport = httpx2.ASGITransport(app=tenant.app)
        async with httpx2.AsyncClient(
            transport=transport,
            base_url="http://sandbox",
            headers={"Authorization": f"Bearer {token}"},
        ) as client:
            answer = await client.request(method, path, params=query, json=body)
            return answer.status_code, answer.json() if answer.content else None

    status, answer = asyncio.run(asked())
    conforms(method, path, query, body, status, answer)
    return status


def filled(tenant: Tenant, path: str, object_id: str | None = None) -> str:
    """A path with the ids of what the seed has."""
    segments = path.split("/")
    if "{id}" in segments and object_id is None:
        entity = segments[segments.index("{id}") - 1]
        kind = "user" if entity in ("by-ci-user-id", "with-user-profile") else entity
        kind = _ENTITIES.get(kind, kind)
        found = tenant.body(kind, _NAMES[kind])
        object_id = found["ciUserId"] if entity == "by-ci-user-id" else found["id"]
    for name in ("{orgid}", "{orgId}"):
        path = path.replace(name, ORGANIZATION)
    return path.replace("{projectId}", WEBEX_FLOW_PROJECT).replace("{id}", str(object_id))


def operations(tenant: Tenant) -> list[tuple[str, str]]:
    return [(each.method, each.path) for each in tenant.sandbox.endpoints()]


def test_every_operation_has_its_cases(tenant: Tenant) -> None:
    found = operations(tenant)
    assert len(found) == len(set(found)) == OPERATIONS
    assert {each for each in found if each[0] != "GET"} == set(WRITES)


def test_every_reading_conforms(tenant: Tenant) -> None:
    reads = [path for method, path in operations(tenant) if method == "GET"]
    for path in reads:
        for who in (ROOT, NORTH, MACHINE):
            token = tenant.sandbox.token(who)
            expected = (200,) if who != NORTH else (200, 403, 404)
            query = _NEEDED.get(path, {})
            assert ask(tenant, token, "GET", filled(tenant, path), query) in expected, path


_YEAR = {"from": "2026-01-01T00:00:00.000Z", "to": "2026-12-31T23:59:59.999Z"}
_EVENTS = "/v1/adminAudit/events"
_NEEDED = {_EVENTS: {"orgId": webex_id("ORGANIZATION", ORGANIZATION)} | _YEAR}
"""What a reading does not go without."""


@pytest.mark.parametrize(
    "more",
    [
        {"max": "1", "offset": "1"},
        {"eventCategories": "CONTACT_CENTER,LOGINS"},
        {"actorId": "MjQ4Njg2OTYtYWMwZC00ODY4LWJkMjEtZGUxZDc4MzhjOTdm"},
    ],
)
def test_what_else_audit_events_are_asked_for(tenant: Tenant, more: dict[str, str]) -> None:
    tenant.act(ROOT, "edit-profile", profile="Both", queue="edit")
    assert ask(tenant, "root", "GET", _EVENTS, _NEEDED[_EVENTS] | more) == 200


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"orgId": ""}, 400),
        ({"orgId": webex_id("ORGANIZATION", NOWHERE)}, 403),
        ({"from": "yesterday"}, 400),
        ({"to": "2028-01-01T00:00:00.000Z"}, 400),
        ({"to": "2025-01-01T00:00:00.000Z"}, 400),
        ({"max": "201"}, 400),
        ({"offset": "-1"}, 400),
    ],
)
def test_audit_events_that_nobody_gets(tenant: Tenant, more: dict[str, str], status: int) -> None:
    assert ask(tenant, "root", "GET", _EVENTS, _NEEDED[_EVENTS] | more) == status
    assert ask(tenant, "viewer", "GET", _EVENTS, _NEEDED[_EVENTS]) == 403


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (
            f"/flow-store/{ORGANIZATION}/project/{WEBEX_FLOW_PROJECT}/flows",
            {"includePagination": "true"},
        ),
        (f"/flow-store/{ORGANIZATION}/project/{WEBEX_FLOW_PROJECT}/flows", {"flowType": "SUBFLOW"}),
        (f"{BASE}/v2/team", {"singleObjectResponse": "true", "filter": "name==Red"}),
        (f"{BASE}/v2/contact-service-queue", {"attributes": "id,name"}),
        (f"{BASE}/v2/user", {"search": "red", "pageSize": "1", "page": "0"}),
    ],
)
def test_what_else_lists_are_asked_for(tenant: Tenant, path: str, query: dict[str, str]) -> None:
    assert ask(tenant, "root", "GET", path, query) == 200


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("v3/user-profile/{id}", {"includeNames": "true"}),
        ("v3/user-profile/{id}/acl", {"names": "site,team"}),
        ("user/{id}", {"includeUserProfileType": "true"}),
        ("user/by-ci-user-id/{id}", {"includeUserProfile": "true"}),
        ("v2/user/by-ci-user-id/{id}", {"includeUserProfile": "true", "includeNames": "true"}),
        ("team/{id}/incoming-references", {"type": "user", "page": "0", "pageSize": "1"}),
    ],
)
def test_what_else_items_are_asked_for(tenant: Tenant, path: str, query: dict[str, str]) -> None:
    assert ask(tenant, "root", "GET", filled(tenant, f"{BASE}/{path}"), query) == 200


def test_every_refusal_of_every_operation_conforms(tenant: Tenant) -> None:
    other = ORGANIZATION.replace("5", "6")
    for method, path in operations(tenant):
        whole = filled(tenant, path)
        assert ask(tenant, "unknown", method, whole, {}) == 401
        if ORGANIZATION in whole:
            assert ask(tenant, "root", method, whole.replace(ORGANIZATION, other), {}) == 403
        if "{id}" in path and method in ("GET", "DELETE"):
            assert ask(tenant, "root", method, filled(tenant, path, NOWHERE), {}) == 404
        if method == "GET" and path.endswith(tuple(f"/{each}" for each in _LISTED)):
            assert ask(tenant, "root", method, whole, {"filter": "hat==1"}) == 400
        if method != "GET":
            assert ask(tenant, "viewer", method, whole, {}, {}) == 403


_LISTED = ("user-profile", "resource-collection", "user", *WEBEX_PATHS)


@pytest.mark.parametrize("exemption", EXEMPTIONS["openapi/webex/contact-center-config.json"])
def test_an_exemption_is_still_needed(exemption: Any) -> None:
    document = loaded("openapi/webex/contact-center-config.json", ())
    assert exemption.patch(document) > 0


def test_what_differs_is_told() -> None:
    shared("openapi/webex/contact-center-config.json")
    path = f"{BASE}/site/{NOWHERE}"
    with pytest.raises(AssertionError, match=r"\$\.name: 'a/b' does not match"):
        conforms("GET", path, {}, None, 200, {"name": "a/b", "active": True})
    with pytest.raises(AssertionError, match="the request"):
        conforms("POST", f"{BASE}/v3/user-profile", {}, {"name": "x"}, 201, {})
    with pytest.raises(AssertionError, match="PathNotFound"):
        conforms("GET", f"{BASE}/hat", {}, None, 200, {})
    with pytest.raises(AssertionError, match="OperationNotFound"):
        conforms("DELETE", f"{BASE}/v2/site", {}, None, 204, None)


PROFILE = {
    "name": "New", "profileType": "SUPERVISOR", "active": True, "permissionAccessLevel": "ALL",
    "resourceAccessLevel": "ALL",
}  # fmt: skip


def _profile(tenant: Tenant, name: str) -> dict[str, Any]:
    return dict(tenant.get(ROOT, f"v3/user-profile/{tenant.id('user-profile', name)}"))


def _collection(tenant: Tenant, name: str) -> dict[str, Any]:
    path = f"resource-collection/{tenant.id('resource-collection', name)}"
    return dict(tenant.get(ROOT, path))


def _new(body: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in ("id", "version")} | more


def _create_profile(_tenant: Tenant) -> Iterator[Case]:
    yield 201, "", PROFILE
    yield 409, "", PROFILE
    yield 400, "", PROFILE | {"name": "a/b"}


def _put_profile(tenant: Tenant) -> Iterator[Case]:
    both = _profile(tenant, "Both")
    yield 200, both["id"], both | {"description": "new"}
    yield 400, both["id"], both | {"profileType": "ADMINISTRATOR"}
    yield 409, both["id"], both | {"name": "Viewer"}
    yield 404, NOWHERE, both | {"id": NOWHERE}


def _delete_profile(tenant: Tenant) -> Iterator[Case]:
    yield 412, tenant.id("user-profile", "Both"), None
    made = tenant.ask(ROOT, "POST", "v3/user-profile", PROFILE)[1]
    yield 204, made["id"], None


def _bulk_profiles(tenant: Tenant) -> Iterator[Case]:
    both = _profile(tenant, "Both")
    own = {"organizationId": ORGANIZATION}
    items = [
        {"itemIdentifier": 1, "item": PROFILE | own},
        {"itemIdentifier": 2, "item": both, "requestAction": "SAVE"},
        {"itemIdentifier": 3, "item": both, "requestAction": "DELETE"},
    ]
    yield 207, "", {"items": items}
    yield 207, "", {"items": []}
    yield 400, "", {"items": [PROFILE]}


def _create_collection(tenant: Tenant) -> Iterator[Case]:
    new = _new(_collection(tenant, "North"), name="New")
    yield 201, "", new
    yield 409, "", new
    yield 400, "", new | {"resources": []}


def _put_collection(tenant: Tenant) -> Iterator[Case]:
    north = _collection(tenant, "North")
    yield 200, north["id"], north | {"description": "new"}
    yield 400, north["id"], north | {"resources": []}
    yield 409, north["id"], north | {"name": "South"}
    yield 404, NOWHERE, north | {"id": NOWHERE}


def _delete_collection(tenant: Tenant) -> Iterator[Case]:
    yield 412, tenant.id("resource-collection", "North"), None
    new = _new(_collection(tenant, "North"), name="New")
    yield 204, tenant.ask(ROOT, "POST", "resource-collection", new)[1]["id"], None


def _bulk_collections(tenant: Tenant) -> Iterator[Case]:
    north = _collection(tenant, "North")
    items = [
        {"itemIdentifier": 1, "item": north},
        {"itemIdentifier": 2, "item": {"id": north["id"], "name": "North"}},
        {"itemIdentifier": 3, "item": north, "requestAction": "DELETE"},
    ]
    yield 207, "", {"items": items}
    yield 400, "", {"items": "none"}


def _attach(tenant: Tenant) -> Iterator[Case]:
    body = {
        "resourceType": "queue",
        "resourceId": tenant.id("queue", "Cards"),
        "resourceCollections": [{"id": tenant.id("resource-collection", "North")}],
    }
    yield 201, "", body
    yield 201, "", body  # a second time its row is an error
    yield 400, "", body | {"resourceCollections": []}


def _put_user(tenant: Tenant) -> Iterator[Case]:
    user = tenant.get(ROOT, f"user/{tenant.id('user', 'red@x.example')}")
    user = user | {"lastName": "Red"}
    yield 200, user["id"], user
    yield 400, user["id"], user | {"siteId": NOWHERE}
    yield 404, NOWHERE, user | {"id": NOWHERE}


def _patch_user(tenant: Tenant) -> Iterator[Case]:
    number = tenant.id("user", "red@x.example")
    yield 200, number, {"siteId": None, "teamIds": []}
    yield 400, number, {"siteId": NOWHERE}
    yield 404, NOWHERE, {}


def _bulk_users(tenant: Tenant) -> Iterator[Case]:
    number = tenant.id("user", "red@x.example")
    items = [
        {"itemIdentifier": 1, "item": {"id": number, "teamIds": []}},
        {"itemIdentifier": 2, "item": {"id": NOWHERE, "teamIds": []}},
    ]
    yield 207, "", {"items": items}
    yield 400, "", {"items": [{"id": number}]}


_ORG = "/organization/{orgid}"
WRITES = {
    ("POST", f"{_ORG}/v3/user-profile"): _create_profile,
    ("PUT", f"{_ORG}/v3/user-profile/{{id}}"): _put_profile,
    ("DELETE", f"{_ORG}/v3/user-profile/{{id}}"): _delete_profile,
    ("POST", f"{_ORG}/v3/user-profile/bulk"): _bulk_profiles,
    ("POST", f"{_ORG}/resource-collection"): _create_collection,
    ("PUT", f"{_ORG}/resource-collection/{{id}}"): _put_collection,
    ("DELETE", f"{_ORG}/resource-collection/{{id}}"): _delete_collection,
    ("PATCH", f"{_ORG}/resource-collection/bulk"): _bulk_collections,
    ("POST", f"{_ORG}/resource-collection/update-resource"): _attach,
    ("PUT", f"{_ORG}/user/{{id}}"): _put_user,
    ("PATCH", f"{_ORG}/user/{{id}}"): _patch_user,
    ("PATCH", f"{_ORG}/user/bulk"): _bulk_users,
}


@pytest.mark.parametrize("operation", WRITES, ids=" ".join)
def test_every_write_conforms(tenant: Tenant, operation: tuple[str, str]) -> None:
    method, path = operation
    for expected, object_id, body in WRITES[operation](tenant):
        whole = filled(tenant, path, object_id)
        assert ask(tenant, tenant.sandbox.token(ROOT), method, whole, {}, body) == expected
