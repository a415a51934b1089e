"""The wiring of NICE CXone Mpower: everything the core needs to know of it, as one value."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from reconciler.contract.access import Access
from reconciler.contract.answers import NOT_OFFERED
from reconciler.contract.api import Api
from reconciler.contract.connection import AuditReader, Endpoint, Reader, Writer
from reconciler.contract.credentials import TOKEN
from reconciler.contract.lifecycle import Creation, Lifecycle, Removal, Switch
from reconciler.contract.sandbox import Generated, Sandbox
from reconciler.contract.shape import Copies, Shape
from reconciler.contract.vendor import CONTRACT, Kind, Pattern, Vendor
from reconciler.model.change import Action
from reconciler.model.rate import Rate
from reconciler.rules.rule import RuleSet
from reconciler.vendors.cxone import by_hand, models, permissions, semantics
from reconciler.vendors.cxone.access_keys import ACCESS_KEY
from reconciler.vendors.cxone.assumed_ids import ALL
from reconciler.vendors.cxone.facts import CxoneFacts
from reconciler.vendors.cxone.group import GROUP
from reconciler.vendors.cxone.rules import assignments, names, statuses
from reconciler.vendors.cxone.rules import permissions as of_permissions
from reconciler.vendors.cxone.rules.documents import D3, OBSERVED, USER_HUB


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


def _sandbox(database: Path, seed: Mapping[str, Any]) -> Sandbox:
    from reconciler.vendors.cxone.sandbox.tenant import CxoneSandbox  # noqa: PLC0415

    return CxoneSandbox(database, seed)


def _generate(objects: int, number: int) -> Generated:
    from reconciler.vendors.cxone.sandbox.generate import Size, generated  # noqa: PLC0415

    return generated(Size(objects, number))


_RIGHTS_UNKNOWN = "no call returns what the identity that applies may do"
_NOT_YET = "this version does not judge it"
_ROLES, _EMPLOYEES = D3 / "Roles", D3 / "Employees & Roles"

ROLE = Kind(
    name="Role",
    group=GROUP,
    shape=Shape(
        spec=models.Role,
        desired=semantics.desired_role,
        spec_of=semantics.role_spec,
        order=1,
        person=False,
        immutable={},
        nothing=frozenset(),
        protected_is_fixed=True,
        share_limit=NOT_OFFERED("NICE names no limit of employees of one role", _ROLES),
        count_limit=NOT_OFFERED("NICE names no limit of roles of a tenant", _ROLES),
        copies=Copies("copyFrom", frozenset({"permissions"})),
        brings=permissions.with_what_they_bring,
    ),
    lifecycle=Lifecycle(
        creation=Creation(
            {"status": "`status`", "permissions": "`permissions` or `copyFrom`"},
        ),
        removal=Removal.DEACTIVATE,
        switch=Switch(semantics.role_is_on, {"status": semantics.INACTIVE}),
        spends_names=True,
        by_hand=by_hand.role,
        side_effects=NOT_OFFERED("NICE documents no side effects", _ROLES),
    ),
    access=Access(
        attributes=frozenset({"status", "permissions"}),
        opens=NOT_OFFERED(f"whether a status gives access: {_NOT_YET}", D3 / "Role Statuses"),
        danger=NOT_OFFERED(f"which permissions are dangerous: {_NOT_YET}", D3 / "Role Permissions"),
        permitted=NOT_OFFERED(_RIGHTS_UNKNOWN, OBSERVED / "role search"),
    ),
    api=Api(
        endpoint=_role_endpoint,
        bulk=NOT_OFFERED("roles are written one by one", OBSERVED / "role search"),
    ),
)

EMPLOYEE = Kind(
    name="Employee",
    group=GROUP,
    shape=Shape(
        spec=models.Employee,
        desired=semantics.desired_employee,
        spec_of=semantics.employee_spec,
        order=2,
        person=True,
        immutable={},
        nothing=frozenset(),
        protected_is_fixed=False,
        share_limit=NOT_OFFERED("nothing refers to an employee", _EMPLOYEES),
        count_limit=NOT_OFFERED(
            "how many employees there may be is a matter of contract", D3 / "Employees & Roles"
        ),
        copies=NOT_OFFERED("employees are made in CXone itself", _EMPLOYEES),
        brings=NOT_OFFERED("NICE adds nothing to what an employee is given", _EMPLOYEES),
    ),
    lifecycle=Lifecycle(
        creation=NOT_OFFERED(semantics.FROM_CXONE, _EMPLOYEES),
        removal=Removal.FORGET,
        switch=Switch(semantics.employee_is_on, {}),
        spends_names=False,
        by_hand=NOT_OFFERED(
            "the API makes every change that a manifest can declare", USER_HUB / "users"
        ),
        side_effects=NOT_OFFERED("NICE documents no side effects", _EMPLOYEES),
    ),
    access=Access(
        attributes=frozenset({"active", "primaryRole", "secondaryRoles"}),
        opens=NOT_OFFERED(f"whether an active employee may do more: {_NOT_YET}", _EMPLOYEES),
        danger=NOT_OFFERED("what a role grants is shown with the role", _EMPLOYEES),
        permitted=NOT_OFFERED(_RIGHTS_UNKNOWN, OBSERVED / "role search"),
    ),
    api=Api(
        endpoint=_employee_endpoint,
        bulk=NOT_OFFERED(
            "there is no call that gives roles to several employees",
            USER_HUB / "users",
        ),
    ),
)

VENDOR = Vendor(
    name=GROUP,
    family="cxone",
    title="NICE CXone Mpower",
    api_version="cxone/v1",
    contract=CONTRACT,
    kinds=(ROLE, EMPLOYEE),
    rules=RuleSet.of(assignments, names, of_permissions, statuses),
    documents=(D3, OBSERVED, USER_HUB),
    facts=CxoneFacts,
    inventory=(permissions.PERMISSION,),
    declared={},
    regions=("na1", "eu1", "au1"),
    organization=Pattern(
        r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
        "the tenant's id, like 0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30",
    ),
    rate=Rate(5, 1.0),  # NICE publishes no number for these calls
    assumed=ALL,
    token=TOKEN,
    credential_forms=(ACCESS_KEY,),
    lockout=NOT_OFFERED(
        "this version does not know which permissions administer CXone", D3 / "Role Permissions"
    ),
    powers=NOT_OFFERED(
        "this version does not know it of NICE CXone Mpower", D3 / "Role Permissions"
    ),
    limits=(),
    reader=_reader,
    writer=_writer,
    audit=_audit,
    sandbox=_sandbox,
    generate=_generate,
    generated_by_default=False,
)
