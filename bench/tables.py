"""What `make bench` prints: one line a size, beside Terraform's, and what is aimed at."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bench.measure import Cost


@dataclass(frozen=True, slots=True)
class Aim:
    """For one size: so many times what Terraform takes for `beside` objects, and so many MiB.

    `growth` is the exponent from the size before; None is aimed at by nobody.
    """

    ratio: float
    stretch: float
    mebibytes: float | None
    beside: int
    growth: float | None = None

    def __str__(self) -> str:
        memory = f", {self.mebibytes:.0f} MiB" if self.mebibytes else ""
        growth = f", growth {self.growth}" if self.growth else ""
        return (
            f"{self.ratio} (stretch {self.stretch}) x terraform of {self.beside:,}{memory}{growth}"
        )


@dataclass(slots=True)
class Table:
    """A command at growing sizes; what Terraform took is kept for the sizes it is not run at."""

    title: str
    floor: str
    """What the second column is, or nothing."""
    aims: Mapping[int, Aim]
    _before: tuple[int, float] | None = None
    _theirs: dict[int, float] = field(default_factory=dict)

    def head(self) -> str:
        """The title and the names of the columns."""
        floor = f"{self.floor:>9} {'MiB':>6} " if self.floor else ""
        return (
            f"\n{self.title}\n{'objects':>8} {'seconds':>9} {'MiB':>6} {floor}"
            f"{'terraform':>9} {'MiB':>6} {'ratio':>7} {'growth':>6}  aim"
        )

    def line(self, size: int, ours: Cost, floor: Cost | None, theirs: Cost | None) -> str:
        """One size; to be called from the smallest to the largest."""
        if theirs:
            self._theirs[size] = theirs.seconds
        aim = self.aims.get(size)
        beside = self._theirs.get(aim.beside if aim else size)
        ratio = f"{ours.seconds / beside:.3f}" if beside else "-"
        growth = self._growth(size, ours.seconds)
        columns = [f"{size:>8}", *_columns(ours)]
        if self.floor:
            columns += _columns(floor)
        return " ".join(
            [*columns, *_columns(theirs), f"{ratio:>7}", f"{growth:>6} ", str(aim or "-")]
        )

    def _growth(self, size: int, seconds: float) -> str:
        before, self._before = self._before, (size, seconds)
        if before is None:
            return "-"
        return f"{math.log(seconds / before[1]) / math.log(size / before[0]):.2f}"


def _columns(cost: Cost | None) -> Iterator[str]:
    yield f"{cost.seconds:>9.3f}" if cost else f"{'-':>9}"
    yield f"{cost.mebibytes:>6.0f}" if cost else f"{'-':>6}"
