"""The state as text: what is owned, the runs, the journal of one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from reconciler.model.address import Address
from reconciler.model.journal import Entry, Holder, Look, Owned, Run
from reconciler.model.value import Json
from reconciler.reporting.cells import width
from reconciler.reporting.counting import number
from reconciler.reporting.escape import safe
from reconciler.reporting.values import shown

MOST = 20
"""So many runs are shown unless all are asked for."""


def owned(rows: Iterable[Owned], *, several: bool, room: int | None = None) -> str:
    """A line each: address, the vendor's id, adopted, protected; `room` is how long it may be."""
    head = ("ADDRESS", "KIND", "ID", "ADOPTED", "PROTECTED")
    cells = ((_address(each.row.address, several), *_columns(each)) for each in rows)
    return _table(head, cells, room)


def owned_in_full(each: Owned, *, whole: bool) -> str:
    """All that the state has of one object."""
    row = each.row
    lines = [
        safe(row.address),
        f"  id        : {safe(row.object_id)}",
        f"  name      : {safe(row.name)}",
        f"  origin    : {'adopted' if row.adopted else 'created'}",
        f"  protected : {'yes (preventDestroy)' if row.prevent_destroy else 'no'}",
        f"  recorded  : {_recorded(each)}",
        "  applied   :",
        *(f"    {line}" for line in _values(row.applied, whole=whole)),
    ]
    return "\n".join(lines)


def forgetting(rows: Sequence[Owned], *, several: bool) -> str:
    """What giving up the ownership of these means, before anybody says `yes`."""
    many = len(rows) != 1
    lines = [f"{_objects(len(rows))} will be forgotten:"]
    lines.extend(f"  {_address(each.row.address, several)}" for each in rows)
    lines.append("")
    lines.append("Nothing is written to the tenant, and nothing is deleted.")
    lines.append(
        f"The next plan adopts by name what {'their manifests' if many else 'its manifest'} still "
        f"want{'' if many else 's'}; without a manifest it stays in the tenant, unmanaged."
    )
    kept = sum(each.row.prevent_destroy for each in rows)
    if kept:
        lines.append(
            f"{_objects(kept)} of these {'are' if kept != 1 else 'is'} protected "
            "(preventDestroy); that is forgotten too, unless a manifest says it."
        )
    return "\n".join(lines)


def forgotten(rows: Sequence[Owned], runs: Mapping[str, str]) -> str:
    """What was given up."""
    written = ", ".join(map(safe, runs.values()))
    return f"{_objects(len(rows))} forgotten (journal {written}); the tenant is as it was."


def runs(
    found: Sequence[Run], looks: Sequence[Look] = (), *, whole: bool, room: int | None = None
) -> str:
    """A line each, the newest first; the first `MOST` of them unless all are asked for.

    Drift checks stand among the runs, those that found the same in one line. `room` is how long
    a line may be.
    """
    head = ("RUN", "TENANT", "COMMAND", "STARTED", "OUTCOME", "DONE", "FAILED", "UNKNOWN")
    every = sorted([*map(_run, found), *map(_look, looks)], reverse=True)
    kept = every if whole else every[:MOST]
    text = _table(head, (cells for _, cells in kept), room)
    left = len(every) - len(kept)
    return f"{text}\n… and {left} more, all of them with -v" if left else text


def _run(each: Run) -> tuple[str, tuple[str, ...]]:
    """When it was, and its line."""
    return each.started, (
        *(safe(part) for part in (each.id, each.tenant, each.command)),
        _time(each.started),
        _outcome(each),
        *(str(number) for number in (each.done, each.failed, each.unknown)),
    )


def _look(each: Look) -> tuple[str, tuple[str, ...]]:
    times = f" ({each.looks:,} looks)" if each.looks > 1 else ""
    return each.last, (
        each.id,
        safe(each.tenant),
        "drift",
        _time(each.first),
        f"{_drifted(each)}{times}",
        "-",
        "-",
        "-",
    )


def _drifted(each: Look) -> str:
    return f"drift of {_objects(each.drifted)}" if each.drifted else "no drift"


def look_in_full(each: Look) -> str:
    """When a drift check ran, who ran it, what it cost; `reporting.drift` shows what it found."""
    lines = [f"{each.id}   drift of {safe(each.tenant)}: {_drifted(each)}"]
    if each.looks > 1:
        lines.append(
            f"  {each.looks:,} looks found the same, {_time(each.first)} to {_time(each.last)}"
        )
    else:
        lines.append(f"  {_time(each.first)}")
    lines.append(f"  {number(each.objects, 'object')}, {number(each.requests, 'request')}")
    lines.extend(
        f"  {what} {safe(value)}"
        for what, value in (
            ("as", each.identity), ("by", each.started_by), ("commit", each.commit),
        )
        if value
    )  # fmt: skip
    return "\n".join(lines)


def run_in_full(run: Run, entries: Iterable[Entry], *, whole: bool) -> str:
    """A run, and each of its operations with what the vendor's support asks for.

    What each changed from what to what only where all is asked for.
    """
    took = _time(run.started) + (f" to {_time(run.finished)}" if run.finished else "")
    lines = [
        f"{safe(run.id)}   {safe(run.command)} on {safe(run.tenant)}: {_outcome(run)}",
        f"  {took}",
    ]
    lines.extend(
        f"  {what} {safe(value)}"
        for what, value in (
            ("as", run.identity),
            ("by", run.started_by),
            ("commit", run.commit),
        )
        if value
    )
    if run.plan_digest:
        lines.append(f"  plan sha256 {safe(run.plan_digest[:12])}")
    for entry in entries:
        lines.append("")
        lines.extend(_entry(entry))
        if whole:
            lines.extend(_changed(entry))
    return "\n".join(lines)


def unlocked(tenant: str, holder: Holder | None, now: datetime) -> str:
    """Whose lock was removed."""
    if holder is None:
        return f"Tenant {safe(tenant)} is not locked."
    held = safe(holder.described(now))
    return f"Tenant {safe(tenant)} is not locked any more. It was held by {held}."


def _entry(entry: Entry) -> Iterator[str]:
    outcome = safe(entry.outcome) if entry.outcome else "unknown: no answer was recorded"
    yield f"{_address(entry.address, several=False)}: {safe(entry.action)}: {outcome}"
    ended = f" to {_time(entry.finished)}" if entry.finished else ""
    yield f"  {safe(entry.id)}, {_time(entry.intended)}{ended}{_attempts(entry.attempts)}"
    if entry.object_id:
        yield f"  id {safe(entry.object_id)}"
    if entry.tracking_id:
        yield f"  tracking id {safe(entry.tracking_id)}"
    if entry.error:
        yield f"  {safe(entry.error)}"


def _changed(entry: Entry) -> Iterator[str]:
    for what, values in (("before", entry.before), ("after", entry.after)):
        if values is not None:
            yield f"  {what}:"
            yield from (f"    {line}" for line in _values(values, whole=True))


def _attempts(count: int | None) -> str:
    return f", {count} attempt{'s' if count != 1 else ''}" if count else ""


def _columns(each: Owned) -> tuple[str, ...]:
    row = each.row
    kind = Address.parse(row.address).kind
    adopted, kept = ("yes" if flag else "no" for flag in (row.adopted, row.prevent_destroy))
    return safe(kind), safe(row.object_id), adopted, kept


def _recorded(each: Owned) -> str:
    if each.recorded is None or each.run is None:
        return "by an older version, which did not keep when"
    return f"{_time(each.recorded)} by {safe(each.run)}"


def _values(applied: Json, *, whole: bool) -> Iterator[str]:
    if not isinstance(applied, dict):
        yield shown(applied, whole=whole)
        return
    for key, value in applied.items():
        # a reference is a mapping too, and reads best by its name
        if isinstance(value, dict) and value.keys() != {"id", "name"}:
            yield f"{safe(key)}:"
            yield from (f"  {safe(k)}: {shown(v, whole=whole)}" for k, v in value.items())
        else:
            yield f"{safe(key)}: {shown(value, whole=whole)}"


def _outcome(run: Run) -> str:
    if run.outcome is not None:
        return safe(run.outcome)
    return "running" if run.running else "unfinished"


def _address(address: str, several: bool) -> str:
    return safe(address if several else Address.parse(address).short)


def _objects(count: int) -> str:
    return f"{count} object{'s' if count != 1 else ''}"


def _time(stored: str) -> str:
    """A time as the state has it, without the parts of a second."""
    return safe(f"{stored.partition('.')[0].rstrip('Z')}Z")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]], room: int | None) -> str:
    """Columns; where a line has no room for them, a line for each cell."""
    table = [head, *rows]
    widths = [max(map(width, column)) for column in zip(*table, strict=True)]
    if room is not None and sum(widths) + 2 * (len(widths) - 1) > room:
        longest = max(map(len, head))
        names = [f"  {each.lower():<{longest}} " for each in head[1:]]
        return "\n".join(
            "\n".join((first, *map("".join, zip(names, rest, strict=True))))
            for first, *rest in table[1:]
        )
    return "\n".join(
        "  ".join(
            cell + " " * (w - width(cell)) for cell, w in zip(row, widths, strict=True)
        ).rstrip()
        for row in table
    )
