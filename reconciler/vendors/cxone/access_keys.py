"""Access keys of CXone: the parts of their credentials, and the call for an access token."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.contract.credentials import (
    ANY_WAY,
    NO_COMMAND,
    CredentialForm,
    CredentialPart,
    TokenRequest,
)
from reconciler.vendors.cxone.hosts import host


def _token_request(region: str | None, parts: Mapping[str, str]) -> TokenRequest:
    """NICE's guide "UserHub: Getting Started": JSON, to the host of the tenant's area."""
    return TokenRequest(
        host(region),
        "/authentication/v1/token/access-key",
        {"accessKeyId": parts["id"], "accessKeySecret": parts["secret"]},
        as_json=True,
        what="access key",
        help="check its id and secret, and whether the key and its user are active",
    )


ACCESS_KEY = CredentialForm(
    "accessKey",
    "access key",
    "access keys",
    "An access key of a user's: access tokens are fetched with it, and renewed before they end.",
    (
        CredentialPart(
            "id", "access key's id", NO_COMMAND, "Where the key's id is.", is_renewed=False
        ),
        CredentialPart(
            "secret", "access key's secret", ANY_WAY, "Where the key's secret is.", is_renewed=False
        ),
    ),
    _token_request,
)
