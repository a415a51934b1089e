"""The quick way to read a document: a YAML parser in native code, where it can be trusted.

`yaml-rs` reads as `build.py` does but for the exceptions listed here. A document with any of that,
or one that it refuses, is left to the other way, which also knows how to say what is wrong. A guard
that sees too much costs time only; `tests/property/test_reading.py` holds both ways against
each other. Without the library everything goes the other way.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from reconciler.manifests.parsed import Built, Span, too_many
from reconciler.manifests.text import Chunk
from reconciler.manifests.tree import MOST_DEPTH, MOST_NODES, Measured, measured, strings

# Beyond both, the tree alone could take half a gigabyte; the other way counts while it reads. A
# value begins the text, or follows one of these marks.
_MOST_CHARACTERS = 4 * 1024 * 1024
_BEFORE_A_VALUE = "\n,[{:-?"
_MOST_VALUES = 3_000_000

# Single characters first: a search for one is so quick that a whole file is looked through.
_NEVER = "!&\t"
# `<<` merges; `\` at the end of a line may join a key; directives and markers end documents; a run
# of blanks may stand before a colon, which is too far from its key then.
_NEVER_WITH = {"<": "<<", "\\": "\\\n", "%": "\n%", ".": "\n...", " ": " " * 200}
# A block of text that begins with a blank line, or is empty.
_ODD_BLOCK = re.compile(r"[|>][-+0-9]*[ ]*(?:#[^\n]*)?\n *(?:\n|\Z|---|\.\.\.)")
# What text cannot begin with in brackets, for the other way.
_ODD_QUESTION = re.compile(r"(?<![^\s\[{,:])\?")
_ODD_COLON = re.compile(r"(?<![^\s\[{,]):(?=\S)")
_ODD_QUOTE = re.compile(r"[\"']:(?=\S)")
# It reads blocks by recursion: so many levels stand in the indentation of a line. And a colon is
# not to be on the line after its key.
_ODD_START = re.compile(r"\n(?:[ ?:-]{130}| *:)")
# It takes more for numbers than the core schema does, never less; and long ones take it long.
_ODD_NUMBER = re.compile(
    r"(?<![^\s,\[\]{}:])(?:[-+.]*_[-+._]*[0-9]|[-+.]*[0-9][^\s,\[\]{}:]*_|[-+]+0[xo]|[-+]*0[bBXO]"
    r"|[-+]*\.[iInN][nNaA])"
)
_LONG_NUMBER = re.compile(r"(?<![0-9a-fA-F_.+-])[0-9a-fA-F_.+-]{4000}")
_LONG = 4000

# In brackets it lets text begin with what begins a block.
_BLOCK = ("|", ">")
# A key may stand at most 1,024 characters before its colon, escapes included.
_MOST_OF_A_KEY = 60
_SCALARS = {str, int, float, bool, type(None)}


def trusts(text: str) -> bool:
    """Whether nothing in the text of a document, or of many, makes the native parser differ."""
    return not (
        any(each in text for each in _NEVER)
        or any(first in text and whole in text for first, whole in _NEVER_WITH.items())
        or (("|" in text or ">" in text) and _ODD_BLOCK.search(text))
        or (('"' in text or "'" in text) and _ODD_QUOTE.search(text))
        or ("?" in text and _ODD_QUESTION.search(text))
        or (("{" in text or "[" in text) and _ODD_COLON.search(text))
        or _ODD_START.search("\n" + text)
    )


def read(chunk: Chunk) -> Built | None:
    """One document whose text is trusted; None where it has to be read otherwise.

    Raises BuildError for one that holds too much: the other way would count long.
    """
    loads, text = _loads(), chunk.text
    if loads is None or (len(text) > _MOST_CHARACTERS and _may_hold_too_much(text)):
        return None
    if len(text) > _LONG and _LONG_NUMBER.search(text):
        return None
    try:
        value = loads(text, parse_datetime=False)
    except BaseException as error:
        # whatever it refuses, the other way tells in our words; a panic is a mistake of its own
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            return None
        raise
    found = measured(value)
    if found.nodes > MOST_NODES:
        raise too_many(Span(chunk.content, 0, chunk.content, 1))
    if found.depth > MOST_DEPTH or not _agreed(text, found):
        return None
    if ("|" in text or ">" in text) and any(each.startswith(_BLOCK) for each in strings(value)):
        return None
    return Built(chunk.content, value, found.nodes, type(None) in found.types)


def _may_hold_too_much(text: str) -> bool:
    return sum(map(text.count, _BEFORE_A_VALUE)) > _MOST_VALUES


def _agreed(text: str, found: Measured) -> bool:
    """Whether the tree can be no other than the one that the other way makes."""
    if not found.types <= _SCALARS:
        return False
    try:
        keys = "\n".join(found.keys)
    except TypeError:
        return False  # one is no text
    if len(keys) > _MOST_OF_A_KEY and max(map(len, found.keys)) > _MOST_OF_A_KEY:
        return False
    if "{" in text and (" " in keys or keys.count("\n") >= len(found.keys) > 0):
        return False  # one may have been folded from two lines
    numbers = int in found.types or float in found.types
    return not (numbers and _ODD_NUMBER.search(text))


@cache
def _loads() -> Callable[..., Any] | None:
    try:
        from yaml_rs import loads  # noqa: PLC0415 - optional, and `--help` does without
    except ImportError:
        return None
    return loads
