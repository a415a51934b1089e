"""The ways in which Webex writes an id are one id."""

from __future__ import annotations

import base64

import pytest

from reconciler.vendors.webex.ids import plain_id, uuid_of, webex_id

UUID = "2f9eecc5-0472-4549-9a83-2afdae0d4ba1"


def test_an_organization_comes_back_as_it_went_out() -> None:
    assert uuid_of(webex_id(UUID)) == UUID
    assert plain_id(webex_id(UUID)) == plain_id(UUID.upper()) == UUID


@pytest.mark.parametrize("written", ["", "Main queue", "!", base64.b64encode(b"a/b").decode()])
def test_what_is_no_id_stays_as_it_is(written: str) -> None:
    assert plain_id(written) == written
