"""Resources: manifests in typed form, each with an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ModelWrapValidatorHandler,
    model_validator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Origin, Path, Severity


class Manifest(BaseModel):
    """Base of what is read from YAML: strict, frozen, camelCase, no unknown field.

    What a model takes, its JSON Schema takes, and the other way round. So a field of type
    `X | None` may be absent, never null, and where a whole number is wanted `3.0` is one.
    """

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", alias_generator=to_camel, validate_by_name=False
    )

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """The model's validator, held to what JSON Schema can distinguish."""
        made = handler(source)
        fields: Any = made
        while fields["type"] != "model-fields":
            fields = fields["schema"]
        for field_ in fields["fields"].values():
            field_["schema"] = _as_json(field_["schema"])
        return made


def _as_json(wanted: Any) -> Any:
    """A field's validator without null, and with JSON's idea of a whole number."""
    if wanted["type"] == "nullable":
        return _as_json(wanted["schema"])
    if wanted["type"] == "int":
        return core_schema.no_info_before_validator_function(_whole, wanted)
    if wanted["type"] == "literal" and any(isinstance(each, bool) for each in wanted["expected"]):
        return core_schema.no_info_before_validator_function(_no_number, wanted)
    for inside in ("schema", "items_schema", "values_schema"):
        if wanted["type"] in _CONTAINERS and inside in wanted:
            wanted[inside] = _as_json(wanted[inside])
    if wanted["type"] == "union":
        wanted["choices"] = [_as_json(each) for each in wanted["choices"]]
    return wanted


_CONTAINERS = frozenset({"default", "list", "dict", "function-before", "function-after"})


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _no_number(value: Any) -> Any:
    """For Python 1 is True; in a manifest it is not."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise ValueError("a number is neither true nor false")
    return value


class Spec(Manifest):
    """What every kind's `spec` may hold."""

    id: str | None = Field(
        default=None,
        description="The vendor's id, where the name does not say which object is meant.",
    )


class Reference(Manifest):
    """Another object: our name for it or the vendor's, or `{id: …}` where names repeat."""

    model_config = ConfigDict(title="Reference")

    name: str | None = Field(default=None, description="Our name for it, or the vendor's.")
    id: str | None = Field(default=None, description="The vendor's id.")

    @classmethod
    def __get_pydantic_json_schema__(
        cls, wanted: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Text, or a mapping that names something: what the validators below take."""
        made = handler(wanted)
        reference = handler.resolve_ref_schema(made)
        by_id = {key: reference.pop(key) for key in ("type", "properties", "additionalProperties")}
        reference["anyOf"] = [{"type": "string"}, by_id | {"minProperties": 1}]
        return made

    @model_validator(mode="wrap")
    @classmethod
    def _from_text(cls, data: Any, handler: ModelWrapValidatorHandler[Reference]) -> Reference:
        return _named(data) if isinstance(data, str) else handler(data)

    @model_validator(mode="after")
    def _names_something(self) -> Reference:
        if self.name is None and self.id is None:
            raise ValueError("a reference is a name, or `{id: …}`")
        return self

    def __str__(self) -> str:
        return self.name if self.name is not None else f"id {self.id}"


@lru_cache(maxsize=20_000)
def _named(text: str) -> Reference:
    """The one reference of that name: thousands of people share their profile, site and teams."""
    return Reference(name=text)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """How an object may change: `preventDestroy` and the attributes that are left alone."""

    prevent_destroy: bool = False
    ignore_changes: tuple[str, ...] = ()


S = TypeVar("S", bound=Spec)


@dataclass(frozen=True, slots=True)
class Resource(Generic[S]):
    """One managed object as Git wants it."""

    address: Address
    spec: S
    origin: Origin
    labels: Mapping[str, str] = field(default_factory=dict)
    previous_names: tuple[str, ...] = ()
    lifecycle: Lifecycle = Lifecycle()


def error_about(
    resource: Resource[Any], code: str, summary: str, path: Path = (), *, hint: str = ""
) -> Diagnostic:
    """An error about a resource, at a place of its manifest; by default at its name."""
    return Diagnostic(
        severity=Severity.ERROR,
        code=code,
        summary=summary,
        hint=hint,
        address=resource.address,
        tenant=resource.address.tenant,
        origin=resource.origin,
        path=path or ("metadata", "name"),
    )
