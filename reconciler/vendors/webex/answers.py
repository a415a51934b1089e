"""Answers of the Webex API that are of no documented shape, and refusals in all of theirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from reconciler.http.shape import shape_check

documented = shape_check(
    "documented",
    "a proxy may have changed it, or this version does not know it yet: update reconciler, or "
    "report the tracking id",
)
"""Reads an answer; one of another shape is an error of the tenant, not of reconciler."""


def an_object(body: Any) -> Mapping[str, Any]:
    """The body of an answer that has fields; raises ValueError for another."""
    if not isinstance(body, dict):
        raise ValueError("it is empty" if body is None else "it is not an object")
    return body


def one_of(body: Mapping[str, Any], field: str, known: Collection[str]) -> str:
    """A field with one of the documented words; raises ValueError for another.

    What an unknown word allows is unknown, so nothing is planned from it.
    """
    if (written := body[field]) not in known:
        raise ValueError(f"{field} is {written!r}, which is not known")
    return str(written)


def array(body: Mapping[str, Any], field: str, of: type) -> list[Any]:
    """A field that lists things of a type, none where it is absent; raises ValueError."""
    written = body.get(field)
    if written is None:
        return []
    if not isinstance(written, list) or not all(isinstance(each, of) for each in written):
        raise ValueError(f"{field} is not a list of {_WORDS[of]}")
    return written


_WORDS = {dict: "objects", str: "texts", int: "numbers"}


def explain(body: Any, text: str) -> tuple[str, str]:
    """Reason and tracking id of any of the error bodies that the service is seen to send."""
    if not isinstance(body, dict):
        return _one_line(text), ""
    tracking_id = str(body.get("trackingId") or "")
    error, errors = body.get("error"), body.get("errors")
    told = [_told(each) for each in [error, *(errors if isinstance(errors, list) else ())]]
    said = "; ".join(filter(None, told)) or str(body.get("message") or body.get("reason") or "")
    return _one_line(said), tracking_id


def _told(error: Any) -> str:
    """The text of one error of a body: bare text, or messages, a reason and what refers to it."""
    if not isinstance(error, dict):
        return str(error or "")
    messages = error.get("message")
    rows = messages if isinstance(messages, list) else [messages]
    told = [str(each.get("description") or "") if isinstance(each, dict) else each for each in rows]
    said = "; ".join(str(each) for each in told if each)
    said = said or str(error.get("reason") or error.get("description") or "")
    referenced = error.get("referencedEntities")
    if isinstance(referenced, list) and referenced:
        by = "referred to by " + ", ".join(map(str, referenced))
        said = f"{said}; {by}" if said else by
    return said


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
