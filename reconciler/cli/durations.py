"""Lengths of time as people and Terraform write them: `30s`, `1m30s`, `500ms`."""

from __future__ import annotations

import re

from reconciler.errors import UsageError

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,3})?)(ms|s|m|h)")


def seconds(flag: str, text: str) -> float:
    """The seconds of a length of time; raises UsageError for what is none."""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        if text == "0":
            return 0.0
        raise UsageError(
            "RUN100",
            f"{flag}: `{text}` is not a valid duration",
            hint="write it with its unit, such as `30s` or `5m`",
        )
    return sum(float(number) * _UNITS[unit] for number, unit in parts)
