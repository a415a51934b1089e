"""Reading a whole tenant: every page, and never a part of it taken for all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from reconciler.contract.connection import Endpoint
from reconciler.errors import TenantError
from reconciler.http.tokens import FixedToken
from reconciler.model.live import Snapshot
from reconciler.sandbox.asgi import Receive, Scope, Send, give, hear, json_answer, request_body
from reconciler.vendors.cxone.client import open_reader
from reconciler.vendors.cxone.group import group_kind
from reconciler.vendors.cxone.sandbox.tenant import CxoneSandbox

ROLE, EMPLOYEE = group_kind("Role"), group_kind("Employee")

ROLES, USERS = "/authorization/v1/roles/search", "/user-management/v2/users/search"
PERMISSIONS = "/authorization/v1/permissions"


def seed(roles: int, people: int) -> dict[str, Any]:
    return {
        "organization": {"id": "0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30"},
        "roles": [{"name": f"Role {n}"} for n in range(roles)],
        "employees": [
            {"email": f"p{n}@x.example", "primaryRole": f"Role {n % roles}"} for n in range(people)
        ],
        "identities": [{"email": "p0@x.example"}],
    }


@dataclass
class Tenant:
    """A sandbox, what it was asked, and who changes its answers on their way."""

    folder: Path
    roles: int = 3
    people: int = 5
    parallelism: int = 8
    twist: Callable[[str, int, Any], Any] = lambda _path, _number, body: body

    quirks: dict[str, Any] = field(default_factory=dict)
    assumed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def read(self) -> Snapshot:
        whole = {**seed(self.roles, self.people), "quirks": self.quirks, "assumed": self.assumed}
        sandbox = CxoneSandbox(self.folder / "tenant.db", whole)
        inner = sandbox.app()

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            sent = await request_body(receive)
            heard = await hear(inner, scope, sent)
            path = scope["path"]
            number = sum(each == path for each, _ in self.asked)
            self.asked.append((path, json.loads(sent or b"null")))
            twisted = self.twist(path, number, heard.json)
            await give(json_answer(heard.status, twisted), send)

        token = FixedToken(sandbox.token(None))
        endpoint = Endpoint(
            "test",
            sandbox.organization,
            token,
            app=app,
            parallelism=self.parallelism,
            assumed=frozenset(self.assumed),
        )

        async def work() -> Snapshot:
            async with open_reader(endpoint) as reader:
                return await reader.read(())

        try:
            return asyncio.run(work())
        finally:
            sandbox.close()

    def requests(self, path: str) -> int:
        return sum(each == path for each, _ in self.asked)


@pytest.mark.parametrize(
    ("roles", "people", "of_roles", "of_people"),
    [(3, 5, 1, 1), (99, 100, 1, 1), (100, 101, 2, 2), (230, 250, 3, 3)],
)
def test_every_page_is_read(
    tmp_path: Path, roles: int, people: int, of_roles: int, of_people: int
) -> None:
    tenant = Tenant(tmp_path, roles, people)
    found = tenant.read()
    assert len(found.objects[ROLE]) == roles
    assert {each.name for each in found.objects[EMPLOYEE]} == {
        f"p{n}@x.example" for n in range(people)
    }
    assert (tenant.requests(ROLES), tenant.requests(USERS)) == (of_roles, of_people)


@pytest.mark.parametrize("pages", ["fromZero", "zeroIsOne", "zeroRefused"])
@pytest.mark.parametrize("repeats", [True, False])
@pytest.mark.parametrize("roles", [1, 100, 101, 250])
def test_every_role_is_read_however_the_tenant_counts_pages(
    tmp_path: Path, roles: int, repeats: bool, pages: str
) -> None:
    quirks = {"rolePages": pages, "lastPageRepeats": repeats}
    found = Tenant(tmp_path, roles, 3, quirks=quirks).read()
    assert {each.name for each in found.objects[ROLE]} == {f"Role {n}" for n in range(roles)}


def test_the_first_hundred_roles_are_among_those_that_are_read(tmp_path: Path) -> None:
    tenant = Tenant(tmp_path, 230)
    tenant.read()
    numbers = [body["page"]["pageNo"] for path, body in tenant.asked if path == ROLES]
    assert numbers == [0, 1, 2]


def test_a_service_may_give_less_than_was_asked_for(tmp_path: Path) -> None:
    """Pages of 40: what comes next is asked from where the first one ended."""

    def smaller(path: str, _number: int, body: Any) -> Any:
        return {**body, "users": body["users"][:40]} if path == USERS else body

    assert len(Tenant(tmp_path, 2, 210, twist=smaller).read().objects[EMPLOYEE]) == 210


def without_one(path: str, number: int, body: Any) -> Any:
    return {**body, "users": body["users"][1:]} if (path, number) == (USERS, 1) else body


def one_more(path: str, number: int, body: Any) -> Any:
    more = {"totalRecords": body["totalRecords"] + 1} if (path, number) == (USERS, 2) else {}
    return {**body, **more} if path == USERS else body


def one_twice(path: str, number: int, body: Any) -> Any:
    if (path, number) != (USERS, 1):
        return body
    return {**body, "users": [*body["users"][:-1], body["users"][0]]}


def a_page_twice(path: str, _number: int, body: Any) -> Any:
    if path != ROLES:
        return body
    return {"roles": [{**row, "roleId": f"r{n}"} for n, row in enumerate(body["roles"])]}


@pytest.mark.parametrize("twist", [without_one, one_more, one_twice])
def test_a_list_that_changes_while_it_is_read_is_read_once_more(
    tmp_path: Path, twist: Callable[..., Any]
) -> None:
    found = Tenant(tmp_path, 150, 250, parallelism=1, twist=twist).read()
    assert len({each.id for each in found.objects[EMPLOYEE]}) == 250


@pytest.mark.parametrize("twist", [without_one, one_more, one_twice, a_page_twice])
def test_a_part_is_never_taken_for_all(tmp_path: Path, twist: Callable[..., Any]) -> None:
    def each_time(path: str, number: int, body: Any) -> Any:
        return twist(path, number % 3, body)  # three pages a reading

    tenant = Tenant(tmp_path, 150, 250, parallelism=1, twist=each_time)
    with pytest.raises(TenantError, match="is not complete") as caught:
        tenant.read()
    assert caught.value.told.code == "TEN120"


@pytest.mark.parametrize(
    "twist",
    [
        lambda path, _n, body: {"roles": None} if path == ROLES else body,
        lambda path, _n, body: {"users": body["users"]} if path == USERS else body,
        lambda path, _n, body: {**body, "users": [{}]} if path == USERS else body,
        lambda path, _n, _body: [] if path == USERS else _body,
    ],
)
def test_an_answer_of_no_known_shape_is_told(tmp_path: Path, twist: Callable[..., Any]) -> None:
    with pytest.raises(TenantError) as caught:
        Tenant(tmp_path, twist=twist).read()
    assert caught.value.told.code == "TEN113"


def test_a_role_of_unexpected_shape_is_unknown_and_no_other(tmp_path: Path) -> None:
    def twist(path: str, _number: int, body: Any) -> Any:
        if path != ROLES:
            return body
        first, *rest = body["roles"]
        return {"roles": [{**first, "status": "ASLEEP"}, *rest]}

    found = Tenant(tmp_path, twist=twist).read()
    (unknown,) = found.unknown
    assert f"POST {ROLES}: {unknown.id}" in unknown.reason
    assert "ASLEEP" in unknown.reason
    assert len(found.objects[ROLE]) == 2
    assert ROLE in found.partial


@pytest.mark.parametrize(
    "odd",
    [
        None,
        [],
        {"applications": 5},
        {"applications": [{"applicationId": "a/b", "privileges": []}]},
    ],
)
def test_a_list_of_permissions_of_unexpected_shape_is_unread(tmp_path: Path, odd: Any) -> None:
    """Nothing needs it: roles tell of permissions too."""

    def twist(path: str, _number: int, body: Any) -> Any:
        return odd if path == PERMISSIONS else body

    found = Tenant(tmp_path, twist=twist, assumed=("A3",)).read()
    assert "not of the known shape" in found.unread[group_kind("permission")]
    assert len(found.objects[ROLE]) == 3


@pytest.mark.parametrize("told", ["name", "id"])
def test_a_primary_role_is_told_by_its_id_or_its_name(tmp_path: Path, told: str) -> None:
    """Which of them `role` holds is not documented, nor whether `roleUUID` is always there."""

    def twist(path: str, _number: int, body: Any) -> Any:
        if path != USERS:
            return body
        rows = [
            {**row, "role": row["roleUUID"] if told == "id" else row["role"], "roleUUID": None}
            for row in body["users"]
        ]
        return {**body, "users": rows}

    found = Tenant(tmp_path, twist=twist).read()
    roles = {each.id: each.name for each in found.objects[ROLE]}
    held = {e.name: roles[str(e.values["primaryRole"])] for e in found.objects[EMPLOYEE]}
    assert held == {f"p{n}@x.example": f"Role {n % 3}" for n in range(5)}
