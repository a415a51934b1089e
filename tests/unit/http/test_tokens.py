"""Where tokens come from: read once more when refused, fetched once for all that wait."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest

from reconciler.contract.credentials import TokenRequest
from reconciler.contract.discover import discover
from reconciler.errors import TenantError
from reconciler.http.oauth import fetch
from reconciler.http.tokens import FixedToken, Grant, GrantedToken, KeptToken
from tests.loopback import said, serving
from tests.virtual import VirtualPacing

T = TypeVar("T")
CANARY = "canary-5d21c0"
JSON = "Content-Type: application/json"


def run(work: Callable[[], Awaitable[T]]) -> T:
    async def awaited() -> T:
        return await work()

    return asyncio.run(awaited())


def reading(*secrets: str) -> tuple[Callable[[], Awaitable[str]], list[str]]:
    left, seen = list(secrets), []

    async def read() -> str:
        await asyncio.sleep(0)
        seen.append(left[0])
        return left.pop(0) if len(left) > 1 else left[0]

    return read, seen


def test_a_kept_token_is_read_once_for_all() -> None:
    read, seen = reading("one", "two")
    source = KeptToken(read)

    async def work() -> list[str]:
        return list(await asyncio.gather(*(source.token() for _ in range(8))))

    assert run(work) == ["one"] * 8
    assert seen == ["one"]


def test_a_kept_token_is_read_again_once_it_is_refused() -> None:
    read, seen = reading("one", "two")
    source = KeptToken(read)

    async def work() -> list[str | None]:
        refused = await source.token()
        return list(await asyncio.gather(*(source.renewed(refused) for _ in range(8))))

    assert run(work) == ["two"] * 8
    assert seen == ["one", "two"]


def test_a_token_that_is_still_the_same_is_no_other() -> None:
    read, _ = reading("one")
    source = KeptToken(read)
    assert run(source.token) == "one"
    assert run(lambda: source.renewed("one")) is None
    assert run(lambda: FixedToken("one").renewed("one")) is None


def test_a_source_outlives_an_event_loop() -> None:
    read, _ = reading("one", "two")
    source = KeptToken(read)
    assert run(source.token) == "one"
    assert run(lambda: source.renewed("one")) == "two"
    assert run(source.token) == "two"


class App:
    """Grants `t-1`, `t-2`, … for so many seconds; counts."""

    def __init__(self, lifetime: float | None) -> None:
        self.lifetime = lifetime
        self.count = 0

    async def __call__(self) -> Grant:
        await asyncio.sleep(0)
        self.count += 1
        return Grant(f"t-{self.count}", self.lifetime)


def test_one_fetches_for_all_that_wait_before_expiry_and_after_a_refusal() -> None:
    pace, app = VirtualPacing(), App(3600)
    source = GrantedToken(app, pace.now)

    async def all_of(work: Callable[[], Awaitable[str | None]]) -> set[str | None]:
        return set(await asyncio.gather(*(work() for _ in range(8))))

    async def story() -> list[set[str | None]]:
        first = await all_of(source.token)
        pace.time += 3299
        still = await all_of(source.token)
        pace.time += 2
        second = await all_of(source.token)
        third = await all_of(lambda: source.renewed("t-2"))
        return [first, still, second, third]

    assert run(story) == [{"t-1"}, {"t-1"}, {"t-2"}, {"t-3"}]
    assert app.count == 3


@pytest.mark.parametrize(("lifetime", "good_for"), [(10.0, 9.0), (60.0, 54.0), (7200.0, 6900.0)])
def test_a_short_life_is_used_too(lifetime: float, good_for: float) -> None:
    pace, app = VirtualPacing(), App(lifetime)
    source = GrantedToken(app, pace.now)
    assert run(source.token) == "t-1"
    pace.time += good_for - 0.5
    assert run(source.token) == "t-1"
    pace.time += 1
    assert run(source.token) == "t-2"


def test_without_a_lifetime_only_a_refusal_renews() -> None:
    pace, app = VirtualPacing(), App(None)
    source = GrantedToken(app, pace.now)
    assert run(source.token) == "t-1"
    pace.time += 10_000_000
    assert run(source.token) == "t-1"


def test_a_failure_is_told_to_all_that_wait_and_the_next_one_tries_again() -> None:
    tries: list[int] = []

    async def broken() -> Grant:
        await asyncio.sleep(0)
        tries.append(1)
        raise TenantError("TEN102", "no")

    source = GrantedToken(broken, VirtualPacing().now)

    async def work() -> list[Any]:
        return list(
            await asyncio.gather(*(source.token() for _ in range(4)), return_exceptions=True)
        )

    assert [type(each) for each in run(work)] == [TenantError] * 4
    assert len(tries) == 1
    with pytest.raises(TenantError):
        run(source.token)
    assert len(tries) == 2


def test_whoever_is_cancelled_takes_nothing_from_the_others() -> None:
    app = App(60)
    source = GrantedToken(app, VirtualPacing().now)

    async def work() -> str:
        impatient = asyncio.ensure_future(source.token())
        patient = asyncio.ensure_future(source.token())
        await asyncio.sleep(0)
        impatient.cancel()
        return await patient

    assert run(work) == "t-1"


REQUEST = TokenRequest(
    "token.example",
    "/v1/access_token",
    {"grant_type": "refresh_token", "client_secret": CANARY, "refresh_token": f"old-{CANARY}"},
    as_json=False,
    what="service app",
    help="",
)


def granted(*told: bytes, request: TokenRequest = REQUEST) -> tuple[Any, list[bytes]]:
    async def work() -> tuple[Any, list[bytes]]:
        async with serving(*told) as server:
            try:
                return await fetch(request, VirtualPacing(), server.url), server.heard
            except TenantError as error:
                return error, server.heard

    return run(work)


def body(text: str) -> bytes:
    return said("200 OK", text.encode(), JSON)


def test_a_grant_has_its_lifetime_from_the_answer() -> None:
    answer = '{"access_token": "a", "expires_in": 1209600, "refresh_token": "r", "scope": "x"}'
    grant, heard = granted(body(answer))
    assert grant == Grant("a", 1209600.0, "r")
    assert heard[0].startswith(b"POST /v1/access_token HTTP/1.1\r\n")
    assert b"Content-Type: application/x-www-form-urlencoded" in heard[0]
    assert heard[0].endswith(
        b"\r\n\r\ngrant_type=refresh_token&client_secret=canary-5d21c0&refresh_token=old-canary-5d21c0"
    )
    assert CANARY not in repr(REQUEST)
    assert "a'" not in repr(grant)


def test_an_access_key_goes_as_json() -> None:
    (form,) = discover()["cxone"].credential_forms
    key = form.request("eu1", {"id": "key-1", "secret": CANARY})
    assert (key.host, key.path) == ("eu1.nice-incontact.com", "/authentication/v1/token/access-key")
    answer = '{"access_token": "a", "refresh_token": "r", "expires_in": 3600}'
    grant, heard = granted(body(answer), request=key)
    assert grant == Grant("a", 3600.0, "r")
    assert b"Content-Type: application/json" in heard[0]
    sent = json.loads(heard[0].partition(b"\r\n\r\n")[2])
    assert sent == {"accessKeyId": "key-1", "accessKeySecret": CANARY}
    assert CANARY not in repr(key)
    error, _ = granted(said("401 No", b'{"message": "wrong key"}', JSON), request=key)
    assert error.told.code == "TEN102"
    assert "for the access key" in error.told.summary
    assert "its user are active" in error.told.hint


@pytest.mark.parametrize(
    "text", ['{"access_token": "a"}', '{"access_token": "a", "expires_in": "soon"}']
)
def test_what_the_answer_leaves_out_is_unknown(text: str) -> None:
    assert granted(body(text))[0] == Grant("a", None, None)


ODD_TOKENS = [
    '""',
    '" "',
    '"a b"',
    '"a\\nb"',
    '"\\ud800"',
    '"\\u200b"',
    "7",
    "[]",
    "true",
    f'"{"x" * 20_000}"',
]


@pytest.mark.parametrize("odd", [*ODD_TOKENS, '"a"'], ids=lambda each: each[:12])
def test_a_refresh_token_that_cannot_be_one_is_not_taken(odd: str) -> None:
    grant, _ = granted(body(f'{{"access_token": "a", "refresh_token": {odd}}}'))
    assert grant == Grant("a", None, None, unusable=True)


@pytest.mark.parametrize("odd", ODD_TOKENS, ids=lambda each: each[:12])
def test_an_access_token_that_cannot_be_one_is_an_error_of_the_answer(odd: str) -> None:
    error, _ = granted(body(f'{{"access_token": {odd}, "refresh_token": "r"}}'))
    assert error.told.code == "TEN102"


@pytest.mark.parametrize("lifetime", ["NaN", "Infinity", "1e999", "9" * 400, "null", "[]"])
def test_a_lifetime_that_is_none_is_unknown(lifetime: str) -> None:
    grant, _ = granted(body(f'{{"access_token": "a", "expires_in": {lifetime}}}'))
    assert grant == Grant("a", None, None)


@pytest.mark.parametrize(
    ("told", "code", "summary", "requests"),
    [
        (said("400 Bad", b'{"error": "invalid_grant"}', JSON), "TEN102", "400 invalid_grant", 1),
        (said("401 No", f'{{"error": "{CANARY}"}}'.encode(), JSON), "TEN102", ": 401:", 1),
        (said("400 Bad", f"refused {CANARY}".encode()), "TEN102", ": 400:", 1),
        (body("null"), "TEN102", "no access token", 1),
        (body('{"access_token": 7}'), "TEN102", "no access token", 1),
        (said("503 Busy", b""), "TEN100", "503", 5),
        (said("200 OK", b"<html>", "Content-Type: text/html"), "TEN112", "a web page", 1),
        (said("302 Found", b"", "Location: https://evil.test/"), "TEN114", "evil.test", 1),
        (b"", "TEN111", "connection to 127.0.0.1 failed", 5),
    ],
)
def test_what_is_no_grant_is_told_without_any_secret(
    told: bytes, code: str, summary: str, requests: int
) -> None:
    error, heard = granted(told)
    assert error.told.code == code
    assert summary in error.told.summary
    assert len(heard) == requests
    assert CANARY not in f"{error!r} {error.told}"


def test_a_token_endpoint_that_is_busy_is_asked_again() -> None:
    busy = said("429 Slow", b"", "Retry-After: 3")
    grant, heard = granted(busy, said("500 Oops", b""), body('{"access_token": "a"}'))
    assert (grant.access_token, len(heard)) == ("a", 3)


@pytest.fixture(autouse=True)
def all_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level("DEBUG")
    yield
    assert CANARY not in caplog.text
