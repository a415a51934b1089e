"""RSQL, as far as lists are asked with it: `name=="Billing";(active==true,id=in=("a","b"))`.

`;` is and, `,` is or, and binds weaker; values with spaces or signs are quoted, either way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.sandbox.errors import Refusal
from reconciler.sandbox.store import Body

Test = Callable[[Body], bool]

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<sign>[;,()])
      | (?P<operator>==|!=|=in=|=out=)
      | "(?P<double>(?:[^"\\]|\\.)*)"
      | '(?P<single>(?:[^'\\]|\\.)*)'
      | (?P<bare>[^\s"'();,=!~<>]+)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    """`kind`: sign, operator, or text with its quotes (double, single, bare)."""

    kind: str
    text: str


def condition(text: str, fields: Collection[str]) -> Test:
    """The filter as a test on a row; refuses with 400 what it cannot read, and other fields."""
    reader = _Reader(list(_tokens(text)), fields)
    test = reader.any_of()
    if reader.at < len(reader.tokens):
        raise Refusal(400, f"the filter cannot be read: {text}")
    return test


def _tokens(text: str) -> Iterator[_Token]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise Refusal(400, f"the filter cannot be read: {text}")
        value = found[found.lastgroup]
        if found.lastgroup in ("double", "single"):
            value = re.sub(r"\\(.)", r"\1", value)
        yield _Token(found.lastgroup, value)
        at = found.end()


class _Reader:
    """Reads tokens from left to right."""

    def __init__(self, tokens: list[_Token], fields: Collection[str]) -> None:
        self.tokens, self.at = tokens, 0
        self._fields = fields

    def any_of(self) -> Test:
        """Terms with `,` between them."""
        tests = [self._all_of()]
        while self._next_is(","):
            tests.append(self._all_of())
        return tests[0] if len(tests) == 1 else lambda row: any(test(row) for test in tests)

    def _all_of(self) -> Test:
        tests = [self._term()]
        while self._next_is(";"):
            tests.append(self._term())
        return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)

    def _term(self) -> Test:
        if self._next_is("("):
            test = self.any_of()
            self._demand(")")
            return test
        field = self._take("bare")
        if field not in self._fields:
            raise Refusal(400, f"{field} cannot be filtered by")
        operator = self._take("operator")
        values = self._list() if operator in ("=in=", "=out=") else {self._value()}
        wanted = operator in ("==", "=in=")
        return lambda row: _meets(row.get(field), values, wanted=wanted)

    def _list(self) -> set[str]:
        self._demand("(")
        values = {self._value()}
        while self._next_is(","):
            values.add(self._value())
        self._demand(")")
        return values

    def _value(self) -> str:
        return self._take("double", "single", "bare")

    def _next_is(self, sign: str) -> bool:
        found = self._peek() == _Token("sign", sign)
        self.at += found
        return found

    def _demand(self, sign: str) -> None:
        if not self._next_is(sign):
            raise Refusal(400, f"the filter cannot be read: `{sign}` is missing")

    def _take(self, *kinds: str) -> str:
        token = self._peek()
        if token is None or token.kind not in kinds:
            found = f"`{token.text}`" if token else "its end"
            raise Refusal(400, f"the filter cannot be read at {found}")
        self.at += 1
        return token.text

    def _peek(self) -> _Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None


def _meets(value: Any, values: set[str], *, wanted: bool) -> bool:
    """As a database compares: what has no value is neither equal nor unequal."""
    if value is None:
        return False
    if isinstance(value, list):
        return any(_as_text(each) in values for each in value) is wanted
    return (_as_text(value) in values) is wanted


def _as_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
