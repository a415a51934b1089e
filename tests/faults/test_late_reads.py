"""A tenant whose reads come late: what an apply itself has written is waited for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.contract.connection import AsgiApp
from reconciler.http.tokens import FixedToken
from reconciler.sandbox.asgi import Heard, answer, give, hear, request_body
from tests.cli.test_cxone import JANE, OLD, OMAR, PERMISSIONS, ROLE
from tests.cli.test_cxone import PROJECT as CXONE_PROJECT
from tests.cli.test_cxone import SEED as CXONE_SEED
from tests.killed import is_write
from tests.virtual import VirtualPacing
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

LATER = (
    COLLECTION.replace("[Billing EN]", "[Billing EN, Billing DE]"),
    PROFILE.replace("queue: edit", "queue: view"),
    USER,
)
MANY = tuple(
    COLLECTION.replace("name: billing", f"name: c{n}").replace("Billing\n", f"Billing {n}\n")
    for n in range(4)
)


class Late:
    """A tenant that shows a write to reads `after` seconds later, by the clock of the queue."""

    def __init__(self, pace: VirtualPacing, after: float) -> None:
        self.pace, self.after = pace, after
        self.before: dict[tuple[str, str, bytes], Heard] = {}
        self.made: dict[str, float] = {}
        self.written_at = float("-inf")

    def around(self, app: AsgiApp) -> AsgiApp:
        async def late(scope: Any, receive: Any, send: Any) -> None:
            body = await request_body(receive)
            if is_write(scope):
                await give(await self._write(app, scope, body), send)
            else:
                await give(await self._read(app, scope, body), send)

        return late

    async def _write(self, app: AsgiApp, scope: Any, body: bytes) -> Heard:
        if scope["method"] in ("PUT", "PATCH", "DELETE"):
            read = {**scope, "method": "GET", "query_string": b""}
            self.before[self._key(read, b"")] = await hear(app, read, b"")
        heard = await hear(app, scope, body)
        self.written_at = self.pace.now()
        told = heard.json if isinstance(heard.json, dict) else {}
        if scope["method"] == "POST" and (made := told.get("id") or told.get("roleId")):
            self.made[made] = self.pace.now()
        return heard

    async def _read(self, app: AsgiApp, scope: Any, body: bytes) -> Heard:
        heard, key = await hear(app, scope, body), self._key(scope, body)
        if self.pace.now() >= self.written_at + self.after:
            self.before[key] = heard
            return heard
        if any(scope["path"].endswith(made) for made in self.made):
            return answer(404, b"{}", media="application/json")
        old = self.before.get(key, heard)
        told = old.json
        if isinstance(told, dict) and isinstance(told.get("roles"), list):
            rows = [row for row in told["roles"] if row["roleId"] not in self.made]
            return answer(200, json.dumps({**told, "roles": rows}).encode())
        return old

    @staticmethod
    def _key(scope: Any, body: bytes) -> tuple[str, str, bytes]:
        return scope["path"], scope["query_string"].decode(), body


@pytest.fixture
def pace(workshop: Workshop) -> VirtualPacing:
    made = VirtualPacing()
    workshop.kept["test"] = (made, FixedToken("root-token"))
    return made


def is_late(workshop: Workshop, pace: VirtualPacing, after: float) -> None:
    workshop.around = Late(pace, after).around


@pytest.mark.parametrize("after", [1, 20])
def test_what_the_apply_creates_and_changes_is_waited_for(
    workshop: Workshop, pace: VirtualPacing, after: float
) -> None:
    reasons: list[str] = []
    for manifests in ((COLLECTION, PROFILE, USER), LATER):
        workshop.around = lambda app: app
        workshop.manifests(*manifests)
        plan = workshop.plan()
        is_late(workshop, pace, after)
        (ledger,) = workshop.apply(plan)
        assert ledger.outcome == "done", (ledger.failed, ledger.unknown)
        reasons += [e.message for e in workshop.events if e.type == "apply_progress" and e.message]
        pace.time += 100
        assert workshop.plan().outcome == "no_changes"
    assert any("waiting for ResourceCollection" in each for each in reasons)


def test_writes_in_bulk_are_waited_for(workshop: Workshop, pace: VirtualPacing) -> None:
    workshop.manifests(*MANY)
    workshop.planned_and_applied()
    workshop.manifests(*(each.replace("[Billing EN]", "[Billing DE]") for each in MANY))
    plan = workshop.plan()
    is_late(workshop, pace, 10)
    (ledger,) = workshop.apply(plan)
    assert ledger.outcome == "done", (ledger.failed, ledger.unknown)


def test_the_wait_is_bounded(workshop: Workshop, pace: VirtualPacing) -> None:
    workshop.manifests(COLLECTION)
    workshop.planned_and_applied()
    workshop.manifests(LATER[0])
    plan, began = workshop.plan(), pace.now()
    is_late(workshop, pace, 100_000)
    (ledger,) = workshop.apply(plan)
    assert ledger.outcome == "partial"
    assert pace.now() - began < 200
    pace.time += 100_000
    workshop.around = lambda app: app
    workshop.planned_and_applied()
    assert workshop.plan().outcome == "no_changes"


CXONE = {
    "create": ((), (ROLE,)),
    "create-and-give": ((JANE.replace("[reviewer]", "[]"),), (ROLE, JANE)),
    "update": ((ROLE,), (ROLE.replace("[view, edit]", "[view]"),)),
    "give-primary-role": (
        (OLD, JANE.replace("[reviewer]", "[]")),
        (OLD, JANE.replace("[reviewer]", "[]").replace("Agent", "old-reviewer")),
    ),
    "deactivate-employee": (
        (OLD, JANE.replace("[reviewer]", "[old-reviewer]")),
        (OLD, JANE.replace("active: true", "active: false").replace("[reviewer]", "[]")),
    ),
    "revive-employee": ((OMAR.replace("active: true", "active: false"),), (OMAR,)),
}


@pytest.mark.parametrize("case", CXONE)
def test_cxone_that_reads_late_is_waited_for(tmp_path: Path, case: str) -> None:
    (tmp_path / "seed.yaml").write_text(f"{CXONE_SEED}assumed: [A1, A2]\n{PERMISSIONS}", "utf-8")
    thresholds = "thresholds: {destroy: 10, people: 100%}\n"
    (tmp_path / "reconciler.yaml").write_text(
        f"{CXONE_PROJECT}    assumed: [A1, A2]\n{thresholds}", "utf-8"
    )
    here, pace = Workshop(tmp_path), VirtualPacing()
    here.kept["test"] = (pace, FixedToken(here.token()))
    had, has = CXONE[case]
    if had:
        here.manifests(*had)
        here.planned_and_applied()
    here.manifests(*has)
    plan = here.plan()
    is_late(here, pace, 10)
    (ledger,) = here.apply(plan)
    assert ledger.outcome == "done", (ledger.failed, ledger.unknown)
    pace.time += 100
    here.around = lambda app: app
    assert here.plan().outcome == "no_changes"
