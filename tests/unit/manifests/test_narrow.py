from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.manifests.narrow import ConflictError, narrowed
from tests.examples import examples

TEXT = {"type": "string"}
LIST = {"type": "array", "items": TEXT}
UNION = {"anyOf": [TEXT, LIST]}
CLOSED = {"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}
OPEN = {"type": "object", "additionalProperties": {"type": "string"}}


@pytest.mark.parametrize(
    ("schema", "fragment", "made"),
    [
        ({"type": "string"}, {"maxLength": 5}, {"type": "string", "maxLength": 5}),
        ({"type": "string"}, {"minItems": 5}, {"type": "string"}),
        (UNION, {"minItems": 1},
         {"anyOf": [TEXT, LIST | {"minItems": 1}]}),
        (UNION, {"enum": ["all"]}, {"type": "string", "enum": ["all"]}),
        (UNION, {"anyOf": [{"type": "string", "enum": ["all"]}, {"type": "array"}]},
         {"anyOf": [{"type": "string", "enum": ["all"]}, LIST]}),
        ({"type": "string", "enum": ["none", "all"]}, {"not": {"const": "none"}},
         {"type": "string", "enum": ["all"]}),
        (UNION, {"not": {"const": "none"}},
         {"anyOf": [{"type": "string", "not": {"enum": ["none"]}}, LIST]}),
        (CLOSED, {"required": ["a"]}, CLOSED | {"required": ["a"]}),
        (CLOSED | {"required": ["a"]}, {"required": ["b", "a"]}, CLOSED | {"required": ["a", "b"]}),
        (CLOSED, {"properties": {"a": {"maxLength": 1}}},
         CLOSED | {"properties": {"a": {"type": "string", "maxLength": 1}}}),
        (OPEN, {"properties": {"a": {}}, "additionalProperties": False}, CLOSED),
        (OPEN, {"additionalProperties": {"maxLength": 1}},
         {"type": "object", "additionalProperties": {"type": "string", "maxLength": 1}}),
        (OPEN, {"properties": {"a": {"enum": ["x"]}}},
         OPEN | {"properties": {"a": {"type": "string", "enum": ["x"]}}}),
        (CLOSED, {"properties": {"a": False}}, {"type": "object", "additionalProperties": False}),
        (CLOSED, {"if": {"required": ["a"]}, "then": {"maxProperties": 1}},
         CLOSED | {"allOf": [{"if": {"required": ["a"]}, "then": {"maxProperties": 1}}]}),
        ({"type": "string", "pattern": "a"}, {"pattern": "b"},
         {"type": "string", "pattern": "a", "allOf": [{"pattern": "b"}]}),
        ({"enum": [1, 2, 3]}, {"enum": [2, 3, 4]}, {"enum": [2, 3]}),
        (LIST, {"items": {"minLength": 1}},
         {"type": "array", "items": {"type": "string", "minLength": 1}}),
        ({"$ref": "#/$defs/x", "description": "d", "$defs": {"x": {"type": "string"}, "y": {}}},
         {"minLength": 1}, {"type": "string", "description": "d", "minLength": 1}),
        ({"$ref": "#/$defs/x", "$defs": {"x": {"type": "string"}}}, {"minItems": 1},
         {"$ref": "#/$defs/x", "$defs": {"x": {"type": "string"}}}),
    ],
)  # fmt: skip
def test_a_fragment_is_worked_in_where_it_belongs(
    schema: dict[str, Any], fragment: dict[str, Any], made: dict[str, Any]
) -> None:
    assert narrowed(schema, fragment) == made


@pytest.mark.parametrize(
    ("schema", "fragment", "said"),
    [
        ({"type": "string"}, {"type": "array"}, "spec: nothing is both"),
        ({"type": "string", "maxLength": 5}, {"maxLength": 6}, "spec: `maxLength` is 5 and 6"),
        (CLOSED, {"properties": {"b": {}}}, "spec: there is no `b`"),
        (CLOSED, {"properties": {"a": {"type": "array"}}}, "spec.a: nothing is both"),
        ({"enum": ["a"]}, {"enum": ["b"]}, "spec: nothing is both"),
        (UNION, {"type": "object"}, "spec: nothing is both"),
        (UNION, {"enum": [1]}, "spec: nothing is both"),
        (LIST, {"items": {"type": "array"}},
         r"spec\[\]: nothing is both"),
    ],
)  # fmt: skip
def test_a_fragment_that_contradicts_is_refused(
    schema: dict[str, Any], fragment: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConflictError, match=said):
        narrowed(schema, fragment, "spec")


def test_nothing_is_changed_in_place() -> None:
    schema = {"type": "object", "properties": {"a": UNION}}
    before = repr(schema)
    narrowed(schema, {"required": ["a"], "properties": {"a": {"minItems": 2}}, "if": {}})
    assert repr(schema) == before


words = st.sampled_from(["", "a", "ab", "none", "all"])
names = st.sampled_from(["a", "b", "c"])
strings = st.fixed_dictionaries(
    {},
    optional={
        "minLength": st.integers(0, 2),
        "maxLength": st.integers(1, 3),
        "pattern": st.sampled_from(["a", "^n"]),
        "enum": st.lists(words, min_size=1, max_size=3, unique=True),
    },
)


def _arrays(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries(
        {}, optional={"minItems": st.integers(0, 2), "maxItems": st.integers(1, 3), "items": inner}
    )


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    rest = st.one_of(st.booleans(), inner)
    return st.fixed_dictionaries(
        {},
        optional={
            "properties": st.dictionaries(names, st.one_of(inner, st.just(False)), max_size=2),
            "additionalProperties": rest,
            "required": st.lists(names, max_size=2, unique=True),
            "propertyNames": st.fixed_dictionaries({"enum": st.lists(names, min_size=1)}),
        },
    )


def _typed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def of(type_: str, keywords: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return keywords.map(lambda given: {"type": type_, **given})

    return st.one_of(
        of("string", strings), of("array", _arrays(inner)), of("object", _objects(inner))
    )


def _shapes(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    unions = st.lists(_typed(inner), min_size=2, max_size=3).map(lambda some: {"anyOf": some})
    return st.one_of(_typed(inner), unions, st.just({"$ref": "#/$defs/a"}))


shapes = st.recursive(_shapes(st.just({"type": "string"})), _shapes, max_leaves=4)


def _fragments(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    branches = st.lists(_typed(inner), min_size=1, max_size=2)
    return st.one_of(
        strings,
        _arrays(inner),
        _objects(inner),
        _typed(inner),
        st.builds(lambda a, b, c: {**a, **b, **c}, strings, _arrays(inner), _objects(inner)),
        branches.map(lambda some: {"anyOf": some}),
        inner.map(lambda one: {"not": one}),
        words.map(lambda word: {"not": {"const": word}}),
        st.builds(lambda a, b: {"if": a, "then": b}, inner, inner),
        st.lists(inner, max_size=2).map(lambda some: {"allOf": some}),
    )


fragments = st.recursive(_fragments(st.just({"maxLength": 2})), _fragments, max_leaves=4)
values = st.recursive(
    st.one_of(words, st.sampled_from([0, True])),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=5,
)


@examples(400)
@given(
    schema=shapes,
    definition=shapes,
    fragment=fragments,
    some=st.lists(values, min_size=6, max_size=6),
)
def test_it_takes_what_both_take(
    schema: dict[str, Any], definition: dict[str, Any], fragment: dict[str, Any], some: list[Any]
) -> None:
    assume("$ref" not in repr(definition))
    whole = {**schema, "$defs": {"a": definition}}
    mine, theirs = Draft202012Validator(whole), Draft202012Validator(fragment)
    try:
        made = Draft202012Validator(narrowed(whole, fragment, "spec"))
    except ConflictError as error:
        if str(error).startswith("spec: nothing is both"):
            assert not any(mine.is_valid(each) and theirs.is_valid(each) for each in some)
        return
    for each in some:
        assert made.is_valid(each) == (mine.is_valid(each) and theirs.is_valid(each)), each
