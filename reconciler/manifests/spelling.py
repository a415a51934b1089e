"""How a new value is written into a document that has its own habits."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.manifests.document import is_visible, quoted, scalar
from reconciler.manifests.outline import Node
from reconciler.model.value import Json

# what a scalar may say in YAML 1.1 that `scalar` does not look for
_BINARY = re.compile(r"[-+]?0b[01_]+")


@dataclass(frozen=True, slots=True)
class Habits:
    """How deep a document indents, whether lists do so under their key, and whether it is JSON."""

    step: int = 2
    lists_indent: bool = True
    is_json: bool = False


def habits(text: str, root: Node, *, is_json: bool) -> Habits:
    """The habits of a document: those of its first mapping, and list, below a key."""
    step, lists_indent = 0, None
    for node in root.inside():
        if node.shape != "mapping" or node.flow:
            continue
        for entry in node.entries:
            value = entry.value
            if not value.is_block or "\n" not in text[entry.colon : value.start]:
                continue
            deeper = column(text, value.start) - column(text, entry.key.outset)
            if value.shape == "mapping":
                step = step or deeper
            elif lists_indent is None:
                lists_indent = deeper > 0
    return Habits(step or 2, lists_indent is not False, is_json)


def column(text: str, at: int) -> int:
    """How far from the start of its line a place is."""
    return at - (text.rfind("\n", 0, at) + 1)


def spelled(value: Json, habits: Habits, like: str = "", *, in_a_block: bool = False) -> str:
    """A scalar, quoted in the style that it is to be like, where that can hold it."""
    if habits.is_json:
        return quoted(value, is_json=True) if isinstance(value, str) else repr_of(value)
    if not isinstance(value, str):
        return repr_of(value)
    if like == '"':
        return quoted(value)
    if like == "'" and is_visible(value):
        return "'" + value.replace("'", "''") + "'"
    if _BINARY.fullmatch(value):
        return quoted(value)
    return scalar(value, in_a_block=in_a_block)


def repr_of(value: Json) -> str:
    """What is no text, so that YAML 1.1 reads it as 1.2 does."""
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    said = scalar(value)
    if isinstance(value, float) and "." not in said:
        return said.replace("e", ".0e")
    return said


def flowing(value: Json, habits: Habits, key_like: str = "", like: str = "") -> str:
    """A value in one line, with brackets where it holds others."""
    if isinstance(value, Mapping):
        entries = (
            f"{spelled(key, habits, key_like)}: {flowing(each, habits, key_like, like)}"
            for key, each in value.items()
        )
        return "{" + ", ".join(entries) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flowing(each, habits, key_like, like) for each in value) + "]"
    return spelled(value, habits, like)


def is_inline(value: Json) -> bool:
    """Whether a value stands beside its key even where no bracket is open."""
    return not value or not isinstance(value, (Mapping, list))


def block(value: Json, at: int, habits: Habits, like: Like) -> list[str]:
    """The lines of a mapping or a list that hold anything, from a column on."""
    pad = " " * at
    if isinstance(value, Mapping):
        return [
            line
            for key, each in value.items()
            for line in _beside(
                f"{pad}{spelled(key, habits, like.keys, in_a_block=True)}:", each, at, habits, like
            )
        ]
    lines: list[str] = []
    for each in value:
        if is_inline(each) or like.flow:
            lines.append(f"{pad}- {_inline(each, habits, like)}")
        else:
            inner = block(each, at + 2, habits, Like())
            lines += [f"{pad}- {inner[0].lstrip(' ')}", *inner[1:]]
    return lines


@dataclass(frozen=True, slots=True)
class Like:
    """What stands beside a new value: the quotes of keys and of values, and brackets."""

    keys: str = ""
    values: str = ""
    flow: bool = False


def like(node: Node) -> Like:
    """What a new entry or member of this mapping or list is to look like."""
    keys = {entry.key.style for entry in node.entries}
    values = node.members or [entry.value for entry in node.entries]
    held = [each for each in values if each.shape in ("mapping", "list")]
    quotes = {e.style for e in node.members if e.shape == "scalar" and isinstance(e.value, str)}
    return Like(
        keys.pop() if len(keys) == 1 else "",
        quotes.pop() if len(quotes) == 1 and quotes <= {'"', "'"} else "",
        bool(held) and all(each.flow for each in held),
    )


def _beside(start: str, value: Json, at: int, habits: Habits, like: Like) -> list[str]:
    if isinstance(value, str) and "\n" in value and is_literal(value):
        return [f"{start} |{chomping(value)}", *literal(value, at + habits.step)]
    if is_inline(value) or like.flow:
        return [f"{start} {_inline(value, habits, like)}"]
    deeper = at + (habits.step if isinstance(value, Mapping) or habits.lists_indent else 0)
    return [start, *block(value, deeper, habits, Like(keys=like.keys))]


def _inline(value: Json, habits: Habits, like: Like) -> str:
    if isinstance(value, (Mapping, list)):
        return flowing(value, habits, like.keys, like.values)
    return spelled(value, habits, like.values, in_a_block=True)


def is_literal(text: str) -> bool:
    """Whether lines below `|` can hold a text, without a number for their indentation."""
    lines = text.split("\n")
    return bool(text.strip("\n")) and all(
        is_visible(line) and (line == "" or line.strip() != "") for line in lines
    ) and text[0] not in " \n"  # fmt: skip


def chomping(text: str) -> str:
    """What follows `|` for the line breaks that a text ends with."""
    if not text.endswith("\n"):
        return "-"
    return "+" if text.endswith("\n\n") else ""


def literal(text: str, at: int) -> list[str]:
    """The lines of a text below `|`."""
    return [f"{' ' * at}{line}" if line else "" for line in text.removesuffix("\n").split("\n")]
