"""What a pydantic model takes, and in the words of the manifest why it refuses the rest.

The model decides, as it is fast. What it refuses is explained from its JSON Schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from reconciler.manifests.problem import Problem, ShapeFault, Written
from reconciler.model.diagnostic import Path

M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], data: Any, written: Written) -> tuple[M | None, list[Problem]]:
    """The data as a model, or all that is wrong with it, the most useful problem for each place."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        from reconciler.manifests.explain import explained  # noqa: PLC0415 - jsonschema is slow

        return None, explained(model, data, written) or list(_as_told(error, data, written))


def _as_told(error: ValidationError, data: Any, written: Written) -> Iterator[Problem]:
    """What no schema can say: a check of the model's own, in its own words."""
    errors = error.errors(include_url=False)
    for each in [e for e in errors if e["type"] == "value_error"] or errors:
        path = _path(each["loc"], data)
        reason = str(each.get("ctx", {}).get("error") or each["msg"])
        yield Problem(
            ShapeFault.WRONG_VALUE, path, f"`{written(path)}` is not possible here: {reason}"
        )


def _path(location: tuple[str | int, ...], data: Any) -> Path:
    """Where in the data that is: the location without the names of union branches."""
    path: list[str | int] = []
    for part in location:
        inside = isinstance(data, dict) and part in data
        if inside or (isinstance(data, list) and isinstance(part, int) and part < len(data)):
            data = data[part]
            path.append(part)
    return tuple(path)
