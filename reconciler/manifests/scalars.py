"""What a plain YAML scalar means: the core schema of YAML 1.2, chapter 10.3.2, and nothing else.

`no`, `on`, `1_000`, `12:30` and dates are text; `012` is the number 12.
"""

from __future__ import annotations

import re

Scalar = str | int | float | bool | None

_CONSTANTS: dict[str, Scalar] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
}  # fmt: skip
_INT = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
MOST_DIGITS = 4300
"""What Python turns into a number, or back into text, without taking forever."""

_MAY_BE_NUMBER = frozenset("+-.0123456789")


def plain(text: str) -> Scalar:
    """The value of an unquoted scalar; raises ValueError for a number that is too long."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _MAY_BE_NUMBER:
        return text
    if len(text) > MOST_DIGITS:
        return _long(text)
    if _INT.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text):
        return int(text, 8)
    if _HEX.fullmatch(text):
        return int(text, 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITY.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def _long(text: str) -> str:
    """What is as long as no number may be, where it is none."""
    if any(number.fullmatch(text) for number in (_INT, _OCTAL, _HEX, _FLOAT)):
        raise ValueError("a number of this length cannot be read")
    return text
