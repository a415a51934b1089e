"""The one door for foreign text: what a tenant or a manifest names can break no output."""

from __future__ import annotations

import re
import unicodedata

_MARKDOWN = {char: f"&#{ord(char)};" for char in "&<>|`\\*_~![](){}\u200b"}
_LINKING = re.compile(r"@(?=\w)|#(?=\d)|:(?=//)|www(?=\.)|GH-(?=\d)", re.IGNORECASE)
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


def markdown(text: object) -> str:
    """Safe text for one place in Markdown: no mark-up, link, image, mention or comment in it."""
    # an entity is decoded before names and numbers are looked for: a space without width parts them
    parted = _LINKING.sub(lambda found: found[0] + "\u200b", safe(text))
    return "".join(_MARKDOWN.get(char, char) for char in parted)
