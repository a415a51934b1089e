"""Manifests as raw calls of the Webex API: as a careless script would send them.

Knows neither the client nor the rules: what a manifest says goes out as it stands, only names
become the ids that the sandbox gave them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
from ruamel.yaml import YAML

from reconciler.contract.answers import offered
from reconciler.contract.sandbox import Sandbox
from reconciler.model.resource import Spec
from reconciler.rules.rule import Rule
from reconciler.vendors.webexcc.vendor import VENDOR
from tests.agreement.native import WEBEX_RESOURCE_TYPES

ORGANIZATION = "5c0f1f0e-2f4c-4f0e-9a53-0a4f0c9b7d10"
BASE = f"/organization/{ORGANIZATION}"
INVENTORY = {
    "queue": "contact-service-queue",
    "site": "site",
    "team": "team",
    "channel": "entry-point",
}
TYPES = {
    "licensed-administrator": "ADMINISTRATOR",
    "unlicensed-administrator": "ADMINISTRATOR_ONLY",
    "supervisor": "SUPERVISOR",
    "premium-agent": "PREMIUM_AGENT",
    "standard-agent": "STANDARD_AGENT",
}
FOLDER_LISTS = {
    "editable": "editableFolderIds",
    "viewable": "viewableFolderIds",
    "hidden": "nonViewableFolderIds",
}
ROOT = "root@example"


def opened(folder: Path, seed: Mapping[str, Any]) -> Sandbox:
    """A tenant of Webex in a folder, as the vendor offers it."""
    open_ = offered(VENDOR.sandbox)
    assert open_ is not None
    return open_(folder / "tenant.db", seed)


def documents(text: str) -> list[dict[str, Any]]:
    """The documents of an example, collections first, users last."""
    found = [each for each in YAML(typ="safe", pure=True).load_all(text) if each]
    order = ("ResourceCollection", "UserProfile", "User")
    return sorted(found, key=lambda each: order.index(each["kind"]))


def seed(manifests: list[dict[str, Any]], tenant: str, facts: str) -> dict[str, Any]:
    """A tenant that has every queue, site, team and channel that the example names.

    The folders of Analyzer are those that the example's facts declare. Where the example says no
    word of it, a team is of the first site beside it, and every add-on is there.
    """
    declared = dict(YAML(typ="safe", pure=True).load(facts) or {}) if facts else {}
    folders: dict[str, dict[str, Any]] = declared.get("analyzerFolders", {})
    given = dict(YAML(typ="safe", pure=True).load(tenant) or {}) if tenant else {}
    if "identities" in given:
        return given  # a whole tenant already
    named: dict[str, dict[str, None]] = {kind: {} for kind in INVENTORY}
    site_of: dict[str, str] = {each["name"]: each["site"] for each in given.get("teams", ())}
    for each in manifests:
        resources = each["spec"].get("resources")
        if each["kind"] == "ResourceCollection" and resources:
            for kind, chosen in resources.items():
                if kind in named and isinstance(chosen, list):
                    named[kind] |= dict.fromkeys(chosen)
            sites, teams = resources.get("site"), resources.get("team")
            beside = sites[0] if isinstance(sites, list) and sites else "Here"
            for team in teams if isinstance(teams, list) else ():
                site_of.setdefault(team, beside)
    administrator = {
        "name": "Root",
        "type": "licensed-administrator",
        "permissions": "all",
        "resources": "all",
    }
    return {
        "organization": {"id": ORGANIZATION},
        "identities": [{"email": ROOT, "token": "t"}],
        "addOns": given.get("addOns", ["campaign-manager"]),
        "sites": list(dict.fromkeys((*named["site"], *given.get("sites", ()), "Here"))),
        "teams": [{"name": name, "site": site} for name, site in site_of.items()],
        "queues": list(named["queue"]),
        "channels": list(named["channel"]),
        "analyzerFolders": [{"path": path, **folder} for path, folder in folders.items()],
        "profiles": [administrator, *given.get("profiles", ())],
        "users": [{"email": ROOT, "profile": "Root"}, *given.get("users", ())],
    }


class Script:
    """Sends manifests one after another and notes how each was answered."""

    def __init__(self, client: httpx2.AsyncClient, seeded: Mapping[str, Any]) -> None:
        self._client = client
        self._folders = {each["path"]: each["id"] for each in seeded.get("analyzerFolders", ())}
        there = (*seeded["profiles"], *seeded.get("collections", ()))
        self._there = {each["name"] for each in there}

    async def send(self, manifest: Mapping[str, Any]) -> int:
        """The status of the call that a manifest makes."""
        kind, spec = manifest["kind"], manifest["spec"]
        name = spec.get("name", manifest["metadata"]["name"])
        if kind == "User":
            user = await self._id("v2/user", "email", name)
            profile = await self._id("v3/user-profile", "name", spec["userProfile"])
            answer = await self._client.patch(f"/user/{user}", json={"userProfileId": profile})
            return answer.status_code
        if kind == "UserProfile":
            body = await self._profile(name, spec)
            return await self._put("v3/user-profile", "v3/user-profile", body)
        body = {
            "name": name,
            "description": spec.get("description"),
            "resources": await self._resources(spec["resources"]),
        }
        return await self._put("v2/resource-collection", "resource-collection", body)

    async def _put(self, listed: str, path: str, body: dict[str, Any]) -> int:
        if body["name"] not in self._there:
            return (await self._client.post(f"/{path}", json=body)).status_code
        there = body["id"] = await self._id(listed, "name", body["name"])
        return (await self._client.put(f"/{path}/{there}", json=body)).status_code

    async def _profile(self, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "name": name,
            "description": spec.get("description"),
            "active": True,
            "profileType": TYPES.get(spec["profileType"], spec["profileType"]),
            "permissionAccessLevel": "ALL" if spec.get("fullAccess") else "SPECIFIC",
            "permissions": [
                {"name": permission, "access": level.upper()}
                for permission, level in spec.get("permissions", {}).items()
            ],
        }
        for written, field in FOLDER_LISTS.items():
            named = spec.get("analyzerFolders", {}).get(written, ())
            body[field] = [self._folders[path] for path in named]
        resources = spec["resources"]
        if isinstance(resources, str):
            return body | {"resourceAccessLevel": resources.upper()}
        listed = "v2/resource-collection"
        ids = [await self._id(listed, "name", each) for each in resources["collections"]]
        default = resources.get("default")
        return body | {
            "resourceAccessLevel": "SPECIFIC",
            "resourceCollections": [{"id": each, "name": "given"} for each in ids],
            "defaultResourceCollectionId": default and await self._id(listed, "name", default),
        }

    async def _resources(self, resources: Mapping[str, Any]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for kind, chosen in (dict.fromkeys(WEBEX_RESOURCE_TYPES, "none") | dict(resources)).items():
            if isinstance(chosen, str):
                rows.append({"name": kind, "accessLevel": chosen.upper()})
            else:
                ids = [await self._id(f"v2/{INVENTORY[kind]}", "name", each) for each in chosen]
                rows.append({"name": kind, "accessLevel": "SPECIFIC", "ids": ids})
        return rows

    async def _id(self, path: str, field: str, name: str) -> str:
        """The id behind a name; the name itself where the tenant does not have it."""
        answer = await self._client.get(f"/{path}", params={"filter": f'{field}=="{name}"'})
        rows = answer.json()["data"]
        return str(rows[0]["id"]) if rows else name


def statuses(folder: Path, rule: Rule[Spec], text: str) -> list[int]:
    """How a fresh tenant answers the manifests of an example of a rule, one status each."""
    return answers(folder, text, rule.tenant, rule.facts, rule.identity or None)


def answers(
    folder: Path, text: str, tenant: str, facts: str, identity: str | None = None
) -> list[int]:
    """How a fresh tenant answers manifests, one status each.

    They are sent by `identity`, else by the first full administrator.
    """
    manifests = documents(text)
    given = seed(manifests, tenant, facts)
    sandbox = opened(folder, given)

    async def sent() -> list[int]:
        transport = httpx2.ASGITransport(app=sandbox.app())
        headers = {"Authorization": f"Bearer {sandbox.token(identity)}"}
        async with httpx2.AsyncClient(
            transport=transport, base_url=f"http://sandbox{BASE}", headers=headers
        ) as client:
            return [await Script(client, given).send(each) for each in manifests]

    try:
        return asyncio.run(sent())
    finally:
        sandbox.close()
