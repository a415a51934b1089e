"""Shape of a kind: its manifests, its values in normal form, and constraints on every object."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from reconciler.contract.answers import NotOffered
from reconciler.model.address import GroupKind
from reconciler.model.diagnostic import Path as AttributePath
from reconciler.model.facts import Facts
from reconciler.model.resource import Reference, Resource, Spec
from reconciler.model.value import Json, Ref, Values


class Resolve(Protocol):
    """Turns a reference of a manifest into the identity of what it names.

    `kind` is a managed kind or an inventory type, of the manifest's own group where it is only a
    name; `path` is where the reference stands. What cannot be resolved is reported by the caller of
    `Shape.desired`, once, at that place.
    """

    def __call__(self, kind: str | GroupKind, reference: Reference, path: AttributePath) -> Ref:
        """The identity of the one thing that is named."""


class Refer(Protocol):
    """Says how a manifest names what an identity stands for: the inverse of `Resolve`."""

    def __call__(self, kind: str | GroupKind, key: Ref) -> Json:
        """A name, or `{id: …}` where no name says which one is meant.

        `kind` is a managed kind or an inventory type.
        """


Brings = Callable[[Values, Values, Facts], Values]
"""The first values, which are declared, with what the vendor adds to them of its own, such as a
right that another one needs; the second are those of now, empty for a new object, and `Facts` the
tenant's. What is added is planned, shown and written like what is declared."""


@dataclass(frozen=True, slots=True)
class Copies:
    """The way a new object starts as the copy of another one of its kind.

    `source` is the attribute that names the other one, with whose values of `attributes` the new
    one starts where its manifest does not declare them. It says nothing of an object that exists.
    """

    source: str
    attributes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a kind.

    - `spec`: the model of a manifest's `spec`.
    - `desired(resource, resolve)`: the declared attributes in normal form; what a manifest does
      not mention is absent, a map that it mentions is complete.
    - `spec_of(values, refer)`: the spec that declares these values, as a person would write it: in
      the order of the model, what grants nothing left out; the inverse of `desired`. Values that no
      manifest can declare are left out too. It is asked for any part of the values.
    - `order`: kinds with a lower number are shown and written first, where nothing else decides.
    - `person`: whether its objects are people, who are named by their e-mail.
    - `immutable`: attribute to what a person should do instead of changing it.
    - `nothing`: values that grant nothing, left out where a new object is shown.
    - `protected_is_fixed`: the vendor refuses changes of its own (protected) objects.
    - `share_limit`: at most so many objects of this kind may refer to one and the same object.
    - `count_limit`: a tenant holds at most so many objects of this kind.
    - `copies`: how a new object starts as a copy.
    - `brings(declared, before, facts)`: what the vendor adds to what is declared.
    """

    spec: type[Spec]
    desired: Callable[[Resource[Any], Resolve], Values]
    spec_of: Callable[[Values, Refer], dict[str, Json]]
    order: int
    person: bool
    immutable: Mapping[str, str]
    nothing: frozenset[str]
    protected_is_fixed: bool
    share_limit: int | NotOffered
    count_limit: int | NotOffered
    copies: Copies | NotOffered
    brings: Brings | NotOffered

    def with_what_it_brings(self, declared: Values, before: Values, facts: Facts) -> Values:
        """The declared values with what the vendor adds to them; `before` are those of now."""
        if isinstance(self.brings, NotOffered):
            return declared
        return self.brings(declared, before, facts)

    @property
    def copy_source(self) -> str:
        """The attribute that names the original of a new copy; empty where there are no copies."""
        return self.copies.source if isinstance(self.copies, Copies) else ""

    @property
    def copied(self) -> frozenset[str]:
        """The attributes that a new copy takes from its original."""
        return self.copies.attributes if isinstance(self.copies, Copies) else frozenset()
