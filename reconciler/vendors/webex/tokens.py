"""Service apps of Webex: the parts of their credentials, and the call for an access token."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.contract.credentials import (
    ANY_WAY,
    NO_COMMAND,
    CredentialForm,
    CredentialPart,
    TokenRequest,
)
from reconciler.vendors.webex.hosts import WEBEX


def _token_request(_region: str | None, parts: Mapping[str, str]) -> TokenRequest:
    """Cisco's guide "Integrations & Authorization": a form, to the host of all of Webex."""
    return TokenRequest(
        WEBEX,
        "/v1/access_token",
        {
            "grant_type": "refresh_token",
            "client_id": parts["id"],
            "client_secret": parts["secret"],
            "refresh_token": parts["refreshToken"],
        },
        as_json=False,
        what="service app",
        help="check its id and secret, and whether an administrator still authorizes it; a refresh "
        "token ends after some months without use, or when a newer one was given",
    )


SERVICE_APP = CredentialForm(
    "serviceApp",
    "service app",
    "service apps",
    "A machine account: its access tokens are fetched, and renewed before they expire.",
    (
        CredentialPart("id", "client id", NO_COMMAND, "Where the client id is.", is_renewed=False),
        CredentialPart(
            "secret", "client secret", ANY_WAY, "Where the client secret is.", is_renewed=False
        ),
        CredentialPart(
            "refreshToken",
            "refresh token",
            ANY_WAY,
            "Where the refresh token is; one that is replaced is written back to a file.",
            is_renewed=True,
        ),
    ),
    _token_request,
)
