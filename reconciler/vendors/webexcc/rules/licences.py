"""Licences: what a user may hold by them. Only the Control Hub API returns who has which."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.diagnostic import Severity
from reconciler.model.resource import Resource
from reconciler.model.value import Ref, Values
from reconciler.rules.rule import Cause, NotChecked, Where, rule
from reconciler.rules.world import World
from reconciler.vendors.webexcc.models import User
from reconciler.vendors.webexcc.rules import examples
from reconciler.vendors.webexcc.rules.documents import D1

UNTOLD = NotChecked("licences: only the Control Hub API returns them")
_ADMINISTRATORS = ("licensed-administrator", "unlicensed-administrator")
_PROFILES = """\
  - {name: Root, type: licensed-administrator, permissions: all, resources: all}
  - {name: Chief, type: licensed-administrator, permissions: {queue: edit}, resources: all}
  - {name: Agent, type: standard-agent, permissions: {multimedia: enabled}, resources: all}
  - {name: Chat agent, type: standard-agent, permissions: {multimedia: enabled}, resources: all}
"""


_TENANT = f"""\
{examples.ORGANIZATION}profiles:
{_PROFILES}users:
  - {{email: root@northwind.example, profile: Root}}
  - {{email: {examples.SAM}, profile: Agent, licence: standard}}
identities:
  - {{email: root@northwind.example, token: root}}
"""


def _assigns(user: Resource[User], world: World) -> bool:
    """Whether the plan gives a user another profile than the tenant has."""
    me = world.of(user.address)
    return world.live and me.values.get("userProfile") != me.before.get("userProfile")


@rule(
    "WCC148",
    on=User,
    where=(Where.MANIFEST, Where.LIVE, Where.ORDER, Where.TENANT),
    source=D1 / "User profiles",
    good=examples.user("userProfile: Chat agent"),
    bad=examples.user("userProfile: Chief"),
    tenant=_TENANT,
)
def profile_type_fits_the_licence(user: Resource[User], world: World) -> Iterator[NotChecked]:
    """A user's profile type fits the user's licence: licensed administrator and premium agent
    need the premium licence, standard agent the standard one, unlicensed administrator none; a
    supervisor is licensed.

    The contact center's own API does not return licences, so a plan that assigns a profile says
    that nobody checked.
    """
    if _assigns(user, world):
        yield UNTOLD


@rule(
    "WCC149",
    on=User,
    where=(Where.LIVE, Where.DRIFT, Where.TENANT),
    source=D1 / "User profiles",
    severity=Severity.WARNING,
    good=examples.user("userProfile: Agent"),
    bad=examples.user("userProfile: Chief"),
    tenant=_TENANT,
)
def administrator_with_a_standard_licence_is_a_standard_agent(
    user: Resource[User], world: World
) -> Iterator[NotChecked | Cause]:
    """An administrator who holds a standard licence is mapped to a standard agent's profile: a
    move of that origin is the vendor's.
    """
    me = world.of(user.address)
    if _assigns(user, world) and _type(me.values, world) in _ADMINISTRATORS:
        yield UNTOLD
    if me.applied is None:
        return
    had, has = (_type(values, world) for values in (me.applied, me.before))
    if had in _ADMINISTRATORS and has == "standard-agent":
        yield Cause(
            ("userProfile",),
            "an administrator with a standard licence is mapped to a standard agent's profile",
        )


def _type(values: Values, world: World) -> object:
    key = values.get("userProfile")
    profile = world.get(key) if isinstance(key, Ref) else None
    return profile.values.get("profileType") if profile else None
