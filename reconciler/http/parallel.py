"""Bounded concurrency for reads, with progress where somebody watches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from reconciler.contract.connection import Endpoint

T = TypeVar("T")
R = TypeVar("R")


async def in_parallel(
    items: Iterable[T], work: Callable[[T], Awaitable[R]], *, limit: int
) -> list[R]:
    """Results of `work` in the order of `items`, at most `limit` under way at once.

    The first failure is raised as it is, after the others have been cancelled.
    """
    gate = asyncio.Semaphore(limit)

    async def one(item: T) -> R:
        async with gate:
            return await work(item)

    tasks = [asyncio.ensure_future(one(item)) for item in items]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


class InParallel:
    """Does the same for each item as an endpoint allows it, and shows its progress."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._limit = endpoint.parallelism
        self._show = endpoint.progress

    async def __call__(
        self, what: str, items: Sequence[T], work: Callable[[T], Awaitable[R]]
    ) -> list[R]:
        """The results in the order of the items; `what` they are is shown with the progress."""
        done = 0

        async def counted(item: T) -> R:
            nonlocal done
            result = await work(item)
            done += 1
            self._show(what, done, len(items))
            return result

        return await in_parallel(items, counted, limit=self._limit)
