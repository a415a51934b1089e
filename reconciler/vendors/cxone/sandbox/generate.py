"""A CXone tenant of any size and the manifests that describe it.

95 % Employee, 5 % Role. The same size and number make the same tenant, byte for byte, and a plan of
its manifests finds nothing to change.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.contract.sandbox import Generated
from reconciler.sandbox import made_up

ADMINISTRATOR = "root@bench.example"
KEY_ID, KEY_SECRET = (
    "BENCH-KEY",
    "bench-secret",
)  # of an emulated tenant

_APPLICATIONS: Mapping[str, tuple[str, ...]] = {
    "acd": ("skills", "users", "contacts", "scripts"),
    "qm": ("evaluations", "forms", "plans", "dashboards"),
    "wfm": ("schedules", "forecasts", "time-off"),
}
_ACTIONS = ("view", "edit", "create")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Size(made_up.Size):
    """The number of objects of each kind."""

    @property
    def roles(self) -> int:
        """One in twenty."""
        return max(1, self.objects // 20)

    @property
    def employees(self) -> int:
        """All that is left."""
        return max(1, self.objects - self.roles)


def generated(size: Size) -> Generated:
    """The tenant in all its forms."""
    return made_up.generated(size, _beginning, seed, manifests)


def seed(size: Size) -> dict[str, Any]:
    """The tenant as a seed: everything by name, an administrator who may do all."""
    return _beginning(size) | {
        "roles": [*_OUT_OF_THE_BOX, *roles(size)],
        "employees": [
            {"email": ADMINISTRATOR, "primaryRole": "Administrator"},
            *employees(size),
        ],
    }


def _beginning(size: Size) -> dict[str, Any]:
    organization = uuid.uuid5(uuid.NAMESPACE_DNS, f"cxone-bench-{size.number}.example")
    key = {"id": KEY_ID, "secret": KEY_SECRET}
    return {
        "organization": {"id": str(organization)},
        "identities": [{"email": ADMINISTRATOR, "accessKey": key}],
    }


_OUT_OF_THE_BOX: list[Row] = [
    {"name": "Agent", "roleName": "Employee", "internal": True,
     "permissions": {"acd": {"contacts": ["view"]}}},
    {"name": "Administrator", "internal": True, "permissions": {
        "admin": {"role-management": ["view", "edit", "create"]},
        **{a: {each: list(_ACTIONS) for each in p} for a, p in _APPLICATIONS.items()},
    }},
]  # fmt: skip


def roles(size: Size) -> Iterator[Row]:
    """Roles as rows of a seed."""
    chance = size.chance("roles")
    for number in range(size.roles):
        permissions: dict[str, dict[str, list[str]]] = {}
        for application in sorted(chance.sample(sorted(_APPLICATIONS), 2)):
            privileges = sorted(chance.sample(_APPLICATIONS[application], 2))
            permissions[application] = {
                each: list(_ACTIONS[: chance.randint(1, len(_ACTIONS))]) for each in privileges
            }
        yield {"name": f"Role {number:05}", "permissions": permissions}


def employees(size: Size) -> Iterator[Row]:
    """Employees as rows of a seed."""
    chance = size.chance("employees")
    for number in range(size.employees):
        first = chance.randrange(size.roles)
        row: Row = {
            "email": f"person-{number:06}@bench.example",
            "primaryRole": _role_name(first),
            "secondaryRoles": [],
        }
        if size.roles > 1 and chance.random() < 0.5:  # noqa: PLR2004 - every other one
            row["secondaryRoles"] = [_role_name((first + 1) % size.roles)]
        yield row


def _role_name(number: int) -> str:
    return f"Role {number:05}"


def manifests(size: Size) -> Iterator[str]:
    """The manifests of the tenant's managed objects, one YAML document each."""
    yield from map(_role_manifest, roles(size))
    yield from map(_employee_manifest, employees(size))


def _role_manifest(row: Row) -> str:
    return (
        _head("Role", _slug(row["name"]))
        + f"  name: {row['name']}\n  status: active\n  permissions:\n"
        + "".join(
            f"    {application}: {{{', '.join(f'{p}: {_flow(a)}' for p, a in held.items())}}}\n"
            for application, held in row["permissions"].items()
        )
    )


def _employee_manifest(row: Row) -> str:
    return (
        _head("Employee", row["email"])
        + f"  active: true\n  primaryRole: {_slug(row['primaryRole'])}\n"
        + f"  secondaryRoles: {_flow([_slug(each) for each in row['secondaryRoles']])}\n"
    )


def _head(kind: str, name: str) -> str:
    return f"---\napiVersion: cxone/v1\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n"


def _slug(text: str) -> str:
    return text.lower().replace(" ", "-")


def _flow(names: list[str]) -> str:
    return f"[{', '.join(names)}]"


def expanded(section: Any) -> dict[str, Any]:
    """The seed that `generate: {objects: N, seed: K}` stands for; raises ValueError."""
    return seed(made_up.size_of(section, Size))
