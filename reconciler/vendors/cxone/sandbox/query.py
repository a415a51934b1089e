"""Searches as UserHub takes them: a filter of lists, an operation for each field, an order, a part.

How fields that are no text compare is not documented: as their text does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body

T = TypeVar("T")

_KNOWN = ("LIKE", "BETWEEN", "NOT", "OR", "IN", "EQ")


def found(rows: Iterable[Body], body: Mapping[str, Any]) -> list[Body]:
    """The rows that a search asks for, in its order; refuses an invalid search with 400."""
    wanted = _mapping(body, "filter")
    operations = _mapping(body, "operations")
    for operation in operations.values():
        if operation not in _KNOWN:
            raise Refusal(400, f"{operation!r} is no operation", {"code": "BAD_REQUEST"})
    kept = [
        row
        for row in rows
        if all(_fits(row.get(f), each, operations.get(f, "EQ")) for f, each in wanted.items())
    ]
    # the last key is sorted by first, so that the first one decides
    for field, direction in reversed(list(_mapping(body, "orderBy").items())):
        kept.sort(key=lambda row: str(row.get(field) or "").casefold(), reverse=direction == "DESC")
    return kept


def _mapping(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    given = body.get(key) or {}
    if not isinstance(given, Mapping):
        raise Refusal(400, f"{key} is no object", {"code": "BAD_REQUEST"})
    return given


def _fits(value: Any, wanted: Any, operation: str) -> bool:
    asked = [str(each) for each in (wanted if isinstance(wanted, Sequence) else [wanted])]
    if isinstance(wanted, str):
        asked = [wanted]
    held = [str(each) for each in value] if isinstance(value, list) else [str(value)]
    match operation:
        case "LIKE":
            return any(a.casefold() in h.casefold() for a in asked for h in held)
        case "NOT":
            return not set(asked) & set(held)
        case "BETWEEN":
            return any(asked[0] <= h <= asked[-1] for h in held)
        case _:
            return bool(set(asked) & set(held))


def part(rows: Sequence[T], body: Mapping[str, Any], default: int = 100) -> Sequence[T]:
    """The rows from `skip` on, `top` of them."""
    skip, top = whole(body.get("skip"), 0), whole(body.get("top"), default)
    return rows[skip : skip + top]


def whole(given: Any, default: int) -> int:
    """A number that is not negative; refuses with 400."""
    try:
        number = default if given in (None, "") else int(given)
    except (TypeError, ValueError):
        number = -1
    if number < 0:
        raise Refusal(400, f"{given!r} is no such number", {"code": "BAD_REQUEST"})
    return number


def only(row: Body, fields: Any) -> Body:
    """A row with the fields that were asked for, all of them where none was."""
    return dict(row) if not fields else {key: row[key] for key in fields if key in row}
