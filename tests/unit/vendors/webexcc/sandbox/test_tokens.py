"""The token endpoint: rotating refresh tokens, lifetimes by the sandbox's clock, no leaks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from reconciler.http.inprocess import InProcess
from reconciler.sandbox.errors import SandboxError
from reconciler.vendors.webexcc.sandbox.tenant import WebexSandbox
from tests.unit.vendors.webexcc.sandbox.asking import BASE, ROOT, SEED, parsed

BOT = "bot@x.example"
APP = {"id": "app-1", "secret": "s3cret-canary", "refreshToken": "r0-canary", "expiresIn": 3600}
FORM = {
    "grant_type": "refresh_token",
    "client_id": "app-1",
    "client_secret": "s3cret-canary",
    "refresh_token": "r0-canary",
}


def seed(app: Any = None) -> dict[str, Any]:
    found = parsed(SEED)
    found["identities"] = [
        {"email": ROOT, "token": "root"},
        {"email": BOT, "scopes": ["cjp:config_read"], "serviceApp": APP if app is None else app},
    ]
    return found


class Service:
    """A sandbox whose clock we turn, asked for tokens and with them."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
        self.sandbox = WebexSandbox(folder / "tenant.db", seed(), lambda: self.now)

    def request(self, method: str, path: str, token: str = "", **more: Any) -> httpx2.Response:
        async def asked() -> httpx2.Response:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            async with httpx2.AsyncClient(
                transport=InProcess(self.sandbox.app()), base_url="http://sandbox", headers=headers
            ) as client:
                return await client.request(method, path, **more)

        return asyncio.run(asked())

    def granted(self, **fields: str) -> dict[str, Any]:
        answer = self.request("POST", "/v1/access_token", data={**FORM, **fields})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def status(self, token: str) -> int:
        return self.request("GET", f"{BASE}/v2/site", token).status_code


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path)
    yield made
    made.sandbox.close()


def test_a_refresh_token_buys_an_access_token_that_works(service: Service) -> None:
    granted = service.granted()
    assert set(granted) == {
        "access_token", "expires_in", "refresh_token", "refresh_token_expires_in", "token_type",
        "scope",
    }  # fmt: skip
    assert (granted["expires_in"], granted["refresh_token_expires_in"]) == (3600, 7_776_000)
    assert (granted["token_type"], granted["scope"]) == ("Bearer", "cjp:config_read")
    assert service.status(granted["access_token"]) == 200
    refused = service.request("POST", f"{BASE}/resource-collection", granted["access_token"])
    assert refused.status_code == 403


def test_a_refresh_token_rotates_and_the_old_one_is_dead(service: Service) -> None:
    first = service.granted()
    dead = service.request("POST", "/v1/access_token", data=FORM)
    assert dead.status_code == 400
    assert "invalid_grant" in dead.json()["message"]
    second = service.granted(refresh_token=first["refresh_token"])
    assert second["access_token"] != first["access_token"]
    assert service.status(first["access_token"]) == 200


def test_tokens_expire_by_the_clock_of_the_sandbox(service: Service) -> None:
    granted = service.granted()
    service.now += timedelta(seconds=3599)
    assert service.status(granted["access_token"]) == 200
    service.now += timedelta(seconds=1)
    assert service.status(granted["access_token"]) == 401
    renewed = service.granted(refresh_token=granted["refresh_token"])
    assert service.status(renewed["access_token"]) == 200
    service.now += timedelta(days=90)
    fields = {**FORM, "refresh_token": renewed["refresh_token"]}
    late = service.request("POST", "/v1/access_token", data=fields)
    assert (late.status_code, "expired" in late.json()["message"]) == (400, True)
    assert service.status("root") == 200


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"grant_type": "authorization_code"}, 400),
        ({"grant_type": None}, 400),
        ({"client_id": "app-2"}, 401),
        ({"client_id": None}, 400),
        ({"client_secret": "wrong-canary"}, 401),
        ({"client_secret": ""}, 400),
        ({"refresh_token": "wrong-canary"}, 400),
        ({"refresh_token": None}, 400),
    ],
)
def test_what_is_wrong_is_refused_and_never_repeated(
    service: Service, changes: dict[str, str | None], status: int
) -> None:
    fields = {name: value for name, value in {**FORM, **changes}.items() if value is not None}
    refused = service.request("POST", "/v1/access_token", data=fields)
    assert refused.status_code == status
    assert set(refused.json()) == {"message", "errors", "trackingId"}
    assert "canary" not in refused.text
    assert service.granted()["expires_in"] == 3600


def test_the_endpoint_takes_forms_by_post_alone(service: Service) -> None:
    assert service.request("POST", "/v1/access_token", json=FORM).status_code == 415
    assert service.request("GET", "/v1/access_token").status_code == 405
    binary = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = service.request("POST", "/v1/access_token", content=b"\xff=1", headers=binary)
    assert answer.status_code == 400


def test_a_service_app_without_a_token_cannot_be_used_in_process(service: Service) -> None:
    with pytest.raises(SandboxError, match="PRJ126") as refused:
        service.sandbox.token(BOT)
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize(
    "app",
    [
        "app-1",
        {**APP, "colour": "red"},
        {"id": "app-1", "secret": "s"},
        {**APP, "secret": 7},
        {**APP, "expiresIn": 0},
        {**APP, "expiresIn": "1 h"},
    ],
)
def test_what_is_no_service_app_is_a_wrong_seed(tmp_path: Path, app: Any) -> None:
    with pytest.raises(SandboxError, match="PRJ125") as refused:
        WebexSandbox(tmp_path / "other.db", seed(app))
    assert "identities" in str(refused.value)
    assert "canary" not in str(refused.value)
