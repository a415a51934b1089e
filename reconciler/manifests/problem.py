"""What is wrong with the shape of a manifest, as a value: the words come from `explain`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.model.diagnostic import Path

UNKNOWN, MISSING, WRONG_TYPE, WRONG_VALUE = "SCH101", "SCH102", "SCH103", "SCH104"

Written = Callable[[Path], str]
"""Gives the text of a value as it stands in the file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a model refuses."""

    code: str
    path: Path
    summary: str
    hint: str = ""
    on_key: bool = False
