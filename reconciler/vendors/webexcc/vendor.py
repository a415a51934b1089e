"""The wiring of Webex Contact Center: everything the core needs to know of it, as one value."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from reconciler.model.change import Action
from reconciler.model.rate import Rate
from reconciler.rules.rule import RuleSet
from reconciler.vendor import (
    AuditReader,
    Bulk,
    Declared,
    Endpoint,
    Generated,
    Kind,
    Lockout,
    Pattern,
    Reader,
    Removal,
    Sandbox,
    Vendor,
    Writer,
)
from reconciler.vendors.webex.tokens import token_request
from reconciler.vendors.webexcc import (
    by_hand,
    declaring,
    models,
    opening,
    semantics,
    side_effects,
    standing,
)
from reconciler.vendors.webexcc.facts import FOLDER, WebexFacts, folders
from reconciler.vendors.webexcc.group import GROUP
from reconciler.vendors.webexcc.rules import (
    analyzer,
    collections,
    dependencies,
    full_access,
    identity,
    licences,
    limits,
    lockout,
    migration,
    permissions,
    profiles,
    reach,
    rights,
    users,
    vendor_made,
)
from reconciler.vendors.webexcc.rules.documents import API, D1


def _endpoint(listed: str, item: str, *, update: str = "PUT") -> Any:
    def of(action: Action, object_id: str) -> tuple[str, str]:
        if action is Action.CREATE:
            return "POST", f"/organization/{{orgid}}/{listed}"
        method = "DELETE" if action is Action.DELETE else update
        return method, f"/organization/{{orgid}}/{item}/{object_id}"

    return of


# Client and sandbox come in when they are needed: `validate` starts without HTTP and SQL.
@asynccontextmanager
async def _reader(endpoint: Endpoint) -> AsyncIterator[Reader]:
    from reconciler.vendors.webexcc.client import open_reader  # noqa: PLC0415

    async with open_reader(endpoint) as reader:
        yield reader


@asynccontextmanager
async def _writer(endpoint: Endpoint) -> AsyncIterator[Writer]:
    from reconciler.vendors.webexcc.client import open_writer  # noqa: PLC0415

    async with open_writer(endpoint) as writer:
        yield writer


@asynccontextmanager
async def _audit(endpoint: Endpoint) -> AsyncIterator[AuditReader]:
    from reconciler.vendors.webexcc.audit import open_audit  # noqa: PLC0415

    async with open_audit(endpoint) as reader:
        yield reader


def _sandbox(database: Path, seed: Mapping[str, Any]) -> Sandbox:
    from reconciler.vendors.webexcc.sandbox.tenant import WebexSandbox  # noqa: PLC0415

    return WebexSandbox(database, seed)


def _generate(objects: int, number: int) -> Generated:
    from reconciler.vendors.webexcc.sandbox.generate import Size, generated  # noqa: PLC0415

    return generated(Size(objects, number))


VENDOR = Vendor(
    name=GROUP,
    family="webex",
    title="Webex Contact Center",
    api_version="webexcc/v1",
    kinds=(
        Kind(
            group=GROUP,
            name="ResourceCollection",
            spec=models.ResourceCollection,
            desired=semantics.desired_collection,
            spec_of=declaring.collection_spec,
            endpoint=_endpoint("resource-collection", "resource-collection"),
            order=1,
            required={"resources": "`resources`"},
            nothing=frozenset({"none"}),
            count_limit=limits.MOST_COLLECTIONS,
            access=frozenset({"resources"}),
            opens=opening.collection_opens,
            permitted=rights.permitted,
            bulk=Bulk(
                "PATCH",
                "/organization/{orgid}/resource-collection/bulk",
                permitted=rights.may_edit_in_bulk,
                least=3,
                most=25,  # Cisco documents no limit
            ),
        ),
        Kind(
            group=GROUP,
            name="UserProfile",
            spec=models.UserProfile,
            desired=semantics.desired_profile,
            spec_of=declaring.profile_spec,
            endpoint=_endpoint("v3/user-profile", "v3/user-profile"),
            order=2,
            required={
                "profileType": "`profileType`",
                "fullAccess": "`permissions` or `fullAccess: true`",
                "resources": "`resources`",
            },
            immutable={"profileType": semantics.TYPE_IS_FIXED},
            nothing=frozenset({"none", "disabled"}),
            protected_is_fixed=True,
            share_limit=profiles.MOST_PROFILES,
            access=frozenset({"fullAccess", "permissions", "analyzerFolders", "resources"}),
            opens=opening.profile_opens,
            danger=semantics.danger,
            permitted=rights.permitted,
            side_effects=side_effects.side_effects,
        ),
        Kind(
            group=GROUP,
            name="User",
            spec=models.User,
            desired=semantics.desired_user,
            spec_of=declaring.user_spec,
            endpoint=_endpoint("user", "user", update="PATCH"),
            order=3,
            removal=Removal.FORGET,
            creatable=False,
            uncreatable=semantics.FROM_CONTROL_HUB,
            person=True,
            access=frozenset({"userProfile"}),
            permitted=rights.permitted,
            by_hand=by_hand.user,
        ),
    ),
    inventory=models.COLLECTION_TYPES,
    declared={FOLDER: Declared("analyzerFolders", folders)},
    facts=WebexFacts,
    documents=(D1, API),
    lockout=Lockout(standing.administers, standing.lost),
    powers=standing.powers,
    limits=limits.LIMITS,
    rules=RuleSet.of(
        analyzer,
        collections,
        dependencies,
        full_access,
        identity,
        licences,
        limits,
        lockout,
        migration,
        permissions,
        profiles,
        reach,
        users,
        vendor_made,
    ),
    reader=_reader,
    writer=_writer,
    audit=_audit,
    rate=Rate(285, 60.0),  # of the documented 300: clocks and other clients need some
    token_request=token_request,
    regions=("us1", "eu1", "eu2", "anz1", "ca1", "jp1", "sg1"),
    organization=Pattern(
        r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
        "the id that Control Hub shows under Account, like 2f9eecc5-0472-4549-9a83-2afdae0d4ba1",
    ),
    sandbox=_sandbox,
    generate=_generate,
    generated_by_default=True,
)
