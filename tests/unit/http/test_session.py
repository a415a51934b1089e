from __future__ import annotations

import asyncio
from typing import Any

import pytest

from reconciler.contract.connection import Endpoint
from reconciler.errors import LockedError, NotFoundError, TenantError
from reconciler.http.paging import Page, whole_list
from reconciler.http.session import ReadSession, WriteSession, reading, writing
from reconciler.http.tokens import FixedToken
from tests.virtual import VirtualPacing


def answering(status: int, body: bytes, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Any:
    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def got(status: int, body: bytes, *headers: tuple[bytes, bytes]) -> Any:
    endpoint = Endpoint(
        "t", "o", FixedToken("hush"), app=answering(status, body, headers), pace=VirtualPacing()
    )

    async def get() -> Any:
        async with reading(endpoint, "nowhere", lambda b, t: (str(b or t), "their-id")) as session:
            return await session.get("/thing")

    return asyncio.run(get())


def test_an_answer_has_its_body() -> None:
    answer = got(200, b'{"a": 1}')
    assert (answer.status, answer.body) == (200, {"a": 1})
    assert answer.tracking_id


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b"<html>", "TEN112"),
        (200, b'{"a": ', "TEN112"),
        (302, b"", "TEN114"),
        (400, b'{"error": "no"}', "TEN100"),
        (401, b"", "TEN101"),
        (403, b"", "TEN103"),
        (404, b"", "TEN104"),
        (409, b"", "TEN105"),
        (412, b"", "TEN106"),
        (429, b"", "TEN107"),
        (500, b"oops", "TEN100"),
    ],
)
def test_everything_else_is_an_error_that_names_the_operation(
    status: int, body: bytes, code: str
) -> None:
    with pytest.raises(TenantError) as caught:
        got(status, body, (b"location", b"https://elsewhere.example/"))
    assert caught.value.told.code == code
    assert "GET /thing" in caught.value.told.summary
    assert caught.value.tracking_id
    assert "hush" not in repr(caught.value)
    assert isinstance(caught.value, NotFoundError) == (code == "TEN104")


def test_a_session_for_reading_has_no_way_to_write() -> None:
    for verb in ("post", "put", "patch", "delete"):
        assert not hasattr(ReadSession, verb)
        assert hasattr(WriteSession, verb)


def test_the_token_is_not_shown() -> None:
    assert "hush" not in repr(Endpoint("t", "o", FixedToken("hush")))


def listed(pages: list[list[str]], records: int) -> tuple[Any, ...]:
    async def page(number: int) -> Page:
        return Page(tuple({"id": each} for each in pages[number]), len(pages), records)

    return asyncio.run(whole_list("things", page))


def test_a_whole_list_is_complete() -> None:
    assert [row["id"] for row in listed([["a", "b"], ["c"]], 3)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("pages", "records"),
    [([["a", "b"], ["b"]], 3), ([["a"], []], 2), ([["a", "b"]], 1)],
)
def test_a_list_that_lost_or_repeated_a_row_is_no_list(
    pages: list[list[str]], records: int
) -> None:
    with pytest.raises(TenantError, match="TEN120"):
        listed(pages, records)


def test_leave_is_asked_right_before_each_write_is_sent_and_for_no_read() -> None:
    sent: list[str] = []
    answer = answering(200, b"{}")

    async def app(scope: Any, receive: Any, send: Any) -> None:
        sent.append(scope["method"])
        await answer(scope, receive, send)

    def permit() -> None:
        sent.append("leave?")
        if sent.count("leave?") == 2:
            raise LockedError("RUN111", "lost")

    endpoint = Endpoint("t", "o", FixedToken("hush"), app=app, pace=VirtualPacing(), permit=permit)

    async def work() -> None:
        async with writing(endpoint, "nowhere", lambda b, t: (str(b or t), "")) as session:
            await session.get("/thing")
            await session.put("/thing", {})
            await session.put("/thing", {})

    with pytest.raises(LockedError):
        asyncio.run(work())
    assert sent == ["GET", "leave?", "PUT", "leave?"]
