"""The call that fetches an access token for a Webex service app."""

from __future__ import annotations

from reconciler.vendor import TokenRequest
from reconciler.vendors.webex.hosts import WEBEX


def token_request(client_id: str, secret: str, refresh_token: str) -> TokenRequest:
    """Cisco's guide "Integrations & Authorization": a form, to the host of all of Webex."""
    form = {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "client_secret": secret,
        "refresh_token": refresh_token,
    }
    return TokenRequest(WEBEX, "/v1/access_token", form)
