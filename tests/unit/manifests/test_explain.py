"""Each refusal is told once, in the words of the manifest."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, model_validator

from reconciler.manifests.schema import validated
from reconciler.model.diagnostic import Path, dotted
from reconciler.model.resource import Manifest, Reference

Short = Annotated[str, Field(min_length=2, max_length=4)]
Colour = Literal["red", "green", "blue", "black", "white", "orange", "violet"]


class Car(Manifest):
    type_: Literal["car"] = Field(alias="type")
    wheels: int


class Boat(Manifest):
    type_: Literal["boat"] = Field(alias="type")
    sails: int
    crew: int | None = None


class Model(Manifest):
    name: Short | None = None
    count: Annotated[int, Field(ge=1, le=5)] | None = None
    ratio: float | None = None
    switch: bool | None = None
    level: Literal["low", "high"] | None = None
    colour: Colour | None = None
    on: Literal[True] | None = None
    tags: Annotated[list[str], Field(min_length=1, max_length=2)] | None = None
    keyed: dict[Short, str] | None = None
    code: Annotated[str, Field(pattern="^[a-z]+$")] | None = None
    reference: Reference | None = None
    either: str | list[Reference] | None = None
    vehicle: Car | Boat | None = None
    vehicles: Annotated[dict[str, Car | Boat], Field(min_length=1)] | None = None


def told(data: Any, model: type[Manifest] = Model) -> list[tuple[str, str, str, str]]:
    """Code, path, summary and hint of each problem; a value is written as in JSON."""

    def written(path: Path) -> str:
        value = data
        for part in path:
            value = value[part]
        return value if isinstance(value, str) else json.dumps(value)

    made, problems = validated(model, data, written)
    assert (made is None) == bool(problems)
    return [(each.code, dotted(each.path), each.summary, each.hint) for each in problems]


@pytest.mark.parametrize(
    ("data", "code", "path", "summary", "hint"),
    [
        ({"nam": "abc"}, "SCH101", "nam", "there is no field `nam`", "did you mean `name`?"),
        ({"xyz": 1}, "SCH101", "xyz", "there is no field `xyz`",
         "the fields are code, colour, count, either, keyed, level, name, on, ratio, reference, "
         "switch, tags, vehicle, vehicles"),
        ({"name": None}, "SCH103", "name", "there is no value", "give one, or remove the line"),
        ({"tags": ["a", None]}, "SCH103", "tags[1]", "there is no value",
         "give one, or remove the line"),
        ({"either": None}, "SCH103", "either", "there is no value", "give one, or remove the line"),
        ({"on": None}, "SCH103", "on", "there is no value", "give one, or remove the line"),
        ({"name": 12}, "SCH103", "name", "text is wanted, not 12", 'quote it: "12"'),
        ({"name": True}, "SCH103", "name", "text is wanted, not true", 'quote it: "true"'),
        ({"name": ["a"]}, "SCH103", "name", "text is wanted, not a list", ""),
        ({"count": "a"}, "SCH103", "count", "a whole number is wanted, not text", ""),
        ({"count": 1.5}, "SCH103", "count", "a whole number is wanted, not 1.5", ""),
        ({"ratio": "a"}, "SCH103", "ratio", "a number is wanted, not text", ""),
        *(
            ({"switch": word}, "SCH103", "switch", "true or false is wanted, not text", hint)
            for word, hint in (
                ("yes", "write `true`, the only word for it in YAML 1.2"),
                ("On", "write `true`, the only word for it in YAML 1.2"),
                ("off", "write `false`, the only word for it in YAML 1.2"),
                ("true", "write `true`, without quotes"),
                ("perhaps", ""),
            )
        ),
        ({"keyed": {"a:b": None}}, "SCH103", "keyed.a:b", "there is no value",
         "write `a: b`, with a space after the colon"),
        ({"keyed": "a:b"}, "SCH103", "keyed", "a mapping is wanted, not text",
         "write `a: b`, with a space after the colon"),
        ({"name:x": None}, "SCH101", "name:x", "there is no field `name:x`",
         "write `name: ...`, with a space after the colon"),
        ({"tags": "a"}, "SCH103", "tags", "a list is wanted, not text", ""),
        ({"keyed": ["a"]}, "SCH103", "keyed", "a mapping is wanted, not a list", ""),
        ({"either": 3}, "SCH103", "either", "text or a list is wanted, not 3", 'quote it: "3"'),
        ({"either": {}}, "SCH103", "either", "text or a list is wanted, not a mapping", ""),
        ({"either": ["a", 1]}, "SCH103", "either[1]", "text is wanted, not 1", 'quote it: "1"'),
        ({"either": [["a"]]}, "SCH103", "either[0]", "text is wanted, not a list", ""),
        ({"either": [{"nam": "a"}]}, "SCH101", "either[0].nam", "there is no field `nam`",
         "did you mean `name`?"),
        ({"either": [{"id": 7}]}, "SCH103", "either[0].id", "text is wanted, not 7",
         'quote it: "7"'),
        ({"reference": {}}, "SCH104", "reference",
         "`{}` is not possible here: give `name` or `id`", ""),
        ({"reference": 1.5}, "SCH103", "reference", "text is wanted, not 1.5", 'quote it: "1.5"'),
        ({"vehicle": {"type": "car"}}, "SCH102", "vehicle.wheels", "`wheels` is missing", "add it"),
        ({"vehicle": {"type": "boat", "sails": 1, "crew": "x"}}, "SCH103", "vehicle.crew",
         "a whole number is wanted, not text", ""),
        ({"vehicle": 1}, "SCH103", "vehicle", "a mapping is wanted, not 1", ""),
        ({"vehicles": {"a": {"type": "boat", "sails": 1, "x": 1}}}, "SCH101", "vehicles.a.x",
         "there is no field `x`", "the fields are crew, sails, type"),
        ({"level": "hi"}, "SCH104", "level", "`hi` is not possible here", "write `low` or `high`"),
        ({"level": 3}, "SCH104", "level", "`3` is not possible here", "write `low` or `high`"),
        ({"on": False}, "SCH104", "on", "`false` is not possible here", "write `true`"),
        ({"on": "yes"}, "SCH104", "on", "`yes` is not possible here", "write `true`"),
        ({"colour": "oranje"}, "SCH104", "colour", "`oranje` is not possible here",
         "did you mean `orange`?"),
        ({"name": "a"}, "SCH104", "name",
         "`a` is not possible here: it has 1 character, at least 2 are needed", ""),
        ({"name": "abcde"}, "SCH104", "name",
         "`abcde` is not possible here: it has 5 characters, at most 4 are possible", ""),
        ({"count": 0}, "SCH104", "count", "`0` is not possible here: the least is 1", ""),
        ({"count": 6}, "SCH104", "count", "`6` is not possible here: the most is 5", ""),
        ({"tags": []}, "SCH104", "tags",
         "`[]` is not possible here: at least 1 entry is needed", ""),
        ({"tags": ["a", "b", "c"]}, "SCH104", "tags",
         '`["a", "b", "c"]` is not possible here: at most 2 entries are possible', ""),
        ({"vehicles": {}}, "SCH104", "vehicles",
         "`{}` is not possible here: at least 1 entry is needed", ""),
        ({"code": "A1"}, "SCH104", "code",
         "`A1` is not possible here: it is not of the form ^[a-z]+$", ""),
        ({"keyed": {"a": "x"}}, "SCH104", "keyed.a",
         "`a` is not possible as a key: it has 1 character, at least 2 are needed", ""),
    ],
)  # fmt: skip
def test_one_mistake_is_told_once(data: Any, code: str, path: str, summary: str, hint: str) -> None:
    assert told(data) == [(code, path, summary, hint)]


def test_every_mistake_is_told() -> None:
    data = {"nam": "abc", "count": "x", "either": [1, "a", 2], "vehicle": {"type": "boat"}}
    assert sorted(each[1] for each in told(data)) == [
        "count", "either[0]", "either[2]", "nam", "vehicle.sails",
    ]  # fmt: skip


def test_what_is_there_under_a_wrong_name_is_not_missing() -> None:
    assert [each[:2] for each in told({"vehicle": {"type": "car", "wheel": 4}})] == [
        ("SCH101", "vehicle.wheel")
    ]
    assert [each[:2] for each in told({"vehicle": {"type": "car", "doors": 4}})] == [
        ("SCH101", "vehicle.doors"),
        ("SCH102", "vehicle.wheels"),
    ]


class Peculiar(Manifest):
    first: int
    last: int

    @model_validator(mode="after")
    def _in_order(self) -> Peculiar:
        if self.first > self.last:
            raise ValueError("the first comes after the last")
        return self


class Around(Manifest):
    ranges: list[Peculiar | str]


def test_what_no_schema_can_say_is_told_in_the_words_of_the_model() -> None:
    summary = '`{"first": 2, "last": 1}` is not possible here: the first comes after the last'
    found = told({"ranges": ["a", {"first": 2, "last": 1}]}, Around)
    assert found == [("SCH104", "ranges[1]", summary, "")]


def test_text_that_no_file_can_hold_is_never_met_with_silence() -> None:
    ((code, path, summary, _),) = told({"name": "a\ud800"})
    assert (code, path) == ("SCH104", "name")
    assert "is not possible here" in summary
