"""Resources: manifests in typed form, each with an address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic, Origin, Path, Severity


class Manifest(BaseModel):
    """Base of what is read from YAML: strict, frozen, camelCase, no unknown field."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", alias_generator=to_camel, validate_by_name=False
    )


class Spec(Manifest):
    """What every kind's `spec` may hold: the vendor's id pins the object that is meant."""

    id: str | None = None


class Reference(Manifest):
    """A string (our name or the vendor's) or `{id: …, name: …}`."""

    name: str | None = None
    id: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        return {"name": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _names_something(self) -> Reference:
        if self.name is None and self.id is None:
            raise ValueError("a reference is a name, or `{id: …}`")
        return self

    def __str__(self) -> str:
        return self.name if self.name is not None else f"id {self.id}"


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
