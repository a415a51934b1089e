from __future__ import annotations

import pytest

from reconciler.http.secrets import redacted, remember


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
