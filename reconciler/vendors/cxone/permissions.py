"""Permissions: which ones come with others, which ones there are, and what CXone's pages call them.

Nothing publishes a list. Sources: the vendor's help pages on permissions ("Edit" selects "View"),
and the roles of a tenant, whose permissions are surely some that there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.model.facts import Facts
from reconciler.model.live import InventoryItem, LiveObject
from reconciler.model.value import Values
from reconciler.vendors.cxone.facts import CxoneFacts
from reconciler.vendors.cxone.group import group_kind

PERMISSION = "permission"
"""The inventory type of which every permission that some role has is one."""

_USUAL: Mapping[str, list[str]] = {
    each: ["view"] for each in ("edit", "create", "delete", "deactivate")
}
"""An action and those that come with it, in the same privilege; case makes no difference."""


def facts_of(facts: Facts) -> CxoneFacts:
    """The declared facts of a tenant, typed."""
    return facts if isinstance(facts, CxoneFacts) else CxoneFacts()


def brought(held: Iterable[str], facts: CxoneFacts) -> Iterator[tuple[str, str]]:
    """The permissions that these bring and that are not among them, each with its cause."""
    held = set(held)
    folded = {each.casefold() for each in held}
    for each in sorted(held):
        place, _, action = each.rpartition("/")
        application = each.split("/", 1)[0]
        table = (facts.dependencies or {}).get(application, _USUAL)
        for needed in table.get(action.casefold(), ()):
            other = f"{place}/{_as(action, needed)}"
            if other.casefold() not in folded:
                yield each, other


def _as(action: str, needed: str) -> str:
    """An action written like another one: the ids of a tenant are of one style."""
    if action.isupper():
        return needed.upper()
    return needed.capitalize() if action[:1].isupper() else needed


def with_what_they_bring(declared: Values, before: Values, facts: Facts) -> Values:
    """A role's values with the permissions that come with others.

    Not where the role has the one without the other by now: there they do not come together.
    """
    held = declared.get("permissions")
    if not isinstance(held, frozenset):
        return declared
    ours, had = facts_of(facts), before.get("permissions")
    apart = set(brought(had, ours)) if isinstance(had, frozenset) else set()
    found = set(held)
    while more := {new for pair in brought(found, ours) if pair not in apart for new in pair[1:]}:
        found |= more
    return declared if found == held else {**declared, "permissions": frozenset(found)}


def catalogue(roles: Iterable[LiveObject], listed: Iterable[str] = ()) -> tuple[InventoryItem, ...]:
    """Every permission that some role has, and those that the tenant lists."""
    found = set(listed)
    for role in roles:
        held = role.values["permissions"]
        found |= held if isinstance(held, frozenset) else set()
    return tuple(InventoryItem(group_kind(PERMISSION), each, each) for each in sorted(found))


def titled(permission: str, facts: CxoneFacts) -> str:
    """A permission as CXone's pages show it, as far as the facts name it, and its id after that."""
    names = facts.permission_names or {}
    parts = permission.split("/")
    shown = [
        names.get("/".join(parts[: n + 1]), names.get(part, part)) for n, part in enumerate(parts)
    ]
    if shown == parts:
        return permission
    *above, action = shown
    return f"{' > '.join(above)}: {action} ({permission})"
