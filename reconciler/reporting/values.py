"""Attribute values as a person reads them."""

from __future__ import annotations

import re

from reconciler.model.value import Json
from reconciler.reporting.escape import quoted, safe

FEW = 10
_NAME = re.compile(r"(?!and \d)\w(?:[\w.@&'/+-]| (?! ))*(?<! )")
"""A name that looks like nothing else: no arrow, comment, list or quote is in it."""
_WORD = re.compile(r"[a-z0-9][a-z0-9-]*")


def shown(value: Json, *, whole: bool = True) -> str:
    """One line: words bare, other text quoted, references by name.

    Lists are shown in full; only what is removed may be cut at ten, by `whole=False`.
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if _WORD.fullmatch(value) else quoted(value)
    if isinstance(value, dict):
        if value == {"hidden": True}:
            return "(hidden)"
        if value.keys() in ({"id", "name"}, {"address", "name"}):
            return reference(str(value["name"]))
        inner = ", ".join(f"{safe(k)}: {shown(v, whole=whole)}" for k, v in value.items())
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(few([shown(each, whole=whole) for each in value], whole=whole)) + "]"
    return safe(value)


def reference(name: str) -> str:
    """The name of an object: bare, or quoted where it could be taken for more than a name."""
    return name if _NAME.fullmatch(name) and safe(name) == name else quoted(name)


def few(texts: list[str], *, whole: bool, word: str = "") -> list[str]:
    """The first ten and a count of the rest, or all of them; `word` says what the rest is."""
    if whole or len(texts) <= FEW:
        return texts
    return [*texts[:FEW], f"and {len(texts) - FEW} more{f' {word}' if word else ''}"]
