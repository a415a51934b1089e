"""The bytes of a file become documents of plain values; what cannot be read is a diagnostic.

Each document is read natively where that can be trusted, else by ruamel.yaml; where things stand
is looked up only in a document that something is reported about.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from reconciler.manifests import json_text, native, yaml_text
from reconciler.manifests.parsed import BuildError, Built, Marks, Span
from reconciler.manifests.text import (
    MOST_BYTES,
    Chunk,
    decoded,
    documents,
    other_version,
    refused_character,
)
from reconciler.model.causes import cause_of_manifest
from reconciler.model.characters import escaped, is_invisible, named
from reconciler.model.diagnostic import Diagnostic, Origin, Position, Severity

STDIN = "<stdin>"
"""The name of standard input, which holds YAML or one JSON document."""

_MOST_MARKED = 256 * 1024
_HEAD = 4096
_NAME = re.compile(
    r"""^\s*["']?metadata["']?\s*:[\s{]*["']?name["']?\s*:\s*["']?([\w.@+-]+)""", re.MULTILINE
)
_HINTS_FOR_CHARACTERS = {
    "\0": "remove it; a file full of them is UTF-16: save it as UTF-8",
    "\r": "end each line with LF or CR LF; a CR that belongs to a value is `\\r` in double quotes",
    "\ufeff": "remove this invisible mark; it belongs to the start of a file only",
}


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file: which one in the stream, its first line (from 1), its value.

    `size` is the number of values in it; `has_null` says whether one of them may be null.
    """

    file: str
    index: int
    line: int
    value: Any
    size: int
    has_null: bool


def parse(file: str, data: bytes) -> tuple[list[Document], list[Diagnostic]]:
    """Every document of a file that can be read, and one diagnostic for each that cannot."""
    if len(data) > MOST_BYTES:
        return [], [too_large(file)]
    try:
        source = Source(file, decoded(data))
    except UnicodeDecodeError as error:
        return [], [_not_decoded(file, error)]
    found: list[Document] = []
    problems: list[Diagnostic] = []
    for item in source.read():
        if isinstance(item, Diagnostic):
            problems.append(item)
        else:
            found.append(item)
    return found, problems


class Source:
    """The text of one file, cut into its documents."""

    def __init__(self, file: str, text: str) -> None:
        self._file = file
        self._text = text
        self._is_json = file.endswith(".json") or (file == STDIN and json_text.is_json(text))

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file, as YAML and JSON count them."""
        return self._text.split("\n")

    @cached_property
    def chunks(self) -> list[Chunk]:
        """The texts of the documents, those that cannot be read too."""
        return [Chunk(0, self._text, 0)] if self._is_json else list(documents(self._text))

    def read(self) -> Iterator[Document | Diagnostic]:
        """Each document that holds anything, or what is wrong with it."""
        if not self._is_json and (directive := other_version(self._text)):
            yield self._refusal(0, _of_another_version(directive, self._text))
            return
        checked = self._is_json or native.trusts(self._text)
        clean = refused_character(self._text) is None
        if not clean and (between := self._refused_between()):
            yield self._refusal(0, between)
        for index, chunk in enumerate(self.chunks):
            try:
                if not clean:
                    _refuse_characters(chunk.text, is_json=self._is_json)
                built = self._built(chunk, trusted=checked or native.trusts(chunk.text))
            except BuildError as error:
                yield replace(self._refusal(chunk.line, error), root_of=_cause(chunk.text))
                continue
            if built.value is not None:
                line = chunk.line + built.line + 1
                yield Document(self._file, index, line, built.value, built.size, built.has_null)

    def _refused_between(self) -> BuildError | None:
        """The refusal of a character among the comments that belong to no document."""
        lines = list(self.lines)
        for chunk in self.chunks:
            after = chunk.line + chunk.text.removesuffix("\n").count("\n") + 1
            lines[chunk.line : after] = [""] * (after - chunk.line)
        try:
            _refuse_characters("\n".join(lines), is_json=self._is_json)
        except BuildError as error:
            return error
        return None

    def _built(self, chunk: Chunk, *, trusted: bool) -> Built:
        if self._is_json:
            return json_text.read(chunk.text)
        built = native.read(chunk) if trusted else None
        return built or yaml_text.read(chunk.text)

    def marks(self, index: int) -> Marks | None:
        """Where all stands in a document, None where it cannot be read or would take too long."""
        if len(self.chunks[index].text) > _MOST_MARKED:
            return None
        read = json_text.read if self._is_json else yaml_text.read
        try:
            return read(self.chunks[index].text, marking=True).marks
        except BuildError:
            return None

    def position(self, line: int, span: Span) -> Position:
        """A span of the document that begins at a line (from 0), as people count."""
        line = min(line + span.line, len(self.lines) - 1)
        text = self.lines[line]
        end = span.end_column if span.end_line == span.line else len(text)
        return Position(self._file, line + 1, span.column + 1, max(end, span.column + 1) + 1, text)

    def _refusal(self, line: int, error: BuildError) -> Diagnostic:
        position = self.position(line, error.span)
        return _problem(self._file, error.code, error.summary, error.hint, position)


def _cause(text: str) -> str:
    """What others that refer to a document have in common with it, as far as its text shows."""
    found = _NAME.search(text[:_HEAD])
    return cause_of_manifest(found[1]) if found else ""


def _refuse_characters(text: str, *, is_json: bool) -> None:
    at = refused_character(text)
    if at is None:
        return
    line, column = text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)
    character = text[at]
    kind = "invisible character" if is_invisible(character) else "character"
    raise BuildError(
        "YML106",
        f"the {kind} {named(character)} is not allowed",
        Span(line, column, line, column + 1),
        _HINTS_FOR_CHARACTERS.get(
            character,
            f"remove it; a value that needs it has `{escaped(character, is_json=is_json)}` in "
            "double quotes",
        ),
    )


def _of_another_version(directive: re.Match[str], text: str) -> BuildError:
    line = text.count("\n", 0, directive.start())
    return BuildError(
        "YML109",
        f"`{directive[0].strip()}` is not the YAML of manifests",
        Span(line, 0, line, len(directive[0])),
        "write %YAML 1.2, or nothing: in 1.1 `no`, `on`, `012` and more mean something else",
    )


def too_large(file: str) -> Diagnostic:
    """The refusal of a file that is larger than any set of manifests."""
    limit = MOST_BYTES // 1024 // 1024
    return _problem(file, "YML107", f"larger than {limit} MiB", "split the file")


def unreadable(file: str, why: str, hint: str = "") -> Diagnostic:
    """The refusal of a file whose bytes nobody can get."""
    return _problem(file, "YML108", f"the file cannot be read: {why}", hint)


def _not_decoded(file: str, error: UnicodeDecodeError) -> Diagnostic:
    before = _as_far_as_possible(error.object[: error.start], error.encoding)
    lines = _as_far_as_possible(error.object, error.encoding).split("\n")
    line, column = before.count("\n"), len(before) - (before.rfind("\n") + 1)
    name = error.encoding.upper().removesuffix("-LE").removesuffix("-BE")
    wrong = error.object[error.start : error.end][:4]
    shown = "".join(f"\\x{byte:02x}" for byte in wrong)
    return _problem(
        file,
        "YML106",
        f"the byte{'s' if len(wrong) > 1 else ''} {shown} cannot be read as {name}: {error.reason}",
        "save the file as UTF-8",
        Position(file, line + 1, column + 1, column + 2, lines[line]),
    )


def _as_far_as_possible(data: bytes, encoding: str) -> str:
    text = data.decode(encoding, "replace").removeprefix("\ufeff")
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
