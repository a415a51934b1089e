"""What an apply of one tenant carries out: operations, their objects, and records without a write.

A saved plan (format 1.0) has the operations, and what its reader sees of their objects stands in
its changes; `planning/orders.py` puts together what belongs together, once, before anything is
written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.model.plan import Operation, Record, Step
from reconciler.model.value import Json


@dataclass(frozen=True, slots=True)
class RecordUpdate:
    """What becomes of the ownership record of one object.

    `declared` are the attributes that Git declares, in full. Of these a person enters the ones in
    `by_hand`, and those in `taken` are not managed once they are written. `adopts`: the object was
    there and becomes owned. `forgets`: it is gone, and its record with it. `reverts`: the record
    keeps what was applied.
    """

    address: str
    object_id: str | None
    name: str
    declared: Json
    previous_address: str | None = None
    prevent_destroy: bool = False
    adopts: bool = False
    forgets: bool = False
    reverts: bool = False
    by_hand: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderedObject:
    """The object of one or more operations.

    `before` are the managed attributes as the plan saw them. One that `left_git` stays in the
    tenant, switched off, and is owned no more.
    """

    address: str
    name: str
    before: Json
    left_git: bool
    record: RecordUpdate


@dataclass(frozen=True, slots=True)
class Orders:
    """What an apply does in one tenant.

    `objects` has the object of every operation, by address. `recorded` and `rewritten` change
    records alone: of objects that are adopted, moved or forgotten as they are, and of those that
    Git has overtaken. `names()` are what the plan calls the objects that it knows of, by the
    vendor's ids: only a refusal needs them, and a large plan has many.
    """

    tenant: str
    steps: tuple[Step, ...]
    objects: Mapping[str, OrderedObject]
    recorded: tuple[RecordUpdate, ...]
    rewritten: tuple[Record, ...]
    names: Callable[[], Mapping[str, str]]

    def operations(self) -> Iterator[Operation]:
        """Every operation in the order of execution."""
        for step in self.steps:
            yield from step.operations

    def object_of(self, operation: Operation) -> OrderedObject:
        """The object that an operation writes."""
        return self.objects[operation.addresses[0]]
