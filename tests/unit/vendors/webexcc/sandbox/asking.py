"""A tenant of two clients, and its API as several people with different rights ask it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
from ruamel.yaml import YAML

from reconciler.sandbox.store import Store
from reconciler.vendors.webexcc.sandbox.tenant import WebexSandbox

ORGANIZATION = "5c0f1f0e-2f4c-4f0e-9a53-0a4f0c9b7d10"
BASE = f"/organization/{ORGANIZATION}"
ROOT, NORTH, VIEWER, MACHINE = "root@x.example", "nia@x.example", "vic@x.example", "bot@x.example"

SEED = f"""\
organization: {{id: {ORGANIZATION}}}
identities:
  - {{email: {ROOT}, token: root}}
  - {{email: {NORTH}, token: north}}
  - {{email: {VIEWER}, token: viewer}}
  - {{email: {MACHINE}, token: machine}}
sites: [Berlin, Lisbon]
teams: [{{name: Red, site: Berlin}}, {{name: Blue, site: Lisbon}}]
queues: [North EN, South EN]
channels: [Voice]
analyzerFolders: [{{path: Sales, id: 12}}, {{path: Sales/EMEA, id: 31}}, \
{{path: Stock, id: 3, stock: true}}]
collections:
  - {{name: North, resources: {{site: [Berlin], team: [Red], queue: [North EN], channel: all}}}}
  - {{name: South, resources: {{site: [Lisbon], team: [Blue], queue: [South EN], channel: all}}}}
profiles:
  - {{name: Root, type: licensed-administrator, permissions: all, resources: all}}
  - name: North admin
    type: licensed-administrator
    permissions: {{queue: edit, team: edit, site: view, user: edit, user-profile: edit, \
resource-collection: edit, tenant-setting: edit, skill-profile: edit, analyzer: edit}}
    resources: {{collections: [North], default: North}}
  - name: Viewer
    type: licensed-administrator
    permissions: {{queue: view, user: view, user-profile: view, resource-collection: view}}
    resources: all
  - name: Both
    type: supervisor
    permissions: {{queue: view}}
    resources: {{collections: [South, North], default: South}}
  - name: South only
    type: supervisor
    permissions: {{queue: view}}
    resources: {{collections: [South], default: South}}
users:
  - {{email: {ROOT}, profile: Root}}
  - {{email: {NORTH}, profile: North admin}}
  - {{email: {VIEWER}, profile: Viewer}}
  - {{email: red@x.example, profile: South only, site: Berlin, teams: [Blue, Red]}}
  - {{email: blue@x.example, profile: Both, site: Lisbon, teams: [Blue]}}
"""


def parsed(text: str) -> dict[str, Any]:
    """A seed as the project reads it."""
    return dict(YAML(typ="safe", pure=True).load(text))


class Tenant:
    """A sandbox and its database."""

    def __init__(
        self,
        folder: Path,
        seed: Mapping[str, Any] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        file = folder / "tenant.db"
        self.sandbox = WebexSandbox(file, parsed(SEED) if seed is None else seed, clock)
        self.store = Store(file)

    def close(self) -> None:
        self.store.close()
        self.sandbox.close()

    def ask(self, who: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and body of one request, below the organization where it starts with no slash."""

        async def asked() -> tuple[int, Any]:
            transport = httpx2.ASGITransport(app=self.sandbox.app())
            headers = {"Authorization": f"Bearer {self.sandbox.token(who)}"}
            async with httpx2.AsyncClient(
                transport=transport, base_url="http://sandbox", headers=headers
            ) as client:
                whole = path if path.startswith("/") else f"{BASE}/{path}"
                answer = await client.request(method, whole, json=body)
                is_json = answer.headers.get("Content-Type") == "application/json"
                return answer.status_code, answer.json() if is_json else None

        return asyncio.run(asked())

    def names(self, who: str, path: str) -> list[str]:
        """What a list shows, by name; its total must say as much."""
        status, body = self.ask(who, "GET", path)
        assert status == 200, body
        assert body["meta"]["totalRecords"] == len(body["data"])
        return [row.get("name") or row["email"] for row in body["data"]]

    def id(self, kind: str, name: str) -> str:
        """The id behind a name, hidden or not."""
        return str(self.body(kind, name)["id"])

    def body(self, kind: str, name: str) -> dict[str, Any]:
        """What the store holds under a name."""
        found = self.store.named(kind, name)
        assert found is not None
        return found

    def get(self, who: str, path: str) -> Any:
        status, body = self.ask(who, "GET", path)
        assert status == 200, body
        return body

    def status(self, who: str, method: str, path: str, body: Any = None) -> int:
        return self.ask(who, method, path, body)[0]

    def act(self, who: str, action: str, **arguments: str) -> str:
        """Do something in the console."""
        given = {key.replace("_", "-"): value for key, value in arguments.items()}
        return self.sandbox.act(action, given, who)

    def refusal(self, who: str, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and reason of a request that is refused."""
        status, said = self.ask(who, method, path, body)
        return status, said["error"]["message"][0]["description"]
