"""An apply through a bad network: each write lands once, and the plan after it is empty."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.contract.connection import AsgiApp
from reconciler.engine.events import Ledger
from reconciler.errors import TenantError
from reconciler.http.tokens import FixedToken
from reconciler.model.rate import Rate
from reconciler.sandbox.faults import fault
from reconciler.sandbox.faulty import faulty
from reconciler.sandbox.limiting import limited
from tests.virtual import VirtualPacing
from tests.workshop import COLLECTION, PROFILE, USER, Workshop

PASSES = (COLLECTION, PROFILE, USER)
LATER = (
    COLLECTION.replace("[Billing EN]", "[Billing EN, Billing DE]"),
    PROFILE.replace("queue: edit", "queue: view"),
    USER,
)


@pytest.fixture
def pace(workshop: Workshop) -> VirtualPacing:
    """The tenant's queue, on a clock on which waiting takes no time."""
    made = VirtualPacing()
    workshop.kept["test"] = (made, FixedToken("root-token"))
    return made


def goes_wrong(workshop: Workshop, *faults: str) -> None:
    workshop.around = lambda app: faulty(app, [fault(each) for each in faults])


def applied(workshop: Workshop, *manifests: str) -> Ledger:
    workshop.manifests(*manifests)
    workshop.around = lambda app: app
    plan = workshop.plan()
    assert not plan.errored, plan.findings
    workshop.writes()
    return _apply(workshop, plan)


def _apply(workshop: Workshop, plan: Any) -> Ledger:
    (ledger,) = workshop.apply(plan)
    return ledger


def with_faults(workshop: Workshop, faults: tuple[str, ...], *manifests: str) -> Ledger:
    workshop.manifests(*manifests)
    plan = workshop.plan()
    assert not plan.errored, plan.findings
    workshop.writes()
    goes_wrong(workshop, *faults)
    ledger = _apply(workshop, plan)
    workshop.around = lambda app: app
    return ledger


def names(workshop: Workshop, kind: str) -> list[str]:
    return sorted(row["name"] for row in workshop.bodies()[kind])


LOSSES = ["dropped", "503", "500", "half-answer", "cut-answer", "html", "null-body"]


@pytest.mark.parametrize("loss", LOSSES)
def test_a_create_that_landed_unseen_is_found_and_not_repeated(
    workshop: Workshop, pace: VirtualPacing, loss: str
) -> None:
    ledger = with_faults(workshop, (f'{loss} on="POST *" when=after times=2',), *PASSES)
    assert ledger.outcome == "done", ledger.failed
    assert [method for method, _ in workshop.writes()] == ["POST", "POST", "PATCH"]
    assert names(workshop, "resource-collection") == ["Billing"]
    assert workshop.plan().outcome == "no_changes"


@pytest.mark.parametrize("loss", ["500", "502", "503"])
def test_a_create_that_did_not_land_is_repeated_once_that_is_known(
    workshop: Workshop, pace: VirtualPacing, loss: str
) -> None:
    ledger = with_faults(workshop, (f'{loss} on="POST *" times=3',), *PASSES)
    assert ledger.outcome == "done", ledger.failed
    assert workshop.plan().outcome == "no_changes"
    assert names(workshop, "resource-collection") == ["Billing"]


def test_a_create_without_any_answer_is_never_repeated(
    workshop: Workshop, pace: VirtualPacing
) -> None:
    ledger = with_faults(workshop, ('dropped on="POST *"',), *PASSES)
    assert ledger.outcome == "partial"
    assert [event.code for event in ledger.unknown] == ["TEN111"]
    assert not workshop.writes()  # the one that was sent did not reach the tenant
    workshop.planned_and_applied()
    assert workshop.plan().outcome == "no_changes"


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("loss", ["500", "502", "503", "dropped"])
def test_an_update_is_repeated_until_it_is_known_to_have_landed(
    workshop: Workshop, pace: VirtualPacing, loss: str, when: str
) -> None:
    applied(workshop, *PASSES)
    faults = (f'{loss} on="PUT *" times=3 when={when}', f'{loss} on="PATCH *" when={when}')
    ledger = with_faults(workshop, faults, *LATER)
    assert ledger.outcome == "done", ledger.failed
    assert workshop.plan().outcome == "no_changes"


@pytest.mark.parametrize("loss", ["500", "502", "503", "429 retryAfter=2", "dropped"])
def test_the_journal_tells_how_often_a_write_was_sent(
    workshop: Workshop, pace: VirtualPacing, loss: str
) -> None:
    applied(workshop, *PASSES)
    ledger = with_faults(workshop, (f'{loss} on="PUT */user-profile/*" times=3',), *LATER)
    assert ledger.outcome == "done", ledger.failed
    assert workshop.journal(ledger.run) == {
        ("ResourceCollection/billing", "done", 1),
        ("UserProfile/lead", "done", 4),
    }
    assert {event.attempts for event in ledger.done} == {1, 4}


@pytest.mark.parametrize(
    ("loss", "outcome", "attempts"), [("503", None, 5), ("400", "failed", 1), ("dropped", None, 5)]
)
def test_the_journal_tells_how_often_a_write_failed(
    workshop: Workshop, pace: VirtualPacing, loss: str, outcome: str | None, attempts: int
) -> None:
    """Where nobody knows whether it did, the outcome is left open for the next run."""
    applied(workshop, *PASSES)
    ledger = with_faults(workshop, (f'{loss} on="PUT */user-profile/*" times=always',), *LATER)
    assert ledger.outcome == "partial"
    assert ("UserProfile/lead", outcome, attempts) in workshop.journal(ledger.run)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("loss", ["503", "dropped"])
def test_a_deletion_is_done_once_the_object_is_gone(
    workshop: Workshop, pace: VirtualPacing, loss: str, when: str
) -> None:
    applied(
        workshop, COLLECTION, COLLECTION.replace("billing", "sales").replace("Billing\n", "S\n")
    )
    ledger = with_faults(workshop, (f'{loss} on="DELETE *" when={when} times=2',), COLLECTION)
    assert ledger.outcome == "done", ledger.failed
    assert names(workshop, "resource-collection") == ["Billing"]


def test_what_somebody_else_made_under_the_name_is_not_taken_for_ours(
    workshop: Workshop, pace: VirtualPacing
) -> None:
    workshop.manifests(COLLECTION)
    plan = workshop.plan()

    def theirs(app: AsgiApp) -> AsgiApp:
        """A colleague creates the same name a moment before, and our answer is lost."""
        done: list[bool] = []

        async def around(scope: Any, receive: Any, send: Any) -> None:
            if scope["method"] != "POST" or done:
                await app(scope, receive, send)
                return
            done.append(True)
            message = await receive()
            other = message["body"].replace(b'"Billing"', b'"Billing", "description": "theirs"')

            async def altered() -> Any:
                return {"type": "http.request", "body": other, "more_body": False}

            async def unheard(_message: Any) -> None:
                return None

            headers = [h for h in scope["headers"] if h[0].lower() != b"content-length"]
            length = (b"content-length", str(len(other)).encode())
            await app({**scope, "headers": [*headers, length]}, altered, unheard)
            raise ConnectionResetError

        return around

    workshop.around = theirs
    ledger = _apply(workshop, plan)
    assert [event.code for event in ledger.failed] == ["TEN116"]
    assert "another object" in str(ledger.failed[0].message)


def test_429_on_a_write_is_waited_for_and_sent_again(
    workshop: Workshop, pace: VirtualPacing
) -> None:
    ledger = with_faults(workshop, ('429 on="POST *" retryAfter=7 times=2',), COLLECTION)
    assert ledger.outcome == "done", ledger.failed
    assert [each for each in pace.slept if each == pytest.approx(7)]
    assert workshop.plan().outcome == "no_changes"


def test_429_for_ever_ends_and_what_is_done_stays_done(
    workshop: Workshop, pace: VirtualPacing
) -> None:
    began = pace.now()
    faults = ('429 on="POST */user-profile" retryAfter=20 times=always',)
    ledger = with_faults(workshop, faults, *PASSES)
    assert ledger.outcome == "partial"
    (failed,) = ledger.failed
    assert failed.code == "TEN107"
    assert "attempts in" in str(failed.message)
    assert pace.now() - began <= 330
    assert [event.address for event in ledger.done] == ["test/webexcc/ResourceCollection/billing"]
    workshop.planned_and_applied()
    assert workshop.plan().outcome == "no_changes"


def test_half_a_list_is_no_list(workshop: Workshop, pace: VirtualPacing) -> None:
    users = "\n".join(
        f"  - {{email: agent-{n}@northwind.example, profile: Supervisor Profile}}"
        for n in range(250)
    )
    seed = (workshop.root / "seed.yaml").read_text(encoding="utf-8")
    workshop.write("seed.yaml", seed + users + "\n")
    workshop.manifests(*PASSES)
    goes_wrong(workshop, '500 on="GET */v2/user" nth=2 times=always')
    with pytest.raises(TenantError) as caught:
        workshop.plan()
    assert (caught.value.told.code, caught.value.status) == ("TEN100", 500)
    assert caught.value.tracking_id
    assert caught.value.outcome == "partial"
    assert "list of User was read in part only" in caught.value.told.detail
    assert not workshop.writes()


def test_a_plan_waits_for_a_tenant_that_takes_few_requests(
    workshop: Workshop, pace: VirtualPacing
) -> None:
    workshop.manifests(*PASSES)
    workshop.plan()
    requests = len(workshop.calls)
    paced = VirtualPacing(Rate(3, 10.0))
    workshop.kept["test"] = (paced, FixedToken("root-token"))
    workshop.around = lambda app: limited(app, 3, 10.0, paced.now)
    workshop.calls.clear()
    began = paced.now()
    assert workshop.plan().summary.add == 2
    assert len(workshop.calls) == requests  # none was refused: those do not get so far
    assert paced.limit == 3
    assert paced.now() - began == pytest.approx((requests - 1) // 3 * 10, abs=0.01)


def test_an_object_that_changed_while_an_answer_was_lost_is_left_alone(
    workshop: Workshop, pace: VirtualPacing
) -> None:
    applied(workshop, *PASSES)
    workshop.manifests(*LATER)
    plan = workshop.plan()

    def meanwhile(app: AsgiApp) -> AsgiApp:
        async def around(scope: Any, receive: Any, send: Any) -> None:
            if scope["method"] == "PUT" and "/user-profile/" in scope["path"]:
                workshop.act("edit-profile", profile="Billing lead", team="edit")
                raise ConnectionResetError
            await app(scope, receive, send)

        return around

    workshop.around = meanwhile
    ledger = _apply(workshop, plan)
    assert "RUN104" in [event.code for event in ledger.failed]
    (lead,) = [row for row in workshop.bodies()["user-profile"] if row["name"] == "Billing lead"]
    assert {"name": "team", "access": "EDIT"}.items() <= next(
        row for row in lead["permissions"] if row["name"] == "team"
    ).items()
