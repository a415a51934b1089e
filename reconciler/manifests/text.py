"""Bytes of a file as text, and text as the documents of a YAML stream."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

MOST_BYTES = 10 * 1024 * 1024

_ENCODINGS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
# At the start of a line these end a document whatever stands around them, block text included.
_START = re.compile(r"^---(?=\s|$)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One document's text; `line` counts from 0 in the file."""

    line: int
    text: str


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, or in UTF-16 or UTF-32 with a byte order mark.

    Raises UnicodeDecodeError.
    """
    for mark, encoding in _ENCODINGS:
        if data.startswith(mark):
            return data.decode(encoding)
    return data.decode("utf-8")


def documents(text: str) -> Iterator[Chunk]:
    """The stream cut before each `---`, so that one broken document hides no other."""
    starts = [match.start() for match in _START.finditer(text)]
    if not starts or text[: starts[0]].strip():
        starts.insert(0, 0)
    line, at = 0, 0
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        line += text.count("\n", at, start)
        at = start
        if _says_something(chunk := text[start:end]):
            yield Chunk(line, chunk)


def _says_something(chunk: str) -> bool:
    """Whether there is more than blank lines, comments, directives and end markers."""
    lines = (line.strip() for line in chunk.splitlines())
    return any(line and line[0] not in "#%" and line != "..." for line in lines)
