"""YAML 1.2 files become documents of plain values; what cannot be read is a diagnostic."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.manifests.build import Builder, BuildError, Marks, Span
from reconciler.manifests.text import MOST_BYTES, Chunk, decoded, documents
from reconciler.model.diagnostic import Diagnostic, Origin, Position, Severity

_HINTS = {
    "<stream end>": "the document ends before a bracket is closed",
    "cannot start any token": "quote the value; tabs cannot indent, and @ and ` cannot begin text",
    "mapping values are not allowed": "quote the value that holds `: `, or start a new line",
    "could not find expected ':'": "a key ends with a colon and a space",
    "expected ',' or": "close the bracket, or separate the items with commas",
    "did not find expected <document start>": "check the indentation of this line",
    "expected <block end>": "check the indentation of this line",
    "unexpected end of stream": "close the quote",
}


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file: which one in the stream, its first line (from 1), its value."""

    file: str
    index: int
    line: int
    value: Any


def parse(file: str, data: bytes) -> tuple[list[Document], list[Diagnostic]]:
    """Every document of a file that can be read, and one diagnostic for each that cannot."""
    found: list[Document] = []
    problems: list[Diagnostic] = []
    for number, item in enumerate(_read(file, data)):
        if isinstance(item, Diagnostic):
            problems.append(item)
        else:
            found.append(Document(file, number, item[0] + 1, item[1]))
    return found, problems


def marks(file: str, data: bytes) -> tuple[list[str], dict[int, tuple[int, Marks]]]:
    """The lines of a file and, per readable document, its line offset and where all stands."""
    noted: dict[int, tuple[int, Marks]] = {}
    try:
        text = decoded(data)
    except UnicodeDecodeError:
        return [], noted
    number = 0
    for chunk in documents(text):
        for item in _values(chunk, file, text, marking=True):
            if not isinstance(item, Diagnostic) and item[2] is not None:
                noted[number] = (chunk.line, item[2])
            number += 1
    return text.splitlines(), noted


_Read = tuple[int, Any, Marks | None]


def _read(file: str, data: bytes) -> Iterator[Diagnostic | _Read]:
    if len(data) > MOST_BYTES:
        limit = MOST_BYTES // 1024 // 1024
        yield _problem(file, "YML107", f"larger than {limit} MiB", hint="split the file")
        return
    try:
        text = decoded(data)
    except UnicodeDecodeError as error:
        yield _problem(
            file,
            "YML106",
            f"byte {error.start} is not UTF-8: {error.reason}",
            hint="save the file as UTF-8",
        )
        return
    for chunk in documents(text):
        yield from _values(chunk, file, text)


def _values(
    chunk: Chunk, file: str, text: str, *, marking: bool = False
) -> Iterator[Diagnostic | _Read]:
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, not needed by `--help`
    from ruamel.yaml.error import MarkedYAMLError  # noqa: PLC0415
    from ruamel.yaml.reader import ReaderError  # noqa: PLC0415

    events = YAML(typ="safe", pure=True).parse(chunk.text)
    try:
        for line, value, noted in Builder(marking=marking).documents(events):
            yield chunk.line + line, value, noted
    except BuildError as error:
        yield _at(file, text, chunk, error.span, error.code, error.summary, error.hint)
    except ReaderError as error:
        before = chunk.text[: error.position]
        line, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
        span = Span(line, column, line, column + 1)
        character = f"the character U+{ord(chunk.text[error.position]):04X} is not allowed"
        yield _at(file, text, chunk, span, "YML106", character, "remove it, or quote and escape it")
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        span = _within(chunk, mark.line, mark.column)
        said = ", ".join(filter(None, (error.context, error.problem)))
        hint = next((hint for part, hint in _HINTS.items() if part in said), "")
        yield _at(file, text, chunk, span, "YML101", f"this is no YAML: {said}", hint)


def _within(chunk: Chunk, line: int, column: int) -> Span:
    """The place, or the last text of the document where the parser has run past its end."""
    lines = chunk.text.rstrip().split("\n")
    if line >= len(lines):
        line, column = len(lines) - 1, max(len(lines[-1]) - 1, 0)
    return Span(line, column, line, column + 1)


def _at(  # noqa: PLR0913, PLR0917 - the facts of one diagnostic
    file: str, text: str, chunk: Chunk, span: Span, code: str, summary: str, hint: str
) -> Diagnostic:
    lines = text.splitlines()
    position = position_of(file, lines, chunk.line, span)
    return _problem(file, code, summary, hint, position=position)


def position_of(file: str, lines: list[str], offset: int, span: Span) -> Position:
    """A span of the document that begins at line `offset` (from 0), as people count."""
    line = min(offset + span.line, max(len(lines) - 1, 0))
    text = lines[line] if lines else ""
    end = span.end_column if span.end_line == span.line else len(text)
    return Position(file, line + 1, span.column + 1, max(end, span.column + 1) + 1, text)


def _problem(
    file: str, code: str, summary: str, hint: str = "", position: Position | None = None
) -> Diagnostic:
    return Diagnostic(
        severity=Severity.ERROR,
        code=code,
        summary=summary,
        hint=hint,
        origin=Origin(file, 0, position.line if position else 1),
        position=position or Position(file, 1, 1, 1, ""),
    )
