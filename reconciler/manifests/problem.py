"""What is wrong with the shape of a manifest, as a value: the words come from `explain`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.diagnostic import Path


class ShapeFault(StrEnum):
    """How something has the wrong shape, by its code."""

    UNKNOWN = "SCH101"
    MISSING = "SCH102"
    WRONG_TYPE = "SCH103"
    WRONG_VALUE = "SCH104"


Written = Callable[[Path], str]
"""Gives the text of a value as it stands in the file."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a model refuses."""

    fault: ShapeFault
    path: Path
    summary: str
    hint: str = ""
    on_key: bool = False

    @property
    def code(self) -> str:
        """The code that it is reported with."""
        return self.fault.value
