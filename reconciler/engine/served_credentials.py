"""With which credentials a served sandbox tenant is reached: those that its seed can have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.contract.credentials import CredentialForm
from reconciler.contract.sandbox import Sandbox
from reconciler.engine.connect import seed_of
from reconciler.groups import Groups
from reconciler.manifests.project import Tenant


@dataclass(frozen=True, slots=True)
class ServedCredentials:
    """The `credentials` of a tenant in reconciler.yaml, and where their values come from."""

    block: str
    meaning: str


def served_credentials(
    groups: Groups, tenant: Tenant, sandbox: Sandbox, root: Path
) -> ServedCredentials:
    """The credentials for a served tenant: what its systems take, and its identities have."""
    usual, *others = sandbox.signs_in_with
    form = groups.credential_forms.get(usual)
    if form is None:
        meaning = f"SANDBOX_TOKEN is the `token` of an identity in {tenant.seed}."
        for key in others:
            meaning += f"\nAn identity with a `{key}` is `credentials: {{{key}: ...}}`."
        return ServedCredentials("{env: SANDBOX_TOKEN}", meaning)
    meaning = _in_parts(form, tenant)
    if not _has_one(form, seed_of(tenant, root)):
        example = ", ".join(f"{part.key}: ..." for part in form.parts)
        meaning += (
            f"\nNo identity there has one yet: add `{form.key}: {{{example}}}`, then "
            f"`reconciler sandbox reset {tenant.name}`."
        )
    if groups.token is not None:
        meaning += (
            f"\nSANDBOX_TOKEN, a token that was fetched with such an {form.title}, works too: "
            "`credentials: {env: SANDBOX_TOKEN}`."
        )
    parts = ", ".join(f"{part.key}: {{env: {_variable(part.key)}}}" for part in form.parts)
    return ServedCredentials(f"{{{form.key}: {{{parts}}}}}", meaning)


def _in_parts(form: CredentialForm, tenant: Tenant) -> str:
    variables = " and ".join(_variable(part.key) for part in form.parts)
    parts = " and ".join(f"`{part.key}`" for part in form.parts)
    return f"{variables} are {parts} of the `{form.key}` of an identity in {tenant.seed}."


def _variable(part: str) -> str:
    return f"SANDBOX_{part.upper()}"


def _has_one(form: CredentialForm, seed: Mapping[str, object]) -> bool:
    identities = seed.get("identities")
    rows = identities if isinstance(identities, list) else []
    return any(isinstance(each, Mapping) and each.get(form.key) for each in rows)
