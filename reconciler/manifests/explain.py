"""Why a schema refuses something, in the words of the manifest: one problem for each place.

jsonschema finds the reasons; of a union it reports those of the branch that the value was
meant for. Imported only when something was refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from pydantic import BaseModel

from reconciler.manifests.model_schema import schema_of
from reconciler.manifests.problem import Problem, ShapeFault, Written
from reconciler.manifests.syntax import spaced
from reconciler.model.diagnostic import Path
from reconciler.model.suggestion import as_boolean, meant

MOST_CHOICES = 6
"""More choices than these are not all listed."""

_WORDS = {
    "string": "text",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list",
    "object": "a mapping",
}
_BY_NAME = "Reference"
"""The title of what text stands for: where it is wanted, a name is."""

_FIRST = ("additionalProperties", "required", "enum", "const", "type", "anyOf")
"""Of two reasons about one place the one that comes first here is reported."""


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A reason of jsonschema: the keyword with its operand, and the value that it refuses.

    `whole` says that the value is the one that the schema (or the branch of a union) was given, not
    a part of it; `on_key` that it is a key. A union has the refusals of each branch.
    """

    keyword: str
    operand: Any
    value: Any
    path: Path
    whole: bool
    on_key: bool
    schema: Mapping[str, Any]
    branches: tuple[tuple[_Refusal, ...], ...]

    @classmethod
    def of(cls, error: ValidationError) -> _Refusal:
        branches: dict[Any, list[_Refusal]] = {}
        for each in error.context or ():
            branches.setdefault(each.schema_path[0], []).append(cls.of(each))
        return cls(
            str(error.validator),
            error.validator_value,
            error.instance,
            tuple(error.absolute_path),
            not error.path,
            "propertyNames" in error.schema_path,
            error.schema if isinstance(error.schema, Mapping) else {},
            tuple(tuple(branch) for branch in branches.values()),
        )

    @property
    def of_another_type(self) -> bool:
        """Whether the value as a whole is not of the type that is wanted, nor of one of them."""
        if self.keyword == "anyOf":
            return self.whole and not self.fitting
        return self.whole and self.keyword == "type"

    @property
    def fitting(self) -> list[tuple[_Refusal, ...]]:
        """The branches of a union that take values of this type."""
        return [
            branch for branch in self.branches if not any(each.of_another_type for each in branch)
        ]


def explained(model: type[BaseModel], data: Any, written: Written) -> list[Problem]:
    """All that the model's schema refuses of the data, the most useful problem for each place."""
    errors = _validator(model).iter_errors(data)
    refusals = [each for error in errors for each in _told_apart(_Refusal.of(error))]
    mistyped: set[Path] = set()
    problems: dict[Path, Problem] = {}
    for refusal in sorted(refusals, key=_rank):
        for each in _problems(refusal, written, mistyped):
            problems.setdefault(each.path, each)
    return list(problems.values())


@cache
def _validator(model: type[BaseModel]) -> Draft202012Validator:
    return Draft202012Validator(schema_of(model))


def _rank(refusal: _Refusal) -> int:
    return _FIRST.index(refusal.keyword) if refusal.keyword in _FIRST else len(_FIRST)


def _told_apart(refusal: _Refusal) -> Iterator[_Refusal]:
    """The refusal, or those of the branch of a union that the value fits best."""
    if not refusal.fitting:
        yield refusal
        return
    for each in min(refusal.fitting, key=_misfit):
        yield from _told_apart(each)


def _misfit(branch: tuple[_Refusal, ...]) -> tuple[bool, int]:
    """How far a value is from a branch: what says which branch is meant counts most."""
    return any(each.keyword in ("const", "enum") for each in branch), len(branch)


def _problems(refusal: _Refusal, written: Written, mistyped: set[Path]) -> Iterator[Problem]:
    """The problems of one refusal; `mistyped` gathers fields that are there under a wrong name."""
    path, value = refusal.path, refusal.value
    if value is None:
        joined = spaced(str(path[-1])) if path else ""
        hint = f"write `{joined}`, with a space after the colon" if joined else ""
        yield Problem(
            ShapeFault.WRONG_TYPE, path, "there is no value", hint or "give one, or remove the line"
        )
    elif refusal.on_key:
        summary = f"`{value}` is not possible as a key: {_reason(refusal)}"
        yield Problem(ShapeFault.WRONG_VALUE, (*path, value), summary, on_key=True)
    elif refusal.keyword == "additionalProperties":
        yield from _unknown(refusal, mistyped)
    elif refusal.keyword == "required":
        for name in refusal.operand:
            if name not in value and (*path, name) not in mistyped:
                yield Problem(ShapeFault.MISSING, (*path, name), f"`{name}` is missing", "add it")
    elif refusal.keyword in ("enum", "const"):
        summary = f"`{written(path)}` is not possible here"
        yield Problem(ShapeFault.WRONG_VALUE, path, summary, _instead(refusal))
    elif refusal.keyword in ("type", "anyOf"):
        yield _wrong_type(refusal, written)
    else:
        summary = f"`{written(path)}` is not possible here: {_reason(refusal)}"
        yield Problem(ShapeFault.WRONG_VALUE, path, summary)


def _unknown(refusal: _Refusal, mistyped: set[Path]) -> Iterator[Problem]:
    known = refusal.schema.get("properties", {})
    for name in refusal.value:
        if name in known:
            continue
        head, colon, _ = str(name).partition(":")
        near = get_close_matches(head, list(known), n=2)
        mistyped.update((*refusal.path, each) for each in near)
        hint = meant(near, otherwise="the fields are " + ", ".join(sorted(known)))
        if colon and head in known:
            hint = f"write `{head}: ...`, with a space after the colon"
        path = (*refusal.path, name)
        yield Problem(ShapeFault.UNKNOWN, path, f"there is no field `{name}`", hint, on_key=True)


def _wrong_type(refusal: _Refusal, written: Written) -> Problem:
    wanted = list(dict.fromkeys(_wanted(refusal)))
    said = f"{' or '.join(wanted)} is wanted"
    value, path = refusal.value, refusal.path
    if isinstance(value, (bool, int, float)) and "text" in wanted:
        text = written(path)
        return Problem(ShapeFault.WRONG_TYPE, path, f"{said}, not {text}", f'quote it: "{text}"')
    if isinstance(value, str) and (hint := _meant_by(value, wanted)):
        return Problem(ShapeFault.WRONG_TYPE, path, f"{said}, not text", hint)
    names = ((dict, "a mapping"), (list, "a list"), (str, "text"))
    what = next((name for type_, name in names if isinstance(value, type_)), written(path))
    return Problem(ShapeFault.WRONG_TYPE, path, f"{said}, not {what}")


def _meant_by(text: str, wanted: Sequence[str]) -> str:
    """What to write instead of a text."""
    if _WORDS["boolean"] in wanted and (meant_ := as_boolean(text)) is not None:
        word = str(meant_).lower()
        why = (
            "without quotes" if text.strip().lower() == word else "the only word for it in YAML 1.2"
        )
        return f"write `{word}`, {why}"
    if _WORDS["object"] in wanted and (joined := spaced(text)):
        return f"write `{joined}`, with a space after the colon"
    return ""


def _wanted(refusal: _Refusal) -> Iterator[str]:
    """The types that would do, as people call them."""
    if refusal.schema.get("title") == _BY_NAME:
        yield _WORDS["string"]
    elif refusal.keyword == "type":
        types = refusal.operand
        yield from (_WORDS[each] for each in ([types] if isinstance(types, str) else types))
    else:
        for branch in refusal.branches:
            for each in branch:
                yield from _wanted(each) if each.of_another_type else ()


def _instead(refusal: _Refusal) -> str:
    """What to write where only some values are possible."""
    choices = refusal.operand if refusal.keyword == "enum" else [refusal.operand]
    if len(choices) <= MOST_CHOICES:
        return f"write {_quoted(choices)}"
    known = [str(each) for each in choices]
    return meant(get_close_matches(str(refusal.value), known, n=2))


def _quoted(choices: Iterable[Any]) -> str:
    """`a`, `b` or `c`, as they are written in YAML."""
    *others, last = [f"`{str(c).lower() if isinstance(c, bool) else c}`" for c in choices]
    return f"{', '.join(others)} or {last}" if others else last


def _reason(refusal: _Refusal) -> str:
    """Which limit a value does not keep."""
    limit = refusal.operand
    entries = "1 entry is" if limit == 1 else f"{limit} entries are"
    match refusal.keyword:
        case "minProperties" if "properties" in refusal.schema:
            return f"give {_quoted(refusal.schema['properties'])}"
        case "minProperties" | "minItems":
            return f"at least {entries} needed"
        case "maxProperties" | "maxItems":
            return f"at most {entries} possible"
        case "minLength" | "maxLength":
            count = len(refusal.value)
            bound = (
                f"at least {limit} are needed" if count < limit else f"at most {limit} are possible"
            )
            return f"it has {count} character{'' if count == 1 else 's'}, {bound}"
        case "minimum" | "maximum":
            return f"the {'least' if refusal.keyword == 'minimum' else 'most'} is {limit}"
        case "uniqueItems":
            return "an entry comes twice"
        case "pattern":
            return f"it is not of the form {limit}"
        case other:
            return f"its {other} has to be {limit}"
