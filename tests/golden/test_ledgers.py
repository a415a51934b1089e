"""How an apply ends, in each way that it can: to the byte, as in `test_golden`."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from reconciler import pipeline
from reconciler.engine.events import Event, Ledger
from reconciler.engine.stopping import Stop
from reconciler.errors import LockedError, StalePlanError
from reconciler.http.tokens import FixedToken
from reconciler.model.guard import Allowance
from reconciler.model.plan import Plan
from reconciler.reporting import json as machine
from reconciler.reporting.ledger import Style, ledger
from reconciler.reporting.paint import plain
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from reconciler.state.sql import create_state
from tests.bulk import collections, seeded
from tests.faults.test_state import refusing
from tests.golden.conftest import Golden
from tests.virtual import VirtualPacing
from tests.workshop import COLLECTION, PROFILE, PROJECT, SEED, USER, Workshop

RESUME = "reconciler apply --resume"
PASSES = (COLLECTION, PROFILE, USER)


@dataclass
class Run:
    """An apply on which somebody may act at each event."""

    here: Workshop
    at: Callable[[Event], None] = lambda _event: None
    stop: Stop = field(default_factory=Stop)
    ledgers: list[Ledger] = field(default_factory=list)

    async def apply(self, plan: Plan, allow: Allowance) -> None:
        work = self.here.work(allow=allow)
        await pipeline.apply(
            work, plan, saved=True, report=self.at, stop=self.stop, over=self.ledgers.append
        )

    def __call__(self, plan: Plan, allow: Allowance | None = None) -> list[Ledger]:
        asyncio.run(self.apply(plan, allow or Allowance()))
        return self.ledgers


@pytest.fixture
def here(workshop: Workshop) -> Workshop:
    """A tenant whose waiting takes no time, and that is asked one thing after the other."""
    workshop.kept["test"] = (VirtualPacing(), FixedToken("root-token"))
    workshop.parallelism = 1
    return workshop


def seen(ledgers: list[Ledger], plan: Plan, *, whole: bool = False, resume: str = RESUME) -> str:
    """The account, without what differs from run to run."""
    text = ledger(ledgers, plan, Style(plain, whole), resume=resume)
    text = re.sub(r"run-\d+-\d+", "RUN", text)
    text = re.sub(r"tracking id [0-9a-f-]{36}", "tracking id ID", text)
    return re.sub(r"(and|after) \d+ s\b", r"\1 0 s", text) + "\n"


def planned(here: Workshop, *manifests: str) -> Plan:
    here.manifests(*manifests)
    plan = here.plan()
    assert not plan.errored, plan.findings
    return plan


def many(count: int) -> tuple[str, ...]:
    people = "".join(
        f"  - {{email: agent-{n:02}@northwind.example, profile: Supervisor Profile}}\n"
        for n in range(count)
    )
    users = (USER.replace("sam@", f"agent-{n:02}@") for n in range(count))
    return people, COLLECTION, PROFILE, *users


def of_many(here: Workshop, count: int = 13) -> Plan:
    """A plan in which so many people wait for one profile."""
    people, *manifests = many(count)
    here.write("seed.yaml", SEED + people)
    here.write("reconciler.yaml", PROJECT + "thresholds: {people: 100%}\n")
    return planned(here, *manifests)


def wrong(here: Workshop, *faults: str) -> None:
    here.around = lambda app: faulty(app, [fault(each) for each in faults])


def test_many_wait_for_one_that_failed(here: Workshop, golden: Golden) -> None:
    plan = of_many(here)
    wrong(here, '503 on="POST */user-profile" times=always')
    ledgers = Run(here)(plan)
    golden("ledgers/many.txt", seen(ledgers, plan))
    golden("ledgers/many-verbose.txt", seen(ledgers, plan, whole=True))


def test_it_is_resumed(here: Workshop, golden: Golden) -> None:
    plan = of_many(here, 2)
    wrong(here, '400 on="POST */user-profile" times=1')
    assert Run(here)(plan)[0].outcome == "partial"
    here.around = lambda app: app
    ledgers = Run(here)(plan)
    assert ledgers[0].outcome == "done"
    golden("ledgers/resumed.txt", seen(ledgers, plan, resume=""))
    golden("ledgers/again.txt", seen(Run(here)(plan), plan, resume=""))


def test_somebody_asks_it_to_end(here: Workshop, golden: Golden) -> None:
    plan = planned(here, *PASSES)
    run = Run(here)
    run.at = lambda event: run.stop.ask() if event.type == "apply_complete" else None
    golden("ledgers/interrupted.txt", seen(run(plan), plan))
    summary = json.loads(machine.applied(plan, run.ledgers))
    assert (summary["outcome"], summary["interrupted"]) == ("interrupted", "interrupted")
    assert (summary["done"], summary["not_started"], summary["earlier"]) == (1, 2, 0)


def test_somebody_stops_it_at_once(here: Workshop, golden: Golden) -> None:
    plan = planned(here, *PASSES)
    tasks: list[asyncio.Task[None]] = []
    run = Run(here)

    def at(event: Event) -> None:
        if event.type == "apply_start" and "UserProfile" in event.address:
            run.stop.ask()
            tasks[0].cancel()

    async def cancelled() -> None:
        tasks.append(asyncio.create_task(run.apply(plan, Allowance())))
        await tasks[0]

    run.at = at
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())
    golden("ledgers/stopped.txt", seen(run.ledgers, plan))
    golden("ledgers/stopped-before.txt", seen([], plan, resume=""))
    summary = json.loads(machine.applied(plan, run.ledgers))
    assert (summary["outcome"], summary["unknown"]) == ("interrupted", 1)


def test_the_state_breaks(here: Workshop, golden: Golden) -> None:
    plan = planned(here, *PASSES)
    broken = refusing("PRAGMA query_only = ON")
    run = Run(here)

    def at(event: Event) -> None:
        if event.type == "apply_start" and "UserProfile" in event.address:
            broken.__enter__()

    run.at = at
    run(plan)
    broken.__exit__(None, None, None)
    golden("ledgers/state-broken.txt", seen(run.ledgers, plan))
    (unrecorded,) = json.loads(machine.applied(plan, run.ledgers))["unrecorded"]
    assert unrecorded["code"] == "RUN122"


def test_somebody_else_changed_an_object(here: Workshop, golden: Golden) -> None:
    here.manifests(*PASSES)
    here.planned_and_applied()
    plan = planned(here, COLLECTION, PROFILE.replace("queue: edit", "queue: view"), USER)

    def at(_event: Event) -> None:
        here.act("edit-profile", profile="Billing lead", queue="none")

    golden("ledgers/changed.txt", seen(Run(here, at)(plan), plan, resume=""))
    with pytest.raises(StalePlanError):  # so nobody is told to resume it
        here.resume()


def test_a_later_tenant_is_not_reached(here: Workshop, golden: Golden) -> None:
    second = PROJECT[PROJECT.index("  test:") :].replace("test:", "second:")
    here.write("reconciler.yaml", PROJECT + second)
    plan = planned(here, *PASSES)
    run = Run(here)
    state = create_state("sqlite:///.reconciler/state.db", here.root)
    with state.lock("second", "apply"), pytest.raises(LockedError) as refused:
        run(plan)
    state.close()
    golden("ledgers/not-reached.txt", seen(run.ledgers, plan, resume=""))
    summary = json.loads(machine.applied(plan, run.ledgers, refused.value))
    assert (summary["outcome"], summary["not_reached"]) == ("partial", ["second"])
    assert [each["code"] for each in summary["diagnostics"]] == ["RUN110"]


def test_many_go_out_in_one_call(here: Workshop, golden: Golden) -> None:
    seeded(here, 4)
    plan = planned(here, *collections(4, "later"))
    golden("ledgers/bulk.txt", seen(Run(here)(plan), plan, resume=""))


def test_what_the_vendor_opened_is_still_open(here: Workshop, golden: Golden) -> None:
    folders = "analyzerFolders: [{path: Sales, id: 12}, {path: Sales/EMEA, id: 31}]\n"
    here.write("seed.yaml", SEED + folders)
    facts = "{Sales: {id: 12}, Sales/EMEA: {id: 31}}"
    here.write(
        "reconciler.yaml",
        PROJECT.replace("tenants:", "thresholds: {people: 100%}\ntenants:")
        + f"    facts: {{analyzerFolders: {facts}}}\n",
    )
    profile = PROFILE.replace("{queue: edit, call", "{analyzer: view, queue: edit, call")
    listed = "  analyzerFolders: {editable: [], viewable: [Sales/EMEA]}\n"
    here.manifests(COLLECTION, profile + listed, USER)
    here.planned_and_applied()
    plan = planned(here, COLLECTION, profile.replace("analyzer: view", "analyzer: edit") + listed)
    wrong(here, '400 on="PUT */user-profile/*" nth=2 times=always')
    ledgers = Run(here)(plan, Allowance(transient=True))
    golden("ledgers/still-open.txt", seen(ledgers, plan))
