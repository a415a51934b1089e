"""Each request of the client, and each answer that it gets, is as Cisco's documents have it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from reconciler.contract.answers import offered
from reconciler.contract.connection import AsgiApp
from reconciler.contract.sandbox import Sandbox
from reconciler.model.guard import Allowance
from tests import bulk
from tests.openapi import conforms
from tests.unit.planning.test_hidden import ALL, DEE, SEED, asks, document
from tests.workshop import EXAMPLE, Workshop

KINDS = {
    ("GET", "/v1/people/me"),
    ("GET", "/organization/*/v2/user/by-ci-user-id/*"),
    ("GET", "/organization/*/v2/user"),
    ("GET", "/organization/*/v3/user-profile"),
    ("GET", "/organization/*/v3/user-profile/*"),
    ("GET", "/organization/*/v2/resource-collection"),
    ("GET", "/organization/*/resource-collection/*"),
    ("GET", "/organization/*/user/*"),
    ("GET", "/organization/*/team/*"),
    ("GET", "/flow-store/*/project/*/flows"),
    ("GET", "/v1/*/functions"),
    ("POST", "/organization/*/v3/user-profile"),
    ("POST", "/organization/*/resource-collection"),
    ("PUT", "/organization/*/v3/user-profile/*"),
    ("PUT", "/organization/*/resource-collection/*"),
    ("PATCH", "/organization/*/user/*"),
    ("DELETE", "/organization/*/v3/user-profile/*"),
    ("DELETE", "/organization/*/resource-collection/*"),
}
"""The requests of the client but for the lists of the inventory, with `*` for ids."""

_ID = re.compile(r"/[0-9a-f]{8}-[0-9a-f-]{27}|/[0-9a-f]{24}")


@dataclass
class Exchange:
    """One request and its answer, whole."""

    method: str
    path: str
    query: Mapping[str, str]
    request: Any = None
    status: int = 0
    answer: bytes = b""

    @property
    def kind(self) -> tuple[str, str]:
        return self.method, _ID.sub("/*", self.path)

    def judge(self) -> None:
        if self.status >= 400 and self.path.startswith("/flow-store/"):
            return  # whose refusals have no schema at all
        answer = json.loads(self.answer) if self.answer else None
        conforms(self.method, self.path, self.query, self.request, self.status, answer)


@dataclass
class Recorder:
    """Notes what goes to the sandbox of a workshop, and what comes back."""

    workshop: Workshop
    exchanges: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        vendor = self.workshop.vendors["webexcc"]
        opened = offered(vendor.sandbox)
        assert opened is not None

        def listening(path: Path, seed: Mapping[str, Any]) -> Sandbox:
            return _Overheard(opened(path, seed), self)

        self.workshop.vendors["webexcc"] = replace(vendor, sandbox=listening)

    def app(self, inner: AsgiApp) -> AsgiApp:
        async def recorded(scope: Any, receive: Any, send: Any) -> None:
            query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
            exchange = Exchange(scope["method"], scope["path"], query)
            self.exchanges.append(exchange)
            body = bytearray()

            async def receiving() -> Any:
                message = await receive()
                body.extend(message.get("body") or b"")
                if body and not message.get("more_body"):
                    exchange.request = json.loads(body)
                return message

            async def sending(message: Any) -> None:
                if message["type"] == "http.response.start":
                    exchange.status = message["status"]
                exchange.answer += message.get("body") or b""
                await send(message)

            await inner(scope, receiving, sending)

        return recorded


class _Overheard:
    """A sandbox that somebody listens to."""

    def __init__(self, inner: Sandbox, recorder: Recorder) -> None:
        self._inner, self._recorder = inner, recorder

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def app(self) -> AsgiApp:
        return self._recorder.app(self._inner.app())


@pytest.fixture
def recorder(workshop: Workshop) -> Recorder:
    return Recorder(workshop)


def test_the_example(recorder: Recorder) -> None:
    here = recorder.workshop
    shutil.copytree(EXAMPLE, here.root, dirs_exist_ok=True)
    here.apply(here.plan(allow=Allowance(people=221)))
    here.plan()
    assert {each.method for each in recorder.exchanges} >= {"GET", "POST", "PUT", "PATCH"}
    for each in recorder.exchanges:
        each.judge()


def test_every_kind_of_request(recorder: Recorder) -> None:
    """A life of a tenant: adopted, extended, changed, taken apart; by a delegated one, too."""
    here = recorder.workshop
    here.write("seed.yaml", SEED)
    new = (
        document(
            "ResourceCollection",
            "new",
            "{resources: {site: all, team: all, queue: all, channel: all, skill-profile: [Calls]}}",
        ),
        document(
            "UserProfile",
            "new",
            "{profileType: supervisor, permissions: {queue: view}, "
            "resources: {collections: [new], default: new}}",
        ),
    )
    here.manifests(*ALL, *new)
    here.planned_and_applied()
    more = [each.replace("{queue: view}", "{queue: edit}") for each in ALL]
    more = [each.replace("name: South,", "name: South, description: far,") for each in more]
    more = [each.replace("userProfile: far", "userProfile: both") for each in more]
    here.manifests(*more)
    here.planned_and_applied()
    assert not here.plan().changes
    asks(here, DEE)
    here.plan()
    assert {each.kind for each in recorder.exchanges} >= KINDS
    for each in recorder.exchanges:
        each.judge()


def test_who_changed_what(recorder: Recorder) -> None:
    here = recorder.workshop
    here.write("seed.yaml", SEED)
    project = (here.root / "reconciler.yaml").read_text(encoding="utf-8")
    here.write("reconciler.yaml", f"{project}    audit: {{}}\n")
    here.manifests(*ALL)
    here.planned_and_applied()
    here.act("move-user", user="bob@x.example", profile="Both")
    recorder.exchanges.clear()
    assert [each.by for each in here.drift().differences] == ["root@x.example"]
    assert ("GET", "/v1/adminAudit/events") in {each.kind for each in recorder.exchanges}
    for each in recorder.exchanges:
        each.judge()


def test_the_bulk_call(recorder: Recorder) -> None:
    here = recorder.workshop
    bulk.seeded(here, 3)
    here.manifests(*bulk.collections(3, "later"))
    here.planned_and_applied()
    assert ("PATCH", "/organization/*/resource-collection/bulk") in {
        each.kind for each in recorder.exchanges
    }
    for each in recorder.exchanges:
        each.judge()
