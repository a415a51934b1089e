"""With which credentials a served sandbox tenant is reached: those that its seed can have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.engine.connect import seed_of
from reconciler.groups import Groups
from reconciler.manifests.project import Tenant


@dataclass(frozen=True, slots=True)
class ServedCredentials:
    """The `credentials` of a tenant in reconciler.yaml, and where their values come from."""

    block: str
    meaning: str


def served_credentials(groups: Groups, tenant: Tenant, root: Path) -> ServedCredentials:
    """The credentials for a served tenant, as its systems know them and its seed has them."""
    if groups.access_key is None:
        meaning = f"SANDBOX_TOKEN is the `token` of an identity in {tenant.seed}."
        if groups.token_request is not None:
            meaning += "\nAn identity with a `serviceApp` is `credentials: {serviceApp: ...}`."
        return ServedCredentials("{env: SANDBOX_TOKEN}", meaning)
    block = "{accessKey: {id: {env: SANDBOX_KEY_ID}, secret: {env: SANDBOX_KEY_SECRET}}}"
    meaning = (
        "SANDBOX_KEY_ID and SANDBOX_KEY_SECRET are `id` and `secret` of the `accessKey` of an "
        f"identity in {tenant.seed}."
    )
    identities = seed_of(tenant, root).get("identities")
    rows = identities if isinstance(identities, list) else []
    if not any(isinstance(each, Mapping) and each.get("accessKey") for each in rows):
        meaning += (
            "\nNo identity there has one yet: add `accessKey: {id: ..., secret: ...}`, then "
            f"`reconciler sandbox reset {tenant.name}`."
        )
    meaning += (
        "\nSANDBOX_TOKEN, a token that was fetched with such a key, works too: "
        "`credentials: {env: SANDBOX_TOKEN}`."
    )
    return ServedCredentials(block, meaning)
