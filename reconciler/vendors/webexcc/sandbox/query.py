"""Filters and pages of the emulated lists: the part of RSQL that lists are asked with."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from reconciler.sandbox.app import Answer
from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body

DEFAULT_SIZE = LARGEST_SIZE = 100

_VALUE = r"""(?:"(?P<{0}d>(?:[^"\\]|\\.)*)"|'(?P<{0}s>[^']*)'|(?P<{0}b>[^\s"'();,]+))"""
_EQUAL = re.compile(rf"(?P<field>\w+)==(?:{_VALUE.format('v')})")
_IN = re.compile(r"(?P<field>\w+)=in=\((?P<values>[^)]*)\)")
_LISTED = re.compile(_VALUE.format("v"))


def condition(text: str | None) -> Callable[[Body], bool]:
    """A filter such as `name=="Billing";active==true`, as a test on a row."""
    if not text:
        return lambda _row: True
    tests = [_test(part.strip()) for part in re.split(r";(?=\w+=)", text)]
    return lambda row: all(test(row) for test in tests)


def _test(part: str) -> Callable[[Body], bool]:
    if found := _EQUAL.fullmatch(part):
        return _among(found["field"], {_text(found)})
    if found := _IN.fullmatch(part):
        return _among(found["field"], {_text(each) for each in _LISTED.finditer(found["values"])})
    raise Refusal(400, f"the filter cannot be read: {part}")


def _among(field: str, values: set[str]) -> Callable[[Body], bool]:
    return lambda row: _as_text(row.get(field)) in values


def _text(found: re.Match[str]) -> str:
    if found["vd"] is not None:
        return re.sub(r"\\(.)", r"\1", found["vd"])
    return found["vs"] if found["vs"] is not None else found["vb"]


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def page(organization: str, path: str, rows: list[Body], query: Mapping[str, str]) -> Answer:
    """One page of the rows that the filter lets through, with what there is in all."""
    test = condition(query.get("filter"))
    found = [row for row in rows if test(row)]
    shown = number(query, "page", 0)
    size = min(number(query, "pageSize", DEFAULT_SIZE) or DEFAULT_SIZE, LARGEST_SIZE)
    pages = max(1, -(-len(found) // size))
    meta = {
        "orgid": organization,
        "page": shown,
        "pageSize": size,
        "totalPages": pages,
        "totalRecords": len(found),
        "links": {"self": f"/organization/{organization}/{path}?page={shown}&pageSize={size}"},
    }
    return Answer(200, {"meta": meta, "data": found[shown * size : (shown + 1) * size]})


def number(query: Mapping[str, str], name: str, default: int) -> int:
    """A whole number of the query; refuses with 400 what is none."""
    text = query.get(name, str(default))
    if not text.isdigit():
        raise Refusal(400, f"{name} is no number: {text}")
    return int(text)
