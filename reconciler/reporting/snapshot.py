"""How two snapshots of a tenant differ, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from reconciler.model.report import FORMAT_VERSION
from reconciler.planning.compare_snapshots import Between
from reconciler.reporting.escape import safe
from reconciler.reporting.text import Style, attribute_lines

_SIGNS = {"added": "+", "removed": "-", "changed": "~"}
_SAID = {"added": "is new", "removed": "is gone", "changed": "has changed"}


def between(found: tuple[Between, ...], style: Style) -> str:
    """Every difference with its attributes, in the symbols of a plan, and a line that counts."""
    return "\n".join(_between(found, style)) + "\n"


def _between(found: tuple[Between, ...], style: Style) -> Iterator[str]:
    if not found:
        yield f"{style.paint('No differences.', 'bold green')} The snapshots show the same tenant."
        return
    for each in found:
        name = style.paint(f"{safe(each.kind.name)} `{safe(each.name)}`", "bold")
        until_now = f" (until then `{safe(each.was)}`)" if each.was else ""
        yield f"{_SIGNS[each.change]} {name} {_SAID[each.change]}{until_now}"
        yield f"  # id {safe(each.id)}"
        whole = "change" if each.change == "changed" else each.change.removesuffix("ed")
        yield from attribute_lines(
            each.attributes, {}, style, whole="remove" if whole == "remov" else whole
        )
        yield ""
    counts = (f"{sum(each.change == change for each in found)} {change}" for change in _SIGNS)
    yield f"{style.paint('Differences:', 'bold')} {', '.join(counts)}."


def as_json(found: tuple[Between, ...]) -> dict[str, Any]:
    """The result of `snapshot diff`."""
    return {
        "format_version": FORMAT_VERSION,
        "differs": bool(found),
        "differences": [{**asdict(each), "kind": each.kind.name} for each in found],
    }
