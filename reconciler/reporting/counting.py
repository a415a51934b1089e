"""Counts with their words: one of a thing is not several."""

from __future__ import annotations


def number(count: int, word: str) -> str:
    """`1 file`, `1,200 files`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"
