"""What a model takes is what its JSON Schema takes, where Python and JSON differ."""

from __future__ import annotations

from typing import Any, Literal

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from reconciler.manifests.model_schema import schema_of
from reconciler.model.resource import Manifest, Reference


class Inner(Manifest):
    count: int | None = None


class Model(Manifest):
    text: str | None = None
    count: int = 0
    counts: list[int] | None = None
    by_name: dict[str, int | str] | None = None
    switch: bool | None = None
    on: Literal[True] | None = None
    level: Literal["low", "high"] | None = None
    inner: Inner | None = None
    inners: list[Inner] | None = None
    reference: Reference | None = None
    either: str | list[Reference] | None = None


SCHEMA = Draft202012Validator(schema_of(Model))


def takes(data: Any) -> bool:
    try:
        Model.model_validate(data)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("data", "good"),
    [
        ({}, True),
        *[({field.alias: None}, False) for field in Model.model_fields.values()],
        ({"count": 3}, True), ({"count": 3.0}, True), ({"count": 1e300}, True),
        ({"count": 3.5}, False), ({"count": True}, False), ({"count": "3"}, False),
        ({"counts": [3.0, -1]}, True), ({"counts": [None]}, False), ({"counts": [True]}, False),
        ({"byName": {"a": 3.0, "b": "x"}}, True), ({"byName": {"a": 0.5}}, False),
        ({"inner": {"count": 2.0}}, True), ({"inner": {"count": None}}, False),
        ({"inners": [{"count": 2.0}, {}]}, True), ({"inners": {}}, False),
        ({"switch": True}, True), ({"switch": 1}, False), ({"switch": "true"}, False),
        ({"on": True}, True), ({"on": 1}, False), ({"on": 1.0}, False), ({"on": False}, False),
        ({"level": "low"}, True), ({"level": "Low"}, False), ({"level": 1}, False),
        ({"reference": "x"}, True), ({"reference": ""}, True), ({"reference": {}}, False),
        ({"reference": {"id": "x"}}, True), ({"reference": {"name": "x", "id": "y"}}, True),
        ({"reference": {"name": None}}, False), ({"reference": {"nam": "x"}}, False),
        ({"either": "x"}, True), ({"either": ["x", {"id": "y"}]}, True), ({"either": []}, True),
        ({"either": [[]]}, False), ({"either": {"id": "x"}}, False),
        ({"by_name": {}}, False), ({"unknown": 1}, False), ([], False), ("", False),
    ],
)  # fmt: skip
def test_one_verdict(data: Any, good: bool) -> None:
    assert takes(data) == good
    assert SCHEMA.is_valid(data) == good


def test_a_whole_number_is_one_however_it_is_written() -> None:
    found = Model.model_validate({"count": 3.0, "byName": {"a": 4.0}})
    assert repr((found.count, found.by_name)) == "(3, {'a': 4})"


def test_a_reference_says_what_it_names() -> None:
    assert str(Reference.model_validate("Billing")) == "Billing"
    assert str(Reference.model_validate({"id": "x"})) == "id x"
