"""The `thresholds` of a project file: how far a plan may reach unasked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from reconciler.model.diagnostic import Path
from reconciler.model.guard import LEAST_PEOPLE, UNASKED, Thresholds
from reconciler.model.resource import Manifest

SHARE = r"(100|[0-9]{1,2}(\.[0-9]{1,4})?)%"
"""From 0% to 100%."""

WINDOW = r"[1-9][0-9]{0,2}[hd]"
"""From an hour to 999 days."""


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
        f"users of the tenant (from 10 users on, and never fewer than {LEAST_PEOPLE} people).",
        examples=["10%", 25],
        json_schema_extra={"pattern": rf"^{SHARE}$(?!\n)"},
    )
    administrators: int = Field(
        default=UNASKED.administrators,
        ge=0,
        description="So many people may become able to give or define rights unasked.",
    )
    window: str = Field(
        default="24h",
        description="What earlier applies changed in the tenant within this time counts too: "
        "hours or days.",
        examples=["24h", "7d"],
        json_schema_extra={"pattern": rf"^{WINDOW}$(?!\n)"},
    )


def problems(block: ThresholdsBlock) -> Iterator[tuple[Path, str, str]]:
    """Path in the project file, summary and hint of what no threshold can be."""
    if isinstance(block.people, str) and re.fullmatch(SHARE, block.people, re.ASCII) is None:
        yield (
            ("thresholds", "people"),
            f"`{block.people}` is not a valid share of the users",
            "write a share from 0% to 100%, such as 10%, or a number of people",
        )
    if re.fullmatch(WINDOW, block.window, re.ASCII) is None:
        yield (
            ("thresholds", "window"),
            f"`{block.window}` is not a valid window",
            "write a number of hours or days, such as 24h or 7d",
        )


def thresholds_of(block: ThresholdsBlock) -> Thresholds:
    """A block in which `problems` finds nothing wrong, as guards take it."""
    number, unit = int(block.window[:-1]), block.window[-1]
    return Thresholds(
        block.destroy,
        str(block.people),
        block.administrators,
        timedelta(hours=number) if unit == "h" else timedelta(days=number),
    )
