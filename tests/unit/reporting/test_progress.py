"""How far an apply has come, in one line that fits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.events import Event
from reconciler.model.plan import Plan
from reconciler.planning.merge_plans import joined
from reconciler.reporting.applying import Progress
from tests.workshop import COLLECTION, PROFILE, USER, Workshop


class Clock:
    """A clock that is set by hand."""

    time = 0.0

    def __call__(self) -> float:
        return self.time


def planned(workshop: Workshop) -> Plan:
    workshop.manifests(COLLECTION, PROFILE, USER)
    return workshop.plan()


def event(kind: str, left: int) -> Event:
    address = "test/webexcc/UserProfile/lead"
    return Event(kind, "test", 1, 1, "test:1", address, "create", left=left)  # type: ignore[arg-type]


def test_it_tells_what_is_done_how_fast_and_how_long_yet(workshop: Workshop) -> None:
    clock = Clock()
    progress = Progress(planned(workshop), clock)
    assert progress.line(80) == ""
    progress.take(event("apply_start", 3))
    assert progress.line(80) == "[--------------------] 0 of 3 done"
    clock.time = 4.0
    progress.take(event("apply_complete", 2))
    assert progress.line(80) == "[######--------------] 1 of 3 done, 0.2/s, about 8 s left"
    assert progress.line(40) == "1 of 3 done, 0.2/s, about 8 s left"
    waits = "1 of 3 done, the tenant asks to wait 12 s, about 8 s left"
    assert progress.line(70, waits=12.0) == waits
    progress.take(event("apply_errored", 1))
    progress.take(event("apply_skipped", 0))
    assert progress.line(80) == "[####################] 1 of 3 done, 1 failed, 0.2/s"


def test_what_earlier_runs_did_is_not_counted(workshop: Workshop) -> None:
    progress = Progress(planned(workshop), Clock())
    progress.take(event("apply_start", 1))
    assert progress.line(40) == "[--------------------] 0 of 1 done"


def test_the_rate_is_the_one_of_the_last_minute(workshop: Workshop) -> None:
    clock = Clock()
    progress = Progress(planned(workshop), clock)
    for second in range(100):
        clock.time = float(second)
        progress.take(event("apply_complete", 1000))
    clock.time = 3699.0
    progress.take(event("apply_complete", 6))
    assert progress.line(60) == "101 of 107 done, 0.0/s, about 6 min left"


@given(
    st.lists(st.tuples(st.sampled_from(["apply_start", "apply_complete", "apply_errored"]),
                       st.integers(0, 10**6), st.floats(0, 10**6)), max_size=20),
    st.integers(1, 200),
)  # fmt: skip
def test_it_always_fits(events: list[tuple[str, int, float]], columns: int) -> None:
    clock = Clock()
    progress = Progress(joined(()), clock)
    for kind, left, seconds in events:
        clock.time += seconds
        progress.take(event(kind, left))
    line = progress.line(columns, waits=events[0][2] if events else 0.0)
    assert len(line) <= columns
    assert line.isprintable()
    assert line.isascii()
