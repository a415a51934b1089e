"""The text of one YAML document, read by ruamel.yaml: what it says, or what is wrong and where."""

from __future__ import annotations

import re

from reconciler.manifests.build import Builder
from reconciler.manifests.built import BuildError, Built, Span

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
_ESCAPE = re.compile(r"\\U(?!0010|000[0-9a-fA-F])")


def read(text: str, *, marking: bool = False) -> Built:
    """The document, whose value is None where there is none; raises BuildError."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and seldom needed
    from ruamel.yaml.error import MarkedYAMLError  # noqa: PLC0415

    events = YAML(typ="safe", pure=True).parse(text)
    try:
        return Builder(marking=marking).document(events)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = ", ".join(filter(None, (error.context, error.problem)))
        hint = next((hint for part, hint in _HINTS.items() if part in said), "")
        span = _within(text, mark.line, mark.column)
        raise BuildError("YML101", f"this is no YAML: {said}", span, hint) from error
    except (ValueError, OverflowError) as error:  # of chr(), which the parser lets out
        span = _of_escape(text)
        raise BuildError("YML101", "this is no YAML: an escape of no character", span) from error


def _within(text: str, line: int, column: int) -> Span:
    """The place, or the last text of the document where the parser has run past its end."""
    lines = text.rstrip().split("\n")
    if line >= len(lines):
        line, column = len(lines) - 1, max(len(lines[-1]) - 1, 0)
    return Span(line, column, line, column + 1)


def _of_escape(text: str) -> Span:
    found = _ESCAPE.search(text)
    at = found.start() if found else 0
    line, column = text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)
    return Span(line, column, line, column + (10 if found else 1))
