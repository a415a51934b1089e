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
from reconciler.reporting.rules import telling
from reconciler.rules.rule import Rule

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
BASE = "%SRCROOT%"

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def log(
    found: Sequence[Diagnostic],
    rules: Mapping[str, Rule[Spec]],
    places: Places,
    *,
    finished: bool = True,
) -> dict[str, Any]:
    """One run with every finding; `rules` are the documented ones by code.

    `finished` is False where something stopped the check before its end.
    """
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
        "invocations": [{"executionSuccessful": finished}],
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
        "help": {"text": _message(f"Source: {rule.source}"), "markdown": _markdown(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _markdown(rule: Rule[Spec]) -> str:
    """What a viewer shows of a rule: all of it, with what it takes and what it refuses."""
    parts = [rule.text, f"Source: {rule.source}"]
    for title, manifests in (("Good", rule.good), ("Bad", rule.bad)):
        parts.append(f"**{title}**\n\n```yaml\n{telling(manifests, rule.on.__name__)}\n```")
    return "\n\n".join([*parts, f"More: `reconciler rules explain {rule.code}`"])


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
    """The suppression in the project file; an empty list says that there is none."""
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
        return {"uri": "file://" + _quoted(file)}
    return {"uri": _quoted(file), "uriBaseId": BASE}


def _quoted(file: str) -> str:
    """The name in a URI; what of it is no text comes out as the bytes that it is on disk."""
    return quote(file, errors="surrogateescape")


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
    """What stays the same when lines move, list items come and go, or other findings are corrected.

    The code, the object (or its file), the names of the path and the marked text; what is equal in
    all of these is counted, and only that.
    """
    file = found.origin.file if found.origin else ""
    where = found.address.short if found.address else file
    names = dotted(tuple(part for part in found.path if isinstance(part, str)))
    place = found.position
    marked = place.text[place.column - 1 : place.end_column - 1] if place else ""
    what = f"{found.code}\n{where}\n{names}\n{marked}"
    seen[what] += 1
    return hashlib.sha256(f"{what}\n{seen[what]}".encode("utf-8", "replace")).hexdigest()[:32]
