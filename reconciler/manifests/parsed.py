"""What reading one document gives: its value and where all stands in it, or a refusal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from reconciler.manifests.tree import MOST_DEPTH, MOST_NODES
from reconciler.model.diagnostic import Path


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a document's text; lines and columns count from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(slots=True)
class Marks:
    """Where keys and values stand, by path."""

    keys: dict[Path, Span] = field(default_factory=dict)
    values: dict[Path, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Built:
    """A document: its first line, its value, how many values are in it, and where all stands.

    `has_null` says whether a null may be among them.
    """

    line: int
    value: Any
    size: int
    has_null: bool
    marks: Marks | None = None


class BuildError(Exception):
    """Something that YAML or JSON can say and manifests cannot, and where in the document."""

    def __init__(self, code: str, summary: str, span: Span, hint: str = "") -> None:
        super().__init__(summary)
        self.code, self.summary, self.span, self.hint = code, summary, span, hint


def too_deep(span: Span) -> BuildError:
    """The refusal of what is nested too deep."""
    return BuildError("YML107", f"nested deeper than {MOST_DEPTH} levels", span)


def too_long(span: Span) -> BuildError:
    """The refusal of a number with more digits than anybody needs."""
    return BuildError("YML107", "a number of this length cannot be read", span, "quote it")


_OF_A_MANIFEST = frozenset({"apiVersion", "kind", "metadata", "spec"})


def twice(key: str, span: Span, *, is_root: bool = False) -> BuildError:
    """The refusal of a key that its mapping has already; `is_root` is that of a whole document."""
    hint = "keep one of the two; the other one would be lost silently"
    if is_root and key in _OF_A_MANIFEST:
        hint = "where another manifest begins, put a line `---` before it; else keep one of the two"
    return BuildError("YML102", f"the key `{key}` is already there", span, hint)


def half(span: Span) -> BuildError:
    """The refusal of text that no encoding can hold."""
    hint = "write both halves, or neither"
    return BuildError("YML106", "half of a character is not allowed", span, hint)


def too_many(span: Span) -> BuildError:
    """The refusal of a document that holds too much."""
    return BuildError(
        "YML105", f"more than {MOST_NODES:,} values once its aliases are expanded", span
    )
