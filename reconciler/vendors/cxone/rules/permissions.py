"""Permissions of roles: what a new one has, what brings what, and who may change them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from reconciler.model.diagnostic import Severity
from reconciler.model.resource import Resource
from reconciler.rules.rule import Finding, NotChecked, Once, Where, rule
from reconciler.rules.world import World
from reconciler.vendors.cxone.assumed_ids import WRITE_ROLE
from reconciler.vendors.cxone.models import Role
from reconciler.vendors.cxone.permissions import PERMISSION, brought, facts_of
from reconciler.vendors.cxone.rules import examples
from reconciler.vendors.cxone.rules.documents import D3, OBSERVED
from reconciler.vendors.cxone.semantics import ACTIVE, permissions_in

EDIT_ROLES = "role-management/edit"
_PERMISSIONS = D3 / "Role Permissions"


def _copy(name: str, original: str) -> str:
    return examples.role(f"status: draft\ncopyFrom: {original}", name=name)


@rule(
    "CXR116",
    on=Role,
    where=(Where.MANIFEST,),
    source=_PERMISSIONS,
    severity=Severity.WARNING,
    good=examples.role("status: active\npermissions: {qm: {evaluations: [view]}}"),
    bad=examples.role("status: active\npermissions: {}"),
)
def active_role_allows_something(role: Resource[Role], _: World) -> Iterator[Finding]:
    """Permissions of a new role all start out absent: an active role without any is of no use to
    its holders.
    """
    spec = role.spec
    given = spec.permissions
    if spec.status == ACTIVE and given is not None and not any(permissions_in(given)):
        yield Finding(
            ("spec", "permissions"),
            "an active role without permissions lets its holders do nothing",
            hint="name what they may do, or write `status: draft` until then",
        )


@rule(
    "CXR117",
    on=Role,
    where=(Where.MANIFEST, Where.LIVE, Where.ORDER, Where.TENANT),
    source=_PERMISSIONS,
    good=examples.role(name="first") + _copy("second", "first") + _copy("third", "second"),
    bad=_copy("second", "third") + _copy("third", "second"),
)
def copies_begin_somewhere(role: Resource[Role], world: World) -> Iterator[Finding]:
    """A role can begin as the copy of another one, which has to exist; no role is a copy of itself
    by detours.
    """
    chain = [world.of(role.address)]
    while (key := chain[-1].copy_of) is not None:
        original = world.get(key)
        if original is None:
            return  # the tenant's own, or none: then the reference is refused
        if original in chain:
            break
        chain.append(original)
    else:
        return
    circle = chain[chain.index(original) :]
    # every one of a circle could be reported; the first of them is
    if chain[0] == min(circle, key=lambda each: (str(each.address), each.name)):
        names = " -> ".join(each.name for each in (*circle, circle[0]))
        yield Finding(
            ("spec", "copyFrom"),
            f"it would be a copy of itself: {names}",
            hint="let one of them name its `permissions` and copy nothing",
        )


@rule(
    "CXR118",
    on=Role,
    where=(Where.MANIFEST, Where.LIVE, Where.TENANT),
    source=_PERMISSIONS,
    severity=Severity.WARNING,
    good=examples.role("status: active\npermissions: {qm: {evaluations: [view, edit]}}"),
    bad=examples.role("status: active\npermissions: {qm: {evaluations: [edit]}}"),
)
def permission_brings_what_it_needs(role: Resource[Role], world: World) -> Iterator[Finding]:
    """A permission may need another one, as edit needs view; which ones do so depends on the
    application.
    """
    declared = permissions_in(role.spec.permissions or {})
    for each, other in brought(declared, facts_of(world.facts)):
        place, _, action = each.rpartition("/")
        needed = other.rpartition("/")[2]
        yield Finding(
            ("spec", "permissions", *place.split("/")),
            f"`{action}` brings `{needed}` with it, which is not named",
            hint=f"name `{needed}` as well: the tenant adds it, and so does the plan",
        )


@rule(
    "CXR122",
    on=Role,
    where=(Where.ACCESS,),
    source=_PERMISSIONS,
    severity=Severity.INFO,
    good=examples.role("name: Agent\nstatus: active", name="agent"),
    bad=examples.role("name: Agent\npermissions: {acd: {agent: [view, edit]}}", name="agent"),
    tenant=examples.tenant(),
)
def reports_look_past_permissions(role: Resource[Role], world: World) -> Iterator[Once]:
    """Download reports, direct data access and APIs ignore the permissions of roles."""
    me = world.of(role.address)
    if world.live and me.values.get("permissions") != me.before.get("permissions"):
        yield Once("data download reports, direct data access and APIs are not limited by roles")


@rule(
    "CXR127",
    on=Role,
    where=(Where.IDENTITY, Where.TENANT),
    source=D3 / "Roles",
    good=examples.role("name: Agent\nstatus: active", name="agent"),
    bad=examples.role("name: Agent\ndescription: Takes calls", name="agent"),
    tenant=examples.tenant(more="assumed: [A1, A2]\n").replace("[view, edit]", "[view]"),
)
def changing_a_role_needs_the_permission(
    role: Resource[Role], world: World
) -> Iterator[Finding | NotChecked]:
    """To change a role, even one that came with the tenant, one's own roles have to allow it."""
    me = world.of(role.address)
    if not world.live or me.values == me.before:
        return
    if WRITE_ROLE not in world.assumed:
        return  # by hand: whoever may
    who = world.identity
    if who is None or who.rights is None:
        yield NotChecked("whether who applies may change roles: their own roles are unknown")
        return
    allowed = who.rights.values.get("permissions")
    if isinstance(allowed, frozenset) and not any(p.endswith(EDIT_ROLES) for p in allowed):
        yield Finding(
            ("spec",),
            f"the roles of {who.name} do not allow changing a role",
            hint="let somebody apply whose roles have Role Management: Edit",
        )


@rule(
    "CXR201",
    on=Role,
    where=(Where.LIVE,),
    source=OBSERVED / "role search",
    severity=Severity.WARNING,
    good=examples.role("status: active\npermissions: {acd: {agent: [view]}}"),
    bad=examples.role("status: active\npermissions: {acd: {agnet: [view]}}"),
    tenant=examples.tenant(),
)
def permission_is_one_of_the_tenants(
    role: Resource[Role], world: World
) -> Iterator[Finding | NotChecked]:
    """Nothing lists the permissions that there are; those that some role of the tenant has surely
    are, and another one may be a mistake.
    """
    if not world.live or role.spec.permissions is None:
        return
    if why := world.partial(PERMISSION):
        yield NotChecked(f"which permissions there are: {why}")
        return
    known = {item.id for item in world.items(PERMISSION)}
    every = sorted(known)
    unknown = sorted(set(permissions_in(role.spec.permissions)) - known)
    for place, some in groupby(unknown, key=lambda each: each.rpartition("/")[0]):
        here = list(some)
        yield Finding(
            ("spec", "permissions", *place.split("/")),
            f"no role of the tenant has {' or '.join(f'`{each}`' for each in here)}",
            hint=world.near.hint(
                PERMISSION, here[0], every, otherwise="check whether CXone knows it"
            ),
        )
