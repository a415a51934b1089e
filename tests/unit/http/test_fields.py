"""Ids, names and texts of answers, and ids in paths."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import NotFoundError
from reconciler.http.fields import an_id, name, segment, text, whole

ODD_IDS: list[Any] = [
    None, 7, True, ["a"], {}, "", "a b", "a\nb", "a/b", "a?b", "a#b", "a%2fb", "..", ".", "x" * 257,
    "x" * 100_000, "\ud800", "é", "\u200b", "a\x7f", '"', "<",
]  # fmt: skip


@pytest.mark.parametrize("value", ODD_IDS, ids=lambda each: ascii(each)[:12])
def test_what_is_no_id_is_refused_in_a_short_line(value: object) -> None:
    with pytest.raises(ValueError, match=r"^id is ") as error:
        an_id(value)
    assert len(str(error.value)) < 200
    assert str(error.value).isascii()


@pytest.mark.parametrize(
    "value",
    ["7", "5c0f1f0e-2f4c-4f0e-9a53-0a4f0c9b7d10", "Y2lzY29zcGFyazo_-==", "a.b:c@d", "v1..2"],
)
def test_an_id_passes_as_it_is(value: str) -> None:
    assert an_id(value) == value


@pytest.mark.parametrize("value", [None, 7, True, [], {}, "", "\ud800", "x" * 1_001])
def test_what_is_no_name_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"^name "):
        name({"name": value}, "name")


def test_text_may_be_absent_and_is_text_where_it_is_there() -> None:
    assert text({}, "a") == text({"a": None}, "a") == text({"a": ""}, "a") == ""
    assert text({"a": "é\n"}, "a") == "é\n"
    odds: tuple[Any, ...] = (0, False, [], {}, "\udfff", "x" * 100_001)
    for odd in odds:
        with pytest.raises(ValueError, match=r"^a "):
            text({"a": odd}, "a")


def test_a_body_that_is_sent_back_can_be_sent() -> None:
    assert whole({"a": ["é"]}) == {"a": ["é"]}
    with pytest.raises(ValueError, match="half of a character"):
        whole({"a": ["\ud800"]})


@given(st.text(max_size=300))
def test_a_part_of_a_path_stays_one_part(part: str) -> None:
    try:
        quoted = segment(part)
    except NotFoundError:
        return
    url = str(httpx2.URL(f"http://sandbox/v2/user/{quoted}/revive"))
    path = urlsplit(url).path.split("/")
    assert (path[:3], path[4:]) == (["", "v2", "user"], ["revive"])
    assert unquote(path[3]) == part


@pytest.mark.parametrize("part", ["", ".", "..", "\ud800", "x" * 257])
def test_what_nothing_can_be_called_is_not_asked_for(part: str) -> None:
    with pytest.raises(NotFoundError):
        segment(part)
