"""A manifest renamed: what it and all that refer to it say then, and that they mean the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.model.address import Address
from reconciler.model.name import normal
from reconciler.model.resource import Spec
from reconciler.model.value import Pending, Value, Values
from reconciler.planning.matched_tenant import unread
from reconciler.planning.planned_object import AnyResource, TenantInput
from reconciler.planning.respelling import Mention, Spelled, mentions


def renamed(
    given: TenantInput, moves: Mapping[Address, str], *, noted: bool
) -> dict[Address, tuple[Spelled, ...]]:
    """The manifests of a tenant, by address, once some have these new names.

    The vendor's name of an object stays. Where the old name is to be `noted`, `previousNames` has
    it, so that a state that knows nothing of the renaming finds the object.
    """
    tenant = unread(given)
    matches, directory = tenant.matches, tenant.directory
    found = {}
    for each in matches:
        address = each.resource.address
        _, there = mentions(each, directory, given.known.facts)
        said = [s for m in there.values() for s in _mentioned(m, moves)]
        if address in moves:
            said = [
                *_named(each.resource, each.kind.shape.spec, moves[address], noted=noted),
                *said,
            ]
        if said:
            found[address] = tuple(said)
    return found


def meaning(given: TenantInput, moves: Mapping[Address, str]) -> dict[Address, Values]:
    """The meaning of every manifest, those that are to move under their new addresses."""
    tenant = unread(given)
    matches, directory = tenant.matches, tenant.directory
    found: dict[Address, Values] = {}
    now = {str(address): str(_moved(address, moves)) for address in moves}
    for each in matches:
        values = each.kind.shape.desired(each.resource, directory.resolver(each.resource))
        moved = {key: _with_new_names(value, now) for key, value in values.items()}
        found[_moved(each.resource.address, moves)] = moved
    return found


def _named(resource: AnyResource, spec: type[Spec], new: str, *, noted: bool) -> Iterator[Spelled]:
    old = resource.address.name
    yield Spelled(("metadata", "name"), new)
    before = [name for name in resource.previous_names if name != new]
    if noted and old not in before:
        before.append(old)
    if tuple(before) != resource.previous_names:
        yield Spelled(("metadata", "previousNames"), before)
    if "name" in spec.model_fields and vars(resource.spec).get("name") is None:
        yield Spelled(("spec", "name"), old)


def _mentioned(mention: Mention, moves: Mapping[Address, str]) -> Iterator[Spelled]:
    name = mention.reference.name
    if not isinstance(mention.key, Pending) or name is None:
        return
    address = Address.parse(mention.key)
    if address in moves and normal(name) == address.name:
        new: Any = moves[address]
        if mention.reference.id is not None:
            new = {"id": mention.reference.id, "name": new}
        yield Spelled(mention.path, new)


def _moved(address: Address, moves: Mapping[Address, str]) -> Address:
    new = moves.get(address)
    return address if new is None else Address(address.tenant, address.group, address.kind, new)


def _with_new_names(value: Value, now: Mapping[str, str]) -> Value:
    if isinstance(value, Pending):
        return Pending(now.get(value, value))
    if isinstance(value, frozenset):
        return frozenset(str(_with_new_names(each, now)) for each in value)
    if isinstance(value, Mapping):
        return {key: _with_new_names(each, now) for key, each in value.items()}
    return value
