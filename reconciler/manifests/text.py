"""Bytes of a file as text, and text as the documents of a YAML stream."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.model.characters import INVISIBLE

MOST_BYTES = 10 * 1024 * 1024

_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
# What nobody sees could hide a key from a reviewer, order text in another way, or make two names
# look alike; and two code points are no characters in any encoding.
_REFUSED = re.compile(f"(?![\t\n])[{INVISIBLE}\ud800-\udfff\ufffe\uffff]")
_FINE_ASCII = bytes((0x09, 0x0A, *range(0x20, 0x7F)))
# At the start of a line these end a document whatever stands around them, block text included.
_MARKER = re.compile(r"\n(---|\.\.\.)(?=[ \t\n])")
_BLANK = r"[ \t]*+(?:#[^\n]*+)?\n"
_NOTHING = re.compile(
    rf"(?:---(?=[ \n])(?:{_BLANK})*+|(?:{_BLANK}|%[^\n]*\n)*+)(?:\.\.\.(?:[ \t]+(?:#[^\n]*)?)?\n)?"
)
_OTHER_VERSION = re.compile(r"^%YAML[ \t]++(?!1\.2(?:\s|\Z))[^\n]*", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One document's text, which ends with a line break.

    `line` counts from 0 in the file, `content` from 0 in the chunk: where the first value is.
    """

    line: int
    text: str
    content: int


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.

    Lines end with LF where the file has CR LF; a lone CR stays, and is refused. Raises
    UnicodeDecodeError.
    """
    encoding = next((name for mark, name in _ENCODINGS if data.startswith(mark)), "utf-8")
    text = data.decode(encoding)
    return text.replace("\r\n", "\n") if "\r" in text else text


def refused_character(text: str) -> int | None:
    """The place of the first character that no manifest may hold, None where all are fine."""
    if text.isascii() and not text.encode("ascii").translate(None, _FINE_ASCII):
        return None
    found = _REFUSED.search(text)
    return found.start() if found else None


def other_version(text: str) -> re.Match[str] | None:
    """The first directive that asks for another YAML than 1.2."""
    return _OTHER_VERSION.search(text) if "%YAML" in text else None


def documents(text: str) -> Iterator[Chunk]:
    """The stream cut before each `---` and after each `...`, so that one broken document hides
    no other; what holds blank lines, comments, directives and markers only is left out."""
    text = text if text.endswith("\n") else text + "\n"
    line, at = 0, 0
    for start, end in _cuts(text):
        line += text.count("\n", at, start)
        at = start
        nothing = _NOTHING.match(text, start, end)
        first = nothing.end() if nothing else start
        if first < end:
            yield Chunk(line, text[start:end], text.count("\n", start, first))


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for marker in _MARKER.finditer("\n" + text):
        at = marker.start()  # of the marker itself, as a line break was put before the text
        cut = at if marker[1] == "---" else text.index("\n", at) + 1
        if cut > start:
            yield start, cut
        start = cut
    if start < len(text):
        yield start, len(text)
