"""Suppressed drift: what of which object, why, and until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reconciler.model.address import Address
from reconciler.model.diagnostic import Path


@dataclass(frozen=True, slots=True)
class Ignore:
    """Leave of a project to drift of one object, or of some of its attributes.

    `address` is an address or its end; no `attributes` are all of them, and the object itself.
    `until` is the last day on which it holds, None for good; `tenant` the only one that it is
    about, empty for all. `place` is where it stands in the project file.
    """

    address: str
    attributes: tuple[str, ...]
    reason: str
    place: Path
    until: date | None = None
    tenant: str = ""

    def is_about(self, address: Address) -> bool:
        """Whether it is about that object."""
        return self.tenant in ("", address.tenant) and address.ends_with(self.address)

    def covers(self, path: str) -> bool:
        """Whether it is about that attribute, such as `permissions.queue`, of its object."""
        return not self.attributes or any(
            path == each or path.startswith(f"{each}.") for each in self.attributes
        )


@dataclass(frozen=True, slots=True)
class Ignores:
    """All that a project lets drift, on one day."""

    every: tuple[Ignore, ...] = ()
    today: date = date.min

    @property
    def valid(self) -> tuple[Ignore, ...]:
        """Those that hold today."""
        return tuple(each for each in self.every if each.until is None or each.until >= self.today)

    @property
    def expired(self) -> tuple[tuple[Ignore, date], ...]:
        """Those whose last day is over, with that day."""
        return tuple(
            (each, each.until)
            for each in self.every
            if each.until is not None and each.until < self.today
        )

    def idle(self, used: Iterable[Ignore], tenants: Iterable[str]) -> tuple[Ignore, ...]:
        """Those that hold and were not `used`, of the `tenants` that were looked at as a whole.

        The empty name stands for all tenants of the project.
        """
        busy, seen = set(used), set(tenants)
        return tuple(each for each in self.valid if each not in busy and each.tenant in seen)


NO_IGNORES = Ignores()
