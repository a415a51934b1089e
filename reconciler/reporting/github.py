"""Diagnostics for GitHub Actions: annotations on the lines, and a table for the summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.model.diagnostic import Diagnostic, Severity, open_and_suppressed
from reconciler.reporting.diagnostics import summary as tally
from reconciler.reporting.escape import markdown, safe
from reconciler.reporting.places import Places

MOST_BYTES = 900_000
"""GitHub refuses a step's summary of more than 1 MiB, whole."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def commands(found: Sequence[Diagnostic], places: Places) -> str:
    """One workflow command a line, errors first: GitHub shows the first ten of each level."""
    return "".join(_annotation(each, places) + "\n" for each in _heavy_first(found))


def summary(found: Sequence[Diagnostic], places: Places) -> str:
    """The findings as a Markdown table, under a heading with their counts."""
    head = f"### reconciler validate: {tally(found)}\n\n"
    if not found:
        return head + "The manifests are valid.\n"
    lines = [head, "| | Code | Place | Finding | Help |\n", "| --- | --- | --- | --- | --- |\n"]
    size = 0
    for number, each in enumerate(ordered := _heavy_first(found)):
        row = _row(each, places)
        size += len(row.encode("utf-8", "replace"))
        if size > MOST_BYTES:
            lines.append(f"\n… and {len(ordered) - number} more\n")
            break
        lines.append(row)
    return "".join(lines)


def _heavy_first(found: Sequence[Diagnostic]) -> list[Diagnostic]:
    weights = list(_COMMANDS)
    counted, _ = open_and_suppressed(found)
    return sorted(counted, key=lambda each: weights.index(each.severity))


def _annotation(found: Diagnostic, places: Places) -> str:
    where = ",".join(f"{name}={_property(value)}" for name, value in _properties(found, places))
    told = "%0A".join(_data(line) for line in _lines(found))
    return f"::{_COMMANDS[found.severity]} {where}::{told}"


def _properties(found: Diagnostic, places: Places) -> Iterator[tuple[str, str]]:
    yield "file", places.of(found)
    if found.position is not None:
        place = found.position
        yield "line", str(place.line)
        yield "col", str(place.column)
        yield "endColumn", str(place.end_column)
    elif found.origin is not None:
        yield "line", str(found.origin.line)
    yield "title", found.code


def _lines(found: Diagnostic) -> Iterator[str]:
    yield found.summary
    yield from found.detail.splitlines()
    if found.hint:
        yield from f"help: {found.hint}".splitlines()


def _data(text: str) -> str:
    """Text after `::`; line ends are visible escapes already, so no second command begins."""
    return safe(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _row(found: Diagnostic, places: Places) -> str:
    place = places.of(found) + (f":{found.position.line}" if found.position else "")
    told = "<br>".join(markdown(line) for line in [found.summary, *found.detail.splitlines()])
    hint = "<br>".join(markdown(line) for line in found.hint.splitlines())
    cells = (str(found.severity), found.code, markdown(place), told, hint)
    return f"| {' | '.join(cells)} |\n"
