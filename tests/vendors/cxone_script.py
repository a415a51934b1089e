"""Manifests as raw calls of the CXone API, with nothing of the client or the planner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from reconciler.model.resource import Spec
from reconciler.rules.rule import Rule
from tests.agreement.native import cxone_applications
from tests.unit.vendors.cxone.services import Services

ROLES, USERS = "/authorization/v1/roles", "/user-management/v1/users"
ALONE = {
    "organization": {"id": "0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30"},
    "roles": [
        {"name": "Agent"},
        {"name": "Root", "permissions": {"admin": {"role-management": ["view", "edit"]}}},
    ],
    "employees": [
        {"email": "root@contoso.example", "primaryRole": "Root"},
        {"email": "jane.doe@contoso.example", "primaryRole": "Agent"},
    ],
    "identities": [{"email": "root@contoso.example"}],
}
"""A tenant for rules that manifests alone break."""


def documents(text: str) -> list[dict[str, Any]]:
    return list(YAML(typ="safe").load_all(text))


def statuses(folder: Path, rule: Rule[Spec], text: str) -> list[int]:
    """What the tenant answers to each write; a role that cannot be copied is a refusal too."""
    return list(_sent(folder, rule, text))


def _sent(folder: Path, rule: Rule[Spec], text: str) -> Iterator[int]:
    given = YAML(typ="safe").load(rule.tenant) if rule.tenant else ALONE
    tenant = Services(folder, {**given, "assumed": ["A1", "A2"]})
    try:
        roles = [each for each in documents(text) if each["kind"] == "Role"]
        names = {each["metadata"]["name"]: _name(each) for each in roles}
        for each in roles:
            yield from _role(tenant, each, names)
        for each in documents(text):
            if each["kind"] == "Employee":
                yield from _employee(tenant, each, names)
    finally:
        tenant.sandbox.close()


def _name(role: dict[str, Any]) -> str:
    return str(role["spec"].get("name") or role["metadata"]["name"])


def _known(tenant: Services) -> dict[str, dict[str, Any]]:
    rows = tenant("POST", f"{ROLES}/search", {})["roles"]
    return {key: row for row in rows for key in (row["displayName"], row["roleId"])}


def _role(tenant: Services, role: dict[str, Any], names: dict[str, str]) -> Iterator[int]:
    spec, known = role["spec"], _known(tenant)
    body = {"displayName": _name(role), "description": spec.get("description", "")}
    if "status" in spec:
        body["status"] = spec["status"].upper()
    if "permissions" in spec:
        body["applications"] = cxone_applications(spec["permissions"])
    if source := spec.get("copyFrom"):
        original = known.get(names.get(source, source))
        if original is None:
            yield 404
            return
        body.setdefault("applications", original["applications"])
    current = known.get(spec.get("id") or _name(role))
    if current is None:
        yield tenant.heard("POST", ROLES, {"status": "DRAFT", **body}).status
    elif any(current[key] != each for key, each in body.items()):
        path = f"{ROLES}/{current['roleId']}"
        yield tenant.heard("PUT", path, {**current, **body}).status


def _employee(tenant: Services, person: dict[str, Any], names: dict[str, str]) -> Iterator[int]:
    spec, known = person["spec"], _known(tenant)
    body = tenant.user(person["metadata"]["name"])

    def role(name: str) -> str:
        return str(known[names.get(name, name)]["roleId"])

    if "primaryRole" in spec:
        body |= {"role": known[role(spec["primaryRole"])]["roleName"]}
    if "secondaryRoles" in spec:
        body["secondaryRoleIds"] = [role(each) for each in spec["secondaryRoles"]]
    yield tenant.heard("PUT", USERS, body).status
    if spec.get("active") is True and body["status"] == "DELETED":
        yield tenant.heard("POST", f"{USERS}/{body['id']}/revive").status
