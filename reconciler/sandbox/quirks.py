"""Quirks of a service that a seed turns on or off, as `quirks: {pageSizeCap: 25, ...}`.

A vendor's quirks are a frozen dataclass with a default for each field; a seed writes the fields in
camelCase. They are read from the seed each time the tenant is opened, so a change needs no reset.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Q = TypeVar("Q", bound="DataclassInstance")
Check = Callable[[Any], Any]
"""What makes of a value in the seed the value of a quirk; raises TypeError or ValueError."""


def quirks(section: Any, usual: Q, checks: Mapping[str, Check]) -> Q:
    """The section of a seed, beside what is `usual`; raises ValueError with what is wrong.

    `checks` has, by field, how a value is checked where its type does not say it.
    """
    known = {_camel(each.name): each.name for each in fields(usual)}
    if not isinstance(section, Mapping):
        raise ValueError(f"expected a mapping of {', '.join(known)}")
    unknown = sorted(set(section) - set(known))
    if unknown:
        raise ValueError(f"unknown name `{unknown[0]}`; known are {', '.join(known)}")
    read: dict[str, Any] = {}
    for name, value in section.items():
        checked = checks.get(known[name]) or _OF_TYPE[type(getattr(usual, known[name]))]
        try:
            read[known[name]] = checked(value)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{name} cannot be {value!r}: {error}") from error
    return replace(usual, **read)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(each.capitalize() for each in others)


def one_of(*choices: str) -> Check:
    """A check for one of these texts."""

    def checked(value: Any) -> str:
        if value not in choices:
            *some, last = choices
            raise ValueError(f"it is {', '.join(some)} or {last}")
        return str(value)

    return checked


def up_to(most: int) -> Check:
    """A check for a number from 1 to `most`."""

    def checked(value: Any) -> int:
        if type(value) is not int or not 1 <= value <= most:
            raise ValueError(f"expected a number from 1 to {most}")
        return value

    return checked


def count(value: Any) -> int:
    """A number, 0 or more."""
    if type(value) is not int or value < 0:
        raise TypeError("expected a number")
    return value


def seconds(value: Any) -> float:
    """A time in seconds, 0 or more."""
    if type(value) not in (int, float) or value < 0:
        raise TypeError("seconds are wanted")
    return float(value)


def names(value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError("expected a list of names")
    return tuple(value)


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("expected true or false")
    return value


_OF_TYPE: Mapping[type, Check] = {bool: _switch, tuple: names}
