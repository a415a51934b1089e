"""The order in which the keys of a manifest stand: that of the envelope and the kind's model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel

from reconciler.contract.vendor import Vendor
from reconciler.manifests.envelope import Envelope
from reconciler.manifests.formatting import OrderOf
from reconciler.manifests.is_formatted import NO_ORDER, Order
from reconciler.model.value import Json


def order_of(vendors: Mapping[str, Vendor]) -> OrderOf:
    """The order of a manifest of one of these vendors, or of a patch of one.

    Of a document that is of no known kind nothing is known, and its keys stay where they are.
    """
    known: dict[tuple[str, str], Order] = {
        (vendor.api_version, kind.name): {**_of_model(Envelope), "spec": _of_model(kind.shape.spec)}
        for vendor in vendors.values()
        for kind in vendor.kinds
    }

    def order(value: Json) -> Order:
        if not isinstance(value, dict):
            return NO_ORDER
        version, kind = value.get("apiVersion"), value.get("kind")
        if not isinstance(version, str) or not isinstance(kind, str):
            return NO_ORDER
        return known.get((version, kind), NO_ORDER)

    return order


def _of_model(model: type[BaseModel]) -> Order:
    """The names of a model's fields as manifests have them, with those of the models in them."""
    return {
        each.alias or name: _within(each.annotation) for name, each in model.model_fields.items()
    }


def _within(annotation: Any) -> Order:
    """The order within a field, where it may hold one model."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _of_model(annotation)
    models = [
        each
        for each in get_args(annotation)
        if isinstance(each, type) and issubclass(each, BaseModel)
    ]
    return _of_model(models[0]) if len(models) == 1 else NO_ORDER
