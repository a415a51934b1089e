"""Characters that nobody sees, held against Unicode's own tables."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from reconciler.model.characters import escaped, has_invisible, is_invisible, named

SEEN_FORMATS = {
    # signs of numbers and verses that stand before digits, and controls within hieroglyphs
    *map(chr, range(0x600, 0x606)), "\u06dd", "\u070f", "\u0890", "\u0891", "\u08e2",
    "\U000110bd", "\U000110cd", *map(chr, range(0x13430, 0x13440)),
}  # fmt: skip


def test_every_control_and_every_format_character_is_invisible_but_those_with_a_glyph() -> None:
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        category = unicodedata.category(character)
        if category in ("Cc", "Zl", "Zp") or (category == "Cf" and character not in SEEN_FORMATS):
            assert is_invisible(character), hex(number)
        elif category[0] in "LNPS" and "FILLER" not in unicodedata.name(character, ""):
            assert is_invisible(character) == (character in "\u2800\U0001d159"), hex(number)
        elif category == "Zs":
            assert not is_invisible(character)


@pytest.mark.parametrize(
    "character",
    ["\xad", "\u034f", "\u115f", "\u180b", "\u200d", "\u2066", "\u3164", "\ufe0f", "\uffa0",
     "\U000e0041", "\U000e0100"],
)  # fmt: skip
def test_what_a_reader_may_ignore_is_invisible(character: str) -> None:
    assert is_invisible(character)
    assert has_invisible(f"a{character}b")


def test_plain_text_of_any_script_is_visible() -> None:
    assert not has_invisible("Ventas é Ж 日本 \xa0 ! ~")


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\r", "U+000D CARRIAGE RETURN"),
        ("\x85", "U+0085 NEXT LINE"),
        ("\x90", "U+0090 a control character"),
        ("\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\U000e0041", "U+E0041 TAG LATIN CAPITAL LETTER A"),
        ("\U000e0fff", "U+E0FFF without a name"),
    ],
)
def test_a_character_is_named_by_code_point_and_name(character: str, name: str) -> None:
    assert named(character) == name


def test_an_escape_is_one_of_yaml_or_of_json() -> None:
    assert escaped("\u200b") == escaped("\u200b", is_json=True) == "\\u200b"
    assert escaped("\U000e0041") == "\\U000e0041"
    assert escaped("\U000e0041", is_json=True) == "\\udb40\\udc41"
