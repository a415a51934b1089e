"""The calls of an apply: operations as the vendor's writer takes them, one or many at once."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.contract.connection import Update, Written
from reconciler.engine.objects import Objects, Outcome
from reconciler.engine.writers import Writers
from reconciler.errors import ReconcilerError, StalePlanError, TenantError
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.plan import Operation
from reconciler.planning import diff
from reconciler.planning.staleness import differences


class Calls:
    """Sends operations to one tenant; what goes wrong is an outcome like others."""

    def __init__(self, writer: Writers, objects: Objects) -> None:
        self._writer = writer
        self._objects = objects

    async def outcomes(self, unit: Sequence[Operation]) -> list[Outcome]:
        """The outcome of each, in their order; several go out in one call."""
        outcomes = await (self._together(unit) if len(unit) > 1 else self._alone(unit[0]))
        for each, outcome in zip(unit, outcomes, strict=True):
            if isinstance(outcome, StalePlanError):
                await self._say_which_field(each, outcome)
        return outcomes

    async def _together(self, unit: Sequence[Operation]) -> list[Outcome]:
        updates = []
        for operation in unit:
            request = operation.request
            assert request.object_id  # noqa: S101 - plans put updates together, of what is there
            assert request.expect  # noqa: S101 - and was seen
            updates.append(
                Update(request.object_id, self._objects.values(operation), request.expect)
            )
        kind = Address.parse(unit[0].addresses[0]).group_kind
        return list(await self._writer.update_many(kind, updates))

    async def _alone(self, operation: Operation) -> list[Outcome]:
        try:
            return [await self._write(operation)]
        except ReconcilerError as error:
            return [error]

    async def _write(self, operation: Operation) -> Written:
        request, kind = operation.request, Address.parse(operation.addresses[0]).group_kind
        values = self._objects.values(operation)
        if request.action is Action.CREATE:
            return await self._writer.create(kind, values)
        assert request.object_id  # noqa: S101 - plans give it
        expect = self._objects.expected(operation)
        if request.action is Action.DELETE:
            return await self._writer.delete(kind, request.object_id, expect)
        if operation.mends:
            live = await self._writer.fetch(kind, request.object_id)
            if live is not None and live.is_as(expect) and not diff.differing(live.values, values):
                return Written(live, "", attempts=0)
        return await self._writer.update(kind, request.object_id, values, expect)

    async def _say_which_field(self, operation: Operation, error: StalePlanError) -> None:
        """A refusal to write over somebody's change names what they changed."""
        planned, object_id = self._objects.planned(operation), operation.request.object_id
        if object_id is None:
            return
        try:
            live = await self._writer.fetch(Address.parse(planned.address).group_kind, object_id)
        except TenantError:
            return  # the refusal stands, with or without
        said = differences(planned.before, live, self._objects.names) if live else "it is gone"
        error.add(f"Changed: {said}")
