"""YAML events become plain values: iteratively, within limits, by the rules of design §3.

Anchors and merge keys work; tags, duplicate keys and keys that are no text are errors. When
`marking`, the builder also notes where each value stands, which only a diagnostic needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from reconciler.manifests import scalars
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
from reconciler.manifests.tree import MOST_DEPTH, MOST_NODES
from reconciler.model.diagnostic import Path

MOST_ALIASES = 10_000

_HALF = re.compile("[\ud800-\udfff]")
_OF_THE_STREAM = frozenset((
    "StreamStartEvent", "StreamEndEvent", "DocumentStartEvent", "DocumentEndEvent", "CommentEvent",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Node:
    """A finished value with what repeating it by an alias would cost."""

    value: Any
    nodes: int = 1
    height: int = 0


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being filled."""

    value: Any
    path: Path
    anchor: str | None
    span: Span
    nodes: int = 1
    height: int = 1
    key: str | None = None
    has_key: bool = False
    key_span: Span | None = None
    merged: list[Any] = field(default_factory=list)


class Builder:
    """Fills plain values from the events of one document."""

    def __init__(self, *, marking: bool = False) -> None:
        self._marking = marking
        self._marks = Marks()
        self._stack: list[_Open] = []
        self._anchors: dict[str, _Node | None] = {}
        self._aliases = 0
        self._nodes = 0
        self._has_null = False
        self._root: Any = None

    def document(self, events: Iterable[Any]) -> Built:
        """The document, whose value is None where there is none; raises BuildError."""
        line = -1
        for event in events:
            kind = type(event).__name__
            if kind in _OF_THE_STREAM:
                continue
            if line < 0:
                line = event.start_mark.line
            self._take(kind, event)
        return Built(max(line, 0), self._root, self._nodes, self._has_null, self._marks)

    def _take(self, kind: str, event: Any) -> None:
        if getattr(event, "tag", None) is not None:
            raise BuildError(
                "YML104",
                f"the tag `{event.tag}` is not allowed",
                _span(event),
                hint="write the plain value; a string that looks like a number goes into quotes",
            )
        if kind == "ScalarEvent":
            self._scalar(event)
        elif kind == "AliasEvent":
            self._alias(event)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._start({} if kind == "MappingStartEvent" else [], event)
        else:
            self._end(event)

    def _scalar(self, event: Any) -> None:
        span = _span(event)
        if self._wants_key():
            self._key(event, span)
            return
        node = _Node(self._typed(event, span))
        self._has_null = self._has_null or node.value is None
        if event.anchor:
            self._anchors[event.anchor] = node
        self._count(1, span)
        self._add(node, span)

    def _typed(self, event: Any, span: Span) -> Any:
        if event.style is not None:
            return _whole(event.value, span) if event.style == '"' else event.value
        try:
            return scalars.plain(event.value)
        except ValueError as error:
            raise too_long(span) from error

    def _wants_key(self) -> bool:
        top = self._stack[-1] if self._stack else None
        return top is not None and isinstance(top.value, dict) and not top.has_key

    def _key(self, event: Any, span: Span) -> None:
        top = self._stack[-1]
        key = self._typed(event, span)
        if not isinstance(key, str):
            raise BuildError(
                "YML103",
                f"the key `{event.value}` is not text",
                span,
                hint=f'quote it: "{event.value}"',
            )
        if key in top.value and key != "<<":
            raise twice(key, span, is_root=len(self._stack) == 1)
        if key == "<<" and event.style is not None:
            raise BuildError("YML103", "a quoted `<<` cannot be a key", span)
        if event.anchor:
            self._anchors[event.anchor] = _Node(key)
        top.key, top.has_key, top.key_span = key, True, span

    def _alias(self, event: Any) -> None:
        span = _span(event)
        if self._wants_key():
            raise BuildError("YML103", "an alias cannot be a key", span, hint="write the key")
        if event.anchor not in self._anchors:
            raise BuildError(
                "YML105",
                f"there is no anchor `&{event.anchor}` before this alias",
                span,
                hint="anchors are known in their own document only",
            )
        node = self._anchors[event.anchor]
        if node is None:
            raise BuildError("YML105", f"`*{event.anchor}` contains itself", span)
        self._aliases += 1
        if self._aliases > MOST_ALIASES:
            raise BuildError("YML105", f"more than {MOST_ALIASES:,} aliases", span)
        self._count(node.nodes, span)
        self._add(node, span)

    def _start(self, value: Any, event: Any) -> None:
        span = _span(event)
        if self._wants_key():
            raise BuildError("YML103", "a list or mapping cannot be a key", span)
        if len(self._stack) >= MOST_DEPTH:
            raise too_deep(span)
        if event.anchor:
            self._anchors[event.anchor] = None
        self._count(1, span)
        opened = _Open(value, self._here(), event.anchor, span)
        if self._marking and not event.flow_style:
            # what starts on the next line is best shown by the key that it belongs to
            parent = self._stack[-1] if self._stack else None
            opened.span = (parent and parent.key_span) or span
        self._stack.append(opened)

    def _end(self, event: Any) -> None:
        done = self._stack.pop()
        for mapping in done.merged:
            for key, value in mapping.items():
                done.value.setdefault(key, value)
        node = _Node(done.value, done.nodes, done.height)
        if done.anchor:
            self._anchors[done.anchor] = node
        start = done.span
        if event.end_mark.line == start.line and event.end_mark.column > start.end_column:
            start = Span(start.line, start.column, start.line, event.end_mark.column)
        self._add(node, start)

    def _here(self) -> Path:
        if not self._stack:
            return ()
        top = self._stack[-1]
        if isinstance(top.value, dict):
            return (*top.path, top.key or "")
        return (*top.path, len(top.value))

    def _count(self, nodes: int, span: Span) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            raise too_many(span)

    def _add(self, node: _Node, span: Span) -> None:
        if len(self._stack) + node.height > MOST_DEPTH:
            raise too_deep(span)
        if not self._stack:
            self._root = node.value
            self._mark((), span, None)
            return
        top = self._stack[-1]
        self._mark(self._here(), span, top.key_span if top.has_key else None)
        top.nodes += node.nodes
        top.height = max(top.height, node.height + 1)
        if not isinstance(top.value, dict):
            top.value.append(node.value)
            return
        if top.key == "<<":
            self._merge(top, node.value, span)
        else:
            assert top.key is not None  # noqa: S101 - a value comes after its key
            top.value[top.key] = node.value
        top.has_key, top.key_span = False, None

    def _merge(self, top: _Open, value: Any, span: Span) -> None:
        mappings = value if isinstance(value, list) else [value]
        if not all(isinstance(each, dict) for each in mappings):
            raise BuildError(
                "YML105",
                "`<<` merges mappings only",
                span,
                hint="write `<<: *anchor`, or a list of such aliases",
            )
        top.merged.extend(mappings)

    def _mark(self, path: Path, span: Span, key: Span | None) -> None:
        if not self._marking:
            return
        empty = (span.line, span.column) == (span.end_line, span.end_column)
        self._marks.values[path] = key if empty and key else span
        if key is not None:
            self._marks.keys[path] = key


def _whole(text: str, span: Span) -> str:
    """The text with the halves of characters that `\\ud83d\\ude00` spells put together."""
    if text.isascii() or not _HALF.search(text):
        return text
    try:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise half(span) from error


def _span(event: Any) -> Span:
    start, end = event.start_mark, event.end_mark
    return Span(start.line, start.column, end.line, end.column)
