"""The text of a JSON file: strict, within the limits of a manifest, each refusal with its place.

The standard library knows syntax and values; what it lets pass, and where things stand, is found
by a walk over the tokens.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field

from reconciler.manifests.parsed import (
    BuildError,
    Built,
    Marks,
    Span,
    half,
    too_deep,
    too_long,
    too_many,
    twice,
)
from reconciler.manifests.scalars import MOST_DIGITS
from reconciler.manifests.tree import MOST_DEPTH, MOST_NODES
from reconciler.model.diagnostic import Path

_TOKEN = re.compile(
    r'(?P<blank>[ \t\n]++)|(?P<text>"[^"\\]*+(?:\\.[^"\\]*+)*+")'
    r'|(?P<literal>[^\s{}\[\],:"]++)|(?P<mark>[{}\[\],:])',
    re.DOTALL,
)
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_HINT = "JSON has no comments and no commas at the end; what has them is YAML: name it .yaml"


def is_json(text: str) -> bool:
    """Whether a text of unknown kind is JSON: a mapping or a list, without a mistake."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def read(text: str, *, marking: bool = False) -> Built:
    """The value of a JSON text; raises BuildError for what cannot be read."""
    walk = _Walk(text, marking=marking)
    walk.over_all()
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise _no_json(text, error) from None
    except RecursionError:
        raise too_deep(Span(0, 0, 0, 1)) from None
    return Built(walk.first, value, walk.nodes, walk.has_null, walk.marks)


def _no_json(text: str, error: json.JSONDecodeError) -> BuildError:
    at = min(error.pos, max(len(text.rstrip()) - 1, 0))
    line, column = text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)
    span = Span(line, column, line, column + 1)
    if not text.strip():
        return BuildError("YML101", "invalid JSON: the file is empty", span)
    said = error.msg[:1].lower() + error.msg[1:]
    return BuildError("YML101", f"invalid JSON: {said}", span, _HINT)


@dataclass(slots=True)
class _Open:
    """An object or a list that the walk is in."""

    path: Path
    is_object: bool
    line: int
    column: int
    key: str | None = None
    index: int = 0
    keys: set[str] = field(default_factory=set)


class _Walk:
    """One look at all tokens; stops without a word where the syntax is broken."""

    def __init__(self, text: str, *, marking: bool) -> None:
        self.marks = Marks()
        self.nodes = 0
        self.has_null = False
        self.first = 0
        self._text = text
        self._marking = marking
        self._stack: list[_Open] = []
        self._at = self._end = 0
        self._line = 0
        self._line_start = 0

    def over_all(self) -> None:
        """Raises BuildError where a rule is broken that JSON itself does not have."""
        while found := _TOKEN.match(self._text, self._end):
            self._at, self._end = found.span()
            group, said = found.lastgroup, found[0]
            if group == "blank":
                self._blank(said)
            elif not self._take(said, is_mark=group == "mark"):
                return

    def _blank(self, said: str) -> None:
        if breaks := said.count("\n"):
            self._line += breaks
            self._line_start = self._at + said.rindex("\n") + 1

    def _span(self) -> Span:
        start, end = self._at - self._line_start, self._end - self._line_start
        return Span(self._line, start, self._line, end)

    def _take(self, said: str, *, is_mark: bool) -> bool:
        """Look at one token; False where the rest has no meaning."""
        top = self._stack[-1] if self._stack else None
        if not is_mark:
            if top and top.is_object and top.key is None:
                return self._key(top, said)
            return self._scalar(said)
        if said in "{[":
            self._start(said)
        elif top is None:
            return False
        elif said == ",":
            top.key, top.index = None, top.index + 1
        elif said in "]}":
            self._stack.pop()
            end = self._end - self._line_start if self._line == top.line else top.column + 1
            self._mark(Span(top.line, top.column, top.line, end))
        return True

    def _key(self, top: _Open, said: str) -> bool:
        key = self._decoded(said) if said[0] == '"' else None
        if key is None:
            return False
        if key in top.keys:
            raise twice(key, self._span())
        top.keys.add(key)
        top.key = key
        if self._marking:
            self.marks.keys[(*top.path, key)] = self._span()
        return True

    def _scalar(self, said: str) -> bool:
        self._count()
        if said[0] == '"':
            if self._decoded(said) is None:
                return False
        elif said == "null":
            self.has_null = True
        elif said in ("NaN", "Infinity", "-Infinity"):
            summary = f"invalid JSON: {said} is not a JSON number"
            raise BuildError("YML101", summary, self._span())
        elif len(said) > MOST_DIGITS:
            raise too_long(self._span())
        elif said[0] in "-0123456789" and _is_infinite(said):
            summary = "a number of this size cannot be read"
            raise BuildError("YML107", summary, self._span(), "quote it")
        if self._marking:
            self._mark(self._span())
        return True

    def _start(self, said: str) -> None:
        self._count()
        if len(self._stack) >= MOST_DEPTH:
            raise too_deep(self._span())
        column = self._at - self._line_start
        self._stack.append(_Open(self._here(), said == "{", self._line, column))

    def _count(self) -> None:
        if not self.nodes:
            self.first = self._line
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise too_many(self._span())

    def _here(self) -> Path:
        if not self._stack:
            return ()
        top = self._stack[-1]
        return (*top.path, (top.key or "") if top.is_object else top.index)

    def _mark(self, span: Span) -> None:
        if self._marking:
            self.marks.values[self._here()] = span

    def _decoded(self, said: str) -> str | None:
        """The text that a token spells, None where it spells none."""
        if "\\" not in said:
            return said[1:-1]
        try:
            text = str(json.loads(said))
        except ValueError:
            return None
        if _HALF.search(said) and any("\ud800" <= each <= "\udfff" for each in text):
            raise half(self._span())
        return text


def _is_infinite(number: str) -> bool:
    try:
        return math.isinf(float(number))
    except ValueError:
        return False
