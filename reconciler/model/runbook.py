"""What a person has to do where a vendor offers no API for a change, and how it is seen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """A value to be entered: what the form calls it, and what it is to be."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Guide:
    """How a person makes a change of one object.

    `title` says what, `who` may do it, `clicks` are what to do, in their order, `enter` the exact
    values, `done` how the next plan sees that it was done. `attributes` are those that no API can
    change, empty where that is all of the write; `rule` is why that is so.
    """

    title: str
    who: str
    clicks: tuple[str, ...]
    done: str
    enter: tuple[Entry, ...] = ()
    attributes: tuple[str, ...] = ()
    rule: str = ""


@dataclass(frozen=True, slots=True)
class RunbookStep:
    """One thing that is to be done by hand: its operation, its object, and what waits for it."""

    operation: str
    address: str
    tenant: str
    guide: Guide
    waiting: tuple[str, ...] = ()
