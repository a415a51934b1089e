"""One tenant as the project file has it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from reconciler.manifests.credentials import (
    Credentials,
)
from reconciler.manifests.drift_block import DriftBlock
from reconciler.model.resource import Manifest

Unmanaged = Literal["ignore", "report", "prune"]


class SandboxBlock(Manifest, defer_build=True):
    """A tenant that answers as the vendor's does: embedded, or served on this machine."""

    seed: str | None = Field(
        default=None,
        description="The file that the embedded tenant is seeded from.",
        examples=["sandbox/seed.yaml"],
    )
    url: str | None = Field(
        default=None,
        description="Where `reconciler sandbox serve` serves it, on this machine; the tenant then "
        "has an organization and credentials.",
        examples=["http://127.0.0.1:8080"],
    )
    identity: str | None = Field(
        default=None,
        alias="as",
        description="Who applies, by e-mail; by default the first full administrator of the seed.",
    )
    rate: str | None = Field(
        default=None,
        description="How many requests the embedded tenant takes; by default any number.",
        examples=["300/min"],
    )


class AuditBlock(Manifest, defer_build=True):
    """How the log of who changed what is read; of an embedded sandbox `{}` is enough."""

    credentials: Credentials | None = Field(
        default=None, description="Where the token is that may read the log; never written here."
    )
    identity: str | None = Field(
        default=None,
        alias="as",
        description="Who reads it in an embedded sandbox, by e-mail; by default the first full "
        "administrator of the seed.",
    )


class TenantBlock(Manifest, defer_build=True):
    """One organisation at a vendor: a sandbox, or one that is reached over the network."""

    vendor: str | list[str] = Field(
        description="The system that the tenant is of; several where one organization has several.",
    )
    manifests: list[str] = Field(
        min_length=1,
        description="The files that describe the tenant, as globs relative to this file.",
        examples=[["access/**/*.yaml"]],
    )
    patches: list[str] = Field(
        default_factory=list,
        description="Files whose documents change manifests for this tenant alone, as globs.",
        examples=[["overlays/prod/*.yaml"]],
    )
    organization: str | None = Field(
        default=None, description="The vendor's id of the organisation."
    )
    region: str | None = Field(
        default=None, description="Where the organisation's data is; the hosts follow from it."
    )
    credentials: Credentials | None = Field(
        default=None, description="Where the token is; it is never written here."
    )
    audit: AuditBlock | None = Field(
        default=None,
        description="How to read who changed what; without it drift does not show that.",
        examples=[{"credentials": {"env": "CONTOSO_AUDIT_TOKEN"}}],
    )
    sandbox: SandboxBlock | None = Field(
        default=None,
        description="Makes it a sandbox: nothing leaves this machine.",
        examples=[{"seed": "sandbox/seed.yaml"}],
    )
    unmanaged: Unmanaged | dict[str, Unmanaged] = Field(
        default="ignore",
        description="What is done about objects of the tenant that Git lacks, for all kinds or "
        "kind by kind; `prune` deletes them, but people, whom it reports.",
        examples=["report", {"UserProfile": "prune"}],
    )
    drift: DriftBlock = Field(
        default_factory=DriftBlock,
        description="Drift of this tenant that is suppressed.",
        examples=[{"ignore": [{"address": "UserProfile/emea-lead", "reason": "a pilot"}]}],
    )
    rate: str | None = Field(
        default=None,
        description="How many requests are sent at most; by default what suits the vendor.",
        examples=["285/min"],
    )
    assumed: list[str] = Field(
        default_factory=list,
        description="Endpoints to use that the vendor has not published, by their ids; "
        "`GROUP/ID` where several groups have one of that id.",
    )
    facts: dict[str, object] = Field(
        default_factory=dict, description="What no API of the vendor returns."
    )

    @property
    def groups(self) -> tuple[str, ...]:
        """The names of the systems, as they are written."""
        return (self.vendor,) if isinstance(self.vendor, str) else tuple(self.vendor)
