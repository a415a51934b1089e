"""Hooks that a vendor does not offer: the reason, and the source for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True)
class NotOffered:
    """The answer to a hook that a vendor does not have.

    `reason` completes "… is not offered:" for a person who reads a plan or `reconciler vendors`;
    `document` names what says so, as the source of a rule does (`D1 / "System limits"`).
    """

    reason: str
    document: str


NOT_OFFERED = NotOffered
"""How a vendor writes it, so that all such answers are found by one word."""

T = TypeVar("T")


def offered(answer: T | NotOffered) -> T | None:
    """The hook of a vendor; None where it has none."""
    return None if isinstance(answer, NotOffered) else answer


def hooks(part: Any) -> Iterator[tuple[str, Any]]:
    """The hooks of a part of the contract (a dataclass), each by its name with its answer.

    A hook is a field that may be answered with `NOT_OFFERED`.
    """
    for field in fields(part):
        if NotOffered.__name__ in str(field.type):
            yield field.name, getattr(part, field.name)
