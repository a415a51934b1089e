"""The text of one document as nodes that know where they stand: what an edit looks at.

Unlike `build`, which gives the value alone, this keeps what is said about it: quotes, brackets,
anchors and which alias leads to which of them. The text has been read by `parse` before.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from reconciler.manifests import scalars
from reconciler.model.value import Json

MERGE = "<<"

Shape: TypeAlias = Literal["scalar", "alias", "mapping", "list"]

_ANCHOR = re.compile(r"&[^\s,\[\]{}]+")
_BETWEEN = re.compile(r"(?:\s|(?<=\s)#[^\n]*)*+")
_KEEPING = re.compile(r"[|>][0-9]?\+")


@dataclass(slots=True, eq=False)
class Entry:
    """A key of a mapping and its value; `colon` is where the value may begin."""

    key: Node
    value: Node
    colon: int
    has_colon: bool


@dataclass(slots=True, eq=False)
class Node:
    """A value: where its text begins (after an anchor) and ends (before a line break).

    `style` is the quote, `|` or `>` of a scalar; `flow` says whether there are brackets; `leads_to`
    is what an alias repeats. A mapping has `entries`, a list has `members`.
    """

    shape: Shape
    start: int
    end: int
    style: str = ""
    flow: bool = False
    anchor: str = ""
    anchor_start: int = -1
    value: Json = None
    leads_to: Node | None = None
    entries: list[Entry] = field(default_factory=list)
    members: list[Node] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        """Whether it is a mapping or list without brackets."""
        return self.shape in ("mapping", "list") and not self.flow

    @property
    def outset(self) -> int:
        """Where its text begins, the anchor included."""
        return self.anchor_start if self.anchor else self.start

    def entry(self, key: str) -> Entry | None:
        """The entry that is written here with this key."""
        found = (e for e in self.entries if e.key.value == key and not is_merge(e))
        return next(found, None)

    def merges(self) -> list[Entry]:
        """The entries that bring what another mapping has."""
        return [each for each in self.entries if is_merge(each)]

    def merged(self) -> dict[str, Json]:
        """What these bring, whatever is written here."""
        found: dict[str, Json] = {}
        for entry in self.merges():
            value = entry.value.value
            for mapping in value if isinstance(value, list) else [value]:
                for key, each in mapping.items():
                    found.setdefault(key, each)
        return found

    def inside(self) -> Iterator[Node]:
        """This node and all below it, keys too; what an alias leads to is not below it."""
        left = [self]
        while left:
            node = left.pop()
            yield node
            left += node.members
            for entry in node.entries:
                left += (entry.key, entry.value)


def is_merge(entry: Entry) -> bool:
    """Whether the key of an entry is `<<`."""
    return entry.key.value == MERGE and not entry.key.style


def after_blanks(text: str, at: int) -> int:
    """The next place that holds neither a blank, nor a line break, nor a comment."""
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


def outline(text: str, *, is_json: bool = False) -> Node | None:
    """The nodes of one document, None where it holds none; raises what ruamel.yaml raises."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - slow to import, and seldom needed

    # a tab between the tokens of JSON is what ruamel.yaml does not know; a text holds none there
    readable = text.replace("\t", " ") if is_json else text
    return _Drawing(text).of(YAML(typ="safe", pure=True).parse(readable))


class _Drawing:
    """Makes the nodes from the events of one document."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._anchors: dict[str, Node] = {}
        self._stack: list[Node] = []
        self._key: Node | None = None
        self._keys: list[Node | None] = []
        self._root: Node | None = None

    def of(self, events: Iterable[Any]) -> Node | None:
        for event in events:
            kind = type(event).__name__
            if kind == "ScalarEvent":
                self._add(self._scalar(event))
            elif kind == "AliasEvent":
                known = self._anchors[event.anchor]
                node = Node("alias", self._at(event.start_mark), self._at(event.end_mark))
                node.value, node.leads_to = known.value, known
                self._add(node)
            elif kind in ("MappingStartEvent", "SequenceStartEvent"):
                self._open(event, "mapping" if kind == "MappingStartEvent" else "list")
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                self._close(event)
        return self._root

    def _at(self, mark: Any) -> int:
        line: int = mark.line
        column: int = mark.column
        return min(self._starts[line] + column, len(self._text))

    def _begun(self, event: Any, shape: Shape) -> Node:
        start = self._at(event.start_mark)
        node = Node(shape, start, start, anchor=event.anchor or "")
        if event.anchor and (found := _ANCHOR.match(self._text, start)):
            node.anchor_start, node.start = start, found.end()
            node.end = node.start
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _scalar(self, event: Any) -> Node:
        node = self._begun(event, "scalar")
        node.style = event.style or ""
        node.value = event.value if event.style else scalars.plain(event.value)
        if event.style == '"' and not event.value.isascii():
            node.value = event.value.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
        if not (event.style or event.value):  # nothing stands there
            node.end = node.start
            return node
        node.start = after_blanks(self._text, node.start)
        node.end = self._at(event.end_mark)
        if node.style in ("|", ">"):
            said = self._text[node.start : node.end]
            keeps = _KEEPING.match(said) is not None
            node.end -= 1 if keeps and said.endswith("\n") else len(said) - len(said.rstrip("\n"))
        return node

    def _open(self, event: Any, shape: Shape) -> None:
        node = self._begun(event, shape)
        node.start = after_blanks(self._text, node.start)
        node.flow = bool(event.flow_style)
        node.value = {} if shape == "mapping" else []
        self._stack.append(node)
        self._keys.append(self._key)
        self._key = None

    def _close(self, event: Any) -> None:
        node = self._stack.pop()
        self._key = self._keys.pop()
        if node.flow:
            node.end = self._at(event.end_mark)
        elif node.entries:
            node.end = max(node.entries[-1].value.end, node.entries[-1].colon)
        elif node.members:
            node.end = node.members[-1].end
        for key, value in node.merged().items():
            node.value.setdefault(key, value)
        self._add(node)

    def _add(self, node: Node) -> None:
        if not self._stack:
            self._root = node
            return
        top = self._stack[-1]
        if top.shape == "list":
            top.members.append(node)
            top.value.append(node.value)
        elif self._key is None:
            self._key = node
        else:
            self._enter(top, self._key, node)
            self._key = None

    def _enter(self, top: Node, key: Node, node: Node) -> None:
        colon = after_blanks(self._text, key.end)
        has_colon = self._text[colon : colon + 1] == ":"
        entry = Entry(key, node, colon + 1 if has_colon else key.end, has_colon)
        nothing = node.shape == "scalar" and node.start == node.end and not node.style
        if nothing and not node.anchor:
            node.start = node.end = entry.colon
        top.entries.append(entry)
        if not is_merge(entry):
            top.value[key.value] = node.value
