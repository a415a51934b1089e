"""The emulated tenant refuses what the documents forbid, by code of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.contract.connection import Endpoint
from reconciler.errors import ReconcilerError
from reconciler.http.session import WriteSession, writing
from reconciler.http.tokens import FixedToken
from reconciler.vendors.cxone.answers import explain
from reconciler.vendors.cxone.sandbox.tenant import CxoneSandbox

SEED: dict[str, Any] = {
    "organization": {"id": "0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30"},
    "assumed": ["A1", "A2"],
    "roles": [
        {"name": "Agent", "permissions": {"acd": {"agent": ["view"]}}},
        {"name": "Root", "permissions": {"admin": {"role-management": ["view", "edit"]}}},
        {"name": "Retired", "status": "inactive"},
        {"name": "Spare"},
    ],
    "employees": [
        {"email": "root@x.example", "primaryRole": "Root"},
        {"email": "jane@x.example", "primaryRole": "Agent"},
        {"email": "omar@x.example", "primaryRole": "Retired", "active": False},
        {"email": "kept@x.example", "primaryRole": "Agent", "keepsActive": True},
    ],
    "identities": [{"email": "root@x.example"}, {"email": "jane@x.example"}],
}
ROLES = "/authorization/v1/roles"
USERS = "/user-management/v1/users"

Work = Callable[[WriteSession, dict[str, Any]], Awaitable[Any]]


def done(folder: Path, work: Work, identity: str = "root@x.example") -> Any:
    """What comes of some work in a new tenant."""
    sandbox = CxoneSandbox(folder / "tenant.db", SEED)
    endpoint = Endpoint(
        "test", sandbox.organization, FixedToken(sandbox.token(identity)), app=sandbox.app()
    )

    async def run() -> Any:
        async with writing(endpoint, "na1.nice-incontact.com", explain) as session:
            found = await session.search(f"{ROLES}/search", {})
            by_name = {each["displayName"]: each for each in found.body["roles"]}
            return await work(session, by_name)

    try:
        return asyncio.run(run())
    finally:
        sandbox.close()


def creating(**body: Any) -> Work:
    async def work(session: WriteSession, _: dict[str, Any]) -> Any:
        return (await session.post(ROLES, {"displayName": "New", "status": "DRAFT", **body})).body

    return work


def changing(role: str, **more: Any) -> Work:
    async def work(session: WriteSession, roles: dict[str, Any]) -> Any:
        body = {**roles[role], **more}
        return (await session.put(f"{ROLES}/{roles[role]['roleId']}", body)).body

    return work


async def user(session: WriteSession, email: str) -> dict[str, Any]:
    answer = await session.search("/user-management/v2/users/search", {"top": 100})
    row = next(each for each in answer.body["users"] if each["userName"] == email)
    whole = await session.get(f"/user-management/v3/users/{row['id']}")
    found: dict[str, Any] = whole.body["user"]
    return found


def giving(email: str, primary: str | None = None, secondary: list[str] | None = None) -> Work:
    async def work(session: WriteSession, roles: dict[str, Any]) -> Any:
        body = await user(session, email)
        if primary:
            body |= {"role": roles[primary]["roleName"]}
        if secondary is not None:
            body["secondaryRoleIds"] = [roles[each]["roleId"] for each in secondary]
        return (await session.put(USERS, body)).body

    return work


def reviving(email: str) -> Work:
    async def work(session: WriteSession, _: dict[str, Any]) -> Any:
        return (
            await session.post(f"{USERS}/{(await user(session, email))['id']}/revive", None)
        ).body

    return work


@pytest.mark.parametrize(
    ("work", "code"),
    [
        (creating(displayName="n" * 51), "ROLE_NAME_INVALID"),
        (creating(displayName="a & b"), "ROLE_NAME_INVALID"),
        (creating(displayName="AGENT"), "ROLE_NAME_EXISTS"),
        (creating(status="PAUSED"), "ROLE_STATUS_INVALID"),
        (creating(description="d" * 201), "ROLE_DESCRIPTION_INVALID"),
        (changing("Agent", status="INACTIVE"), "ROLE_IN_USE"),
        (changing("Spare", displayName="retired"), "ROLE_NAME_EXISTS"),
        (giving("jane@x.example", "Retired"), "ROLE_NOT_ACTIVE"),
        (giving("jane@x.example", secondary=["Retired"]), "ROLE_NOT_ACTIVE"),
        (giving("root@x.example", "Agent"), "OWN_ROLE"),
        (reviving("omar@x.example"), "ROLE_NOT_ACTIVE"),
    ],
)
def test_what_is_forbidden_is_refused(tmp_path: Path, work: Work, code: str) -> None:
    with pytest.raises(ReconcilerError, match=code):
        done(tmp_path, work)


def test_a_name_is_spent_by_a_rename(tmp_path: Path) -> None:
    async def work(session: WriteSession, roles: dict[str, Any]) -> Any:
        await changing("Spare", displayName="Other")(session, roles)
        return await creating(displayName="SPARE")(session, roles)

    with pytest.raises(ReconcilerError, match="ROLE_NAME_EXISTS"):
        done(tmp_path, work)


def test_roles_are_changed_by_who_may(tmp_path: Path) -> None:
    with pytest.raises(ReconcilerError, match="403"):
        done(tmp_path, creating(), "jane@x.example")
    assert done(tmp_path, changing("Spare", status="INACTIVE"))["status"] == "INACTIVE"


def test_many_secondary_roles_are_refused(tmp_path: Path) -> None:
    async def work(session: WriteSession, roles: dict[str, Any]) -> Any:
        for number in range(11):
            await creating(displayName=f"Role {number}", status="ACTIVE")(session, roles)
        found = await session.search(f"{ROLES}/search", {})
        every = {each["displayName"]: each for each in found.body["roles"]}
        names = [f"Role {number}" for number in range(11)]
        return await giving("jane@x.example", secondary=names)(session, every)

    with pytest.raises(ReconcilerError, match="SECONDARY_ROLE_LIMIT"):
        done(tmp_path, work)


def test_who_cannot_be_deactivated_is_told_with_200(tmp_path: Path) -> None:
    async def work(session: WriteSession, _: dict[str, Any]) -> Any:
        ids = [(await user(session, f"{who}@x.example"))["id"] for who in ("jane", "kept")]
        return ids, (await session.post(f"{USERS}/deactivate", {"userIds": ids})).body

    (_, kept), answer = done(tmp_path, work)
    assert answer == {"notDeletedUserIds": [kept]}


def test_what_a_record_lacks_is_lost(tmp_path: Path) -> None:
    """Why the whole record is always written."""

    async def work(session: WriteSession, _: dict[str, Any]) -> Any:
        body = await user(session, "jane@x.example")
        del body["customAttributes"]
        await session.put(USERS, body)
        return await user(session, "jane@x.example")

    assert "customAttributes" not in done(tmp_path, work)


def test_the_public_api_writes_no_roles(tmp_path: Path) -> None:
    sandbox = CxoneSandbox(tmp_path / "tenant.db", {**SEED, "assumed": []})
    try:
        paths = {(each.method, each.path) for each in sandbox.endpoints()}
    finally:
        sandbox.close()
    assert ("POST", f"{ROLES}/search") in paths
    assert ("POST", ROLES) not in paths
    assert not [path for method, path in paths if method == "PUT" and path.startswith(ROLES)]
