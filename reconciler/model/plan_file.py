"""Saved plans as files: strict JSON, right types, and no loose ends.

A file that is not as this version writes it is refused with the place that is wrong. That a plan
says what it does is another question: an apply derives it again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from math import isinf
from typing import Any, NoReturn

from pydantic import ValidationError

from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.diagnostic import Severity
from reconciler.model.value import Json

DEEPEST = 64
_HINT = "make a new plan with `reconciler plan --out FILE`"
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST = 60

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong with a plan's file, and where."""

    path: Path
    said: str


class _Twice(dict[str, Any]):
    """A JSON object that has a key twice."""

    key = ""


def document(data: bytes, version: str) -> dict[str, Any]:
    """The JSON object in a file, of this version of the format; raises UsageError (RUN101)."""
    found = _json(data)
    if not isinstance(found, dict) or "format_version" not in found:
        raise UsageError("RUN101", "this file is not a saved plan", hint=_HINT)
    refuse(_unfit(found))
    written = found["format_version"]
    if written != version:
        raise UsageError(
            "RUN101",
            f"the plan has format {_word(written)}; this version reads {version}",
            hint="make a new plan with this version",
        )
    return found


def is_plan(data: bytes) -> bool:
    """Whether a file was meant as a plan, of this version or another one."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and {"format_version", "steps", "changes"} <= document.keys()


def refuse(found: Iterable[Wrong]) -> None:
    """Raises UsageError for the first thing that is wrong."""
    for each in found:
        raise UsageError("RUN101", f"invalid plan: {_pointer(each.path)}: {each.said}", hint=_HINT)


def _pointer(path: Path) -> str:
    parts = []
    for each in path:
        if isinstance(each, int):
            parts.append(f"[{each}]")
        else:
            plain = _PLAIN_KEY.fullmatch(each)
            parts.append(f".{each}" if plain else f"[{json.dumps(each)}]")
    return "$" + "".join(parts)


def _json(data: bytes) -> Any:
    try:
        return json.loads(
            data.decode("utf-8"),
            parse_constant=_no_number,
            parse_float=_finite,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as error:
        said = f"this file is not a saved plan: byte {error.start} is not UTF-8"
    except json.JSONDecodeError as error:
        said = f"this file is not a saved plan: invalid JSON at {error.lineno}:{error.colno}"
    except RecursionError:
        said = f"invalid plan: nested more than {DEEPEST} levels deep"
    except ValueError as error:  # a number that is none, or has thousands of digits
        said = f"invalid plan: {error}"
    raise UsageError("RUN101", said, hint=_HINT)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError(f"the number {text[:_LONGEST]} is too large")
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    twice, seen = _Twice(made), set()
    for key, _ in pairs:
        if key in seen:
            twice.key = key
        seen.add(key)
    return twice


def _unfit(document: Any) -> Iterator[Wrong]:
    """What no plan has anywhere: keys that come twice, half characters, too many levels."""
    left: list[tuple[Path, Any]] = [((), document)]
    while left:
        path, value = left.pop()
        if len(path) > DEEPEST:
            yield Wrong(path[:3], f"nested more than {DEEPEST} levels deep")
        elif isinstance(value, str):
            if not value.isascii() and _SURROGATE.search(value):
                yield Wrong(path, "expected text, got half of a surrogate pair")
        elif isinstance(value, dict):
            if isinstance(value, _Twice):
                yield Wrong((*path, value.key), "the key appears twice")
            yield from _unfit_keys(path, value)
            left.extend(((*path, key), each) for key, each in value.items() if _may_be(each))
        else:
            left.extend(((*path, n), each) for n, each in enumerate(value) if _may_be(each))


def _may_be(value: Any) -> bool:
    """Whether anything can be wrong with a value as such."""
    return isinstance(value, (dict, list)) or (isinstance(value, str) and not value.isascii())


def _unfit_keys(path: Path, value: Mapping[str, Any]) -> Iterator[Wrong]:
    for key in value:
        if not key.isascii() and _SURROGATE.search(key):
            yield Wrong(path, "expected text as a key, got half of a surrogate pair")
    if value.keys() in ({"id", "name"}, {"address", "name"}):
        for key, each in value.items():
            if not isinstance(each, str):
                yield Wrong((*path, key), f"expected text, got {_word(each)}")


_EXPECTED = {
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "bool_type": "expected true or false",
    "dict_type": "expected an object",
    "dataclass_type": "expected an object",
    "mapping_type": "expected an object",
    "tuple_type": "expected a list",
    "none_required": "expected null",
}


def wrong_types(error: ValidationError) -> Iterator[Wrong]:
    """Each value that is of a wrong type, or is missing."""
    for each in error.errors(include_url=False):
        path, kind = tuple(each["loc"]), each["type"]
        if kind == "missing":
            yield Wrong(path, "it is missing")
        elif kind in {"enum", "literal_error"}:
            wanted = str(each.get("ctx", {}).get("expected", "a known value"))
            yield Wrong(path, f"expected {wanted}, got {_word(each['input'])}")
        else:
            expected = _EXPECTED.get(kind, str(each["msg"]))
            yield Wrong(path, f"{expected}, got {_word(each['input'])}")


def _word(value: Json) -> str:
    """A value as a message shows it, with its type."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"the text `{value[:_LONGEST]}`"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return f"the number {str(value)[:_LONGEST]}"


Plain = Mapping[str, Any]
Placed = list[tuple[Path, Plain]]


def loose_ends(plan: Plain) -> Iterator[Wrong]:
    """Names without tenants, ids without operations, and operations that wait in a circle.

    `plan` is a document whose types are right.
    """
    tenants = [each["name"] for each in plan["tenants"]]
    operations: Placed = [
        (("steps", n, "operations", m), operation)
        for n, step in enumerate(plan["steps"])
        for m, operation in enumerate(step["operations"])
    ]
    yield from _tenants(tenants)
    named = (_named(plan), _named_beside(plan), _named_by_operations(operations), _in_basis(plan))
    for path, text in chain.from_iterable(named):
        if said := _wrong_address(text, tenants):
            yield Wrong(path, said)
    yield from _changes(plan["changes"])
    yield from _steps(plan["steps"])
    yield from _not_shown(plan["changes"], operations)
    yield from _ids(plan, operations)
    yield from _circle(operations)
    yield from _whole_objects(plan)
    yield from _severities(plan)


def _tenants(names: list[str]) -> Iterator[Wrong]:
    for n, name in enumerate(names):
        if not name or "/" in name:
            yield Wrong(("tenants", n, "name"), f"{_word(name)} is not a tenant's name")
        if name in names[:n]:
            yield Wrong(("tenants", n, "name"), f"tenant `{name}` appears twice")


_LISTS = (
    ("changes", "waits_for"),
    ("runbook", "waiting"),
)
"""The lists of addresses in entries of sections."""


def _named(plan: Plain) -> Iterator[tuple[Path, str]]:
    """Every address in the sections of a plan, with its place."""
    for section in ("changes", "records", "side_effects", "runbook"):
        for n, each in enumerate(plan.get(section, ())):
            yield (section, n, "address"), each["address"]
    for n, change in enumerate(plan["changes"]):
        if change.get("previous_address") is not None:
            yield ("changes", n, "previous_address"), change["previous_address"]
    for section, key in _LISTS:
        for n, each in enumerate(plan.get(section, ())):
            for place, text in enumerate(each.get(key, ())):
                yield (section, n, key, place), text


def _named_beside(plan: Plain) -> Iterator[tuple[Path, str]]:
    """Every address that findings and limits are about."""
    for section in ("findings", "suppressed"):
        for n, finding in enumerate(plan[section]):
            if finding.get("address"):
                yield (section, n, "address"), finding["address"]
    for n, near in enumerate(plan.get("limits", ())):
        if near["subject"].startswith(f"{near['tenant']}/"):
            yield ("limits", n, "subject"), near["subject"]


def _named_by_operations(operations: Placed) -> Iterator[tuple[Path, str]]:
    for at, operation in operations:
        for place, text in enumerate(operation["addresses"]):
            yield (*at, "addresses", place), text


def _in_basis(plan: Plain) -> Iterator[tuple[Path, str]]:
    for tenant, basis in plan["basis"].items():
        for part in ("objects", "unchanged"):
            for text in basis.get(part, ()):
                yield ("basis", tenant, part, text), text


def _wrong_address(text: str, tenants: Collection[str]) -> str:
    parts = text.split("/", 3)
    if len(parts) < len(Address.__slots__) or not all(parts):
        return f"{_word(text)} is not an address (tenant/group/Kind/name)"
    if parts[0] not in tenants:
        return f"the plan has no tenant `{parts[0]}`"
    return ""


def _changes(changes: Iterable[Plain]) -> Iterator[Wrong]:
    seen: set[str] = set()
    for n, change in enumerate(changes):
        address = Address.parse(change["address"])
        if change["address"] in seen:
            yield Wrong(("changes", n, "address"), f"{change['address']} appears twice")
        seen.add(change["address"])
        for field, wanted in (("tenant", address.tenant), ("kind", address.kind)):
            if change[field] != wanted:
                said = f"expected `{wanted}` as in the address, got {_word(change[field])}"
                yield Wrong(("changes", n, field), said)


def _steps(steps: Iterable[Plain]) -> Iterator[Wrong]:
    last = 0
    for n, step in enumerate(steps):
        if step["number"] <= last:
            said = f"expected a number above {last}, got {step['number']}"
            yield Wrong(("steps", n, "number"), said)
        last = step["number"]
        for m, operation in enumerate(step["operations"]):
            at: Path = ("steps", n, "operations", m, "addresses")
            if not operation["addresses"]:
                yield Wrong(at, "expected at least one address")
            elif not operation["addresses"][0].startswith(f"{step['tenant']}/"):
                said = f"{operation['addresses'][0]} is not of tenant `{step['tenant']}`"
                yield Wrong((*at, 0), said)


def _not_shown(changes: Iterable[Plain], operations: Placed) -> Iterator[Wrong]:
    """Operations on objects that no change shows."""
    shown = {each["address"] for each in changes}
    for at, operation in operations:
        for place, text in enumerate(operation["addresses"]):
            if text not in shown:
                yield Wrong((*at, "addresses", place), f"no change of the plan is about {text}")


def _ids(plan: Plain, operations: Placed) -> Iterator[Wrong]:
    known: set[str] = set()
    for at, operation in operations:
        if operation["id"] in known:
            yield Wrong((*at, "id"), f"operation `{operation['id']}` appears twice")
        known.add(operation["id"])
    for path, text in _written_ids(plan, operations):
        if text not in known:
            yield Wrong(path, f"the plan has no operation `{text}`")


def _written_ids(plan: Plain, operations: Placed) -> Iterator[tuple[Path, str]]:
    for at, operation in operations:
        for place, each in enumerate(operation.get("after", ())):
            yield (*at, "after", place), each
        if operation.get("mends"):
            yield (*at, "mends"), operation["mends"]
    for n, effect in enumerate(plan.get("side_effects", ())):
        yield ("side_effects", n, "caused_by"), effect["caused_by"]
        if effect.get("mended_by"):
            yield ("side_effects", n, "mended_by"), effect["mended_by"]
    for n, by_hand in enumerate(plan.get("runbook", ())):
        yield ("runbook", n, "operation"), by_hand["operation"]


def _circle(operations: Placed) -> Iterator[Wrong]:
    """Operations, or calls that hold several of them, that wait for themselves."""
    unit = {each["id"]: each.get("batch") or each["id"] for _, each in operations}
    graph: dict[str, set[str]] = {name: set() for name in unit.values()}
    for _, each in operations:
        before = (unit[text] for text in each.get("after", ()) if text in unit)
        graph[unit[each["id"]]].update(before)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        first = error.args[1][0]
        at = next(at for at, each in operations if unit[each["id"]] == first)
        yield Wrong((*at, "after"), f"operation `{first}` waits for itself")


def _whole_objects(plan: Plain) -> Iterator[Wrong]:
    """The attributes of an object, as a whole, are an object or nothing."""
    held = [
        (("changes", n, field), change.get(field))
        for n, change in enumerate(plan["changes"])
        for field in ("before", "after")
    ]
    held += [(("records", n, "applied"), each["applied"]) for n, each in enumerate(plan["records"])]
    for path, value in held:
        if value is not None and not isinstance(value, dict):
            yield Wrong(path, f"expected an object, got {_word(value)}")


def _severities(plan: Plain) -> Iterator[Wrong]:
    known = sorted(str(each) for each in Severity)
    for section in ("findings", "suppressed"):
        for n, finding in enumerate(plan[section]):
            if finding["severity"] not in known:
                said = f"expected one of {', '.join(known)}, got {_word(finding['severity'])}"
                yield Wrong((section, n, "severity"), said)
