"""Windows and waiting of the request limit."""

from __future__ import annotations

import asyncio

from reconciler.sandbox.limiting import limited
from tests.unit.sandbox.little import Notes, calling


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_call_over_the_limit_is_told_when_a_slot_frees_and_is_not_processed() -> None:
    notes, clock = Notes(), Clock()

    async def story() -> None:
        async with calling(limited(notes, 3, 60.0, clock)) as client:
            for _ in range(3):
                assert (await client.get("/notes")).status_code == 200
                clock.now += 10
            refused = await client.get("/notes")
            assert (refused.status_code, refused.content) == (429, b"")
            assert refused.headers["retry-after"] == "30"
            assert notes.calls == 3
            clock.now += 30
            assert (await client.get("/notes")).status_code == 200
            assert (await client.get("/notes")).headers["retry-after"] == "10"

    asyncio.run(story())


def test_asking_early_is_refused_again_and_takes_no_slot() -> None:
    notes, clock = Notes(), Clock()

    async def story() -> None:
        async with calling(limited(notes, 1, 60.0, clock)) as client:
            await client.get("/notes")
            clock.now += 0.5
            assert (await client.get("/notes")).headers["retry-after"] == "60"
            clock.now += 59.7  # a slot is free, yet the caller was told to wait for longer
            early = await client.get("/notes")
            assert (early.status_code, early.headers["retry-after"]) == (429, "1")
            clock.now += 0.3
            assert (await client.get("/notes")).status_code == 200
            assert notes.calls == 2

    asyncio.run(story())


def test_each_token_has_a_window_of_its_own() -> None:
    notes, clock = Notes(), Clock()
    app = limited(notes, 1, 60.0, clock)

    async def story() -> None:
        async with calling(app, "one") as one, calling(app, "two") as two:
            assert (await one.get("/notes")).status_code == 200
            assert (await one.get("/notes")).status_code == 429
            assert (await two.get("/notes")).status_code == 200

    asyncio.run(story())
