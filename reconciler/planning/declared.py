"""The declared values of an object, as every part of planning understands them."""

from __future__ import annotations

from reconciler.contract.shape import Resolve
from reconciler.model.facts import Facts
from reconciler.model.value import Ref, Values
from reconciler.planning.match import Match


def declared(each: Match, resolve: Resolve, facts: Facts) -> tuple[Values, Ref | None]:
    """The values that the object is to have, with what the vendor adds to them; and the object
    that a new one is a copy of.
    """
    values = each.kind.shape.desired(each.resource, resolve)
    source = each.kind.shape.copy_source
    original = values.get(source)
    if original is not None:
        values = {key: value for key, value in values.items() if key != source}
    before: Values = each.live.values if each.live is not None else {}
    if each.live is not None and values.get("name") in each.live.internal_names:
        # the vendor's own word for the object is no wish to show another name
        values = {**values, "name": each.live.name}
    values = each.kind.shape.with_what_it_brings(values, before, facts)
    return values, original if isinstance(original, Ref) else None
