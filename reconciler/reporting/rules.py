"""The list of documented rules, and one of them explained."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from textwrap import dedent, indent, wrap

from reconciler.reporting.paint import Paint
from reconciler.rules.listing import BUILT, PLANNED, Entry

MOST_LINES = 24
MOST_PARTS = 4
_START = re.compile(r"^---\s*$", re.MULTILINE)
_SEVERITIES = {"error": "bold red", "warning": "bold yellow", "info": "bold cyan"}
_WHERE = {
    "manifest": "validate decides it from the manifests alone",
    "live": "plan decides it with the tenant",
    "order": "it decides the order of writes",
    "identity": "it depends on whose credentials apply",
    "access": "it decides on effective access",
    "drift": "it distinguishes the vendor's own changes from people's",
    "tenant": "the tenant enforces it",
}


def listed(
    entries: Iterable[Entry], paint: Paint, width: int, counts: Mapping[str, int] | None = None
) -> str:
    """One paragraph a rule, wrapped to the width of the terminal; `counts` is what each finds."""
    return "\n".join(line for each in entries for line in _listed(each, paint, width, counts))


def _listed(
    each: Entry, paint: Paint, width: int, counts: Mapping[str, int] | None
) -> Iterator[str]:
    mark = f" [{PLANNED}]" if each.status == PLANNED else ""
    if counts is not None and each.status == BUILT:
        number = counts.get(each.code, 0)
        mark += (
            f" [{number:,} finding{'s' if number != 1 else ''}]" if number else " [nothing found]"
        )
    head = paint(f"{each.code}", "bold")
    yield f"{head} {paint(each.severity, _SEVERITIES[each.severity])}{paint(mark, 'grey')}"
    yield from wrap(each.rule, max(width, 24), initial_indent="    ", subsequent_indent="    ")


def explained(each: Entry, paint: Paint, width: int, *, whole: bool) -> str:
    """Rule, reason, source, where it is honoured, and what it refuses and accepts."""
    return "\n".join(_explained(each, paint, max(width, 24), whole=whole))


def _explained(each: Entry, paint: Paint, width: int, *, whole: bool) -> Iterator[str]:
    severity = paint(each.severity, _SEVERITIES[each.severity])
    yield f"{paint(each.code, 'bold')}  {severity}  {each.system}  {each.status}"
    yield ""
    yield from wrap(each.rule, width)
    if each.reason:
        yield ""
        yield from wrap(each.reason, width)
    yield ""
    document = f" ({each.document})" if each.document else ""
    yield from wrap(f"Source: {each.source}{document}", width, subsequent_indent="  ")
    where = "; ".join(f"{place} ({_WHERE[place]})" for place in each.where)
    yield from wrap(f"Honoured: {where}", width, subsequent_indent="  ")
    if each.status != BUILT:
        yield "Nothing checks it yet." if each.status == PLANNED else "Nothing has to check it."
        return
    for title, example in (("Refused" if each.severity == "error" else "Reported", each.bad),
                           ("Accepted", each.good)):  # fmt: skip
        yield ""
        yield f"{title}:"
        yield _example(example, each.kind, width, whole=whole)


def telling(text: str, kind: str) -> str:
    """Of an example the last manifest of the kind that is judged; the others are counted."""
    documents = [each.strip("\n") for each in _START.split(dedent(text)) if each.strip()]
    judged = [each for each in documents if f"\nkind: {kind}\n" in f"\n{each}\n"] or documents
    if len(documents) == 1:
        return documents[0]
    others = len(documents) - 1
    return f"{judged[-1]}\n# beside {others} more manifest{'s' if others != 1 else ''}"


def _example(text: str, kind: str, width: int, *, whole: bool) -> str:
    lines = (text.strip() if whole else telling(text, kind)).splitlines()
    if not whole:
        lines = [part for line in lines for part in _broken(line, width - 2)]
        left_out = len(lines) - MOST_LINES
        if left_out > 0:
            lines = [*lines[:MOST_LINES], f"… {left_out} more lines, all with -v"]
    return indent("\n".join(lines), "  ")


def _broken(line: str, width: int) -> list[str]:
    """A long line in parts that YAML joins again; of a very long one the middle is left out."""
    margin = " " * (len(line) - len(line.lstrip()) + 4)
    parts = wrap(
        line, width, subsequent_indent=margin, break_long_words=False, break_on_hyphens=False
    )
    if len(parts) <= MOST_PARTS:
        return parts
    return [*parts[: MOST_PARTS - 2], f"{margin}…", parts[-1]]
