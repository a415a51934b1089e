"""Attribute a change to a person: match an audit log's events with the time of the change.

No log has what was there before and after, so nothing here proves anything: each attribution says
how sure it is, and where the log says nothing nobody is named.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from reconciler.model.audit import Attribution, AuditEvent
from reconciler.model.name import folded

NEAR = timedelta(seconds=10)
"""How far the log's time of a change may be from the object's own: both are the vendor's."""

ALIKE = timedelta(milliseconds=100)
"""Events so much further from the change than the nearest may be its own as well: the last is."""

CLOCKS = timedelta(minutes=1)
"""The difference allowed between the vendor's clock and this one, and a request on its way."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

Confidence = Literal["certain", "likely", "possible"]


@dataclass(frozen=True, slots=True)
class Window:
    """The time of a change, by the local clock: after the one and before the other."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """An object that was changed: the vendor's id, and the names that it may go by in a log.

    `changed` is when the tenant says that it was changed last, in milliseconds since 1970, None
    where it says nothing. `is_only`: nothing else in the tenant carries one of the names.
    """

    object_id: str
    names: frozenset[str]
    changed: int | None = None
    is_only: bool = True

    @property
    def moment(self) -> datetime | None:
        """The time of the last change, as the tenant says."""
        if self.changed is None:
            return None
        return datetime.fromtimestamp(self.changed / 1000, UTC)


@dataclass(frozen=True, slots=True)
class OwnWrite:
    """A write that a run of this project made, from when to when by the local clock.

    `names` are what the object may go by in a log; `actor` is whose credentials it had, empty where
    that is unknown.
    """

    object_id: str
    names: frozenset[str]
    since: datetime
    until: datetime
    actor: str = ""
    tracking_id: str = ""


@dataclass(frozen=True, slots=True)
class Log:
    """The events of a tenant of other authors, by id, by name and by time; see `log_of`.

    `vague` are those that name no object and fit, the oldest first.
    """

    by_id: Mapping[str, Sequence[AuditEvent]]
    by_name: Mapping[str, Sequence[AuditEvent]]
    vague: Sequence[AuditEvent] = ()


def log_of(events: Iterable[AuditEvent], own: Iterable[OwnWrite] = ()) -> Log:
    """The events, less those of reconciler's own writes and those of unknown authors.

    The same person may have changed the same object by hand as well: that counts.
    """
    whole = _indexed(each for each in events if each.actor)
    ours = _Ours(whole)
    for write in own:
        ours.take(write)
    every = (*_all(whole.by_id), *_all(whole.by_name), *whole.vague)
    rest = {each.id: each for each in every if each.id not in ours.taken}
    return _indexed(rest.values()) if ours.taken else whole


def _indexed(events: Iterable[AuditEvent]) -> Log:
    by_id: dict[str, list[AuditEvent]] = defaultdict(list)
    by_name: dict[str, list[AuditEvent]] = defaultdict(list)
    vague: list[AuditEvent] = []
    for event in sorted(events, key=lambda each: (each.at, each.id)):
        if event.target_id:
            by_id[folded(event.target_id)].append(event)
        if event.target_name:
            by_name[folded(event.target_name)].append(event)
        if event.fits and not event.target_id and not event.target_name:
            vague.append(event)
    return Log(by_id, by_name, vague)


def _all(index: Mapping[str, Sequence[AuditEvent]]) -> Iterable[AuditEvent]:
    return (each for some in index.values() for each in some)


def attribute(subject: Subject, window: Window, log: Log) -> Attribution | None:
    """The probable author of a change in that time; None where the log says nothing.

    The object's own id goes before its name, and both before an event that names nothing.
    """
    moment = subject.moment
    if found := _within(log.by_id.get(folded(subject.object_id), ()), window, moment):
        return _known(found, moment, "it names this object by its id", is_sure=True)
    names = {folded(name) for name in subject.names}
    if found := _within([e for name in names for e in log.by_name.get(name, ())], window, moment):
        # with another id it may be another's event, or the id of a person who is the object
        is_it = subject.is_only and not any(each.target_id for each in found)
        why = "it names this object, by its name alone"
        if not is_it:
            why = "it has this object's name, which others may have"
        return _known(found, moment, why, is_sure=False, is_possible_only=not is_it)
    if moment is None:
        return None
    first = bisect_left(log.vague, moment - NEAR, key=_at)
    last = bisect_right(log.vague, moment + NEAR, key=_at)
    found = list(log.vague[first:last])
    why = "it is of the time of the change, and names no object"
    return _told(found, moment, "possible", why) if found else None


def in_words(found: Attribution) -> str:
    """`probably by kim@x.example on 2026-11-25 07:10 UTC, or by sam@x.example`."""
    others = "".join(f", or by {each}" for each in found.others)
    how = {"certain": "", "likely": "probably ", "possible": "perhaps "}[found.confidence]
    return f"{how}by {found.by} on {found.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC{others}"


class _Ours:
    """The events of reconciler's own writes."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._by_request: dict[str, list[AuditEvent]] = defaultdict(list)
        for each in (*_all(log.by_id), *_all(log.by_name), *log.vague):
            for request in _uuids(each.tracking_id):
                self._by_request[request].append(each)
        self.taken: set[str] = set()

    def take(self, write: OwnWrite) -> None:
        """Find what the log has of a write: by the request, else by who, what and when."""
        told = [e for each in _uuids(write.tracking_id) for e in self._by_request.get(each, ())]
        if told:
            self.taken.update(each.id for each in told)
            return
        there = [each for each in self._candidates(write) if each.id not in self.taken]
        meanwhile = [each for each in there if write.since <= each.at <= write.until]
        # by clocks that differ it may seem to be before or after; one write is one event
        around = sorted(there, key=lambda each: max(write.since - each.at, each.at - write.until))
        self.taken.update(each.id for each in meanwhile or around[:1])

    def _candidates(self, write: OwnWrite) -> Iterator[AuditEvent]:
        log, first, last = self._log, write.since - CLOCKS, write.until + CLOCKS
        about = (
            log.by_id.get(folded(write.object_id), ()),
            *(log.by_name.get(name, ()) for name in {folded(name) for name in write.names}),
            log.vague,
        )
        for some in about:
            here = some[bisect_left(some, first, key=_at) : bisect_right(some, last, key=_at)]
            for event in here:
                if not write.actor or folded(write.actor) == folded(event.actor):
                    yield event


def _within(
    events: Iterable[AuditEvent], window: Window, moment: datetime | None
) -> list[AuditEvent]:
    """Events of the time, each once; those at the time of the change despite the local clock."""
    found = {
        each.id: each
        for each in events
        if window.since <= each.at <= window.until + CLOCKS or _is_near(each, moment)
    }
    return sorted(found.values(), key=_at)


def _known(
    found: list[AuditEvent],
    moment: datetime | None,
    why: str,
    *,
    is_sure: bool,
    is_possible_only: bool = False,
) -> Attribution:
    """The attribution from events that name the object, as sure as they are."""
    is_one = len({folded(each.actor) for each in found}) == 1
    is_of_the_time = any(_is_near(each, moment) for each in found)
    confidence: Confidence = "possible"
    if is_sure and is_of_the_time:
        confidence = "certain" if is_one else "likely"
    elif is_one and not is_possible_only and (is_of_the_time or moment is None):
        confidence = "likely"
    if moment is not None and not is_of_the_time:
        why += "; none is of the time at which the tenant says it was changed last"
    if not is_one:
        why += "; several did so"
    return _told(found, moment, confidence, why)


def _told(
    found: list[AuditEvent], moment: datetime | None, confidence: Confidence, why: str
) -> Attribution:
    """The event nearest to the change, without its moment the last one; others by their names."""
    best = found[-1]
    if moment is not None:
        best = min(found, key=lambda each: abs(each.at - moment))
        if _is_near(best, moment):
            most = abs(best.at - moment) + ALIKE
            best = [each for each in found if abs(each.at - moment) <= most][-1]
    others = dict.fromkeys(
        each.actor for each in reversed(found) if folded(each.actor) != folded(best.actor)
    )
    return Attribution(
        best.actor, best.at, confidence, best.id, f"the audit log: {why}", tuple(others)
    )


def _is_near(event: AuditEvent, moment: datetime | None) -> bool:
    return moment is not None and abs(event.at - moment) <= NEAR


def _at(event: AuditEvent) -> datetime:
    return event.at


def _uuids(tracking_id: str) -> set[str]:
    """A request's own part of a tracking id: services put words around it."""
    return set(_UUID.findall(tracking_id.lower()))
