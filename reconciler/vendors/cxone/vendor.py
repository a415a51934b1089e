"""The wiring of NICE CXone Mpower: everything the core needs to know of it, as one value."""

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
    Endpoint,
    Generated,
    Kind,
    Pattern,
    Reader,
    Removal,
    Sandbox,
    TokenRequest,
    Vendor,
    Writer,
)
from reconciler.vendors.cxone import by_hand, models, permissions, semantics
from reconciler.vendors.cxone.facts import CxoneFacts
from reconciler.vendors.cxone.group import GROUP
from reconciler.vendors.cxone.hosts import host
from reconciler.vendors.cxone.rules import assignments, names, statuses
from reconciler.vendors.cxone.rules import permissions as of_permissions
from reconciler.vendors.cxone.rules.documents import D3, OBSERVED
from reconciler.vendors.cxone.supposed import ALL


def _role_endpoint(action: Action, object_id: str) -> tuple[str, str]:
    if action is Action.CREATE:
        return "POST", "/authorization/v1/roles"
    return "PUT", f"/authorization/v1/roles/{object_id}"


def _employee_endpoint(_action: Action, _object_id: str) -> tuple[str, str]:
    return "PUT", "/user-management/v1/users"


# Client and sandbox come in when they are needed: `validate` starts without HTTP and SQL.
@asynccontextmanager
async def _reader(endpoint: Endpoint) -> AsyncIterator[Reader]:
    from reconciler.vendors.cxone.client import open_reader  # noqa: PLC0415

    async with open_reader(endpoint) as reader:
        yield reader


@asynccontextmanager
async def _writer(endpoint: Endpoint) -> AsyncIterator[Writer]:
    from reconciler.vendors.cxone.client import open_writer  # noqa: PLC0415

    async with open_writer(endpoint) as writer:
        yield writer


@asynccontextmanager
async def _audit(endpoint: Endpoint) -> AsyncIterator[AuditReader]:
    from reconciler.vendors.cxone.audit import open_audit  # noqa: PLC0415

    async with open_audit(endpoint) as reader:
        yield reader


def _access_key(region: str | None, key_id: str, secret: str) -> TokenRequest:
    """NICE's guide "UserHub: Getting Started": JSON, to the host of the tenant's area."""
    return TokenRequest(
        host(region),
        "/authentication/v1/token/access-key",
        {"accessKeyId": key_id, "accessKeySecret": secret},
        as_json=True,
        what="access key",
        help="check its id and secret, and whether the key and its user are active",
    )


def _sandbox(database: Path, seed: Mapping[str, Any]) -> Sandbox:
    from reconciler.vendors.cxone.sandbox.tenant import CxoneSandbox  # noqa: PLC0415

    return CxoneSandbox(database, seed)


def _generate(objects: int, number: int) -> Generated:
    from reconciler.vendors.cxone.sandbox.generate import Size, generated  # noqa: PLC0415

    return generated(Size(objects, number))


VENDOR = Vendor(
    name=GROUP,
    family="cxone",
    title="NICE CXone Mpower",
    api_version="cxone/v1",
    kinds=(
        Kind(
            group=GROUP,
            name="Role",
            spec=models.Role,
            desired=semantics.desired_role,
            spec_of=semantics.role_spec,
            endpoint=_role_endpoint,
            order=1,
            removal=Removal.DEACTIVATE,
            required={"status": "`status`", "permissions": "`permissions` or `copyFrom`"},
            copies="copyFrom",
            copied=frozenset({"permissions"}),
            brings=permissions.with_what_they_bring,
            protected_is_fixed=True,
            access=frozenset({"status", "permissions"}),
            by_hand=by_hand.role,
            spends_names=True,
            is_on=semantics.role_is_on,
            off={"status": semantics.INACTIVE},
        ),
        Kind(
            group=GROUP,
            name="Employee",
            spec=models.Employee,
            desired=semantics.desired_employee,
            spec_of=semantics.employee_spec,
            endpoint=_employee_endpoint,
            order=2,
            removal=Removal.FORGET,
            creatable=False,
            uncreatable=semantics.FROM_CXONE,
            person=True,
            access=frozenset({"active", "primaryRole", "secondaryRoles"}),
            is_on=semantics.employee_is_on,
        ),
    ),
    inventory=(permissions.PERMISSION,),
    facts=CxoneFacts,
    documents=(D3, OBSERVED),
    rules=RuleSet.of(assignments, names, of_permissions, statuses),
    reader=_reader,
    writer=_writer,
    rate=Rate(5, 1.0),  # NICE publishes no number for these calls
    regions=("na1", "eu1", "au1"),
    organization=Pattern(
        r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
        "the tenant's id, like 0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30",
    ),
    assumed=ALL,
    access_key=_access_key,
    audit=_audit,
    sandbox=_sandbox,
    generate=_generate,
)
