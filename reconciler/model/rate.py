"""How many requests in how long a time."""

from __future__ import annotations

import re
from dataclasses import dataclass

WRITTEN = r"[1-9][0-9]{0,5}/(s|min|h)"
"""How a rate is written: `285/min`."""

_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Rate:
    """At most so many requests in any window of so many seconds."""

    requests: int
    seconds: float

    @classmethod
    def parse(cls, text: str) -> Rate | None:
        """`285/min`, `5/s`, `10000/h`; None for what is not a valid rate."""
        if not re.fullmatch(WRITTEN, text):
            return None
        requests, _, unit = text.partition("/")
        return cls(int(requests), _SECONDS[unit])

    def __str__(self) -> str:
        unit = next((u for u, s in _SECONDS.items() if s == self.seconds), f"{self.seconds:g}s")
        return f"{self.requests}/{unit}"
