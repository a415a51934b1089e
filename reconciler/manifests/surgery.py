"""Cuts into the text of a document: one value replaced, one entry or member added or removed.

Each function gives the cuts that do one thing; nothing else of the text changes. They look at the
usual ways to write YAML; `edit` reads every result again and refuses what did not come out right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.manifests.outline import Entry, Node, after_blanks
from reconciler.manifests.spelling import (
    Habits,
    block,
    chomping,
    column,
    flowing,
    is_inline,
    is_literal,
    like,
    literal,
    spelled,
)
from reconciler.model.value import Json

Cuts: TypeAlias = "list[tuple[int, int, str]]"
"""Stretches of a text and what comes in their place; none touches another."""

_HEADER = re.compile(r"[|>][-+0-9]*")


@dataclass(frozen=True, slots=True)
class Place:
    """A value in a text: the entry that it is the value of (None for a member, and the root)."""

    text: str
    habits: Habits
    node: Node
    entry: Entry | None = None
    in_flow: bool = False


def replace(at: Place, value: Json) -> Cuts:
    """Another value in the place of one; an anchor before it stays."""
    node = at.node
    if at.in_flow or at.habits.is_json or is_inline(value) or (node.flow and node.value):
        return _replace_inline(at, value)
    return _replace_by_block(at, value)


def _replace_inline(at: Place, value: Json) -> Cuts:
    text, node = at.text, at.node
    if node.style in ("|", ">") and not at.in_flow:
        return _replace_block_scalar(at, value)
    quote = node.style if node.shape == "scalar" else ""
    if isinstance(value, (dict, list)):
        new = flowing(value, at.habits, like(node).keys)
    else:
        new = spelled(value, at.habits, quote, in_a_block=not at.in_flow)
    if at.entry and node.is_block and "\n" in text[at.entry.colon : node.start]:
        head = _head(at.entry)
        start, end = _lines(text, node.start, node.end)
        return [(head, head, f" {new}"), (start, end, "")]
    if node.start == node.end:
        colon = ":" if at.entry and not at.entry.has_colon else ""
        return [(node.start, node.start, f"{colon} {new}")]
    return [(node.start, node.end, new)]


def _replace_block_scalar(at: Place, value: Json) -> Cuts:
    """The comment beside `|` stays; the text below changes, or goes."""
    text, node = at.text, at.node
    found = _HEADER.match(text, node.start)
    header = found.end() if found else node.start
    below = min(_line_end(text, node.start), node.end)
    if not (isinstance(value, str) and is_literal(value)):
        new = spelled(value, at.habits, in_a_block=True) if is_inline(value) else ""
        if isinstance(value, (dict, list)):
            new = flowing(value, at.habits)
        return [(node.start, header, new), (below, node.end, "")]
    folds = node.style == ">" and "\n" not in value.removesuffix("\n")
    new = f"{'>' if folds else '|'}{chomping(value)}"
    body = text[below : node.end].lstrip("\n")
    indent = len(body) - len(body.lstrip(" ")) or _deeper(at)
    lines = literal(value, indent)
    return [(node.start, header, new), (below, node.end, "\n" + "\n".join(lines))]


def _deeper(at: Place) -> int:
    start = _line_start(at.text, at.node.start)
    return column(at.text, after_blanks(at.text, start)) + max(at.habits.step, 2)


def _replace_by_block(at: Place, value: Json) -> Cuts:
    text, node, entry = at.text, at.node, at.entry
    if entry is None:
        here = column(text, node.outset) + (node.start == node.end)
        lines = block(value, here, at.habits, like(node))
        lines[0] = lines[0].lstrip(" ") if here else lines[0]
        gap = " " if node.start == node.end else ""
        return [(node.start, node.end, gap + "\n".join(lines))]
    deeper = at.habits.step if isinstance(value, dict) or at.habits.lists_indent else 0
    lines = block(value, column(text, entry.key.outset) + deeper, at.habits, like(node))
    if "\n" in text[entry.colon : node.start]:
        return [(_line_start(text, node.start), node.end, "\n".join(lines))]
    below = _line_end(text, node.end) + 1
    return [(_head(entry), node.end, ""), (below, below, "\n".join(lines) + "\n")]


def add(at: Place, key: str, value: Json) -> Cuts:
    """A new entry at the end of a mapping that has some."""
    text, node, near = at.text, at.node, like(at.node)
    if node.flow:
        new = f"{spelled(key, at.habits, near.keys)}: {flowing(value, at.habits, near.keys)}"
        return _add_flowing(text, node, new)
    lines = block({key: value}, column(text, node.entries[0].key.outset), at.habits, near)
    return _add_lines(text, node, lines)


def append(at: Place, value: Json) -> Cuts:
    """A new member at the end of a list that has some."""
    text, node, near = at.text, at.node, like(at.node)
    if node.flow:
        first = next((each for each in node.members if each.shape == "mapping"), None)
        keys = like(first).keys if first else ""
        return _add_flowing(text, node, flowing(value, at.habits, keys, near.values))
    return _add_lines(text, node, block([value], column(text, node.start), at.habits, near))


def _add_lines(text: str, node: Node, lines: list[str]) -> Cuts:
    below = _line_end(text, node.end) + 1
    return [(below, below, "\n".join(lines) + "\n")]


def _add_flowing(text: str, node: Node, new: str) -> Cuts:
    """In a line of its own where the last one does not follow the bracket in its line."""
    start, end = _parts(node)[-1]
    comma = _comma(text, end)
    own = "\n" in text[node.start : start]
    if not own:
        return [(end, end, f", {new}")]
    indent = text[_line_start(text, start) :]
    indent = indent[: len(indent) - len(indent.lstrip(" \t"))]
    line_end = _line_end(text, max(end, comma))
    if line_end >= node.end:  # the bracket closes in the line of the last one
        return [(end, end, f",\n{indent}{new}")]
    below = (line_end + 1, line_end + 1, f"{indent}{new}{',' if comma >= 0 else ''}\n")
    return [below] if comma >= 0 else [(end, end, ","), below]


def remove(at: Place, index: int) -> Cuts:
    """An entry or a member of a mapping or list out of it; the last one leaves brackets."""
    node = at.node
    if len(_parts(node)) == 1:
        return replace(at, {} if node.shape == "mapping" else [])
    if node.flow:
        return _remove_flowing(at.text, node, index)
    text = at.text
    start, end = _parts(node)[index]
    if node.shape == "list":
        start = _dash(text, node, index)
    if not text[_line_start(text, start) : start].strip():
        first, last = _lines(text, start, end)
        return [(first, last, "")]
    rest = _line_end(text, end) + 1
    rest += len(text[rest:]) - len(text[rest:].lstrip())
    return [(start, rest, "")]


def _remove_flowing(text: str, node: Node, index: int) -> Cuts:
    parts = _parts(node)
    start, end = parts[index]
    comma = _comma(text, end)
    first, last = _lines(text, start, max(end, comma + 1))
    alone = not text[first:start].strip() and first > node.start and last <= node.end
    if index + 1 < len(parts):
        follows = parts[index + 1][0]
        return [(first, last, "") if alone and last <= follows else (start, follows, "")]
    before = parts[index - 1][1]
    if comma >= 0:
        return [(first, last, "") if alone else (start, comma + 1, "")]
    parting = _comma(text, before)
    if alone:
        return [(parting, parting + 1, ""), (first, last, "")]
    if "#" in text[before:start]:
        return [(parting, parting + 1, ""), (start, end, "")]
    return [(before, end, "")]


def _parts(node: Node) -> list[tuple[int, int]]:
    """Where the entries or members stand."""
    if node.shape == "list":
        return [(each.outset, each.end) for each in node.members]
    return [(e.key.outset, max(e.value.end, e.colon)) for e in node.entries]


def _dash(text: str, node: Node, index: int) -> int:
    """Where the dash of a member is: the first one in its column after the member before."""
    if index == 0:
        return node.start
    at = column(text, node.start)
    line = _line_end(text, node.members[index - 1].end) + 1
    while text[line + at : line + at + 1] != "-" or text[line : line + at].strip():
        line = _line_end(text, line) + 1
    return line + at


def _comma(text: str, at: int) -> int:
    """The comma that comes next, -1 where something else does."""
    found = after_blanks(text, at)
    return found if text[found : found + 1] == "," else -1


def _head(entry: Entry) -> int:
    """Where what belongs to the key ends: its colon, or the anchor of the value."""
    value = entry.value
    return value.anchor_start + len(value.anchor) + 1 if value.anchor else entry.colon


def _lines(text: str, start: int, end: int) -> tuple[int, int]:
    return _line_start(text, start), _line_end(text, end) + 1


def _line_start(text: str, at: int) -> int:
    return text.rfind("\n", 0, at) + 1


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return found if found >= 0 else len(text)
