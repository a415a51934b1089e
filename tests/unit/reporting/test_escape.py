from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from reconciler.reporting.escape import safe


@given(st.text())
def test_nothing_that_steers_a_terminal_comes_through(text: str) -> None:
    steering = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert not steering & {unicodedata.category(char) for char in safe(text)}


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert safe(text) == text


def test_what_is_escaped_can_be_read() -> None:
    assert safe("a\x1b[2J\u202eb\n") == "a\\x1b[2J\\u202eb\\n"
