"""The wiring of Webex Contact Center: everything the core needs to know of it, as one value."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from reconciler.contract.access import Access, Lockout, members_open
from reconciler.contract.answers import NOT_OFFERED
from reconciler.contract.api import Api, Bulk
from reconciler.contract.connection import AuditReader, Endpoint, Reader, Writer
from reconciler.contract.credentials import TOKEN
from reconciler.contract.lifecycle import Creation, Lifecycle, Removal
from reconciler.contract.sandbox import Generated, Sandbox
from reconciler.contract.shape import Shape
from reconciler.contract.vendor import CONTRACT, Declared, Kind, Pattern, Vendor
from reconciler.model.change import Action
from reconciler.model.rate import Rate
from reconciler.rules.rule import RuleSet
from reconciler.vendors.webex.tokens import SERVICE_APP
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


_COLLECTIONS, _PROFILES, _USERS = D1 / "Resource collections", D1 / "User profiles", API / "UserDTO"
_NO_SWITCH = "it is deleted, there is nothing to switch off"
_NO_HAND = "the API makes every change that a manifest can declare"
_ONE_BY_ONE = "the API takes one at a time"

RESOURCE_COLLECTION = Kind(
    name="ResourceCollection",
    group=GROUP,
    shape=Shape(
        spec=models.ResourceCollection,
        desired=semantics.desired_collection,
        spec_of=declaring.collection_spec,
        order=1,
        person=False,
        immutable={},
        nothing=frozenset({"none"}),
        protected_is_fixed=False,
        share_limit=NOT_OFFERED("nothing is limited in how many collections hold it", _COLLECTIONS),
        count_limit=limits.MOST_COLLECTIONS,
        copies=NOT_OFFERED("the copy of a collection is a new collection", _COLLECTIONS),
        brings=NOT_OFFERED("Cisco adds nothing to what is declared", _COLLECTIONS),
    ),
    lifecycle=Lifecycle(
        creation=Creation({"resources": "`resources`"}),
        removal=Removal.DELETE,
        switch=NOT_OFFERED(_NO_SWITCH, _COLLECTIONS),
        spends_names=False,
        by_hand=NOT_OFFERED(_NO_HAND, API / "resource-collection"),
        side_effects=NOT_OFFERED("Cisco documents no side effects", _COLLECTIONS),
    ),
    access=Access(
        attributes=frozenset({"resources"}),
        opens=opening.collection_opens,
        danger=NOT_OFFERED("what a collection opens depends on the profile", _COLLECTIONS),
        permitted=rights.permitted,
    ),
    api=Api(
        endpoint=_endpoint("resource-collection", "resource-collection"),
        bulk=Bulk(
            "PATCH",
            "/organization/{orgid}/resource-collection/bulk",
            permitted=rights.may_edit_in_bulk,
            least=3,
            most=25,  # Cisco documents no limit
        ),
    ),
)

USER_PROFILE = Kind(
    name="UserProfile",
    group=GROUP,
    shape=Shape(
        spec=models.UserProfile,
        desired=semantics.desired_profile,
        spec_of=declaring.profile_spec,
        order=2,
        person=False,
        immutable={"profileType": semantics.TYPE_IS_FIXED},
        nothing=frozenset({"none", "disabled"}),
        protected_is_fixed=True,
        share_limit=profiles.MOST_PROFILES,
        count_limit=NOT_OFFERED("Cisco names no limit of profiles of a tenant", _PROFILES),
        copies=NOT_OFFERED("the API has no call that copies a profile", API / "user-profile"),
        brings=NOT_OFFERED("Cisco adds nothing to what is declared", _PROFILES),
    ),
    lifecycle=Lifecycle(
        creation=Creation(
            {
                "profileType": "`profileType`",
                "fullAccess": "`permissions` or `fullAccess: true`",
                "resources": "`resources`",
            }
        ),
        removal=Removal.DELETE,
        switch=NOT_OFFERED(_NO_SWITCH, _PROFILES),
        spends_names=False,
        by_hand=NOT_OFFERED(_NO_HAND, API / "user-profile"),
        side_effects=side_effects.side_effects,
    ),
    access=Access(
        attributes=frozenset({"fullAccess", "permissions", "analyzerFolders", "resources"}),
        opens=opening.profile_opens,
        danger=semantics.danger,
        permitted=rights.permitted,
    ),
    api=Api(
        endpoint=_endpoint("v3/user-profile", "v3/user-profile"),
        bulk=NOT_OFFERED(_ONE_BY_ONE, API / "user-profile"),
    ),
)

USER = Kind(
    name="User",
    group=GROUP,
    shape=Shape(
        spec=models.User,
        desired=semantics.desired_user,
        spec_of=declaring.user_spec,
        order=3,
        person=True,
        immutable={},
        nothing=frozenset(),
        protected_is_fixed=False,
        share_limit=NOT_OFFERED("a user has one profile", _USERS),
        count_limit=NOT_OFFERED("how many users there may be is a matter of licences", _USERS),
        copies=NOT_OFFERED("users come from Control Hub", _USERS),
        brings=NOT_OFFERED("Cisco adds nothing to what a user is given", _USERS),
    ),
    lifecycle=Lifecycle(
        creation=NOT_OFFERED(semantics.FROM_CONTROL_HUB, _USERS),
        removal=Removal.FORGET,
        switch=NOT_OFFERED("whether a user is active is a matter of Control Hub", _USERS),
        spends_names=False,
        by_hand=by_hand.user,
        side_effects=NOT_OFFERED("Cisco documents no side effects", _USERS),
    ),
    access=Access(
        attributes=frozenset({"userProfile"}),
        opens=members_open,
        danger=NOT_OFFERED("what a profile grants is shown with the profile", _USERS),
        permitted=rights.permitted,
    ),
    api=Api(
        endpoint=_endpoint("user", "user", update="PATCH"),
        bulk=NOT_OFFERED(_ONE_BY_ONE, API / "user"),
    ),
)

VENDOR = Vendor(
    name=GROUP,
    family="webex",
    title="Webex Contact Center",
    api_version="webexcc/v1",
    contract=CONTRACT,
    kinds=(RESOURCE_COLLECTION, USER_PROFILE, USER),
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
    documents=(D1, API),
    facts=WebexFacts,
    inventory=models.COLLECTION_TYPES,
    declared={FOLDER: Declared("analyzerFolders", folders)},
    regions=("us1", "eu1", "eu2", "anz1", "ca1", "jp1", "sg1"),
    organization=Pattern(
        r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
        "the id that Control Hub shows under Account, like 2f9eecc5-0472-4549-9a83-2afdae0d4ba1",
    ),
    rate=Rate(285, 60.0),  # of the documented 300: clocks and other clients need some
    assumed={},
    token=TOKEN,
    credential_forms=(SERVICE_APP,),
    lockout=Lockout(standing.administers, standing.lost),
    powers=standing.powers,
    limits=limits.LIMITS,
    reader=_reader,
    writer=_writer,
    audit=_audit,
    sandbox=_sandbox,
    generate=_generate,
    generated_by_default=True,
)
