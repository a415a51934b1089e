"""Diagnostics as design §4 shows them: the source line with the place marked, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reconciler.errors import Told
from reconciler.model.diagnostic import Diagnostic, Position, Severity, open_and_suppressed
from reconciler.reporting.alike import Slip, counted, first_places, follow, slips, split
from reconciler.reporting.cells import ROOM, around, width
from reconciler.reporting.escape import safe
from reconciler.reporting.paint import Paint

MOST = 50
"""So many diagnostics are shown unless all are asked for: a person reads no more."""

_LEAST = 20

_STYLES = {
    Severity.ERROR: "bold red",
    Severity.WARNING: "bold yellow",
    Severity.INFO: "bold cyan",
}


_WEIGHTS = tuple(_STYLES)


def diagnostic(found: Diagnostic, paint: Paint) -> str:
    """One diagnostic, several lines."""
    return "\n".join(_lines(found, paint, None))


def listed(
    found: Sequence[Diagnostic],
    paint: Paint,
    *,
    whole: bool,
    room: int | None = None,
    cut: bool = True,
) -> Iterator[str]:
    """The diagnostics one by one, each with a blank line after it, the first `MOST` of them.

    Many that say the same are shown as one, with the first places; what follows from another one
    is counted below that. Errors are chosen before warnings and warnings before infos; the order
    stays the reader's. `room` is how long a line of source may be, where a terminal says so.
    Without `cut` every group and place is shown.
    """
    found, _ = open_and_suppressed(found)
    groups = [Slip([each], []) for each in found] if whole else slips(found, _what)
    heavy_first = sorted(
        range(len(groups)), key=lambda n: _WEIGHTS.index(groups[n].alike[0].severity)
    )
    kept = heavy_first if whole or not cut else heavy_first[:MOST]
    for number in sorted(kept):
        first, *others = groups[number].alike
        after = (*_also(others, cut=cut), *_following(first, groups[number].following, whole=whole))
        yield "\n".join((*_lines(first, paint, room), *after)) + "\n"
    if left := heavy_first[len(kept) :]:
        yield left_out(each.severity for number in left for each in groups[number].alike) + "\n"


def _what(found: Diagnostic) -> tuple[str, ...]:
    return (found.severity, found.code, found.summary, found.detail, found.hint, found.source)


def _also(others: list[Diagnostic], *, cut: bool) -> Iterator[str]:
    """Where else the same holds."""
    places = [_place(each) for each in others]
    for place in first_places(places) if cut else places:
        yield f"   = also: {place}"


def _following(first: Diagnostic, following: list[Diagnostic], *, whole: bool) -> Iterator[str]:
    """How many findings follow from one, or which one it follows from where all are shown."""
    if said := follow(following):
        yield f"   = {said}"
    if whole and first.consequence_of:
        yield f"   = follows from {safe(first.consequence_of)}"


def _place(found: Diagnostic) -> str:
    at, where = found.position, safe(found.address or found.tenant)
    return f"{safe(at.file)}:{at.line}:{at.column}   {where}".rstrip() if at else where


def left_out(severities: Iterable[Severity]) -> str:
    """`… and 312 more errors, 4 more warnings; all of them with -v`."""
    return f"… and {counted(severities)}; all of them with -v"


def summary(found: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 warning, 3 suppressed; 24 errors follow from these`."""
    open_, suppressed = open_and_suppressed(found)
    first, following = split(open_)
    severities = [each.severity for each in first]
    counts = [
        f"{n} {name}{'s' if n != 1 else ''}"
        for severity, name in (
            (Severity.ERROR, "error"),
            (Severity.WARNING, "warning"),
            (Severity.INFO, "info"),
        )
        if (n := severities.count(severity)) or severity is not Severity.INFO
    ]
    if suppressed:
        counts.append(f"{len(suppressed)} suppressed")
    rest = [each.severity for others in following.values() for each in others]
    return ", ".join(counts) + follow_up(rest)


def follow_up(severities: Sequence[str]) -> str:
    """`; 24 more errors follow from these`, empty for none."""
    if not severities:
        return ""
    return f"; {counted(severities)} {'follows' if len(severities) == 1 else 'follow'} from these"


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


def _lines(found: Diagnostic, paint: Paint, room: int | None) -> Iterator[str]:
    label = paint(f"{found.severity}[{found.code}]", _STYLES[found.severity])
    yield f"{label}: {safe(found.summary)}"
    if where := _place(found):
        yield f"  --> {where}"
    if found.position is not None:
        yield from _marked(found.position, paint, room)
    if found.detail:
        yield from (f"   | {safe(line)}" for line in found.detail.splitlines())
    if found.hint:
        yield from _helped(found.hint)
    if found.source:
        yield f"   = source: {safe(found.source)}"


def _helped(hint: str) -> Iterator[str]:
    first, *rest = hint.splitlines()
    yield f"   = help: {safe(first)}"
    # no line begins with foreign text: in a workflow's log it could be a command
    yield from (f"   |       {safe(line)}" for line in rest)


def _marked(place: Position, paint: Paint, room: int | None) -> Iterator[str]:
    number = str(place.line)
    gutter = " " * max(len(number) + 1, 3)
    start, end = place.column - 1, place.end_column - 1
    left = ROOM if room is None else max(min(room - len(gutter) - 2, ROOM), _LEAST)
    parts = place.text[:start], place.text[start:end], place.text[end:]
    before, marked, after = around(*parts, left)
    yield f"{gutter}|"
    yield f"{number:>{len(gutter) - 1}} | {before}{marked}{after}"
    yield f"{gutter}| {' ' * width(before)}{paint('^' * max(width(marked), 1), 'bold red')}"
