"""The one door for foreign text: what a tenant or a manifest names can break no output."""

from __future__ import annotations

import re
import unicodedata

from reconciler.model.characters import is_invisible

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
    if unicodedata.category(char) not in _BREAKING and not is_invisible(char):
        return char
    return char.encode("unicode_escape").decode("ascii")


def quoted(text: object) -> str:
    """Safe text in double quotes that ends where the quotes do: what is within forges nothing."""
    within = str(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{safe(within)}"'


def markdown(text: object) -> str:
    """Safe text for one place in Markdown: no mark-up, link, image, mention or comment in it."""
    # an entity is decoded before names and numbers are looked for: a space without width parts them
    parted = _LINKING.sub(lambda found: found[0] + "\u200b", safe(text))
    return _without_marks(parted)


def _without_marks(text: str) -> str:
    return "".join(_MARKDOWN.get(char, char) for char in text)


def copyable(text: object) -> str:
    """Safe Markdown whose rendered text is the text itself, with nothing between its characters.

    A word that would become a link or a mention is code, where neither exists.
    """
    # a `|` would end the cell of a table, in code too
    parts = re.split(r"([ |]+)", safe(text))
    return "".join(_code(part) if _LINKING.search(part) else _without_marks(part) for part in parts)


def _code(word: str) -> str:
    """A word without blanks as code in Markdown."""
    longest = max(map(len, re.findall("`+", word)), default=0)
    fence = "`" * (longest + 1)
    room = " " if longest else ""  # a blank at both ends belongs to the marks
    return f"{fence}{room}{word}{room}{fence}"
