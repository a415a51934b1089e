"""Checks that a project sets aside, and what a change loosens against an earlier revision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from reconciler.model.value import Json, digest

What = Literal[
    "threshold",
    "rule",
    "suppression",
    "ignore_changes",
    "drift",
    "protection",
    "unmanaged",
    "assumed",
    "state",
    "override",
]
"""The kinds of checks that are set aside."""

DIGEST_LENGTH = 12
"""So many hexadecimal digits stand for what a change loosens: none is found by trying."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """One check that a plan or a drift check does without, or that stops less than by default.

    `summary` says it in words, for one tenant or (without `tenant`) for all, and of one object
    where there is an `address`; `reason` and `until` are the project's own. `file` and `line` are
    the place that says so.
    """

    what: What
    summary: str
    tenant: str = ""
    address: str = ""
    reason: str = ""
    until: str = ""
    file: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Loosened:
    """One setting that a change loosens, or changes in a way that is not known to tighten it.

    `setting` is its path in the project file, the name of a patch, or the address of an object with
    its attribute; `before` and `after` are its values, null for one that is not there.
    """

    setting: str
    summary: str
    before: Json = None
    after: Json = None
    file: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Base:
    """The Git revision that a plan was compared with, and what was loosened since.

    `digest` stands for exactly that, wherever it is written, and for no other change.
    """

    revision: str
    commit: str
    loosens: tuple[Loosened, ...] = ()
    digest: str = ""


def digest_of(loosens: Iterable[Loosened]) -> str:
    """The digits that stand for what was loosened; empty for nothing."""
    found = sorted(([e.setting, e.summary, e.before, e.after] for e in loosens), key=str)
    return digest(found)[:DIGEST_LENGTH] if found else ""
