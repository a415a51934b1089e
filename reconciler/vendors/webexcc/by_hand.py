"""Manual steps for what no API of Webex Contact Center changes."""

from __future__ import annotations

from reconciler.model.change import Action
from reconciler.model.runbook import Entry, Guide
from reconciler.model.value import Ref
from reconciler.rules.world import Expected, World


def user(action: Action, user: Expected, world: World) -> Guide | None:
    """A move to a profile of another type: the licence goes with the type (WCC203)."""
    before, after = user.before.get("userProfile"), user.values.get("userProfile")
    if action is not Action.UPDATE or not (isinstance(before, Ref) and isinstance(after, Ref)):
        return None
    had, gets = world.now(before), world.get(after)
    if had is None or gets is None:
        return None
    old, new = had.values.get("profileType"), gets.values.get("profileType")
    if old == new:
        return None
    return Guide(
        title="Move a user to a profile of another type",
        who="an administrator who may manage users in Control Hub",
        clicks=(
            f"in Control Hub, open Users and find {user.name}",
            f"under Contact Center, give the licence that goes with the type {new}",
            "choose the user profile, and save",
        ),
        enter=(Entry("Profile type", str(new)), Entry("User profile", gets.name)),
        done=f"the tenant has {user.name} on the profile {gets.name}, and not on {had.name}",
        attributes=("userProfile",),
        rule="WCC203",
    )
