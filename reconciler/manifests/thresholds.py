"""The `thresholds` of a project file: how far a plan may reach unasked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from reconciler.model.diagnostic import Path
from reconciler.model.guard import UNASKED, Thresholds
from reconciler.model.resource import Manifest

SHARE = r"(100|[0-9]{1,2}(\.[0-9]{1,4})?)%"
"""From 0% to 100%."""


class ThresholdsBlock(Manifest):
    """How far a plan may reach into a tenant unasked; beyond it needs `--allow`."""

    destroy: int = Field(
        default=UNASKED.destroy,
        ge=0,
        description="So many deletions and deactivations pass unasked.",
    )
    people: Annotated[int, Field(ge=0)] | str = Field(
        default=UNASKED.people,
        description="The access of so many people may change unasked: a number, or a share of all "
        "users of the tenant (from 10 users on).",
        examples=["10%", 25],
        json_schema_extra={"pattern": rf"^{SHARE}$(?!\n)"},
    )


def problems(block: ThresholdsBlock) -> Iterator[tuple[Path, str, str]]:
    """Path in the project file, summary and hint of what no threshold can be."""
    if isinstance(block.people, str) and re.fullmatch(SHARE, block.people, re.ASCII) is None:
        yield (
            ("thresholds", "people"),
            f"`{block.people}` is no share of the users",
            "write a share from 0% to 100%, such as 10%, or a number of people",
        )


def thresholds_of(block: ThresholdsBlock) -> Thresholds:
    """A block in which `problems` finds nothing wrong, as guards take it."""
    return Thresholds(block.destroy, str(block.people))
