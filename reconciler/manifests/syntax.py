"""What a YAML parser refuses, reported at the place where the mistake was made.

A parser notices late: that a bracket is open, where the next key comes; that a space is missing
after a colon, one line on. Here the place goes back to where it began.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from reconciler.manifests.parsed import Span

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
_NO_SPACE = re.compile(r"(?P<indent> *)(?:- )?(?P<key>[A-Za-z0-9_][\w.-]*):(?P<value>[^\s:/].*)")
_SEPARATOR = re.compile(r"(?:--|-{4,}|[\u2010-\u2015]+)\s*")
_CLOSED_BY = {"[": "]", "{": "}"}
_QUOTES = ("'", '"')


@dataclass(frozen=True, slots=True)
class Mistake:
    """Where a mistake was made, what it is and what to do."""

    summary: str
    span: Span
    hint: str


def spaced(text: str) -> str:
    """`channel: all` for `channel:all`, empty for what is no key with its value."""
    found = _NO_SPACE.fullmatch(text.strip())
    return f"{found['key']}: {found['value']}" if found else ""


def mistake(text: str, error: Any) -> Mistake:
    """The mistake behind an error of ruamel.yaml."""
    lines = text.split("\n")
    begun, noticed = error.context_mark, error.problem_mark or error.context_mark
    said = ", ".join(filter(None, (error.context, error.problem)))
    found = None
    if said.startswith("while parsing a flow") and begun is not None:
        found = _open_bracket(text, begun, noticed, str(error.problem))
    elif said.startswith("while scanning a quoted scalar") and "end of stream" in said:
        found = _open_quote(lines, begun)
    elif "could not find expected ':'" in said and begun is not None:
        found = _key_without_value(lines, begun)
    elif "mapping values are not allowed" in said:
        found = _missing_space(lines, noticed.line - 1, _indent(lines[noticed.line]))
    elif "expected <block end>" in said:
        found = _late_quote(text, noticed)
    if found is not None:
        return found
    hint = next((hint for part, hint in _HINTS.items() if part in said), "")
    return Mistake(said, _within(lines, noticed.line, noticed.column), hint)


def _open_bracket(text: str, begun: Any, noticed: Any, problem: str) -> Mistake | None:
    """A bracket that is not closed, where it opens; None where only a comma may be missing."""
    lines = text.split("\n")
    if not "\n".join([lines[noticed.line][noticed.column :], *lines[noticed.line + 1 :]]).strip():
        return _never_closed(lines, _still_open(text))
    opened = lines[begun.line][begun.column : begun.column + 1]
    if opened not in _CLOSED_BY:
        return None
    other = any(f"got '{each}'" in problem for each in _CLOSED_BY.values())
    outside = noticed.line > begun.line and (
        _indent(lines[noticed.line]) <= _indent(lines[begun.line])
    )
    return _never_closed(lines, begun) if other or outside else None


def _never_closed(lines: list[str], begun: Any) -> Mistake | None:
    if begun is None:
        return None
    opened = lines[begun.line][begun.column]
    span = Span(begun.line, begun.column, begun.line, begun.column + 1)
    return Mistake(f"this `{opened}` is not closed", span, f"close it with `{_CLOSED_BY[opened]}`")


def _still_open(text: str) -> Any:
    """Where the innermost bracket opens that nothing closes."""
    opened: list[Any] = []
    for token in _tokens(text):
        kind = type(token).__name__
        if kind in ("FlowSequenceStartToken", "FlowMappingStartToken"):
            opened.append(token.start_mark)
        elif kind in ("FlowSequenceEndToken", "FlowMappingEndToken") and opened:
            opened.pop()
    return opened[-1] if opened else None


def _open_quote(lines: list[str], begun: Any) -> Mistake:
    span = Span(begun.line, begun.column, begun.line, len(lines[begun.line].rstrip()))
    return Mistake("this quote is not closed", span, "close the quote")


def _late_quote(text: str, noticed: Any) -> Mistake | None:
    """A quote that is closed by the one that opens the next text."""
    lines = text.split("\n")
    if noticed.column == 0 or lines[noticed.line][noticed.column - 1] not in _QUOTES:
        return None
    for token in _tokens(text):
        start, end = token.start_mark, token.end_mark
        ends_here = (end.line, end.column) == (noticed.line, noticed.column)
        if ends_here and getattr(token, "style", None) in _QUOTES and start.line < end.line:
            span = Span(start.line, start.column, start.line, len(lines[start.line].rstrip()))
            hint = "close the quote, before the next one opens"
            return Mistake("this quote is not closed", span, hint)
    return None


def _tokens(text: str) -> list[Any]:
    """The tokens of a document, as far as it can be cut into such."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and seldom needed
    from ruamel.yaml.error import MarkedYAMLError  # noqa: PLC0415

    found: list[Any] = []
    with suppress(MarkedYAMLError):
        found.extend(YAML(typ="safe", pure=True).scan(text))
    return found


def _key_without_value(lines: list[str], begun: Any) -> Mistake:
    """A line that is neither a key with its colon nor anything else."""
    line = lines[begun.line]
    span = Span(begun.line, begun.column, begun.line, len(line.rstrip()))
    if _SEPARATOR.fullmatch(line):
        return Mistake("this line is not a separator", span, "manifests are separated by `---`")
    missing = _missing_space(lines, begun.line, _indent(line))
    if missing is not None:
        return missing
    hint = f"a key ends with a colon and a space: `{line.strip().split(' ')[0]}: ...`"
    return Mistake("there is no colon after this key", span, hint)


def _missing_space(lines: list[str], at: int, indent: int) -> Mistake | None:
    """The first of the lines up to one that are `key:value`, in a block that is so far in."""
    first = None
    while at >= 0:
        line = lines[at]
        found = _NO_SPACE.fullmatch(line.rstrip())
        if found and _indent(line) == indent:
            first = at
        elif line.strip() and not line.strip().startswith("#"):
            break
        at -= 1
    if first is None:
        return None
    line = lines[first]
    start, end = len(line) - len(line.lstrip(" -")), len(line.rstrip())
    hint = f"write `{spaced(line[start:end])}`"
    return Mistake("a space is missing after the colon", Span(first, start, first, end), hint)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _within(lines: list[str], line: int, column: int) -> Span:
    """The place, or the last text of the document where the parser has run past its end."""
    last = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].strip()), 0)
    if line > last:
        line, column = last, max(len(lines[last].rstrip()) - 1, 0)
    return Span(line, column, line, column + 1)
