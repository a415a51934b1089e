"""Answers that no API should give, over a real socket; and what is never sent or shown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from reconciler.contract.connection import Endpoint, TokenSource
from reconciler.errors import ProjectError, ReconcilerError, TenantError
from reconciler.http import answers
from reconciler.http.session import reading
from reconciler.http.tokens import FixedToken, KeptToken
from tests.loopback import Loopback, said, serving
from tests.virtual import VirtualPacing

CANARY = "canary-7f3a91"
JSON = "Content-Type: application/json"


def explain(body: Any, text: str) -> tuple[str, str]:
    return (str(body["message"]), str(body.get("id", ""))) if isinstance(body, dict) else (text, "")


async def asked(server: Loopback, source: TokenSource | None = None) -> answers.Answer:
    endpoint = Endpoint(
        "t", "o", source or FixedToken(CANARY), url=server.url, pace=VirtualPacing()
    )
    async with reading(endpoint, "nowhere", explain) as session:
        return await session.get("/thing", {"secret": "query"})


def outcome(*told: bytes, source: TokenSource | None = None) -> tuple[Any, list[bytes]]:
    """What comes of a request: an answer or an error, and what the server heard."""

    async def one() -> tuple[Any, list[bytes]]:
        async with serving(*told) as server:
            try:
                return await asked(server, source), server.heard
            except ReconcilerError as error:
                return error, server.heard

    return asyncio.run(one())


@pytest.fixture(autouse=True)
def loud(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Everything that wants to be logged is; and none of it is the token."""
    caplog.set_level(logging.DEBUG)
    for name in list(logging.Logger.manager.loggerDict):
        caplog.set_level(logging.DEBUG, logger=name)
    yield
    assert CANARY not in caplog.text
    assert "secret" not in caplog.text


def test_an_answer_comes_with_the_token_of_the_moment() -> None:
    answer, heard = outcome(said("200 OK", b'{"a": 1}', JSON))
    assert answer.body == {"a": 1}
    assert b"Authorization: Bearer canary-7f3a91" in heard[0]
    assert b"TrackingId: " in heard[0]


@pytest.mark.parametrize(
    ("told", "code", "summary"),
    [
        (said("200 OK", b"<html>hello</html>", "Content-Type: text/html"), "TEN112", "a web page"),
        (said("200 OK", b'{"a": 1', JSON), "TEN112", "not JSON"),
        (said("200 OK", b'{"a": 1', JSON, length=400), "TEN111", "RemoteProtocolError"),
        (said("200 OK", b"[" * 200_000, JSON), "TEN112", "not JSON"),
        (said("200 OK", b"\xff\xfe\xfa", JSON), "TEN112", "not JSON"),
        (b"", "TEN111", "RemoteProtocolError"),
        (b"SSH-2.0-OpenSSH\r\n", "TEN111", "RemoteProtocolError"),
        (said("200 OK", b"\x1f\x8bno", JSON, "Content-Encoding: gzip"), "TEN111", "Decoding"),
    ],
)
def test_what_is_no_answer_is_an_error(told: bytes, code: str, summary: str) -> None:
    error, _ = outcome(told)
    assert error.told.code == code
    assert "GET /thing: " in error.told.summary
    assert summary in error.told.summary
    assert error.tracking_id


def test_an_answer_may_be_empty_or_null() -> None:
    assert outcome(said("204 No Content", b""))[0].body is None
    assert outcome(said("200 OK", b"null", JSON))[0].body is None


def test_an_answer_that_does_not_end_is_not_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_BYTES", 1024 * 1024)
    error, heard = outcome(said("200 OK", b" " * 3_000_000, JSON))
    assert error.told.code == "TEN115"
    assert "1 MiB" in error.told.summary
    assert len(heard) == 1


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_never_followed(status: str) -> None:
    async def one() -> tuple[TenantError, list[bytes]]:
        async with serving(said("200 OK", b"{}")) as elsewhere:
            port = elsewhere.url.rpartition(":")[2]
            where = f"Location: http://user:{CANARY}@localhost:{port}/thing?token={CANARY}"
            async with serving(said(status, b"", where)) as server:
                with pytest.raises(TenantError) as caught:
                    await asked(server)
                assert len(server.heard) == 1
            return caught.value, elsewhere.heard

    error, heard = asyncio.run(one())
    assert heard == []
    assert error.told.code == "TEN114"
    assert "points to localhost;" in error.told.summary
    assert CANARY not in repr(error)


@pytest.mark.parametrize(
    ("location", "named"),
    [("/login", "another path"), ("http://[bad", "another path"), ("//a b/", "another host")],
)
def test_a_redirect_to_nowhere_is_told_too(location: str, named: str) -> None:
    error, _ = outcome(said("302 Found", b"", f"Location: {location}"))
    assert error.told.code == "TEN114"
    assert f"points to {named};" in error.told.summary


@pytest.mark.parametrize(
    "echo", [f"Authorization: Bearer {CANARY}", f"bearer {CANARY}!", CANARY, f"token={CANARY}&a=b"]
)
def test_a_token_that_is_echoed_is_not_repeated(echo: str) -> None:
    body = f'{{"message": "no: {echo}", "id": "{CANARY}"}}'.encode()
    error, _ = outcome(said("400 Bad Request", body, JSON))
    assert "no: " in error.told.summary
    assert CANARY not in f"{error} {error!r} {error.told} {error.tracking_id}"


class Rotating:
    """A source that has another token each time that one is refused."""

    def __init__(self, *tokens: str) -> None:
        self._tokens = list(tokens)

    async def token(self) -> str:
        return self._tokens[0]

    async def renewed(self, _refused: str) -> str | None:
        self._tokens = self._tokens[1:]
        return self._tokens[0] if self._tokens else None


NO = said("401 Unauthorized", b"")
YES = said("200 OK", b"{}", JSON)


def test_a_refused_token_is_renewed_once() -> None:
    answer, heard = outcome(NO, YES, source=Rotating("old", "new"))
    assert (answer.body, answer.attempts) == ({}, 2)
    assert [b"Bearer old" in heard[0], b"Bearer new" in heard[1]] == [True, True]


def test_a_second_refusal_is_final() -> None:
    error, heard = outcome(NO, source=Rotating("one", "two", "three"))
    assert (error.told.code, len(heard)) == ("TEN101", 2)


def test_without_another_token_the_first_refusal_is_final() -> None:
    error, heard = outcome(NO, source=FixedToken("only"))
    assert (error.told.code, len(heard)) == ("TEN101", 1)


@pytest.mark.parametrize("bad", [f"{CANARY} two", f"{CANARY}\r\nX-Evil: 1", f"{CANARY}é"])
def test_what_cannot_be_a_token_is_not_sent(bad: str) -> None:
    async def read() -> str:
        return bad

    error, heard = outcome(YES, source=KeptToken(read))
    assert isinstance(error, ProjectError)
    assert heard == []
    assert CANARY not in repr(error)


@pytest.mark.parametrize("proxy", [f"ftp://u:{CANARY}@proxy", f"http://u:{CANARY}@proxy:port"])
def test_a_proxy_that_makes_no_sense_is_told_without_its_password(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.delenv("NO_PROXY", raising=False)

    async def one() -> None:
        endpoint = Endpoint("t", "o", FixedToken("x"), region="eu1")
        async with reading(endpoint, "api.example.invalid", explain):
            raise AssertionError

    with pytest.raises(ProjectError, match="PRJ168") as caught:
        asyncio.run(one())
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_proxy_that_refuses_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def one() -> tuple[TenantError, list[bytes]]:
        async with serving(said("407 Proxy Authentication Required", b"")) as proxy:
            address = proxy.url.replace("http://", f"http://u:{CANARY}@")
            monkeypatch.setenv("HTTPS_PROXY", address)
            endpoint = Endpoint("t", "o", FixedToken("x"), region="eu1", pace=VirtualPacing())
            async with reading(endpoint, "api.example.invalid", explain) as session:
                with pytest.raises(TenantError) as caught:
                    await session.get("/thing")
            return caught.value, proxy.heard

    for name in ("NO_PROXY", "no_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    error, heard = asyncio.run(one())
    assert error.told.code == "TEN111"
    assert CANARY not in f"{error!r} {error.told}"
    assert all(each.startswith(b"CONNECT api.example.invalid:443") for each in heard)
    assert all(b"Bearer" not in each for each in heard)


def test_a_sandbox_on_this_machine_is_asked_without_a_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert outcome(YES)[0].body == {}


@pytest.mark.parametrize("host", ["evil.test/", "vendor@evil.test", "a b", "", "EVIL", "x:80"])
def test_a_host_is_nothing_but_a_host(host: str) -> None:
    async def one() -> None:
        async with reading(Endpoint("t", "o", FixedToken("x"), region="r"), host, explain):
            raise AssertionError

    with pytest.raises(ProjectError, match="PRJ105"):
        asyncio.run(one())
