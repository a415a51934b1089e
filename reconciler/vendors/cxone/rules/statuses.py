"""Statuses: which there are, and which roles active employees may hold."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.resource import Resource
from reconciler.model.value import Ref
from reconciler.rules.rule import Finding, Where, rule
from reconciler.rules.world import Expected, World
from reconciler.vendors.cxone.models import Employee, Role
from reconciler.vendors.cxone.rules import examples
from reconciler.vendors.cxone.rules.documents import D3
from reconciler.vendors.cxone.semantics import (
    EMPLOYEE,
    STATUSES,
    employee_is_on,
    role_is_on,
    roles_of,
)

FEW = 10
_STATUSES, _EMPLOYEES = D3 / "Role Statuses", D3 / "Employees & Roles"


@rule(
    "CXR105",
    on=Role,
    where=(Where.MANIFEST, Where.TENANT),
    source=_STATUSES,
    good=examples.role("status: draft"),
    bad=examples.role("status: paused"),
    schema={"properties": {"status": {"enum": list(STATUSES)}}},
)
def role_status_is_known(role: Resource[Role], _: World) -> Iterator[Finding]:
    """A role is active, inactive or draft. The last two differ by name alone."""
    lower = str(role.spec.status).strip().casefold()
    if role.spec.status not in (None, *STATUSES):
        yield Finding(
            ("spec", "status"),
            f"`{role.spec.status}` is not a valid status for a role",
            hint=f"write `{lower}`, in lower case"
            if lower in STATUSES
            else "write active, inactive or draft",
            is_unknown_value=True,
        )


def _off(me: Expected, world: World) -> list[tuple[Ref, Expected]]:
    """The roles of an employee that nobody active may hold."""
    held = ((key, world.get(key)) for key in sorted(roles_of(me.values)))
    return [(key, each) for key, each in held if each is not None and not role_is_on(each.values)]


def _path(me: Expected, key: Ref) -> tuple[str, ...]:
    return ("spec", "primaryRole" if me.values.get("primaryRole") == key else "secondaryRoles")


@rule(
    "CXR106",
    on=Employee,
    where=(Where.MANIFEST, Where.LIVE, Where.ORDER, Where.TENANT),
    source=_STATUSES,
    good=examples.employee("{primaryRole: Agent}"),
    bad=examples.employee("{primaryRole: Agent, secondaryRoles: [Retired]}"),
    tenant=examples.tenant(),
)
def active_employee_holds_active_roles(
    employee: Resource[Employee], world: World
) -> Iterator[Finding]:
    """Whoever is active holds active roles only; a draft or inactive one can be neither their
    primary nor a secondary role.
    """
    me = world.of(employee.address)
    was_off = bool(me.before) and not employee_is_on(me.before)
    if not employee_is_on(me.values) or was_off:
        return  # inactive, or about to be active again: CXR113
    for key, role in _off(me, world):
        status = role.values["status"]
        yield Finding(
            _path(me, key),
            f"`{role.name}` is {status}, and active employees hold active roles only",
            hint="activate the role, choose another one, or write `active: false`",
        )


@rule(
    "CXR107",
    on=Role,
    where=(Where.LIVE, Where.ORDER, Where.TENANT),
    source=_STATUSES,
    good=examples.role("name: Spare\nstatus: inactive", name="spare"),
    bad=examples.role("name: Agent\nstatus: inactive", name="agent"),
    tenant=examples.tenant("  - {name: Spare}\n"),
)
def held_role_stays_active(role: Resource[Role], world: World) -> Iterator[Finding]:
    """While an active employee holds a role, it stays active: the holders move to other roles
    first.
    """
    me = world.of(role.address)
    if role_is_on(me.values) or not me.before or not role_is_on(me.before):
        return
    holders = sorted(
        each.name for each in world.referrers(me.key, EMPLOYEE) if employee_is_on(each.values)
    )
    if holders:
        more = f" and {len(holders) - FEW} more" if len(holders) > FEW else ""
        yield Finding(
            ("spec", "status"),
            f"active employees would still hold it: {', '.join(holders[:FEW])}{more}",
            hint="give them other roles first, or keep the role active",
        )


@rule(
    "CXR113",
    on=Employee,
    where=(Where.MANIFEST, Where.LIVE, Where.ORDER, Where.TENANT),
    source=_EMPLOYEES,
    good=examples.employee("{active: true, primaryRole: Agent}", name=examples.OMAR),
    bad=examples.employee("{active: true}", name=examples.OMAR),
    tenant=examples.tenant(
        "", f"  - {{email: {examples.OMAR}, primaryRole: Retired, active: false}}\n"
    ),
)
def reactivated_employee_holds_active_roles(
    employee: Resource[Employee], world: World
) -> Iterator[Finding]:
    """Before an employee becomes active again, all of their roles have to be active."""
    me = world.of(employee.address)
    if not me.before or employee_is_on(me.before) or not employee_is_on(me.values):
        return
    for key, role in _off(me, world):
        yield Finding(
            ("spec", "active") if employee.spec.primary_role is None else _path(me, key),
            f"`{role.name}`, which they hold, is {role.values['status']}",
            hint="activate that role, or give them another one in the same change",
        )
