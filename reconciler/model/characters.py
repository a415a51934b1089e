"""Characters that nobody sees: the set that manifests may not hold, and what one is called.

Invisible are control characters, characters with Unicode's property Default_Ignorable_Code_Point
(joiners, direction marks, variation selectors, tags, fillers, the soft hyphen), the separators
U+2028 and U+2029, the byte order mark, and the two symbols whose glyph is empty. Blanks of other
widths are not among them: they show, if only as a blank.
"""

from __future__ import annotations

import re
import unicodedata

_CONTROLS = "\x00-\x1f\x7f-\x9f"
# Default_Ignorable_Code_Point of Unicode 17, unchanged since 16; the ranges hold what is not yet
# assigned but ignored already
_IGNORABLE = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# line and paragraph separator, interlinear annotation marks, the empty Braille pattern, the musical
# symbol without a head
_EMPTY = "\u2028\u2029\ufff9-\ufffb\u2800\U0001d159"

INVISIBLE = f"{_CONTROLS}{_IGNORABLE}{_EMPTY}"
"""The characters, as the inside of a regular expression's set."""

_ASTRAL = 0x10000
_INVISIBLE = re.compile(f"[{INVISIBLE}]")

_C0 = (
    "NULL", "START OF HEADING", "START OF TEXT", "END OF TEXT", "END OF TRANSMISSION", "ENQUIRY",
    "ACKNOWLEDGE", "BELL", "BACKSPACE", "CHARACTER TABULATION", "LINE FEED", "LINE TABULATION",
    "FORM FEED", "CARRIAGE RETURN", "SHIFT OUT", "SHIFT IN", "DATA LINK ESCAPE",
    "DEVICE CONTROL ONE", "DEVICE CONTROL TWO", "DEVICE CONTROL THREE", "DEVICE CONTROL FOUR",
    "NEGATIVE ACKNOWLEDGE", "SYNCHRONOUS IDLE", "END OF TRANSMISSION BLOCK", "CANCEL",
    "END OF MEDIUM", "SUBSTITUTE", "ESCAPE", "INFORMATION SEPARATOR FOUR",
    "INFORMATION SEPARATOR THREE", "INFORMATION SEPARATOR TWO", "INFORMATION SEPARATOR ONE",
)  # fmt: skip
_ALIASES = {
    **{chr(number): name for number, name in enumerate(_C0)},
    "\x7f": "DELETE",
    "\x85": "NEXT LINE",
    "\u200b": "ZERO WIDTH SPACE",
    "\ufeff": "ZERO WIDTH NO-BREAK SPACE, the byte order mark",
}
"""Names of what has none of its own in Unicode's table, or is known by another one."""


def is_invisible(character: str) -> bool:
    """Whether a character shows nothing, or changes how others are shown."""
    return _INVISIBLE.match(character) is not None


def has_invisible(text: str) -> bool:
    """Whether a text holds an invisible character."""
    if text.isascii() and text.isprintable():
        return False
    return _INVISIBLE.search(text) is not None


def escaped(character: str, *, is_json: bool = False) -> str:
    """The character as double quotes of YAML spell it, or those of JSON, which has no `\\U`."""
    number = ord(character)
    if number < _ASTRAL:
        return f"\\u{number:04x}"
    if not is_json:
        return f"\\U{number:08x}"
    units = character.encode("utf-16-be").hex()
    return f"\\u{units[:4]}\\u{units[4:]}"


def named(character: str) -> str:
    """A character by its code point and name: `U+200D ZERO WIDTH JOINER`."""
    name = _ALIASES.get(character) or unicodedata.name(character, "")
    if not name:
        control = unicodedata.category(character) == "Cc"
        name = "a control character" if control else "without a name"
    return f"U+{ord(character):04X} {name}"
