"""Two JSON Schemas as one that takes exactly what both take, kept in the shape that editors like.

Editors complete from `properties`, `enum` and the branches of an `anyOf`, hardly from an `allOf`.
So a rule's fragment is worked into the model's schema, place by place; only conditions, which have
no place of their own, stand beside it in an `allOf`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.manifests.model_schema import DEFINITIONS, Schema, definition

_KEYWORDS = {
    "string": ("minLength", "maxLength", "pattern", "format"),
    "array": ("items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains",
              "minContains", "maxContains"),
    "object": ("properties", "additionalProperties", "patternProperties", "propertyNames",
               "required", "minProperties", "maxProperties", "dependentRequired"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
}  # fmt: skip
_TYPE_OF = {keyword: type_ for type_, keywords in _KEYWORDS.items() for keyword in keywords}
_FIELDS = ("properties", "additionalProperties")
_CONDITION = ("if", "then", "else")
_BESIDE = ("not", "anyOf", "oneOf", "contains", "pattern")
"""What stands beside a keyword of the same name, as two of them cannot be one."""


class ConflictError(ValueError):
    """Two schemas of which nothing, or not one schema, can be made; says where."""


def narrowed(schema: Schema, fragment: Mapping[str, Any], at: str = "") -> Schema:
    """The schema refusing also what the fragment refuses, with those `$defs` of both that it needs.

    `at` is how the schema is called in the message of a ConflictError.
    """
    definitions = schema.get(DEFINITIONS, {}) | fragment.get(DEFINITIONS, {})
    made = _Narrowing(definitions).of(
        _without(schema, DEFINITIONS), _without(fragment, DEFINITIONS), at
    )
    return made | _used(made, definitions)


def _used(schema: Schema, definitions: Mapping[str, Schema]) -> Schema:
    """`{$defs: …}` with the definitions that the schema needs, nothing where it needs none."""
    needed: dict[str, Schema] = {}
    names = list(_references(schema))
    while names:
        name = names.pop()
        if name not in needed:
            needed[name] = definitions[name]
            names.extend(_references(definitions[name]))
    return {DEFINITIONS: {n: needed[n] for n in definitions if n in needed}} if needed else {}


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield definition(schema["$ref"])
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)


class _Narrowing:
    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions

    def of(self, schema: Schema, fragment: Schema, at: str) -> Schema:
        """Both in one; raises ConflictError where no value could be of either."""
        made = self._both(schema, fragment, at)
        if made is None:
            raise ConflictError(f"{at}: nothing is both {schema} and {fragment}")
        return made

    def _both(self, schema: Schema, fragment: Schema, at: str) -> Schema | None:
        """The same, None where no value could be of either: a branch that falls away."""
        resolved = self._resolved(schema)
        fits = _fitting(fragment, resolved.get("type"))
        if not fits:
            return None if fits is None else schema
        beside = [{key: fits.pop(key) for key in _CONDITION if key in fits}, *fits.pop("allOf", ())]
        made = (self._union if "anyOf" in resolved else self._plain)(resolved, fits, at)
        if made is not None and any(beside):
            made["allOf"] = [*made.get("allOf", []), *(each for each in beside if each)]
        return made

    def _resolved(self, schema: Schema) -> Schema:
        if "$ref" not in schema:
            return schema
        meant = self._resolved(self._definitions[definition(schema["$ref"])])
        return meant | _without(schema, "$ref")

    def _union(self, schema: Schema, fragment: Schema, at: str) -> Schema | None:
        """Each branch narrowed; those that nothing fits fall away."""
        others = fragment.pop("anyOf", [{}])
        branches = [
            both
            for branch in schema["anyOf"]
            for other in others
            if (some := self._both(branch, other, at)) is not None
            and (both := self._both(some, fragment, at)) is not None
        ]
        made = _without(schema, "anyOf")
        if len(branches) == 1:
            return branches[0] | made
        return made | {"anyOf": branches} if branches else None

    def _plain(self, schema: Schema, fragment: Schema, at: str) -> Schema | None:
        made = dict(schema)
        for keyword, value in fragment.items():
            if keyword in _FIELDS:
                continue
            here = made.get(keyword)
            if keyword == "type" or here is None or here == value:
                made.setdefault(keyword, value)
            elif keyword == "required":
                made[keyword] = list(dict.fromkeys([*here, *value]))
            elif keyword in ("items", "propertyNames"):
                made[keyword] = self._field(here, value, f"{at}[]")
            elif keyword == "enum":
                made[keyword] = [each for each in here if each in value]
            elif keyword in _BESIDE:
                made["allOf"] = [*made.get("allOf", []), {keyword: value}]
            else:
                raise ConflictError(f"{at}: `{keyword}` is {here!r} and {value!r}")
        if any(keyword in fragment for keyword in _FIELDS):
            self._fields(made, fragment, at)
        return _told_apart(made)

    def _fields(self, made: Schema, fragment: Schema, at: str) -> None:
        """The fields that both have, each narrowed, and what both let the others be."""
        mine, mine_else = made.get("properties", {}), made.get("additionalProperties", True)
        theirs = fragment.get("properties", {})
        theirs_else = fragment.get("additionalProperties", True)
        if unknown := [name for name in theirs if name not in mine and mine_else is False]:
            raise ConflictError(f"{at}: there is no `{unknown[0]}`")
        rest = self._field(mine_else, theirs_else, f"{at}.*")
        fields = {
            name: self._field(
                mine.get(name, mine_else), theirs.get(name, theirs_else), f"{at}.{name}"
            )
            for name in dict.fromkeys([*mine, *theirs])
        }
        if rest is False:
            fields = {name: field for name, field in fields.items() if field is not False}
        for keyword, value in (("properties", fields), ("additionalProperties", rest)):
            made.pop(keyword, None)
            if value not in ({}, True):
                made[keyword] = value

    def _field(self, mine: Any, other: Any, at: str) -> Any:
        if mine is False or other is False:
            return False
        if mine is True or other is True:
            return other if mine is True else mine
        return self.of(mine, other, at)


def _fitting(fragment: Schema, type_: Any) -> Schema | None:
    """What of a fragment says anything about values of a type; None where none can fit."""
    if not isinstance(type_, str):
        return dict(fragment)
    wanted = fragment.get("type", type_)
    if type_ not in ([wanted] if isinstance(wanted, str) else wanted):
        return None
    fits: Schema = {}
    for keyword, value in fragment.items():
        if keyword == "type" or _TYPE_OF.get(keyword, _kind(type_)) != _kind(type_):
            continue
        if keyword == "enum":
            fits["enum"] = [each for each in value if _is(each, type_)]
            if not fits["enum"]:
                return None
        elif keyword == "const" and not _is(value, type_):
            return None
        elif keyword == "not" and (refused := _values(value)) is not None:
            if rest := [each for each in refused if _is(each, type_)]:
                fits["not"] = {"enum": rest}
        else:
            fits[keyword] = value
    return fits


def _kind(type_: str) -> str:
    return "number" if type_ == "integer" else type_


def _is(value: Any, type_: str) -> bool:
    if type_ in ("number", "integer"):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    types = {"string": str, "boolean": bool, "array": list, "object": dict}
    return isinstance(value, types[type_])


def _values(schema: Any) -> list[Any] | None:
    """The values that a schema of values names, None for any other schema."""
    if isinstance(schema, dict) and schema.keys() == {"const"}:
        return [schema["const"]]
    if isinstance(schema, dict) and schema.keys() == {"enum"}:
        return list(schema["enum"])
    return None


def _told_apart(made: Schema) -> Schema | None:
    """What may not be is not offered: `enum` without the values of `not`."""
    if "enum" not in made:
        return made
    refused = _values(made.get("not"))
    if refused is not None:
        made = _without(made, "not")
        made["enum"] = [each for each in made["enum"] if each not in refused]
    return made if made["enum"] else None


def _without(schema: Mapping[str, Any], key: str) -> Schema:
    return {k: v for k, v in schema.items() if k != key}
