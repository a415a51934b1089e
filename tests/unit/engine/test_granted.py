"""What credentials in parts do with the refresh token that comes with a grant."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.contract.credentials import ANY_WAY, CredentialForm, CredentialPart, TokenRequest
from reconciler.engine.credentials import Place
from reconciler.engine.granted import InParts
from reconciler.http.pacing import Pacing
from reconciler.http.tokens import Grant
from reconciler.manifests.credentials import FromFile


def _request(_region: str | None, parts: Mapping[str, str]) -> TokenRequest:
    return TokenRequest("token.example", "/", parts, as_json=False, what="app", help="")


def part(key: str, *, is_renewed: bool = False) -> CredentialPart:
    return CredentialPart(key, key, ANY_WAY, "", is_renewed=is_renewed)


FORM = CredentialForm(
    "app", "app", "apps", "", (part("id"), part("refreshToken", is_renewed=True)), _request
)


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
    places = {each.key: place(each.words) for each in FORM.parts}
    app = InParts(FORM, places, None, Pacing(), None)
    assert asyncio.run(app()) == grant
    assert file.read_text().strip() == stored
    assert len(warnings) == warned
    assert all("the old one is kept" in each for each in warnings)
