"""Checks that are set aside, and what a change loosens, as sections of plans and drift reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.model.address import Address
from reconciler.model.set_aside import Base, Loosened, SetAside
from reconciler.reporting.escape import safe
from reconciler.reporting.paint import Paint
from reconciler.reporting.values import shown

_WORDS = {
    "threshold": "threshold",
    "rule": "rule",
    "suppression": "suppressed",
    "ignore_changes": "ignored",
    "drift": "drift",
    "protection": "protection",
    "unmanaged": "unmanaged",
    "assumed": "assumed",
    "state": "state",
    "override": "override",
}
_WIDTH = max(map(len, _WORDS.values()))


def section(found: Iterable[SetAside], paint: Paint, *, several: bool) -> Iterator[str]:
    """The checks that are set aside: a line for each, objects that are alike on one line."""
    groups: dict[tuple[object, ...], list[SetAside]] = {}
    for each in found:
        head = each.address.rpartition("/")[0]
        alone = "" if head else (each.file, each.line)
        key = (each.what, each.tenant, each.summary, each.reason, each.until, head, alone)
        groups.setdefault(key, []).append(each)
    if not groups:
        return
    yield ""
    yield paint("Checks set aside", "bold yellow")
    for alike in groups.values():
        yield f"  {_line(alike, several=several)}"


def _line(alike: list[SetAside], *, several: bool) -> str:
    first = alike[0]
    parts = [safe(first.summary)]
    if first.address:
        parts.append(_objects([each.address for each in alike], several=several))
    elif first.tenant:
        parts.append(f"tenant {safe(first.tenant)}")
    if first.reason:
        until = f"until {first.until}" if first.until else "without an end"
        parts.append(f"{until}: {safe(first.reason)}")
    if first.file and len(alike) == 1:
        parts.append(_place(first.file, first.line))
    return f"{_WORDS[first.what]:<{_WIDTH}}  {'   '.join(parts)}"


def _objects(addresses: list[str], *, several: bool) -> str:
    named = [each if several else str(Address.parse(each).short) for each in addresses]
    if len(named) == 1:
        return safe(named[0])
    head = named[0].rpartition("/")[0]
    return f"{safe(head)}/{{{', '.join(safe(each.rpartition('/')[2]) for each in named)}}}"


def loosened(base: Base | None, paint: Paint) -> Iterator[str]:
    """What a change loosens against the revision that it was compared with."""
    if base is None:
        return
    yield ""
    against = f"{safe(base.revision)} ({base.commit[:12]})"
    if not base.loosens:
        yield f"Compared with {against}: nothing is loosened."
        return
    yield paint(f"Loosened since {against}", "bold red")
    for each in base.loosens:
        yield f"  {_loosened(each)}"


def _loosened(each: Loosened) -> str:
    values = ""
    if each.before is not None or each.after is not None:
        values = f" : {shown(each.before)} -> {shown(each.after)}"
    place = f"   {_place(each.file, each.line)}" if each.file else ""
    return f"{safe(each.setting)}  {safe(each.summary)}{values}{place}"


def _place(file: str, line: int | None) -> str:
    return f"{safe(file)}:{line}" if line else safe(file)
