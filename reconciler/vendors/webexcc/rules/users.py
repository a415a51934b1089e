"""Users: what an assignment may be."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.diagnostic import Severity
from reconciler.model.resource import Resource
from reconciler.model.value import Ref
from reconciler.rules.rule import Finding, NotChecked, Where, rule
from reconciler.rules.world import World
from reconciler.vendors.webexcc.models import User
from reconciler.vendors.webexcc.rules import examples
from reconciler.vendors.webexcc.rules.documents import API

_PROFILES = examples.profile(name="lead", kind="supervisor") + examples.profile(
    "permissions: {multimedia: enabled}", name="agent", kind="premium-agent"
)


_TENANT = """\
organization: {id: 5c0f1f0e-2f4c-4f0e-9a53-0a4f0c9b7d10}
profiles:
  - {name: lead, type: supervisor, permissions: {queue: view}, resources: all}
  - {name: agent, type: premium-agent, permissions: {multimedia: enabled}, resources: all}
users:
  - {email: sam.lead@northwind.example, profile: lead}
"""


def _user(profile: str) -> str:
    return f"""\
---
apiVersion: webexcc/v1
kind: User
metadata: {{name: sam.lead@northwind.example}}
spec: {{userProfile: {profile}}}
"""


@rule(
    "WCC203",
    on=User,
    where=(Where.LIVE, Where.TENANT),
    source=API / "UserDTO, userProfileId",
    severity=Severity.INFO,
    good=_PROFILES + _user("lead"),
    bad=_PROFILES + _user("agent"),
    tenant=_TENANT,
)
def user_stays_on_profiles_of_one_type(
    user: Resource[User], world: World
) -> Iterator[Finding | NotChecked]:
    """The API moves a user between profiles of one type; a move to a profile of another type is
    made in Control Hub, by hand.
    """
    me = world.of(user.address)
    before, after = me.before.get("userProfile"), me.values.get("userProfile")
    if not (isinstance(before, Ref) and isinstance(after, Ref)):
        return
    had, gets = world.now(before), world.get(after)
    if gets is None or before == after:
        return
    if had is None:
        yield NotChecked(
            "whether users stay on profiles of one type: which profile some have now is hidden "
            "from who applies"
        )
        return
    old, new = had.values.get("profileType"), gets.values.get("profileType")
    if old != new:
        yield Finding(
            ("spec", "userProfile"),
            f"`{had.name}` is a profile of type {old}, `{gets.name}` one of type {new}",
            hint="the plan says how to move the user in Control Hub; what needs that waits",
        )
