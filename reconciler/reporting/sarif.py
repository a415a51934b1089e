"""Diagnostics as SARIF 2.1.0, which code scanning and editors read; plain data, no more."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from reconciler import __version__
from reconciler.model.diagnostic import Diagnostic, Position, Severity, dotted
from reconciler.model.resource import Spec
from reconciler.reporting.escape import safe
from reconciler.reporting.places import Places
from reconciler.rules.rule import Rule

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
BASE = "%SRCROOT%"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def log(
    found: Sequence[Diagnostic], rules: Mapping[str, Rule[Spec]], places: Places
) -> dict[str, Any]:
    """One run with every finding; `rules` are the documented ones by code."""
    codes = sorted({each.code for each in found})
    seen: Counter[str] = Counter()
    run = {
        "tool": {
            "driver": {
                "name": "reconciler",
                "version": __version__,
                "rules": [_rule(code, rules.get(code)) for code in codes],
            }
        },
        "invocations": [{"executionSuccessful": True}],
        "originalUriBaseIds": {
            BASE: {"description": {"text": "The folder in which reconciler was called."}}
        },
        "columnKind": "utf16CodeUnits",
        "results": [_result(each, codes.index(each.code), places, seen) for each in found],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, rule: Rule[Spec] | None) -> dict[str, Any]:
    if rule is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": _message(" ".join(rule.text.split()))},
        "help": {"text": _message(f"Source: {rule.source}")},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(found: Diagnostic, rule: int, places: Places, seen: Counter[str]) -> dict[str, Any]:
    told = [found.summary, *found.detail.splitlines()]
    told.extend(f"help: {found.hint}".splitlines() if found.hint else ())
    return {
        "ruleId": found.code,
        "ruleIndex": rule,
        "level": _LEVELS[found.severity],
        "message": {"text": "\n".join(_message(line) for line in told)},
        "locations": [_location(found, places)],
        "partialFingerprints": {"reconcilerFinding/v1": _fingerprint(found, seen)},
        "suppressions": _suppressions(found),
    }


def _suppressions(found: Diagnostic) -> list[dict[str, str]]:
    """The leave that the project file gives; an empty list says that there is none."""
    if found.suppression is None:
        return []
    return [{"kind": "external", "justification": safe(found.suppression)}]


def _message(text: str) -> str:
    """One line that holds no link and no placeholder, which SARIF knows in plain text too."""
    return safe(text).replace("{", "{{").replace("}", "}}").replace("](", "\\](")


def _location(found: Diagnostic, places: Places) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": _artifact(places.of(found)),
            "region": _region(found),
        }
    }
    if found.address is not None:
        address = str(found.address)
        location["logicalLocations"] = [{"fullyQualifiedName": safe(address), "kind": "object"}]
    return location


def _artifact(file: str) -> dict[str, str]:
    if PurePosixPath(file).is_absolute():
        return {"uri": "file://" + quote(file)}
    return {"uri": quote(file), "uriBaseId": BASE}


def _region(found: Diagnostic) -> dict[str, int]:
    if found.position is None:
        return {"startLine": found.origin.line if found.origin else 1}
    place = found.position
    return {
        "startLine": place.line,
        "startColumn": _utf16(place, place.column),
        "endColumn": _utf16(place, max(place.end_column, place.column)),
    }


def _utf16(place: Position, column: int) -> int:
    """A column of code points as one of UTF-16 code units."""
    before = place.text[: column - 1]
    return column + len(before.encode("utf-16-le", "surrogatepass")) // 2 - len(before)


def _fingerprint(found: Diagnostic, seen: Counter[str]) -> str:
    """What stays the same when lines move: the code and the object, or the place in the file."""
    file = found.origin.file if found.origin else ""
    where = str(found.address) if found.address else f"{file}#{dotted(found.path)}"
    what = f"{found.code}\n{where}"
    seen[what] += 1
    return hashlib.sha256(f"{what}\n{seen[what]}".encode("utf-8", "replace")).hexdigest()[:32]
