"""Names of roles: how long, of what characters, and that no two share one."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.causes import cause_of_name
from reconciler.model.name import folded
from reconciler.model.resource import Resource
from reconciler.rules.rule import Finding, Where, rule
from reconciler.rules.world import World
from reconciler.vendors.cxone.models import Role
from reconciler.vendors.cxone.rules import examples
from reconciler.vendors.cxone.rules.documents import D3
from reconciler.vendors.cxone.semantics import ROLE

LONGEST = 50
FORBIDDEN = '/\\+!?<>#&,%"'
_NAMING = D3 / "Role Naming"
_FINE = "status: active\npermissions: {acd: {agent: [view]}}\n"


def _name(role: Resource[Role]) -> str:
    return role.spec.name or role.address.name


@rule(
    "CXR101",
    on=Role,
    where=(Where.MANIFEST, Where.TENANT),
    source=_NAMING,
    good=examples.role(f"{_FINE}name: {'n' * 50}"),
    bad=examples.role(f"{_FINE}name: {'n' * 51}"),
    schema={"properties": {"name": {"maxLength": LONGEST}}},
)
def role_name_is_short(role: Resource[Role], _: World) -> Iterator[Finding]:
    """The name of a role is no longer than 50 characters."""
    length = len(_name(role))
    if length > LONGEST:
        yield Finding(
            ("spec", "name") if role.spec.name else ("metadata", "name"),
            f"the name has {length} characters, {LONGEST} are allowed",
            hint="shorten it, or write a short `spec.name`",
        )


@rule(
    "CXR102",
    on=Role,
    where=(Where.MANIFEST, Where.TENANT),
    source=_NAMING,
    good=examples.role(f"{_FINE}name: Quality (EMEA)"),
    bad=examples.role(f"{_FINE}name: Quality & Coaching"),
    schema={"properties": {"name": {"pattern": r'^[^/\\+!?<>#&,%"]*$'}}},
)
def role_name_is_of_plain_characters(role: Resource[Role], _: World) -> Iterator[Finding]:
    r"""These characters cannot stand in a role's name: / \ + ! ? < > # & , % " """
    found = [each for each in FORBIDDEN if each in _name(role)]
    if found:
        yield Finding(
            ("spec", "name") if role.spec.name else ("metadata", "name"),
            f"a role's name has no {' '.join(found)}",
            hint="leave these characters out",
        )


@rule(
    "CXR103",
    on=Role,
    where=(Where.MANIFEST, Where.LIVE, Where.TENANT),
    source=_NAMING,
    good=examples.role(f"{_FINE}name: Reviewer"),
    bad=examples.role(f"{_FINE}name: Reviewer")
    + examples.role(f"{_FINE}name: REVIEWER", name="other"),
)
def role_names_differ(role: Resource[Role], world: World) -> Iterator[Finding]:
    """No two roles of a tenant share a name, whatever their status and whoever made them; Admin
    and admin are one name.
    """
    me, wanted = world.of(role.address), folded(_name(role))
    others = [
        each
        for each in world.all_of(ROLE)
        if each.key != me.key
        and folded(str(each.values.get("name", each.name))) == wanted
        # of two manifests the second is reported; an unmanaged role came first
        and (each.address is None or each.address < role.address)
    ]
    if others:
        who = others[0].address.short if others[0].address else f"`{others[0].name}` of the tenant"
        yield Finding(
            ("spec", "name") if role.spec.name else ("metadata", "name"),
            f"`{_name(role)}` is the name of {who} too",
            hint="choose another name; case makes no difference",
            cause=cause_of_name(ROLE, wanted),
        )


def free_name(name: str, world: World) -> str:
    """A name near this one that nobody ever had."""
    taken = set(world.used_names(ROLE))
    taken |= {folded(str(e.values.get("name", e.name))) for e in world.all_of(ROLE)}
    number = 2
    while f"{name} {number}".casefold() in taken:
        number += 1
    return f"{name[: LONGEST - len(str(number)) - 1]} {number}"


@rule(
    "CXR104",
    on=Role,
    where=(Where.MANIFEST, Where.LIVE, Where.ORDER, Where.TENANT),
    source=_NAMING,
    good=examples.role(f"id: {examples.AGENT_ID}\nname: Assistant", name="assistant"),
    bad=examples.role(f"{_FINE}name: FORMER agent", name="agent"),
    tenant=examples.tenant(more="spentNames: [Former agent]\n"),
)
def role_name_is_used_once(role: Resource[Role], world: World) -> Iterator[Finding]:
    """A role's name is used up by its first use and never free again, not even after a rename or a
    deactivation; case makes no difference.
    """
    me, wanted = world.of(role.address), folded(_name(role))
    if not world.live or (me.before and folded(str(me.before["name"])) == wanted):
        return
    had = world.used_names(ROLE).get(wanted)
    if had is None:
        left = (e for e in world.all_of(ROLE) if folded(str(e.before.get("name", ""))) == wanted)
        had = next((str(each.key) for each in left), None)
    if had is not None:
        whose = "this role had it before" if had == me.key else f"the role {had} has or had it"
        yield Finding(
            ("spec", "name") if role.spec.name else ("metadata", "name"),
            f"`{_name(role)}` is a used name: {whose}, and CXone never frees a name",
            hint=f"choose another one: `{free_name(_name(role), world)}` is free",
        )
