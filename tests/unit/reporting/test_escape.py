from __future__ import annotations

import html
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.characters import has_invisible
from reconciler.reporting.escape import copyable, markdown, quoted, safe
from reconciler.reporting.values import reference, shown


@given(st.text())
def test_nothing_that_steers_a_terminal_comes_through(text: str) -> None:
    steering = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not steering & {unicodedata.category(char) for char in safe(text)}


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == "".join(each for each in text if not has_invisible(each)) or has_invisible(
        text
    )


@given(st.text())
def test_nothing_invisible_comes_through(text: str) -> None:
    assert not has_invisible(safe(text))


@pytest.mark.parametrize("hidden", "\xad\u034f\u115f\u200b\u2060\u3164\ufe0f\uffa0\U000e0041\u2800")
def test_a_character_that_a_reader_may_ignore_is_an_escape(hidden: str) -> None:
    assert safe(f"a{hidden}b") == f"a{hidden.encode('unicode_escape').decode()}b"


@given(st.text())
def test_quotes_end_where_the_value_ends(text: str) -> None:
    assert re.fullmatch(r'"(?:[^"\\]|\\.)*"', quoted(text))


@given(st.text(), st.text())
def test_two_values_that_differ_are_shown_as_two(one: str, other: str) -> None:
    assert (quoted(one) == quoted(other)) == (one == other)
    assert (reference(one) == reference(other)) == (one == other)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('a" -> "b', '"a\\" -> \\"b"'),
        ("C:\\new", '"C:\\\\new"'),
        ({"id": "1", "name": "Sales -> Admin"}, '"Sales -> Admin"'),
        ({"id": "1", "name": "(hidden)"}, '"(hidden)"'),
        ({"id": "1", "name": "a, b"}, '"a, b"'),
        ({"id": "1", "name": "a     # grants nothing"}, '"a     # grants nothing"'),
        ({"id": "1", "name": "and 12 more"}, '"and 12 more"'),
        ({"id": "1", "name": 'x"'}, '"x\\""'),
        ({"id": "1", "name": "Équipe Nord & Süd"}, "Équipe Nord & Süd"),
        ({"address": "t/v/K/n", "name": "Billing EN"}, "Billing EN"),
    ],
)
def test_a_value_cannot_look_like_a_change_a_list_or_a_comment(
    value: object, expected: str
) -> None:
    assert shown(value) == expected


WORDS = st.text(st.sampled_from("ab @#:/.|`_*<>&\\www.GH-12")) | st.text()


@given(WORDS)
def test_what_is_copied_from_rendered_markdown_is_the_text(text: str) -> None:
    written = copyable(text)
    assert "\u200b" not in html.unescape(written)
    assert "|" not in written
    code = re.compile(r"(`+)( ?)(.+?)\2\1(?!`)")
    plain = [html.unescape(part) for part in code.split(written)[::4]]
    spans = [found[3] for found in code.finditer(written)]
    rendered = "".join(a + b for a, b in zip(plain, [*spans, ""], strict=True))
    assert rendered == safe(text)
    assert not re.search(r"@\w|#\d|://|www\.|GH-\d", "\0".join(plain))


def test_elsewhere_in_markdown_a_mention_is_parted() -> None:
    assert markdown("@org") == "@&#8203;org"


def test_what_is_escaped_can_be_read() -> None:
    assert safe("a\x1b[2J\u202eb\n") == "a\\x1b[2J\\u202eb\\n"
