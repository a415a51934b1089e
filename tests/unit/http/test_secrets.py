from __future__ import annotations

import base64
import html
import json
import sys
from types import FrameType
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.http.secrets import _forms, _Index, redacted, remember, without

TOKEN = "eyJhbGciOiJ+IUzI1NiJ9/Zm9vYmFy=Y2FuYXJ5LXRva2Vu_SBX"  # noqa: S105 - of nobody
PARTS = [TOKEN[at : at + 24].lower() for at in range(len(TOKEN) - 24)]


@pytest.mark.parametrize(
    "echo",
    [
        TOKEN,
        TOKEN.upper(),
        TOKEN.swapcase(),
        quote(TOKEN, safe=""),
        quote(TOKEN),
        quote(quote(TOKEN, safe=""), safe=""),
        base64.b64encode(TOKEN.encode()).decode(),
        base64.urlsafe_b64encode(TOKEN.encode()).decode().rstrip("="),
        base64.b64encode(TOKEN.encode()).decode().lower(),
        base64.b64encode(f"Bearer {TOKEN}".encode()).decode(),
        base64.b64encode(f"x{TOKEN} and more".encode()).decode(),
        TOKEN.encode().hex(),
        TOKEN.encode().hex().upper(),
        html.escape(TOKEN),
        json.dumps(TOKEN),
        f"token={TOKEN}&x=1",
        f"tracking-{TOKEN}-id",
        TOKEN[:30],
        TOKEN[20:],
    ],
)
@pytest.mark.parametrize("known", [True, False])
def test_a_token_is_left_out_however_it_is_echoed(echo: str, known: bool) -> None:
    text = f"the token {echo} is wrong"
    left = redacted(text, "" if known and remember(TOKEN) else TOKEN)
    assert "***" in left
    assert left.startswith("the token ")
    assert left.endswith(" is wrong")
    assert not any(part in left.lower() for part in PARTS)
    encoded = base64.b64encode(TOKEN.encode()).decode()[8:28].lower()
    assert encoded not in left.lower()


@given(st.binary(max_size=9), st.binary(max_size=9), st.booleans())
def test_base64_of_anything_around_a_token_is_left_out(
    before: bytes, after: bytes, safe: bool
) -> None:
    encode = base64.urlsafe_b64encode if safe else base64.b64encode
    left = redacted(encode(before + TOKEN.encode() + after).decode(), TOKEN)
    # what is left is decided by what stands around the token
    assert len(left) <= 4 * (len(before) + len(after) + 6) / 3 + 3


@given(st.text())
def test_a_text_without_a_secret_stays(text: str) -> None:
    assert redacted(text, "a-token-that-is-nowhere") in (text, redacted(text))


def test_every_text_of_a_body_is_cleared() -> None:
    body = {"errors": [{TOKEN: 1, "a": f"<{TOKEN.lower()}>"}], "n": None, "b": 1.5}
    assert without(body, TOKEN) == {"errors": [{"***": 1, "a": "<***>"}], "n": None, "b": 1.5}


def test_what_was_read_is_left_out_however_it_is_written() -> None:
    secret = remember("s3cr/et+with spaces")
    assert redacted(f"it is {secret}, or s3cr%2Fet%2Bwith%20spaces") == "it is ***, or ***"


def test_the_longer_of_two_goes_first() -> None:
    remember("canary-one")
    remember("canary-one-more")
    assert redacted("canary-one-more canary-one") == "*** ***"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("{'Authorization': 'Bearer abc_SBX_def'}", "{'Authorization': 'Bearer ***'}"),
        ("proxy-authorization: Basic dXNlcjpwYXNz", "proxy-authorization: Basic ***"),
        ("http://user:hush@proxy:3128/x", "http://***@proxy:3128/x"),
        ("postgresql://u:hush@h/db", "postgresql://***@h/db"),
        ("jane.doe@contoso.example", "jane.doe@contoso.example"),
    ],
)
def test_headers_and_urls_are_never_told(text: str, left: str) -> None:
    assert redacted(text) == left


def test_what_is_too_short_to_be_a_secret_stays() -> None:
    remember("a")
    assert redacted("a banana") == "a banana"


LETTERS = st.text(st.sampled_from("aB3/"), min_size=4, max_size=70)


def _in_all_forms(text: str, secrets: list[str]) -> set[int]:
    """The places of a text that a secret takes, found by looking for each form and part of it."""
    taken: set[int] = set()
    small = text.lower()
    for form in (form for secret in secrets for form in _forms(secret)):
        size = len(form) if len(form) < 32 else 20
        wanted = {form[at : at + size] for at in range(len(form) - size + 1)}
        for at in range(len(small) - size + 1):
            if small[at : at + size] in wanted:
                taken.update(range(at, at + size))
    return taken


@given(st.lists(LETTERS, min_size=1, max_size=5), st.lists(LETTERS, max_size=4), st.data())
def test_many_secrets_are_found_where_each_alone_is(
    secrets: list[str], around: list[str], data: st.DataObject
) -> None:
    index = _Index()
    for secret in secrets:
        index.add(secret)
    cut = [secret[data.draw(st.integers(0, len(secret))) :] for secret in secrets]
    text = "".join(data.draw(st.permutations([*secrets, *cut, *around]))).lower()
    taken = {place for start, stop in index.places(text) for place in range(start, stop)}
    assert taken == _in_all_forms(text, secrets)


def test_a_search_costs_the_same_with_a_thousand_more_secrets() -> None:
    text = "nothing of this is a secret, but it is long: " * 40

    def calls(index: _Index) -> int:
        count = 0

        def counting(_frame: FrameType, event: str, _argument: object) -> None:
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(counting)
        try:
            assert not list(index.places(text))
        finally:
            sys.setprofile(None)
        return count

    few, many = _Index(), _Index()
    few.add(TOKEN)
    for number in range(1000):
        many.add(f"{number:04}{TOKEN}")
    assert calls(many) <= calls(few) + 5
