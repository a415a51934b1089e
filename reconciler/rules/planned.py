"""The documented rules that nothing checks: known by code, so that they can be listed.

`planned.json` holds them in reconciler's own words: those that are not built yet, and those that
are kept without a check, because nothing here could break them (`kept` says why). An entry leaves
the file when its rule is written.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from reconciler.model.diagnostic import Severity


@dataclass(frozen=True, slots=True)
class Planned:
    """A documented rule that nothing checks yet, or that needs no check: `kept` says why."""

    code: str
    system: str
    severity: Severity
    where: tuple[str, ...]
    source: str
    text: str
    kept: str = ""


@cache
def planned() -> tuple[Planned, ...]:
    """Every rule without a check, in the order of their codes."""
    data = resources.files("reconciler.rules").joinpath("planned.json").read_bytes()
    return tuple(_planned(each) for each in json.loads(data))


def _planned(entry: dict[str, Any]) -> Planned:
    return Planned(
        code=entry["code"],
        system=entry["system"],
        severity=Severity(entry["severity"]),
        where=tuple(entry["where"]),
        source=entry["source"],
        text=entry["rule"],
        kept=entry.get("kept", ""),
    )
