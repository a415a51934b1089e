"""The one door for foreign text: what a tenant or a manifest names can break no output."""

from __future__ import annotations

import unicodedata

_BREAKING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe(text: object) -> str:
    """The text with control, invisible and direction-changing characters as visible escapes."""
    written = str(text)
    if written.isascii() and written.isprintable():
        return written
    return "".join(_escaped(char) for char in written)


def _escaped(char: str) -> str:
    if unicodedata.category(char) not in _BREAKING:
        return char
    return char.encode("unicode_escape").decode("ascii")
