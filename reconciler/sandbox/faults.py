"""Faults and the calls they are for: a short list, read from plain data or a line.

A fault is a mapping (`{fault: dropped, on: POST */user-profile, when: after}`) or the same as one
line (`dropped on="POST */user-profile" when=after`). See KINDS for what there is;
`faulty` puts them around an application.

    fault         a kind, or the status of a refusal: 429, 503, 401, ...
    on            METHODS PATH, each with `*`: `GET */v2/user`, `POST,PUT *`, `write *`; default all
    nth, times    from the nth matching call on, so many times (or `always`); default 1 and 1
    probability   instead of nth: by chance, between 0 and 1, with `seed`; times is `always` then
    when          `before` the call reaches the tenant (default), or `after`: the write has landed
    retryAfter    seconds, `date:SECONDS` for an HTTP date, or nothing at all
    status        of `html` (200), `redirect` (307), `echo` (400)
    delay         of `latency`: 50ms, 2s
    to            of `redirect`: another origin
    rows          of `shifting-pages`: 1, or -1 for the other direction
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from reconciler.sandbox.errors import SandboxError

KINDS: Mapping[str, str] = {
    "dropped": "the connection is closed without an answer",
    "half-answer": "the JSON ends in the middle, and its Content-Length agrees",
    "cut-answer": "the connection is closed in the middle of the body",
    "latency": "the answer takes its time",
    "stale-read": "a GET answers what it answered before the last write",
    "shifting-pages": "rows move from one page of a list to the next while it is read",
    "html": "a page of a proxy instead of an answer",
    "null-body": "the answer is `null`",
    "redirect": "to another host",
    "echo": "an error body that repeats the Authorization header",
}

_STATUS = re.compile(r"[45]\d\d")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s)")
_ON = re.compile(r"(?P<methods>[A-Za-z*]+(?:,[A-Za-z]+)*)(?:\s+(?P<path>\S+))?")
_DEFAULT_STATUS = {"html": 200, "redirect": 307, "echo": 400}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; `times` is None for ever, `status` that of an answer that the fault makes."""

    kind: str
    methods: tuple[str, ...] = ("*",)
    path: str = "*"
    nth: int = 1
    times: int | None = 1
    probability: float | None = None
    seed: int = 0
    after: bool = False
    status: int = 500
    retry_after: str = ""
    delay: float = 0.0
    to: str = "http://elsewhere.invalid"
    rows: int = 1

    def is_on(self, method: str, path: str) -> bool:
        """Return whether a call is one of those that this fault is about."""
        named = {"*", method} | ({"WRITE"} if method not in ("GET", "HEAD") else set())
        return not named.isdisjoint(self.methods) and fnmatchcase(path, self.path)


def latency_of(text: str) -> Fault:
    """`50ms` on every call; raises SandboxError (PRJ150)."""
    return fault({"fault": "latency", "delay": text, "times": "always"})


def faults(data: Any) -> tuple[Fault, ...]:
    """A list of mappings or lines, as a file has it; raises SandboxError (PRJ150)."""
    if not isinstance(data, list):
        raise _wrong("expected a list of faults", "begin each with `- fault: KIND`")
    return tuple(fault(each) for each in data)


def fault(data: Any) -> Fault:
    """One mapping or line; raises SandboxError (PRJ150)."""
    given = _from_line(data) if isinstance(data, str) else data
    if isinstance(given, int) and not isinstance(given, bool):
        given = {"fault": given}
    if not isinstance(given, Mapping) or "fault" not in given:
        raise _wrong(f"{data!r} is not a valid fault", 'write it like `503 on="PUT *" times=2`')
    unknown = sorted(set(map(str, given)) - set(FIELDS))
    if unknown:
        raise _wrong(f"a fault has no `{unknown[0]}`", f"it has {', '.join(FIELDS)}")
    read: dict[str, Any] = {}
    for name in sorted(given, key=lambda name: name != "fault"):  # what it is sets defaults
        value = given[name]
        try:
            read |= FIELDS[name](value)
        except (ValueError, TypeError) as error:
            raise _wrong(f"{name} cannot be `{value}`", str(error)) from error
    if "probability" in read:
        read = {"times": None} | read
    return Fault(**read)


def duration(text: Any) -> float:
    """`50ms` or `2s` in seconds; raises ValueError."""
    found = _DURATION.fullmatch(str(text))
    if found is None:
        raise ValueError("write it like `50ms` or `2s`")
    return float(found[1]) / (1000 if found[2] == "ms" else 1)


def _from_line(line: str) -> dict[str, str]:
    try:
        kind, *pairs = shlex.split(line)
    except ValueError as error:
        raise _wrong(f"`{line}` is not a valid fault", str(error)) from error
    given = {"fault": kind}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise _wrong(f"`{pair}` is not KEY=VALUE", 'quote what has spaces: on="GET */user"')
        given[name] = value
    return given


def _kind(value: Any) -> dict[str, Any]:
    text = str(value)
    if _STATUS.fullmatch(text):
        return {"kind": "refusal", "status": int(text)}
    if text not in KINDS:
        raise ValueError(f"there are {', '.join(KINDS)}, and statuses such as 429 and 503")
    return {"kind": text, "status": _DEFAULT_STATUS.get(text, 500)}


def _on(value: Any) -> dict[str, Any]:
    found = _ON.fullmatch(str(value).strip())
    if found is None:
        raise ValueError("write METHOD PATH, such as `GET */v2/user` or `write *`")
    return {"methods": tuple(found["methods"].upper().split(",")), "path": found["path"] or "*"}


def _count(name: str, value: Any) -> dict[str, Any]:
    number = int(str(value))
    if number < 1:
        raise ValueError("count from 1")
    return {name: number}


def _times(value: Any) -> dict[str, Any]:
    return {"times": None} if value == "always" else _count("times", value)


def _probability(value: Any) -> dict[str, Any]:
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError("it is between 0 and 1")
    return {"probability": number}


def _when(value: Any) -> dict[str, Any]:
    if value not in ("before", "after"):
        raise ValueError("`before` or `after`")
    return {"after": value == "after"}


def _retry_after(value: Any) -> dict[str, Any]:
    text = "" if value is None else str(value)
    if not re.fullmatch(r"(date:)?\d+|", text):
        raise ValueError("write seconds, or `date:SECONDS`")
    return {"retry_after": text}


def _one_of(name: str, *allowed: int) -> Callable[[Any], dict[str, Any]]:
    def read(value: Any) -> dict[str, Any]:
        number = int(str(value))
        if number not in allowed:
            raise ValueError(f"it is one of {', '.join(map(str, allowed))}")
        return {name: number}

    return read


def _status(value: Any) -> dict[str, Any]:
    number = int(str(value))
    if not 200 <= number <= 599:  # noqa: PLR2004 - the statuses of HTTP
        raise ValueError("a status is between 200 and 599")
    return {"status": number}


FIELDS: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "fault": _kind,
    "on": _on,
    "nth": lambda value: _count("nth", value),
    "times": _times,
    "probability": _probability,
    "seed": lambda value: {"seed": int(str(value))},
    "when": _when,
    "retryAfter": _retry_after,
    "status": _status,
    "delay": lambda value: {"delay": duration(value)},
    "to": lambda value: {"to": str(value).rstrip("/")},
    "rows": _one_of("rows", 1, -1),
}


def _wrong(summary: str, hint: str) -> SandboxError:
    return SandboxError("PRJ150", f"faults: {summary}", hint=hint)
