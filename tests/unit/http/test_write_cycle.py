"""The write cycle over a made-up kind: nothing is written twice, over anything, or blindly."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from reconciler.contract.connection import Endpoint, Update, Written
from reconciler.errors import (
    MisappliedWriteError,
    NotFoundError,
    ReconcilerError,
    StalePlanError,
    TenantError,
    UnknownOutcomeError,
)
from reconciler.http.codec import Body, Codec, Fetched
from reconciler.http.session import Answer, writing
from reconciler.http.tokens import FixedToken
from reconciler.http.write_cycle import Call, WriteCycle
from reconciler.model.address import GroupKind
from reconciler.model.live import LiveObject
from reconciler.model.value import Values, digest
from tests.virtual import VirtualPacing

Script = Callable[[WriteCycle], Awaitable[Any]]
LOST = UnknownOutcomeError("TEN111", "PUT /lamps/l-1: the connection failed")


def lamp(body: Body) -> LiveObject:
    values = {key: body[key] for key in ("name", "color")}
    return LiveObject(GroupKind("acme", "Lamp"), body["id"], body["name"], values, digest(values))


class Lamps(Codec):
    """Lamps of a tenant in memory; `fails` are raised by the next writes, once they are done
    (`is_done`) or instead of it, and reads are as `late` as that.
    """

    kind = "Lamp"
    noun = "lamp"
    create_call = "POST /lamps"
    who_made_it = "ask around"

    def __init__(self) -> None:
        self.tenant: dict[str, dict[str, Any]] = {}
        self.before: dict[str, dict[str, Any] | None] = {}
        self.late = 0
        self.fails: list[ReconcilerError] = []
        self.is_done = True
        self.sent: list[tuple[str, str]] = []
        self.reads: list[str] = []
        self.unreadable: TenantError | None = None

    async def fetch(self, object_id: str) -> Fetched:
        self.reads.append(object_id)
        if self.unreadable is not None and self.sent:
            raise self.unreadable
        body = self.tenant.get(object_id)
        if self.late and object_id in self.before:
            self.late -= 1
            body = self.before[object_id]
        if body is None:
            raise NotFoundError("TEN104", f"there is no lamp {object_id}")
        return Fetched(dict(body), lamp(body))

    async def find(self, name: str) -> LiveObject | None:
        return next((lamp(body) for body in self.tenant.values() if body["name"] == name), None)

    async def encode(self, values: Values, current: Body | None) -> dict[str, Any]:
        return {**(current or {"color": "white"}), **values}

    def created_id(self, answer: Answer) -> str:
        return str(answer.body["id"])

    async def create(self, body: Body) -> Answer:
        object_id = f"l-{len(self.tenant) + 1}"
        return self._write("POST", object_id, {**body, "id": object_id})

    async def update(self, object_id: str, body: Body) -> Answer:
        return self._write("PUT", object_id, dict(body))

    async def delete(self, object_id: str) -> Answer:
        return self._write("DELETE", object_id, None)

    def answered(self, _object_id: str, answer: Answer) -> LiveObject:
        return lamp(answer.body)

    def omit_refused(self, body: dict[str, Any], _current: Body, refused: TenantError) -> bool:
        return "glow" in str(refused) and body.pop("glow", None) is not None

    def _write(self, method: str, object_id: str, body: dict[str, Any] | None) -> Answer:
        self.sent.append((method, object_id))
        failure = self.fails.pop(0) if self.fails else None
        if failure is None or self.is_done:
            self.before[object_id] = self.tenant.pop(object_id, None)
            if body is not None:
                self.tenant[object_id] = body
        if failure is not None:
            raise failure
        return Answer(200, body, "t-1")


@pytest.fixture
def lamps() -> Lamps:
    made = Lamps()
    made.tenant["l-1"] = {"id": "l-1", "name": "Desk", "color": "white"}
    return made


def cycling(lamps: Lamps, script: Script) -> Any:
    reasons: list[str] = []

    async def work() -> Any:
        endpoint = Endpoint(
            "t", "o", FixedToken("x"), url="http://127.0.0.1:9", pace=VirtualPacing(),
            waiting=reasons.append,
        )  # fmt: skip
        async with writing(endpoint, "nowhere", lambda _body, text: (text, "")) as session:
            return await script(WriteCycle(lamps, session, endpoint))

    return asyncio.run(work())


def now(lamps: Lamps) -> str:
    return lamp(lamps.tenant["l-1"]).digest


def red(lamps: Lamps) -> Written:
    update = Update("l-1", {"color": "red"}, now(lamps))
    written: Written = cycling(lamps, lambda cycle: cycle.update(update))
    return written


def created(lamps: Lamps, **values: str) -> Written:
    given = {"name": "Hall", "color": "green", **values}
    written: Written = cycling(lamps, lambda cycle: cycle.create(given))
    return written


def test_an_update_is_written_once_and_read_back(lamps: Lamps) -> None:
    written = red(lamps)
    assert written.live is not None
    assert (written.live.values["color"], written.tracking_id) == ("red", "t-1")
    assert lamps.sent == [("PUT", "l-1")]


def test_nothing_goes_over_what_somebody_else_changed(lamps: Lamps) -> None:
    for write in (
        lambda cycle: cycle.update(Update("l-1", {"color": "red"}, "other")),
        lambda cycle: cycle.delete("l-1", "other"),
    ):
        with pytest.raises(StalePlanError, match="RUN104"):
            cycling(lamps, write)
    assert lamps.sent == []


def test_what_is_gone_is_said_in_the_words_of_the_kind(lamps: Lamps) -> None:
    with pytest.raises(NotFoundError, match="there is no lamp l-9"):
        cycling(lamps, lambda cycle: cycle.update(Update("l-9", {}, "any")))


@pytest.mark.parametrize("is_done", [True, False])
def test_a_lost_update_is_repeated_only_where_it_did_not_land(lamps: Lamps, is_done: bool) -> None:
    lamps.fails, lamps.is_done = [LOST], is_done
    written = red(lamps)
    assert written.live is not None
    assert written.live.values["color"] == "red"
    assert len(lamps.sent) == (1 if is_done else 2)


def test_reads_that_do_not_show_an_update_yet_are_repeated(lamps: Lamps) -> None:
    lamps.late = 3
    lamps.before["l-1"] = lamps.tenant["l-1"]
    written = red(lamps)
    assert written.live is not None
    assert written.live.values["color"] == "red"


def test_a_second_update_waits_until_reads_show_the_first(lamps: Lamps) -> None:
    async def twice(cycle: WriteCycle) -> Written:
        first = await cycle.update(Update("l-1", {"color": "red"}, now(lamps)))
        assert first.live is not None
        lamps.late = 2
        return await cycle.update(Update("l-1", {"color": "blue"}, first.live.digest))

    written: Written = cycling(lamps, twice)
    assert written.live is not None
    assert written.live.values["color"] == "blue"


def test_an_accepted_update_that_cannot_be_read_back_is_unknown(lamps: Lamps) -> None:
    lamps.unreadable = TenantError("TEN103", "GET /lamps/l-1: 403", status=403)
    with pytest.raises(UnknownOutcomeError, match="the tenant accepted the write") as caught:
        red(lamps)
    assert caught.value.tracking_id == "t-1"


def test_of_what_a_write_hides_the_answer_counts(lamps: Lamps) -> None:
    lamps.may_hide = True
    lamps.unreadable = NotFoundError("TEN104", "hidden")
    written = red(lamps)
    assert written.live is not None
    assert written.live.values["color"] == "red"


def test_a_field_that_is_refused_may_be_left_out(lamps: Lamps) -> None:
    lamps.tenant["l-1"]["glow"] = "on"
    lamps.fails, lamps.is_done = [TenantError("TEN100", "400 no glow", status=400)], False
    assert red(lamps).live is not None
    assert "glow" not in lamps.tenant["l-1"]
    lamps.fails = [TenantError("TEN100", "400 no", status=400)]
    with pytest.raises(TenantError, match="400 no"):
        cycling(lamps, lambda cycle: cycle.update(Update("l-1", {"color": "blue"}, now(lamps))))


def test_a_create_is_read_back_as_soon_as_reads_show_it(lamps: Lamps) -> None:
    lamps.late = 2
    lamps.before["l-2"] = None
    written = created(lamps)
    assert written.live is not None
    assert written.live.id == "l-2"


def test_a_create_that_no_read_shows_is_unknown(lamps: Lamps) -> None:
    lamps.unreadable = NotFoundError("TEN104", "404")
    with pytest.raises(UnknownOutcomeError, match="there is no lamp l-2 yet"):
        created(lamps)


def test_a_lost_create_is_found_by_its_name_and_never_repeated(lamps: Lamps) -> None:
    lamps.fails = [LOST]
    written = created(lamps)
    assert written.live is not None
    assert (written.live.id, len(lamps.sent)) == ("l-2", 1)


def test_what_another_made_under_the_name_is_not_taken(lamps: Lamps) -> None:
    lamps.fails, lamps.is_done = [LOST], False
    with pytest.raises(
        TenantError, match=r"TEN116: POST /lamps: .* another lamp \(l-1\)"
    ) as caught:
        created(lamps, name="Desk")
    assert caught.value.told.code == "TEN116"
    assert caught.value.told.hint.startswith("ask around")


@pytest.mark.parametrize("is_done", [True, False])
def test_a_delete_is_known_to_have_landed(lamps: Lamps, is_done: bool) -> None:
    lamps.fails, lamps.is_done = [LOST], is_done
    written: Written = cycling(lamps, lambda cycle: cycle.delete("l-1", now(lamps)))
    assert written.live is None
    assert "l-1" not in lamps.tenant


def in_calls(lamps: Lamps, *calls: Call) -> Written:
    update = Update("l-1", {"color": "red"}, now(lamps))
    written: Written = cycling(
        lamps, lambda cycle: cycle.update_in_calls(update, lambda _before: calls)
    )
    return written


async def paint(lamps: Lamps) -> Answer:
    return await lamps.update("l-1", {**lamps.tenant["l-1"], "color": "red"})


def test_an_update_of_several_calls_is_read_until_it_has_all(lamps: Lamps) -> None:
    async def move(sent: Sequence[Answer]) -> Answer:
        assert not sent
        return replace(await lamps.update("l-1", {**lamps.tenant["l-1"]}), attempts=2)

    async def then(sent: Sequence[Answer]) -> Answer:
        assert len(sent) == 1
        answer = await paint(lamps)
        lamps.late = 2
        return answer

    written = in_calls(lamps, move, then)
    assert written.live is not None
    assert (written.live.values["color"], written.attempts) == ("red", 3)
    assert in_calls(lamps).attempts == 1


def test_where_a_later_call_fails_a_part_has_landed(lamps: Lamps) -> None:
    async def first(_sent: Sequence[Answer]) -> Answer:
        return await lamps.update("l-1", {**lamps.tenant["l-1"]})

    def failing(error: ReconcilerError) -> Call:
        async def fail(_sent: Sequence[Answer]) -> Answer:
            raise error

        return fail

    refused = TenantError("TEN103", "403", status=403)
    with pytest.raises(UnknownOutcomeError, match="a part of the change landed") as caught:
        in_calls(lamps, first, failing(refused))
    assert (caught.value.status, caught.value.attempts) == (403, 2)
    with pytest.raises(TenantError, match="TEN103") as alone:
        in_calls(lamps, failing(refused))
    assert alone.value is refused
    with pytest.raises(MisappliedWriteError):
        in_calls(lamps, first, failing(MisappliedWriteError("TEN170", "another role")))


def test_what_a_kind_does_not_offer_is_a_bug_to_ask_for(lamps: Lamps) -> None:
    class Fixed(Codec):
        kind = "Wall"

        async def fetch(self, object_id: str) -> Fetched:
            return await lamps.fetch(object_id)

        async def find(self, name: str) -> LiveObject | None:
            return await lamps.find(name)

    wall, answer = Fixed(), Answer(200, {}, "")
    for work in (
        wall.create({}),
        wall.update("w-1", {}),
        wall.delete("w-1"),
        wall.encode({}, None),
    ):
        with pytest.raises(AssertionError, match="Wall"):
            asyncio.run(work)
    for ask in (wall.created_id, lambda answer: wall.answered("w-1", answer)):
        with pytest.raises(AssertionError, match="Wall"):
            ask(answer)
