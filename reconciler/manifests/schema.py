"""What a pydantic model refuses, in the words of the manifest: one problem for each place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from reconciler.model.diagnostic import Path
from reconciler.model.suggestion import meant

UNKNOWN, MISSING, WRONG_TYPE, WRONG_VALUE = "SCH101", "SCH102", "SCH103", "SCH104"

M = TypeVar("M", bound=BaseModel)
Written = Callable[[Path], str]
"""Gives the text of a value as it stands in the file."""

_WANTED = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_BY_NAME = "Reference"
"""The model that text stands for: where it is wanted, a name is."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that the model refuses."""

    code: str
    path: Path
    summary: str
    hint: str = ""
    on_key: bool = False


def validated(model: type[M], data: Any, written: Written) -> tuple[M | None, list[Problem]]:
    """The data as a model, or all that is wrong with it, the telling problem for each place."""
    empty = list(_without_value(data))
    try:
        made = model.model_validate(data)
    except ValidationError as error:
        told = {each.path for each in empty}
        found = [p for p in _problems(error, model, data, written) if p.path not in told]
        return None, [*empty, *found]
    return (None if empty else made), empty


def _without_value(data: Any, path: Path = ()) -> Iterator[Problem]:
    """`name:` with nothing behind it is a mistake, never a silent default."""
    if data is None:
        yield Problem(WRONG_TYPE, path, "there is no value", "give one, or remove the line")
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _without_value(value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _without_value(value, (*path, number))


def _problems(
    error: ValidationError, model: type[BaseModel], data: Any, written: Written
) -> Iterator[Problem]:
    by_path: dict[Path, list[Any]] = {}
    for each in error.errors(include_url=False):
        by_path.setdefault(_path(each, data), []).append(each)
    mistyped: set[Path] = set()
    for path, found in by_path.items():
        if found[0]["type"] == "extra_forbidden":
            near = _near(path, found[0], model)
            mistyped.update((*path[:-1], name) for name in near)
    for path, found in by_path.items():
        deeper = any(other[: len(path)] == path and other != path for other in by_path)
        if deeper and all(each["type"] in _WANTED for each in found):
            continue  # another branch of a union: the value was meant for the deeper one
        if found[0]["type"] == "missing" and path in mistyped:
            continue  # it is there, under a name that is told as unknown
        yield _problem(path, found, model, written)


def _near(path: Path, error: Any, model: type[BaseModel]) -> list[str]:
    """The fields that an unknown one may be meant to be."""
    return get_close_matches(str(path[-1]), _fields(model, error["loc"][:-1]), n=2)


def _path(error: Any, data: Any) -> Path:
    """Where in the data the error is: its location without the names of union branches."""
    path: list[str | int] = []
    *parts, last = error["loc"] or ("",)
    for part in parts:
        if _has(data, part):
            data = data[part]
            path.append(part)
    if _has(data, last) or error["type"] == "missing":
        path.append(last)
    return tuple(path)


def _has(data: Any, part: str | int) -> bool:
    if isinstance(data, dict):
        return part in data
    return isinstance(data, list) and isinstance(part, int) and part < len(data)


def _problem(path: Path, found: list[Any], model: type[BaseModel], written: Written) -> Problem:
    first = found[0]
    name = path[-1] if path else ""
    if first["type"] == "extra_forbidden":
        known = _fields(model, first["loc"][:-1])
        return Problem(
            UNKNOWN,
            path,
            f"there is no field `{name}`",
            meant(
                _near(path, first, model),
                otherwise="the fields are " + ", ".join(sorted(known)),
            ),
            on_key=True,
        )
    if first["type"] == "missing":
        return Problem(MISSING, path, f"`{name}` is missing", "add it")
    if all(each["type"] in _WANTED for each in found):
        return _wrong_type(path, found, written)
    if first["type"] == "literal_error":
        return Problem(
            WRONG_VALUE,
            path,
            f"`{written(path)}` is not possible here",
            f"write {first['ctx']['expected']}".replace("'", "`").replace("True", "true"),
        )
    reason = str(first.get("ctx", {}).get("error") or first["msg"])
    return Problem(WRONG_VALUE, path, f"`{written(path)}` is not possible here: {reason}")


def _wrong_type(path: Path, found: list[Any], written: Written) -> Problem:
    wanted = list(dict.fromkeys(_wanted(each) for each in found))
    value = found[0]["input"]
    said = " or ".join(wanted)
    if isinstance(value, (bool, int, float)) and "text" in wanted:
        text = written(path)
        return Problem(WRONG_TYPE, path, f"{said} is wanted, not {text}", f'quote it: "{text}"')
    names = ((dict, "a mapping"), (list, "a list"), (str, "text"))
    what = next((said for kind, said in names if isinstance(value, kind)), written(path))
    return Problem(WRONG_TYPE, path, f"{said} is wanted, not {what}")


def _wanted(error: Any) -> str:
    if error.get("ctx", {}).get("class_name") == _BY_NAME:
        return "text"
    return _WANTED[error["type"]]


def _fields(model: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    """The fields of the model that stands at a location of a pydantic error."""
    current: Any = model
    for part in location:
        models = _models(current)
        for each in models:
            field = next((f for n, f in each.model_fields.items() if part in (n, f.alias)), None)
            if field is not None:
                current = field.annotation
                break
        else:
            current = next((each for each in models if each.__name__ == part), current)
    return [f.alias or n for each in _models(current) for n, f in each.model_fields.items()]


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for each in get_args(annotation) for model in _models(each)]
