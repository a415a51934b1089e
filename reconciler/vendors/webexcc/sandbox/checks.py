"""Checks of a body before it is stored: shape, and the documented limits."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from reconciler.sandbox.errors import Refusal

_PROFILE_NAME = re.compile(r"[a-zA-Z0-9,_\-\s]{1,80}", re.ASCII)
_COLLECTION_NAME = re.compile(r"[a-zA-Z0-9_\s-]{1,80}", re.ASCII)
LONGEST_DESCRIPTION = 255


def refuse_unless(fine: object, reason: str) -> None:
    """400 with the reason, unless all is well."""
    if not fine:
        raise Refusal(400, reason)


def mapping(body: Any) -> dict[str, Any]:
    """The body, if it is a JSON object."""
    if not isinstance(body, dict):
        raise Refusal(400, "the body is no object")
    return body


def profile_name(value: Any) -> str:
    """A name that a user profile may have."""
    return _name(value, _PROFILE_NAME)


def collection_name(value: Any) -> str:
    """A name that a resource collection may have: no comma."""
    return _name(value, _COLLECTION_NAME)


def _name(value: Any, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value) or not value.strip():
        raise Refusal(400, f"name is missing, too long or has a forbidden character: {value!r}")
    return value


def description(value: Any) -> str:
    """A description, empty where there is none."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_DESCRIPTION:
        raise Refusal(400, f"description is longer than {LONGEST_DESCRIPTION} characters")
    return value


def one_of(value: Any, field: str, allowed: Collection[str]) -> str:
    """A word out of those that the field takes."""
    if not isinstance(value, str) or value not in allowed:
        raise Refusal(400, f"{field} is {value!r}; it takes {', '.join(sorted(allowed))}")
    return value


def objects(value: Any, field: str) -> list[dict[str, Any]]:
    """A list of JSON objects."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Refusal(400, f"{field} is no list of objects")
    return value


def texts(value: Any, field: str) -> list[str]:
    """A list of strings, each once."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Refusal(400, f"{field} is no list of strings")
    return list(dict.fromkeys(value))
