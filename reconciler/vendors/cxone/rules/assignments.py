"""Assignments: how many roles, which count twice, and who may change whose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler.model.diagnostic import Severity
from reconciler.model.resource import Resource
from reconciler.model.value import Ref
from reconciler.rules.rule import Cause, Finding, NotChecked, Where, rule
from reconciler.rules.world import Expected, World
from reconciler.vendors.cxone.models import Employee
from reconciler.vendors.cxone.permissions import facts_of
from reconciler.vendors.cxone.rules import examples
from reconciler.vendors.cxone.rules.documents import D3
from reconciler.vendors.cxone.semantics import roles_of

MOST_SECONDARY = 10
_PRIMARY, _EMPLOYEES = D3 / "Primary vs Secondary Roles", D3 / "Employees & Roles"


def _many(count: int) -> str:
    return (
        f"{{primaryRole: Agent, secondaryRoles: [{', '.join(f'role-{n}' for n in range(count))}]}}"
    )


def _roles(count: int) -> str:
    return "".join(
        examples.role(f"status: active\npermissions: {{qm: {{p{n}: [view]}}}}", name=f"role-{n}")
        for n in range(count)
    )


@rule(
    "CXR110",
    on=Employee,
    where=(Where.MANIFEST, Where.TENANT),
    source=_PRIMARY,
    good=_roles(10) + examples.employee(_many(10)),
    bad=_roles(11) + examples.employee(_many(11)),
    schema={"properties": {"secondaryRoles": {"maxItems": MOST_SECONDARY}}},
)
def employee_has_ten_secondary_roles_at_most(
    employee: Resource[Employee], _: World
) -> Iterator[Finding]:
    """Besides the primary role an employee holds up to 10 secondary ones."""
    count = len(employee.spec.secondary_roles or ())
    if count > MOST_SECONDARY:
        yield Finding(
            ("spec", "secondaryRoles"),
            f"{count} secondary roles, {MOST_SECONDARY} are allowed",
            hint="put what they may do into fewer roles",
        )


@rule(
    "CXR111",
    on=Employee,
    where=(Where.MANIFEST,),
    source=_PRIMARY,
    severity=Severity.WARNING,
    good=_roles(2) + examples.employee("{primaryRole: role-0, secondaryRoles: [role-1]}"),
    bad=_roles(2) + examples.employee("{primaryRole: role-0, secondaryRoles: [role-0]}"),
)
def secondary_roles_add_something(employee: Resource[Employee], world: World) -> Iterator[Finding]:
    """Naming the primary role, or one secondary role twice, among the secondary roles gives nothing
    more.
    """
    me = world.of(employee.address)
    named = Counter(each.name or f"id {each.id}" for each in employee.spec.secondary_roles or ())
    twice = [name for name, count in named.items() if count > 1]
    primary, secondary = me.values.get("primaryRole"), me.values.get("secondaryRoles")
    if isinstance(secondary, frozenset) and primary in secondary:
        twice.append(str(employee.spec.primary_role or "the primary role"))
    if twice:
        yield Finding(
            ("spec", "secondaryRoles"),
            f"`{twice[0]}` is named twice: it adds nothing",
            hint="take it out of secondaryRoles",
        )


@rule(
    "CXR114",
    on=Employee,
    where=(Where.IDENTITY, Where.TENANT),
    source=_EMPLOYEES,
    good=examples.employee("{primaryRole: Other}"),
    bad=examples.employee("{primaryRole: Other}", name=examples.ROOT),
    tenant=examples.tenant(f"  - {{name: Other, permissions: {examples.ADMIN}}}\n"),
)
def nobody_changes_their_own_roles(
    employee: Resource[Employee], world: World
) -> Iterator[Finding | NotChecked]:
    """Whoever applies a plan cannot change the roles that they hold themselves."""
    me = world.of(employee.address)
    if not world.live or roles_of(me.before) == roles_of(me.values):
        return
    if world.identity is None or world.identity.user is None:
        yield NotChecked("whether somebody changes their own roles: who applies is unknown")
    elif world.identity.user == me.key:
        yield Finding(
            ("spec",),
            "who applies would change their own roles",
            hint="let somebody else apply this change",
        )


@rule(
    "CXR115",
    on=Employee,
    where=(Where.ORDER, Where.DRIFT, Where.TENANT),
    source=_PRIMARY,
    severity=Severity.INFO,
    good=examples.employee("{primaryRole: Agent}"),
    bad=examples.employee("{primaryRole: Spare}"),
    tenant=examples.tenant("  - {name: Spare}\n"),
)
def role_page_replaces_the_primary_role(
    employee: Resource[Employee], world: World
) -> Iterator[Cause]:
    """Adding people on a role's own page overwrites their primary role; secondary roles are given
    on the employee's page only, which is where reconciler writes.
    """
    me = world.of(employee.address)
    if me.applied is None:
        return
    had, has = me.applied.get("primaryRole"), me.before.get("primaryRole")
    same = me.applied.get("secondaryRoles", me.before.get("secondaryRoles"))
    if had != has and same == me.before.get("secondaryRoles"):
        yield Cause(
            ("primaryRole",),
            "perhaps they were added on the role's page, which replaces the primary role",
            origin="unknown",
        )


def _secondary(me: Expected, world: World) -> Iterator[tuple[Expected, frozenset[str]]]:
    """The secondary roles whose permissions are known."""
    held = me.values.get("secondaryRoles")
    for key in sorted(held) if isinstance(held, frozenset) else ():
        role = world.get(Ref(key))
        permissions = role.values.get("permissions") if role else None
        if role is not None and isinstance(permissions, frozenset):
            yield role, permissions


def _idle(
    me: Expected, world: World, applications: list[str] | None, what: str
) -> Iterator[Finding | NotChecked]:
    """Permissions of applications that do nothing in a secondary role."""
    for role, permissions in _secondary(me, world):
        if applications is None:
            if permissions:
                yield NotChecked(f"which permissions are {what}: the project declares no facts")
            return
        idle = sorted(p for p in permissions if p.split("/", 1)[0] in applications)
        if idle:
            yield Finding(
                ("spec", "secondaryRoles"),
                f"{what} permissions of `{role.name}` do nothing in a secondary role: {idle[0]}"
                + (f" and {len(idle) - 1} more" if len(idle) > 1 else ""),
                hint="put them into the primary role",
            )


_ACD = examples.role("status: active\npermissions: {acd: {skills: [view]}}", name="skills")


@rule(
    "CXR120",
    on=Employee,
    where=(Where.MANIFEST, Where.LIVE, Where.ACCESS),
    source=_PRIMARY,
    severity=Severity.WARNING,
    good=_ACD + examples.employee("{primaryRole: skills}"),
    bad=_ACD
    + examples.role()
    + examples.employee("{primaryRole: reviewer, secondaryRoles: [skills]}"),
    facts="{acdApplications: [acd], digitalApplications: []}",
)
def acd_permissions_are_in_the_primary_role(
    employee: Resource[Employee], world: World
) -> Iterator[Finding | NotChecked]:
    """ACD permissions count in the primary role only; in a secondary role they do nothing."""
    me = world.of(employee.address)
    yield from _idle(me, world, facts_of(world.facts).acd_applications, "ACD")


_DFO = examples.role("status: active\npermissions: {dfo: {cases: [view]}}", name="cases")


@rule(
    "CXR121",
    on=Employee,
    where=(Where.MANIFEST, Where.LIVE, Where.ACCESS),
    source=_PRIMARY,
    severity=Severity.WARNING,
    good=_DFO + examples.employee("{primaryRole: cases}"),
    bad=_DFO
    + examples.role()
    + examples.employee("{primaryRole: reviewer, secondaryRoles: [cases]}"),
    facts="{acdApplications: [], digitalApplications: [dfo]}",
)
def digital_permissions_are_in_the_primary_role(
    employee: Resource[Employee], world: World
) -> Iterator[Finding | NotChecked]:
    """Digital Experience learns of the primary role only: its permissions in a secondary role do
    nothing.
    """
    me = world.of(employee.address)
    yield from _idle(me, world, facts_of(world.facts).digital_applications, "Digital Experience")


_PENDING = examples.tenant(
    "  - {name: Cases, permissions: {dfo: {cases: [view]}}}\n",
    f"  - {{email: {examples.OMAR}, primaryRole: Agent, status: PENDING}}\n",
)


@rule(
    "CXR123",
    on=Employee,
    where=(Where.LIVE, Where.TENANT),
    source=_EMPLOYEES,
    severity=Severity.WARNING,
    good=examples.employee("{primaryRole: Cases}"),
    bad=examples.employee("{primaryRole: Cases}", name=examples.OMAR),
    tenant=_PENDING,
    facts="{acdApplications: [], digitalApplications: [dfo]}",
)
def digital_portal_waits_for_the_account(
    employee: Resource[Employee], world: World
) -> Iterator[Finding]:
    """An employee's permissions in the Digital Experience portal wait until the account has been
    activated.
    """
    me, applications = world.of(employee.address), facts_of(world.facts).digital_applications
    primary = me.values.get("primaryRole")
    if not world.live or me.active or not me.values.get("active") or not applications:
        return
    role = world.get(primary) if isinstance(primary, Ref) else None
    held = (
        role.values.get("permissions") if role and primary != me.before.get("primaryRole") else None
    )
    if isinstance(held, frozenset) and any(p.split("/", 1)[0] in applications for p in held):
        yield Finding(
            ("spec", "primaryRole"),
            "they have not activated their account: until then Digital Experience knows nothing of "
            "their permissions",
            hint="ask them to sign in once, then check the portal",
        )
