"""Diagnostics as design §4 shows them: the source line with the place marked, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.errors import Told
from reconciler.model.diagnostic import Diagnostic, Position, Severity
from reconciler.reporting.escape import safe
from reconciler.reporting.paint import Paint

_MOST_OF_A_LINE, _AROUND = 300, 80
_STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.INFO: "bold cyan",
}


def diagnostic(found: Diagnostic, paint: Paint) -> str:
    """One diagnostic, several lines."""
    return "\n".join(_lines(found, paint))


def summary(found: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning`."""
    severities = [each.severity for each in found]
    counts = [
        f"{n} {name}{'s' if n != 1 else ''}"
        for severity, name in (
            (Severity.ERROR, "error"),
            (Severity.WARNING, "warning"),
            (Severity.INFO, "info"),
        )
        if (n := severities.count(severity)) or severity is not Severity.INFO
    ]
    return ", ".join(counts)


def refusal(told: Told, paint: Paint, tracking_id: str = "") -> str:
    """An error without a place: one line, its detail, what to do, and the tracking id."""
    lines = [f"{paint(f'error[{told.code}]', 'bold red')}: {safe(told.summary)}"]
    if told.address:
        lines.append(f"  --> {safe(told.address)}")
    lines.extend(f"   | {safe(line)}" for line in told.detail.splitlines())
    if told.hint:
        lines.extend(_helped(told.hint))
    if tracking_id:
        lines.append(f"   = tracking id: {safe(tracking_id)}")
    return "\n".join(lines)


def _lines(found: Diagnostic, paint: Paint) -> Iterator[str]:
    label = paint(f"{found.severity}[{found.code}]", _STYLES[found.severity])
    yield f"{label}: {safe(found.summary)}"
    where = safe(found.address or found.tenant)
    if found.position is not None:
        place = found.position
        yield f"  --> {safe(place.file)}:{place.line}:{place.column}   {where}".rstrip()
        yield from _marked(place, paint)
    elif where:
        yield f"  --> {where}"
    if found.detail:
        yield from (f"   | {safe(line)}" for line in found.detail.splitlines())
    if found.hint:
        yield from _helped(found.hint)
    if found.source:
        yield f"   = source: {safe(found.source)}"


def _helped(hint: str) -> Iterator[str]:
    first, *rest = hint.splitlines()
    yield f"   = help: {safe(first)}"
    yield from (f"           {safe(line)}" for line in rest)


def _parts(place: Position) -> tuple[str, str, str]:
    """The line before, within and after the mark; of a very long one, what is around the mark."""
    start, end = place.column - 1, place.end_column - 1
    before, marked, after = place.text[:start], place.text[start:end], place.text[end:]
    if len(place.text) <= _MOST_OF_A_LINE:
        return before, marked, after
    if len(before) > _AROUND:
        before = "…" + before[-_AROUND:]
    if len(marked) > _AROUND:
        marked = marked[:_AROUND] + "…"
    if len(after) > _AROUND:
        after = after[:_AROUND] + "…"
    return before, marked, after


def _marked(place: Position, paint: Paint) -> Iterator[str]:
    number = str(place.line)
    gutter = " " * max(len(number) + 1, 3)
    before, marked, after = (safe(each) for each in _parts(place))
    yield f"{gutter}|"
    yield f"{number:>{len(gutter) - 1}} | {before}{marked}{after}"
    yield f"{gutter}| {' ' * len(before)}{paint('^' * max(len(marked), 1), 'bold red')}"
