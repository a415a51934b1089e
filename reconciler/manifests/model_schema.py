"""A pydantic model as JSON Schema: what it takes, in the words that an editor shows."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

Schema = dict[str, Any]

DEFINITIONS = "$defs"
_LOCAL = f"#/{DEFINITIONS}/"


class _Generator(GenerateJsonSchema):
    """pydantic's own, without what says nothing to the reader of a manifest."""

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """A default is shown where it is a value that somebody could write."""
        if isinstance(schema.get("default"), (str, int, float)):
            return super().default_schema(schema)
        return self.generate_inner(schema["schema"])

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """A mapping of anything is a mapping."""
        made = super().dict_schema(schema)
        if made.get("additionalProperties") is True:
            del made["additionalProperties"]
        return made

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """A title is one that the model was given, never the name of its class."""
        made = super().model_schema(schema)
        return made if schema["cls"].model_config.get("title") else _untitled(made)

    def dataclass_schema(self, schema: core_schema.DataclassSchema) -> JsonSchemaValue:
        """Nor the name of a dataclass."""
        return _untitled(super().dataclass_schema(schema))

    def field_title_should_be_set(self, schema: Any) -> bool:
        """A field's name says no more as a title."""
        return False

    def sort(self, value: JsonSchemaValue, parent_key: str | None = None) -> JsonSchemaValue:
        """Fields keep the order in which the model has them."""
        return value


def _untitled(schema: JsonSchemaValue) -> JsonSchemaValue:
    schema.pop("title", None)
    return schema


@cache
def schema_of(model: type) -> Schema:
    """What a model takes, as a schema with its `$defs`; not to be changed in place."""
    made = TypeAdapter(model).json_schema(by_alias=True, schema_generator=_Generator)
    for each in made.get(DEFINITIONS, {}).values():
        if "enum" in each:
            _untitled(each)
    return made


def definition(reference: str) -> str:
    """The name in `$defs` that a `$ref` of a model's schema means."""
    return reference.removeprefix(_LOCAL)


def pointing_to(name: str) -> str:
    """The `$ref` that means a name in `$defs`."""
    return _LOCAL + name
