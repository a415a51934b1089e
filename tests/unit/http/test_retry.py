"""What is sent again and what is not, on a clock of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

import reconciler.http.session as session_module
from reconciler.contract.connection import Endpoint
from reconciler.errors import TenantError, UnknownOutcomeError
from reconciler.http.retry import ATTEMPTS, DEADLINE_SECONDS
from reconciler.http.session import Answer, WriteSession, writing
from reconciler.http.tokens import FixedToken
from tests.virtual import VirtualPacing

OK: Any = (200, b'{"id": "x"}', {})


@dataclass
class Script:
    """An application that answers by a list, the last answer again and again."""

    answers: list[Any]
    seen: list[float] = field(default_factory=list)
    pace: VirtualPacing = field(default_factory=VirtualPacing)

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        self.seen.append(self.pace.now())
        told = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if told == "drop":
            raise ConnectionResetError
        status, body, headers = told
        raw = [(k.encode(), v.encode()) for k, v in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})

    def run(self, work: Callable[[WriteSession], Awaitable[Answer]]) -> Answer:
        endpoint = Endpoint("t", "o", FixedToken("hush"), app=self, pace=self.pace)

        async def all_of_it() -> Answer:
            async with writing(endpoint, "nowhere", lambda b, t: (str(b or t), "")) as session:
                return await work(session)

        return asyncio.run(all_of_it())


def get(session: WriteSession) -> Awaitable[Answer]:
    return session.get("/thing")


def refusal(status: int, retry_after: str | None = None, **headers: str) -> Any:
    told = {} if retry_after is None else {"retry-after": retry_after}
    return (status, b"", told | headers)


PASSING = [refusal(500), refusal(502), refusal(503), refusal(504), "drop", (200, b'{"id": ', {})]


@pytest.mark.parametrize("trouble", PASSING)
def test_a_read_is_repeated_through_trouble_that_passes(trouble: Any) -> None:
    script = Script([trouble] * (ATTEMPTS - 1) + [OK])
    answer = script.run(get)
    assert (answer.body, answer.attempts) == ({"id": "x"}, ATTEMPTS)
    assert script.seen[-1] - script.seen[0] <= 1 + 2 + 4 + 8


@pytest.mark.parametrize("trouble", PASSING)
def test_trouble_that_stays_is_told_after_some_attempts(trouble: Any) -> None:
    script = Script([trouble])
    with pytest.raises(TenantError) as caught:
        script.run(get)
    assert not isinstance(caught.value, UnknownOutcomeError)
    assert len(script.seen) == ATTEMPTS
    assert "GET /thing" in caught.value.told.summary
    assert caught.value.tracking_id


@pytest.mark.parametrize("status", [400, 403, 404, 409, 412, 501, 302])
def test_an_answer_that_will_not_change_is_not_asked_for_again(status: int) -> None:
    script = Script([refusal(status), OK])
    with pytest.raises(TenantError):
        script.run(get)
    assert len(script.seen) == 1


WRITES: dict[str, Callable[[WriteSession], Awaitable[Answer]]] = {
    "POST": lambda s: s.post("/thing", {}),
    "PUT": lambda s: s.put("/thing", {}),
    "PATCH": lambda s: s.patch("/thing", {}),
    "DELETE": lambda s: s.delete("/thing"),
}


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("trouble", PASSING)
def test_no_write_is_repeated_blindly(method: str, trouble: Any) -> None:
    script = Script([trouble, OK])
    with pytest.raises(UnknownOutcomeError) as caught:
        script.run(WRITES[method])
    assert len(script.seen) == 1
    assert caught.value.told.summary.startswith(f"{method} /thing")
    assert "unknown" in caught.value.told.hint


@pytest.mark.parametrize("method", ["GET", *WRITES])
def test_429_was_not_processed_and_is_sent_again_as_told(method: str) -> None:
    script = Script([refusal(429, "2"), refusal(429, "5"), OK])
    answer = script.run(WRITES.get(method, get))
    assert answer.attempts == 3
    assert script.seen[1] - script.seen[0] == pytest.approx(2, rel=0.2)
    assert script.seen[2] - script.seen[1] == pytest.approx(5, rel=0.2)


def test_retry_after_may_be_a_date_of_the_tenants_clock() -> None:
    now, until = "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 2015 07:28:09 GMT"
    script = Script([refusal(429, until, date=now), OK])
    script.run(get)
    assert script.seen[1] - script.seen[0] == pytest.approx(9, rel=0.2)


@pytest.mark.parametrize("told", [None, "0", "soon", "-5", "Wed, 99 Oct"])
def test_without_a_usable_retry_after_the_waits_grow(told: str | None) -> None:
    script = Script([*[refusal(429, told)] * 5, OK])
    script.run(get)
    waits = [b - a for a, b in zip(script.seen, script.seen[1:], strict=False)]
    assert all(1 <= wait <= 1 + 2**number for number, wait in enumerate(waits))


def test_503_with_retry_after_is_not_asked_earlier() -> None:
    script = Script([refusal(503, "40"), OK])
    script.run(get)
    assert script.seen[1] - script.seen[0] >= 40


@pytest.mark.parametrize("told", [None, "10", "60"])
def test_429_for_ever_ends_at_the_deadline(told: str | None) -> None:
    script = Script([refusal(429, told)])
    with pytest.raises(TenantError) as caught:
        script.run(get)
    assert caught.value.told.code == "TEN107"
    assert f"{len(script.seen)} attempts" in caught.value.told.summary
    assert script.seen[-1] - script.seen[0] <= DEADLINE_SECONDS
    assert len(script.seen) > 3


def test_a_wait_beyond_the_deadline_is_not_begun() -> None:
    script = Script([refusal(429, "3600")])
    with pytest.raises(TenantError, match="TEN107") as caught:
        script.run(get)
    assert "it asks for 3600 s more" in caught.value.told.summary
    assert (len(script.seen), script.pace.slept) == (1, [])


def test_one_refusal_holds_all_workers_back() -> None:
    script = Script([refusal(429, "30"), OK])

    async def many(session: WriteSession) -> Answer:
        await session.get("/first")
        answers = await asyncio.gather(*(session.get(f"/{n}") for n in range(5)))
        return answers[0]

    script.run(many)
    assert all(each >= script.seen[0] + 30 for each in script.seen[1:])


def surely(
    script: Script, found: list[str | None], *, repeatable: bool, method: str = "PUT"
) -> tuple[str | None, int]:
    """What a write comes to, where reads find this, one after another, the last again and again."""
    outcome: list[tuple[str | None, int]] = []

    async def landed() -> str | None:
        return found.pop(0) if len(found) > 1 else found[0]

    async def work(session: WriteSession) -> Answer:
        write = session.post if method == "POST" else session.put
        done = await session.surely(lambda: write("/thing", {}), landed, repeatable=repeatable)
        outcome.append((done.found, done.attempts))
        return Answer(200, None, "")

    script.run(work)
    return outcome[0]


def test_a_lost_write_is_looked_up_before_anything_else() -> None:
    script = Script(["drop", OK])
    assert surely(script, ["there"], repeatable=True) == ("there", 1)
    assert len(script.seen) == 1


def test_a_write_that_did_not_land_is_repeated_where_that_is_safe() -> None:
    script = Script(["drop", refusal(503), OK])
    assert surely(script, [None, None], repeatable=True) == (None, 3)


def test_a_write_that_may_be_on_its_way_is_not_repeated() -> None:
    script = Script(["drop", OK])
    with pytest.raises(UnknownOutcomeError):
        surely(script, [None], repeatable=False)
    assert len(script.seen) == 1


def test_a_refusal_after_a_lost_answer_is_looked_up_too() -> None:
    script = Script([refusal(503), refusal(409)])
    assert surely(script, [None, "there"], repeatable=False) == ("there", 2)


def test_a_refusal_that_stays_is_the_refusal() -> None:
    script = Script([refusal(503), refusal(409)])
    with pytest.raises(TenantError, match="TEN105"):
        surely(script, [None, None], repeatable=False)
    assert len(script.seen) == 2


def test_an_earlier_attempt_that_reads_do_not_show_yet_is_waited_for() -> None:
    script = Script([refusal(503), refusal(409)])
    assert surely(script, [None, None, None, "there"], repeatable=False) == ("there", 2)
    assert len(script.seen) == 2


def test_a_post_that_was_answered_429_is_looked_up_before_it_is_sent_again() -> None:
    script = Script([refusal(429, "7"), OK])
    assert surely(script, ["there"], repeatable=False, method="POST") == ("there", 1)
    assert len(script.seen) == 1
    assert script.pace.now() >= script.seen[0]


def test_a_post_that_was_answered_429_and_did_not_land_is_sent_again() -> None:
    script = Script([refusal(429, "7"), refusal(429, "7"), OK])
    assert surely(script, [None], repeatable=False, method="POST") == (None, 3)
    assert script.seen[-1] - script.seen[0] == pytest.approx(14)


def test_a_post_after_429_that_conflicts_with_itself_is_found() -> None:
    script = Script([refusal(429, "7"), refusal(409)])
    assert surely(script, [None, None, "there"], repeatable=False, method="POST") == ("there", 2)


def test_a_post_after_429_whose_look_up_fails_is_unknown() -> None:
    script = Script([refusal(429, "7"), OK])

    async def landed() -> str | None:
        raise TenantError("TEN103", "no right to read", status=403)

    async def work(session: WriteSession) -> Answer:
        await session.surely(lambda: session.post("/thing", {}), landed, repeatable=False)
        raise AssertionError

    with pytest.raises(UnknownOutcomeError):
        script.run(work)
    assert len(script.seen) == 1


def test_a_write_that_stays_lost_ends_at_the_deadline() -> None:
    script = Script([refusal(503)])

    async def landed() -> str | None:
        script.pace.time += DEADLINE_SECONDS / 2
        return None

    async def work(session: WriteSession) -> Answer:
        await session.surely(lambda: session.put("/thing", {}), landed)
        raise AssertionError

    with pytest.raises(UnknownOutcomeError):
        script.run(work)
    assert len(script.seen) < ATTEMPTS


def test_an_answer_that_does_not_end_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "DEADLINE_SECONDS", 0.05)
    trickling = Script([OK])

    async def endless(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            await asyncio.sleep(0.001)

    async def all_of_it() -> Answer:
        endpoint = Endpoint("t", "o", FixedToken("hush"), app=endless, pace=trickling.pace)
        async with writing(endpoint, "nowhere", lambda b, t: (str(b or t), "")) as session:
            return await session.put("/thing", {})

    with pytest.raises(UnknownOutcomeError, match="TEN110: PUT /thing: no whole answer"):
        asyncio.run(all_of_it())
