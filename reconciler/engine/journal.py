"""The journal of one run under way: what several operations write down at once is one commit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from reconciler.model.journal import Intent, Settled
from reconciler.state.lease import Lease
from reconciler.state.sql import SqlState

Row = TypeVar("Row")


class Journal:
    """Commits intents and outcomes; who waits for one is let go once it is committed.

    A commit costs a write to the disk. Operations that get here in the same turn of the event loop
    share it.
    """

    def __init__(self, state: SqlState, run: str, lease: Lease) -> None:
        self._intents = _Together[Intent](lambda rows: state.intend(run, rows, lease))
        self._settled = _Together[Settled](lambda rows: state.settle(run, rows, lease))

    async def intend(self, intents: Iterable[Intent]) -> None:
        """Commit these before their calls; raises StateError, also where the lock is lost."""
        await self._intents.written(intents)

    async def settle(self, settled: Iterable[Settled]) -> None:
        """Commit what came of them; raises StateError."""
        await self._settled.written(settled)


class _Together(Generic[Row]):
    """Rows that are collected until the event loop turns, and then written at once."""

    def __init__(self, write: Callable[[list[Row]], None]) -> None:
        self._write = write
        self._rows: list[Row] = []
        self._done: asyncio.Future[None] | None = None

    async def written(self, rows: Iterable[Row]) -> None:
        self._rows.extend(rows)
        if self._done is None:
            loop = asyncio.get_running_loop()
            self._done = loop.create_future()
            loop.call_soon(self._flush)
        # who is cancelled takes nothing from the others
        await asyncio.shield(self._done)

    def _flush(self) -> None:
        rows, done = self._rows, self._done
        self._rows, self._done = [], None
        assert done is not None  # noqa: S101 - it is what asked for this
        try:
            self._write(rows)
        except Exception as error:  # raised to all who wait, whatever it is
            done.set_exception(error)
            done.exception()  # where all of them were cancelled, nobody else asks
        else:
            done.set_result(None)
