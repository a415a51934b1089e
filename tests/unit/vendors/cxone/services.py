"""A CXone sandbox, asked as anybody would ask it: method, path, body, and what comes back."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reconciler.sandbox.asgi import Heard, hear
from reconciler.vendors.cxone.sandbox.tenant import CxoneSandbox

ROOT, JANE, OMAR, NEW = "root@x.example", "jane@x.example", "omar@x.example", "new@x.example"
SEED: dict[str, Any] = {
    "organization": {"id": "0b9c7f5e-4a3d-4d1c-8f2a-6e1d9a7c5b30"},
    "assumed": ["A1", "A2", "A3", "A4"],
    "permissions": {"wfm": {"plans": ["view"]}},
    "roles": [
        {"name": "Agent", "permissions": {"acd": {"agent": ["view", "edit"]}}},
        {"name": "Root", "permissions": {"admin": {"role-management": ["view", "edit"]}}},
        {"name": "Retired", "status": "inactive"},
        {"name": "Spare", "permissions": {"qm": {"forms": {"own": ["view"]}}}},
    ],
    "teams": ["North"],
    "employees": [
        {"email": ROOT, "primaryRole": "Root"},
        {"email": JANE, "primaryRole": "Agent", "secondaryRoles": ["Spare"]},
        {"email": OMAR, "primaryRole": "Retired", "active": False},
        {"email": NEW, "primaryRole": "Agent", "status": "PENDING"},
    ],
    "identities": [
        {"email": ROOT, "accessKey": {"id": "KEY", "secret": "canary"}},
        {"email": JANE},
    ],
}


class Services:
    """The tenant, and who asks; `later` moves its clock."""

    def __init__(self, folder: Path, seed: dict[str, Any] = SEED) -> None:
        self._now = datetime(2026, 11, 25, 9, tzinfo=UTC)
        self.sandbox = CxoneSandbox(folder / "tenant.db", seed, lambda: self._now)
        self.app = self.sandbox.app()
        self.token = self.sandbox.token(None)

    def later(self, **time: int) -> None:
        self._now += timedelta(**time)

    def heard(
        self, method: str, path: str, body: Any = None, *, token: str | None = None, **headers: str
    ) -> Heard:
        """The whole answer."""
        plain, _, query = path.partition("?")
        told = {"authorization": f"Bearer {self.token if token is None else token}", **headers}
        scope = {
            "type": "http",
            "method": method,
            "path": plain,
            "query_string": query.encode(),
            "headers": [(k.lower().encode(), v.encode()) for k, v in told.items() if v],
        }
        sent = b"" if body is None else json.dumps(body).encode()
        return asyncio.run(hear(self.app, scope, sent))

    def __call__(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """What a call answers, which has to be of that status."""
        heard = self.heard(method, path, body)
        assert heard.status == status, heard.body
        return heard.json

    def role(self, name: str) -> dict[str, Any]:
        roles = self("POST", "/authorization/v1/roles/search", {})["roles"]
        found: dict[str, Any] = next(each for each in roles if each["displayName"] == name)
        return found

    def user(self, name: str) -> dict[str, Any]:
        every = self("GET", "/user-management/v1/users?includeDeleted=true")["users"]
        found: dict[str, Any] = next(each for each in every if each["userName"] == name)
        return found
