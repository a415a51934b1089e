"""Semantics of CXone manifests: declared attributes in normal form, and back.

A permission is one text, `application/feature/privilege/action`, the feature left out where there
is none: the ids are the vendor's, and opaque.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from reconciler.contract.shape import Refer, Resolve
from reconciler.model.resource import Resource
from reconciler.model.value import Hidden, Json, Ref, Value, Values
from reconciler.vendors.cxone.models import Employee, Role

ACTIVE, INACTIVE, DRAFT = "active", "inactive", "draft"
STATUSES = (ACTIVE, INACTIVE, DRAFT)
ROLE, EMPLOYEE = "Role", "Employee"

FROM_CXONE = "employees are made in CXone itself: create the employee there, then plan again"


def desired_role(resource: Resource[Role], resolve: Resolve) -> Values:
    """A role's declared attributes; permissions that are there are all that it has."""
    spec = resource.spec
    values: dict[str, Value] = {"name": spec.name or resource.address.name}
    if spec.description is not None:
        values["description"] = spec.description
    if spec.status is not None:
        values["status"] = spec.status
    if spec.copy_from is not None:
        values["copyFrom"] = resolve(ROLE, spec.copy_from, ("spec", "copyFrom"))
    if spec.permissions is not None:
        values["permissions"] = frozenset(permissions_in(spec.permissions))
    return values


def permissions_in(declared: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """The permissions of a manifest's map, each as one text."""
    for application, privileges in declared.items():
        for name, held in privileges.items():
            if isinstance(held, Mapping):
                for privilege, actions in held.items():
                    yield from (f"{application}/{name}/{privilege}/{each}" for each in actions)
            else:
                yield from (f"{application}/{name}/{each}" for each in held)


def role_spec(values: Values, _refer: Refer) -> dict[str, Json]:
    """The spec of a role with these values."""
    spec: dict[str, Json] = {k: values[k] for k in ("name", "description") if values.get(k)}
    if values.get("status") in STATUSES:
        spec["status"] = values["status"]
    held = values.get("permissions")
    if isinstance(held, frozenset) and (tree := tree_of(held)) is not None:
        spec["permissions"] = tree
    return spec


def tree_of(permissions: Iterable[str]) -> dict[str, Json] | None:
    """Permissions as the map of a manifest, sorted at every level; None where none can say them,
    as a feature has the name of a privilege beside it.
    """
    tree: dict[str, Any] = {}
    for each in sorted(permissions):
        *above, privilege, action = each.split("/")
        inner = tree
        for part in above:
            inner = inner.setdefault(part, {})
            if not isinstance(inner, dict):
                return None
        actions = inner.setdefault(privilege, [])
        if not isinstance(actions, list):
            return None
        actions.append(action)
    return tree


def desired_employee(resource: Resource[Employee], resolve: Resolve) -> Values:
    """An employee's declared attributes."""
    spec = resource.spec
    values: dict[str, Value] = {}
    if spec.active is not None:
        values["active"] = spec.active
    if spec.primary_role is not None:
        values["primaryRole"] = resolve(ROLE, spec.primary_role, ("spec", "primaryRole"))
    if spec.secondary_roles is not None:
        values["secondaryRoles"] = frozenset(
            resolve(ROLE, each, ("spec", "secondaryRoles", number))
            for number, each in enumerate(spec.secondary_roles)
        )
    return values


def employee_spec(values: Values, refer: Refer) -> dict[str, Json]:
    """The spec of an employee with these values."""
    spec: dict[str, Json] = {}
    if "active" in values:
        spec["active"] = values["active"]
    primary = values.get("primaryRole")
    if isinstance(primary, Ref) and not isinstance(primary, Hidden):
        spec["primaryRole"] = refer(ROLE, primary)
    secondary = values.get("secondaryRoles")
    if isinstance(secondary, frozenset):
        named = [refer(ROLE, Ref(key)) for key in secondary]
        spec["secondaryRoles"] = sorted(named, key=lambda each: (isinstance(each, dict), str(each)))
    return spec


def role_is_on(values: Values) -> bool:
    """Return whether anybody active can hold it."""
    return values.get("status", ACTIVE) == ACTIVE


def employee_is_on(values: Values) -> bool:
    """Return whether they can sign in."""
    return bool(values.get("active", True))


def roles_of(values: Values) -> frozenset[Ref]:
    """Every role that an employee holds."""
    primary, secondary = values.get("primaryRole"), values.get("secondaryRoles")
    held = {Ref(each) for each in secondary} if isinstance(secondary, frozenset) else set()
    return frozenset(held | ({primary} if isinstance(primary, Ref) else set()))
