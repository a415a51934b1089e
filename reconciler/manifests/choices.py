"""The values that rules allow at a place of a spec, as far as their part of the schema says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.model.diagnostic import Path
from reconciler.model.resource import Spec
from reconciler.model.suggestion import meant_level
from reconciler.rules.rule import Rule

MOST_SHOWN = 6


def choices(rules: Iterable[Rule[Spec]], path: Path) -> tuple[str, ...]:
    """The texts that may stand at a path of a spec; empty where any may, or no rule says."""
    for rule in rules:
        schema: Any = rule.schema
        for part in path:
            schema = _inside(schema, part)
        values = schema.get("enum") if isinstance(schema, Mapping) else None
        if values:
            return tuple(str(each) for each in values)
    return ()


def _inside(schema: Any, part: str | int) -> Any:
    if not isinstance(schema, Mapping) or isinstance(part, int):
        return None
    known = schema.get("properties", {})
    return known[part] if part in known else schema.get("additionalProperties")


def instead_of_boolean(value: bool, allowed: tuple[str, ...]) -> str:
    """What to write where `true` or `false` stands for one of some texts; empty without any."""
    meant = meant_level(value, allowed)
    if meant:
        return f"write `{meant}`"
    if not allowed or len(allowed) > MOST_SHOWN:
        return ""
    return "write one of " + ", ".join(f"`{each}`" for each in allowed)
