"""A project on disk over a sandbox whose requests are recorded; a terminal to type at."""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from reconciler import pipeline
from reconciler.cli.group import run
from reconciler.contract.answers import offered
from reconciler.contract.connection import AsgiApp, Pace, TokenSource
from reconciler.contract.discover import discover
from reconciler.contract.sandbox import Sandbox
from reconciler.contract.vendor import Vendor
from reconciler.engine.connect import Surroundings, sandbox_database, sandbox_of
from reconciler.engine.events import Event, Ledger
from reconciler.engine.prepare import Work
from reconciler.manifests.project import load_project
from reconciler.model.guard import NOTHING_ALLOWED, Allowance
from reconciler.model.plan import Plan, load
from reconciler.sandbox.store import Store

EXAMPLE = Path(__file__).parent.parent / "config-examples" / "webexcc"
ORGANIZATION = "5c0f1f0e-2f4c-4f0e-9a53-0a4f0c9b7d10"
KINDS = ("user-profile", "resource-collection", "user")

SEED = f"""\
organization: {{id: {ORGANIZATION}}}
identities: [{{email: root@northwind.example, token: root-token}}]
sites: [Berlin, Lisbon]
teams: [{{name: Billing Berlin, site: Berlin}}, {{name: Sales Lisbon, site: Lisbon}}]
queues: [Billing EN, Billing DE, Sales EN]
channels: [Voice, Chat]
profiles:
  - {{name: Administrator Profile, type: licensed-administrator, systemDefault: true, \
permissions: all, resources: all}}
  - {{name: Supervisor Profile, type: supervisor, systemDefault: true, \
permissions: {{queue: view}}, resources: all}}
users:
  - {{email: root@northwind.example, profile: Administrator Profile}}
  - {{email: sam@northwind.example, profile: Supervisor Profile, site: Berlin}}
  - {{email: kim@northwind.example, profile: Supervisor Profile, site: Lisbon}}
"""

PROJECT = """\
apiVersion: reconciler/v1
kind: Project
tenants:
  test:
    vendor: webexcc
    manifests: ["access/*.yaml"]
    sandbox: {seed: seed.yaml}
"""

COLLECTION = """\
---
apiVersion: webexcc/v1
kind: ResourceCollection
metadata: {name: billing}
spec:
  name: Billing
  resources: {queue: [Billing EN], site: [Berlin], team: [Billing Berlin], channel: all}
"""

PROFILE = """\
---
apiVersion: webexcc/v1
kind: UserProfile
metadata: {name: lead}
spec:
  name: Billing lead
  profileType: supervisor
  permissions: {queue: edit, call-monitoring: edit}
  resources: {collections: [billing], default: billing}
"""

USER = """\
---
apiVersion: webexcc/v1
kind: User
metadata: {name: sam@northwind.example}
spec: {userProfile: lead}
"""


@dataclass(frozen=True)
class Call:
    """One request that reached the sandbox, and how it was answered."""

    method: str
    path: str
    status: int


class _Recorded:
    """A sandbox that notes each request that it answers; `before` may break in before one.

    `around` is what stands between the caller and the sandbox, and may lose requests and answers.
    """

    def __init__(self, inner: Sandbox, workshop: Workshop) -> None:
        self._inner = inner
        self._workshop = workshop
        self.organization = inner.organization
        self.actions = inner.actions
        self.signs_in_with = inner.signs_in_with

    def app(self) -> AsgiApp:
        inner, workshop = self._inner.app(), self._workshop

        async def recorded(scope: Any, receive: Any, send: Any) -> None:
            method, path = scope["method"], scope["path"]
            workshop.before(method, path)

            async def noting(message: Any) -> None:
                if message["type"] == "http.response.start":
                    workshop.calls.append(Call(method, path, message["status"]))
                await send(message)

            await inner(scope, receive, noting)

        return workshop.around(recorded)

    def token(self, identity: str | None) -> str:
        return self._inner.token(identity)

    def act(self, action: str, arguments: Mapping[str, str], identity: str | None) -> str:
        return self._inner.act(action, arguments, identity)

    def close(self) -> None:
        self._inner.close()


class Workshop:
    """A project in a folder, and the pipeline on it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.calls: list[Call] = []
        self.events: list[Event] = []
        self.before: Any = lambda _method, _path: None
        self.around: Callable[[AsgiApp], AsgiApp] = lambda app: app
        self.kept: dict[str, tuple[Pace, TokenSource]] = {}
        self.parallelism = 8
        self.vendors = {name: self._recording(v) for name, v in discover().items()}
        for name, text in (("seed.yaml", SEED), ("reconciler.yaml", PROJECT)):
            if not (root / name).exists():  # a folder may be a workshop already
                self.write(name, text)

    def _recording(self, vendor: Vendor) -> Vendor:
        opened = offered(vendor.sandbox)
        if opened is None:
            return vendor
        return replace(vendor, sandbox=lambda path, seed: _Recorded(opened(path, seed), self))

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def manifests(self, *texts: str) -> None:
        """What Git holds from now on."""
        shutil.rmtree(self.root / "access", ignore_errors=True)
        self.write("access/all.yaml", "".join(texts) or "# nothing\n")

    def work(self, targets: tuple[str, ...] = (), allow: Allowance = NOTHING_ALLOWED) -> Work:
        project = load_project(self.root, self.vendors, {})
        around = Surroundings(self.root, {}, self.parallelism, kept=dict(self.kept))
        return Work(project, project.chosen(()), self.vendors, around, targets, allow)

    def plan(self, targets: tuple[str, ...] = (), allow: Allowance = NOTHING_ALLOWED) -> Plan:
        return asyncio.run(pipeline.plan(self.work(targets, allow)))

    def drift(self) -> pipeline.Drift:
        return asyncio.run(pipeline.drift(self.work()))

    def apply(
        self, plan: Plan, *, saved: bool = True, allow: Allowance = NOTHING_ALLOWED
    ) -> tuple[Ledger, ...]:
        self.events = []
        return asyncio.run(
            pipeline.apply(self.work(allow=allow), plan, saved=saved, report=self.events.append)
        )

    def resume(self) -> tuple[Ledger, ...]:
        """Carry on what was interrupted; nothing where nothing was."""
        found = pipeline.resumable(self.work())
        return self.apply(load(found.plan)) if found is not None else ()

    def planned_and_applied(self) -> Plan:
        """A plan that has no error, carried out whole."""
        plan = self.plan()
        assert not plan.errored, plan.findings
        ledgers = self.apply(plan)
        assert [each.outcome for each in ledgers] == ["done"], ledgers
        return plan

    def act(self, action: str, *, by: str | None = None, **arguments: str) -> None:
        """Do something in the console, as one of the seed's identities."""
        work = self.work()
        (tenant,) = work.tenants
        with sandbox_of(tenant, work.groups(tenant), self.root) as sandbox:
            sandbox.act(action, {k.replace("_", "-"): v for k, v in arguments.items()}, by)

    def token(self) -> str:
        """What lets the first identity of the seed of the tenant `test` in."""
        work = self.work()
        tenant = work.project.tenants["test"]
        with sandbox_of(tenant, work.groups(tenant), self.root) as sandbox:
            return sandbox.token(None)

    def spend_the_name(self, name: str) -> None:
        """Somebody makes a user profile of that name in the console."""
        (tenant,) = self.work().tenants
        store = Store(sandbox_database(tenant, self.root))
        like = next(row for row in store.rows("user-profile") if not row["resourceCollections"])
        store.put("user-profile", like | {"id": f"by-hand-{name}", "name": name}, name)
        store.close()

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """Everything that the tenant holds of a kind, by the sandbox's name for it, raw."""
        (tenant,) = self.work().tenants
        store = Store(sandbox_database(tenant, self.root))
        try:
            return store.rows(kind)
        finally:
            store.close()

    def bodies(self) -> dict[str, list[dict[str, Any]]]:
        """Everything that the tenant holds of the managed kinds, raw."""
        return {kind: self.rows(kind) for kind in KINDS}

    def writes(self) -> list[tuple[str, str]]:
        """The requests since the last look that were no reads."""
        found = [(each.method, each.path) for each in self.calls if each.method != "GET"]
        self.calls.clear()
        return found

    def journal(self, run: str) -> set[tuple[str, str, int]]:
        """What the journal of a run has: kind and name, outcome, attempts."""
        connection = sqlite3.connect(self.root / ".reconciler" / "state.db")
        try:
            asked = "SELECT address, outcome, attempts FROM operation WHERE run = ?"
            found = connection.execute(asked, (run,)).fetchall()
        finally:
            connection.close()
        return {(address.split("/", 2)[2], outcome, sent) for address, outcome, sent in found}

    def lose_the_state(self) -> None:
        for file in (self.root / ".reconciler").glob("state.db*"):
            file.unlink()


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Terminal:
    """Commands typed in a folder."""

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self._capsys = capsys

    def __call__(self, *arguments: str) -> Said:
        self._capsys.readouterr()
        collects = gc.get_threshold()
        try:
            code = run(list(arguments))
        finally:
            gc.set_threshold(*collects)  # the command is the whole process, a test is not
        captured = self._capsys.readouterr()
        return Said(code, captured.out, captured.err)

    def has_the_example(self) -> None:
        shutil.copytree(EXAMPLE, self.root, dirs_exist_ok=True)
