"""What a service app does with the refresh token that comes with a grant."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from reconciler.engine.credentials import Place
from reconciler.engine.service_app import ServiceApp
from reconciler.http.pacing import Pacing
from reconciler.http.tokens import Grant
from reconciler.manifests.credentials import FromFile
from reconciler.vendor import TokenRequest


def request(client_id: str, secret: str, refresh_token: str) -> TokenRequest:
    return TokenRequest("token.example", "/", {"refresh_token": refresh_token})


@pytest.mark.parametrize(
    ("grant", "stored", "warned"),
    [
        (Grant("access", None, "newer-token"), "newer-token", 0),
        (Grant("access", None, None), "older-token", 0),
        (Grant("access", None, None, unusable=True), "older-token", 1),
    ],
)
def test_only_a_token_replaces_the_one_that_is_kept(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    grant: Grant,
    stored: str,
    warned: int,
) -> None:
    file = tmp_path / "refresh"
    file.write_text("older-token\n")
    file.chmod(0o600)
    warnings: list[str] = []

    def place(what: str) -> Place:
        return Place("live", what, FromFile(file="refresh"), tmp_path, {}, warnings.append)

    async def answered(*_: object) -> Grant:
        return grant

    monkeypatch.setattr("reconciler.http.oauth.fetch", answered)
    parts = place("id"), place("secret"), place("refresh token")
    app = ServiceApp(*parts, request, Pacing(), None)
    assert asyncio.run(app()) == grant
    assert file.read_text().strip() == stored
    assert len(warnings) == warned
    assert all("the old one is kept" in each for each in warnings)
