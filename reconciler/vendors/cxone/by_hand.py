"""Manual steps for what CXone's public API does not change: everything of a role."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.change import Action
from reconciler.model.runbook import Entry, Guide
from reconciler.model.value import Values
from reconciler.rules.world import Expected, World
from reconciler.vendors.cxone.assumed_ids import CREATE_ROLE, WRITE_ROLE
from reconciler.vendors.cxone.facts import CxoneFacts
from reconciler.vendors.cxone.permissions import facts_of, titled
from reconciler.vendors.cxone.semantics import ACTIVE, INACTIVE

_WHO = "somebody whose roles allow Role Management: {}"


def role(action: Action, role: Expected, world: World) -> Guide | None:
    """A role made or changed on its page; by a call where the tenant has the assumed one."""
    creates = action is Action.CREATE
    original = world.get(role.copy_of) if creates and role.copy_of else None
    if (CREATE_ROLE if creates else WRITE_ROLE) in world.assumed:
        return None
    name = str(role.values.get("name", role.name))
    return Guide(
        title="Copy a role" if original else "Create a role" if creates else "Change a role",
        who=_WHO.format("Create" if creates else "Edit"),
        clicks=tuple(_clicks(role, name, original, creates=creates)),
        enter=tuple(_entries(role, original, facts_of(world.facts), creates=creates)),
        done=f"role search returns the role {name} as declared",
    )


def _clicks(
    role: Expected, name: str, original: Expected | None, *, creates: bool
) -> Iterator[str]:
    yield "in CXone, open Roles in the Admin application"
    if original is not None:
        yield f"choose Duplicate in the menu of the role {original.name}"
    else:
        yield "choose New Role" if creates else f"open the role {role.before.get('name', name)}"
    if role.values.get("permissions") != _begins(role, original).get("permissions"):
        yield "on the Permissions tab, switch on and off what is listed below"
    before, after = role.before.get("status"), role.values.get("status")
    if after == ACTIVE and before != ACTIVE:
        yield "choose Save & Activate" if creates else "choose Activate, and save"
    elif after == INACTIVE and before == ACTIVE:
        yield "choose Deactivate, and confirm"
    else:
        yield "choose Save"


def _begins(role: Expected, original: Expected | None) -> Values:
    """The values of the role when its page opens."""
    return original.values if original is not None else role.before


def _entries(
    role: Expected, original: Expected | None, facts: CxoneFacts, *, creates: bool
) -> Iterator[Entry]:
    for key, title in (("name", "Name"), ("description", "Description"), ("status", "Status")):
        value = role.values.get(key)
        if value and value != role.before.get(key):
            yield Entry(title, str(value))
    before, after = _begins(role, original).get("permissions"), role.values.get("permissions")
    was = before if isinstance(before, frozenset) else frozenset()
    now = after if isinstance(after, frozenset) else was
    for sign, some in (("on", now - was), ("off", was - now)):
        yield from (Entry(f"Permission {sign}", titled(each, facts)) for each in sorted(some))
    if creates and original is None and not now:
        yield Entry("Permissions", "none")
