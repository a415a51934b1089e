"""The objects of an apply: what operations give them, how they were left, what is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TypeAlias

from reconciler.contract.connection import Written
from reconciler.errors import ReconcilerError, StateError, TenantError, UnknownOutcomeError
from reconciler.model.change import Action
from reconciler.model.journal import Intent, Left, Settled
from reconciler.model.orders import OrderedObject, Orders, RecordUpdate
from reconciler.model.ownership import Row
from reconciler.model.plan import Operation
from reconciler.model.value import Json, Values, from_json
from reconciler.planning import diff, ownership_rows

Outcome: TypeAlias = Written | ReconcilerError
"""What came of an operation."""


NOTHING_HALF_DONE: Mapping[str, Left] = {}


class Objects:
    """The objects that one tenant's apply writes.

    `rows` are the records until then, `half` is how earlier runs left the objects of operations
    that they did in part. An operation may refer to what another one creates: its values are
    complete once that one is done.
    """

    def __init__(
        self,
        orders: Orders,
        rows: Mapping[str, Row],
        half: Mapping[str, Left] = NOTHING_HALF_DONE,
    ) -> None:
        self.rows = rows
        self._half = half
        self._orders = orders
        self._created: dict[str, str] = {}
        self._left: dict[str, str] = {}
        self._keeps: dict[str, Row | None] = {}

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What the plan calls the objects that it knows of, by the vendor's ids."""
        return self._orders.names()

    def planned(self, operation: Operation) -> OrderedObject:
        """What the plan shows of the operation's object."""
        return self._orders.object_of(operation)

    def is_left(self, operation: Operation) -> bool:
        """Return whether an operation on the object is done."""
        return operation.addresses[0] in self._left

    def expected(self, operation: Operation) -> str:
        """The digest that the object must have: as the plan saw it, or as it was left."""
        if (half := self._half.get(operation.id)) is not None and half.digest is not None:
            return half.digest
        expected = operation.request.expect or self._left.get(operation.addresses[0])
        assert expected  # noqa: S101 - plans give it, or an operation before left it
        return expected

    def values(self, operation: Operation) -> Values:
        """The attributes that it sets, in normal form."""
        values = from_json(self._resolved(dict(operation.request.values)))
        assert isinstance(values, dict)  # noqa: S101 - the JSON of a mapping
        return values

    def intent(self, operation: Operation) -> Intent:
        """The operation as the journal has it before its call."""
        request, planned = operation.request, self.planned(operation)
        # what left Git is owned no more, whether it was deleted or switched off
        leaves = request.action is Action.DELETE or planned.left_git
        before, after = self._change(operation)
        self._keeps[operation.id] = (
            None if leaves else self._row(planned.record, request.object_id or "")
        )
        return Intent(
            operation=operation.id,
            address=planned.address,
            action=str(request.action),
            object_id=request.object_id,
            before=before,
            after=after,
            keep=self._keeps[operation.id],
            drop=planned.address if leaves else planned.record.previous_address,
        )

    def _change(self, operation: Operation) -> tuple[Json, Json]:
        """The attributes that an operation is about: live and desired."""
        request, before = operation.request, self.planned(operation).before
        if request.action is Action.DELETE:
            return before, None
        # what the vendor itself changes with this write does not show whether it landed
        about = request.values.keys() - set(operation.disturbs)
        after = self._resolved({key: request.values[key] for key in request.values if key in about})
        if operation.mends:
            return None, after  # only the operation before it knows how it left the object
        if isinstance(before, dict):
            before = {key: value for key, value in before.items() if key in about}
        return before, after

    def settled(self, operation: Operation, outcome: Outcome) -> Settled:
        """The outcome as the journal keeps it, with the record that it brings or takes."""
        if isinstance(outcome, ReconcilerError):
            return Settled(
                operation=operation.id,
                # the next run reads back what nobody knows now
                outcome=None
                if isinstance(outcome, (UnknownOutcomeError, StateError))
                else "failed",
                error=str(outcome),
                tracking_id=tracking_id(outcome),
                attempts=outcome.attempts if isinstance(outcome, TenantError) else 0,
            )
        planned, live = self.planned(operation), outcome.live
        stays = live is not None and not planned.left_git
        object_id = live.id if live else str(operation.request.object_id)
        left = Left(object_id, live.digest if live else None)
        self.leaves(operation, left)
        return Settled(
            operation=operation.id,
            outcome="done",
            object_id=left.object_id,
            digest=left.digest,
            tracking_id=outcome.tracking_id,
            attempts=outcome.attempts,
            keep=ownership_rows.landed(self._keeps[operation.id], live),
            drop=planned.record.previous_address if stays else planned.address,
        )

    def leaves(self, operation: Operation, left: Left) -> None:
        """Remember how an operation left its object, for those that wait for it."""
        address = operation.addresses[0]
        if left.digest is not None:
            self._created[address] = left.object_id
            self._left[address] = left.digest

    def ignored(self, operation: Operation, written: Written) -> list[str]:
        """The attributes that read back otherwise than they were written."""
        if operation.request.action is Action.DELETE:
            return []
        values = self.values(operation)
        differing = diff.differing(written.live.values if written.live else {}, values)
        return sorted(set(differing) - set(operation.disturbs))

    def _row(self, update: RecordUpdate, object_id: str) -> Row:
        """The record that it leaves; the tenant's own id and name come with its answer."""
        applied = self._resolved(self._declared(update))
        return ownership_rows.row(update, self.rows, object_id=object_id, applied=applied)

    def _declared(self, update: RecordUpdate) -> Json:
        """What calls apply of what is declared: what a person has yet to do is as it was recorded,
        if it was.
        """
        hand, declared = update.by_hand, update.declared
        if not (hand or update.taken) or not isinstance(declared, dict):
            return declared
        row = self.rows.get(update.previous_address or update.address)
        before = row.applied if row and isinstance(row.applied, dict) else {}
        left_out = {*hand, *update.taken}
        kept = {key: value for key, value in declared.items() if key not in left_out}
        return kept | {key: before[key] for key in hand if key in before}

    def _resolved(self, data: Json) -> Json:
        """The JSON with the ids of what this run created in place of their addresses."""
        if isinstance(data, dict):
            if data.keys() == {"address", "name"}:
                return {"id": self._created[data["address"]], "name": data["name"]}
            return {key: self._resolved(value) for key, value in data.items()}
        if isinstance(data, list):
            return [self._resolved(item) for item in data]
        return data


def tracking_id(error: ReconcilerError) -> str:
    """The vendor's id of the request that failed, where it was one."""
    return error.tracking_id if isinstance(error, TenantError) else ""
