from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.rate import Rate
from tests.virtual import VirtualPacing


def sent(pace: VirtualPacing, requests: int, workers: int = 8) -> list[float]:
    """When so many requests of so many workers go out."""
    times: list[float] = []

    async def worker(number: int) -> None:
        for _ in range(number, requests, workers):
            await pace.turn()
            times.append(pace.now())

    async def all_of_them() -> None:
        await asyncio.gather(*(worker(n) for n in range(workers)))

    asyncio.run(all_of_them())
    return times


@given(st.integers(1, 20), st.integers(1, 60), st.integers(1, 8))
def test_no_window_ever_holds_more_than_the_rate(requests: int, wanted: int, workers: int) -> None:
    times = sent(VirtualPacing(Rate(requests, 60.0)), wanted, workers)
    assert len(times) == wanted
    for number, each in enumerate(times):
        assert sum(each <= other < each + 60.0 for other in times[number:]) <= requests


def test_the_rate_is_used_up() -> None:
    pace = VirtualPacing(Rate(285, 60.0))
    times = sent(pace, 285 * 3 + 1)
    assert times[-1] - times[0] == pytest.approx(180, abs=1)


def test_without_a_rate_nobody_waits() -> None:
    pace = VirtualPacing()
    sent(pace, 100)
    assert pace.slept == []
    assert pace.limit is None


def test_all_workers_wait_until_the_tenant_wants_more() -> None:
    pace = VirtualPacing()
    began = pace.now()
    pace.hold(30)
    assert min(sent(pace, 20)) == pytest.approx(began + 30)


def test_the_limit_learns_once_from_many_refusals_and_recovers() -> None:
    pace = VirtualPacing(Rate(100, 60.0))
    for _ in range(8):
        pace.hold(10)
    assert pace.limit == 80
    sent(pace, 400)
    assert pace.limit == 100


def test_the_limit_never_falls_to_nothing() -> None:
    pace = VirtualPacing(Rate(2, 60.0))
    for _ in range(50):
        pace.hold(1)
        pace.time += 2
    assert pace.limit == 1
    assert len(sent(pace, 3)) == 3


@pytest.mark.parametrize(
    ("text", "rate"),
    [("285/min", Rate(285, 60)), ("5/s", Rate(5, 1)), ("9000/h", Rate(9000, 3600))],
)
def test_a_rate_reads_back_as_it_was_written(text: str, rate: Rate) -> None:
    assert Rate.parse(text) == rate
    assert str(rate) == text


@pytest.mark.parametrize("text", ["", "0/min", "-1/s", "5", "5/d", "5 / s", "1.5/s", "5/s\n"])
def test_what_is_no_rate(text: str) -> None:
    assert Rate.parse(text) is None


def shown(pace: VirtualPacing, workers: int = 8) -> list[str]:
    """What a person is shown while so many requests wait."""
    lines: list[str] = []
    pace.show_waits(lines.append)
    sent(pace, workers, workers)
    return lines


def test_a_long_wait_is_shown_once_with_its_reason() -> None:
    pace = VirtualPacing()
    pace.hold(37, "the tenant limits the rate (429, Retry-After)")
    assert shown(pace) == ["waiting 37 s: the tenant limits the rate (429, Retry-After)"]


@pytest.mark.parametrize("seconds", [0.5, 2])
def test_a_short_wait_is_not_shown(seconds: float) -> None:
    pace = VirtualPacing()
    pace.hold(seconds, "the tenant limits the rate (429)")
    assert shown(pace) == []


def test_the_project_s_own_limit_is_named() -> None:
    assert shown(VirtualPacing(Rate(4, 60.0))) == [
        "waiting 60 s: the limit of 4/min requests is used up"
    ]


def test_a_longer_wait_that_follows_is_shown_again() -> None:
    pace = VirtualPacing()
    pace.hold(5, "the tenant limits the rate (429)")
    first = shown(pace)
    pace.hold(20, "the tenant limits the rate (429, Retry-After)")
    assert [*first, *shown(pace)] == [
        "waiting 5 s: the tenant limits the rate (429)",
        "waiting 20 s: the tenant limits the rate (429, Retry-After)",
    ]
