"""Fields of answers, held to what an id, a name or a text can be; and ids as parts of a path.

Each raises ValueError for what it refuses, in words that `documented` of a vendor puts behind the
endpoint. Nothing that passes here can break a URL, the state or an output.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from reconciler.errors import NotFoundError
from reconciler.http.secrets import redacted

MOST_OF_AN_ID = 256
MOST_OF_A_NAME = 1_000
MOST_OF_A_TEXT = 100_000

_ID = re.compile(r"(?!\.+\Z)[!-~]{1,256}")
_NOT_IN_AN_ID = re.compile(r"[/?#%\\\"<>]")
_HALF = re.compile("[\ud800-\udfff]")
_IN_A_PATH = "-._~:@!$&'()*+,;="
_SHOWN = 40


def identifier(body: Mapping[str, Any], field: str) -> str:
    """A field that holds the vendor's id of something."""
    return an_id(body[field], field)


def an_id(value: object, field: str = "id") -> str:
    """An id: visible ASCII characters, but those that mean something in a URL."""
    if not isinstance(value, str):
        raise ValueError(f"{field} is {_kind(value)}, not text")
    if not _ID.fullmatch(value) or _NOT_IN_AN_ID.search(value):
        raise ValueError(
            f"{field} is {_shown(value)}, which is not an id: 1 to {MOST_OF_AN_ID} visible ASCII "
            'characters without / ? # % \\ " < >'
        )
    return value


def name(body: Mapping[str, Any], field: str) -> str:
    """A field that holds what something is called."""
    return text_of(body[field], field, MOST_OF_A_NAME, empty=False)


def text(body: Mapping[str, Any], field: str) -> str:
    """A field that holds text; empty where it is absent or null."""
    value = body.get(field)
    return "" if value is None else text_of(value, field, MOST_OF_A_TEXT)


def text_of(value: object, field: str, most: int, *, empty: bool = True) -> str:
    """A value that has to be text that every encoding can hold."""
    if not isinstance(value, str):
        raise ValueError(f"{field} is {_kind(value)}, not text")
    if not value.isascii() and _HALF.search(value):
        raise ValueError(f"{field} is {_shown(value)}, which has half of a character")
    if len(value) > most:
        raise ValueError(f"{field} has {len(value):,} characters; {most:,} are read at most")
    if not value and not empty:
        raise ValueError(f"{field} is empty")
    return value


def name_if_any(value: object) -> str:
    """A value as the name of something, empty where it cannot be one."""
    try:
        return text_of(value, "name", MOST_OF_A_NAME)
    except ValueError:
        return ""


def whole(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A body that is written back whole: every text in it can be sent."""
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("a text in it has half of a character") from None
    return body


def segment(part: str) -> str:
    """One part of a URL's path: nothing in it leads to another path.

    Raises NotFoundError for what no object can be called.
    """
    if not part or set(part) == {"."} or len(part) > MOST_OF_AN_ID or _HALF.search(part):
        raise NotFoundError("TEN104", f"{_shown(part)} is not an id")
    return quote(part, safe=_IN_A_PATH)


def about(error: ValueError, what: str, object_id: object) -> ValueError:
    """The same refusal, naming the object that it is about."""
    return ValueError(f"{what} {_shown(object_id)}: {error}")


def in_words(error: Exception) -> str:
    """The problem of an answer: reconciler's own words, or the kind of fault that Python names."""
    if isinstance(error, KeyError):
        return f"`{error.args[0]}` is missing"
    if not isinstance(error, ValueError):
        return "a value is of another type"
    return redacted(str(error))[:200]


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    kinds = {int: "a number", float: "a number", list: "a list", dict: "an object"}
    return kinds.get(type(value), "of another type")


def _shown(value: object) -> str:
    """A value in ASCII, cut where it is long."""
    written = ascii(value)
    return written if len(written) <= _SHOWN else f"{written[:_SHOWN]}..."
