from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.errors import LockedError
from reconciler.state import holder, lease
from reconciler.state.database import database_file, engine_of
from reconciler.state.holder import Process, this_process
from reconciler.state.lease import Lease, acquired, lock_of
from reconciler.state.sql import SqlState, create_state
from tests.systems import needs_proc, needs_signals

URL = "sqlite:///.reconciler/state.db"
SHORT, LONG = 0.3, 6.0
LONGEST = 300.0
"""A hang ends here: no test takes so long."""


@pytest.fixture
def states(tmp_path: Path) -> Iterator[Callable[[timedelta], SqlState]]:
    """Connections to one state, by machines whose clocks are off by so much."""
    create_state(URL, tmp_path).close()
    opened: list[SqlState] = []

    def state(off: timedelta = timedelta()) -> SqlState:
        engine = engine_of(database_file(URL, tmp_path))
        opened.append(SqlState(engine, lambda: datetime.now(UTC) + off))
        return opened[-1]

    yield state
    for each in opened:
        each.close()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """For leases that are to run out."""
    monkeypatch.setattr(lease, "SECONDS", SHORT)


@pytest.fixture
def renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    """For leases that are renewed in time on a busy machine too."""
    monkeypatch.setattr(lease, "SECONDS", LONG)


def never_renewed(tmp_path: Path) -> Lease:
    """The lease of a process that does not run: it was stopped, and lives."""
    engine = engine_of(database_file(URL, tmp_path))
    return acquired(engine, lambda: datetime.now(UTC), "t", "apply", pytest.fail)


def until_renewed(tmp_path: Path, times: int) -> None:
    """Wait until the holder of the lock has renewed its lease so often."""
    engine = engine_of(database_file(URL, tmp_path))
    deadline = time.monotonic() + LONGEST
    try:
        for _ in range(times):
            first = lock_of(engine, "t")
            while lock_of(engine, "t") == first:
                assert time.monotonic() < deadline, "nobody renews it"
                time.sleep(0.02)
    finally:
        engine.dispose()


def seen_from_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holder, "_place", lambda: "another machine")


def refuse(_text: str) -> None:
    pytest.fail("nothing has to be waited for")


def test_the_token_grows_with_every_holder(states: Callable[..., SqlState]) -> None:
    state, tokens = states(), []
    for _ in range(3):
        with state.lock("t", "apply") as held:
            assert held.holds()
            tokens.append(held.token)
        assert not held.holds()
    with state.lock("other", "apply") as other:
        assert other.token == 1
    assert tokens == [1, 2, 3]


def test_who_holds_it_from_where_and_since_when_is_told(states: Callable[..., SqlState]) -> None:
    state = states()
    with (
        state.lock("t", "apply"),
        pytest.raises(LockedError) as caught,
        states(timedelta(hours=2)).lock("t", "apply"),
    ):
        pass
    me, told = this_process(), caught.value.told
    assert told.summary == f"tenant t is locked by {me.user}@{me.host}"
    assert f"apply of {me.user}@{me.host}, process {os.getpid()}, since " in told.detail
    assert told.detail.endswith("(2 h ago)")
    assert "reconciler state unlock t" in told.hint
    assert caught.value.outcome == "locked"


def test_a_lease_is_renewed_for_as_long_as_its_holder_lives(
    states: Callable[..., SqlState], renewed: None, tmp_path: Path
) -> None:
    with states().lock("t", "apply") as held:
        until_renewed(tmp_path, times=2)
        with pytest.raises(LockedError), states().lock("t", "apply", refuse):
            pass
        assert held.holds()


def test_a_lease_that_ran_out_is_another_s_and_its_holder_finds_out(
    states: Callable[..., SqlState], short: None, tmp_path: Path
) -> None:
    stopped = never_renewed(tmp_path)
    time.sleep(SHORT)
    with states().lock("t", "apply", refuse) as taken:
        assert taken.token == stopped.token + 1
        assert not stopped.holds()
        with pytest.raises(LockedError) as caught:
            stopped.check()
        assert caught.value.told.code == "RUN111"
        assert str(os.getpid()) in caught.value.told.detail
        assert taken.holds()


def test_a_holder_that_comes_back_late_frees_nobody_else_s_lock(
    states: Callable[..., SqlState], short: None, tmp_path: Path
) -> None:
    stopped = never_renewed(tmp_path)
    time.sleep(SHORT)
    with states().lock("t", "apply") as taken:
        with stopped.kept():
            pass
        assert taken.holds()


def test_a_lease_that_ran_out_and_nobody_wanted_goes_on(
    states: Callable[..., SqlState], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(lease, "SECONDS", SHORT)
    stopped = never_renewed(tmp_path)
    time.sleep(SHORT)
    monkeypatch.setattr(lease, "SECONDS", LONG)
    assert stopped.holds()
    with pytest.raises(LockedError), states().lock("t", "apply", refuse):
        pass


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_takes_no_lock_from_anybody(
    states: Callable[..., SqlState], hours: int
) -> None:
    with (
        states().lock("t", "apply"),
        pytest.raises(LockedError),
        states(timedelta(hours=hours)).lock("t", "apply", refuse),
    ):
        pass


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_wrong_elsewhere_takes_no_lock_from_the_living(
    states: Callable[..., SqlState], renewed: None, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    warned: list[str] = []
    with states().lock("t", "apply"):
        seen_from_elsewhere(monkeypatch)
        with (
            pytest.raises(LockedError),
            states(timedelta(hours=hours)).lock("t", "apply", warned.append),
        ):
            pass
    assert f"waiting {LONG:.0f} s to see whether that is alive" in warned[0]


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_a_lease_that_nobody_renews_elsewhere_is_taken_over(
    states: Callable[..., SqlState],
    short: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    hours: int,
) -> None:
    stopped = never_renewed(tmp_path)
    time.sleep(SHORT)
    seen_from_elsewhere(monkeypatch)
    with states(timedelta(hours=hours)).lock("t", "apply", lambda _text: None) as taken:
        assert not stopped.holds()
        assert taken.holds()


def test_a_lease_that_lasts_elsewhere_is_not_waited_for(
    states: Callable[..., SqlState], monkeypatch: pytest.MonkeyPatch
) -> None:
    with states().lock("t", "apply"):
        seen_from_elsewhere(monkeypatch)
        with pytest.raises(LockedError), states().lock("t", "apply", refuse):
            pass


def test_a_lock_of_a_process_that_lives_is_taken_by_force_alone(
    states: Callable[..., SqlState],
) -> None:
    state = states()
    assert state.unlock("t") is None
    with state.lock("t", "apply") as held:
        with pytest.raises(LockedError) as caught:
            state.unlock("t")
        assert caught.value.told.code == "RUN112"
        assert held.holds()
        taken = state.unlock("t", force=True)
        assert taken is not None
        assert (taken.pid, taken.command) == (os.getpid(), "apply")
        assert not held.holds()
        with state.lock("t", "apply") as other:
            assert other.token > held.token
    assert state.unlock("t") is None


def test_a_run_is_running_while_it_has_the_lock(states: Callable[..., SqlState]) -> None:
    state = states()
    with state.lock("t", "apply") as held:
        state.start_run("t", "apply", lease=held)
        assert [(each.running, each.token) for each in state.runs(["t"])] == [(True, held.token)]
    assert [each.running for each in state.runs(["t"])] == [False]


@needs_proc
def test_a_process_is_dead_once_it_is_killed_before_anybody_waits_for_it() -> None:
    script = "import time; print('here', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        me = this_process()
        seen = Process("ada", me.host, child.pid, "", me.place)
        assert not seen.is_dead
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert seen.is_dead


@needs_signals
def test_a_process_elsewhere_is_never_known_to_be_dead() -> None:
    me, nobody = this_process(), 2**22 + 1
    assert not me.is_dead
    assert Process("ada", me.host, nobody, "", me.place).is_dead
    assert not Process("ada", me.host, nobody, "", "another machine").is_dead
    # of an older version, which kept the name of the machine alone
    assert Process("ada", me.host, nobody, "", "").is_dead
    assert not Process("ada", "elsewhere", nobody, "", "").is_dead


@needs_proc
def test_a_number_that_was_given_to_another_process_is_no_sign_of_life() -> None:
    me = this_process()
    assert Process(me.user, me.host, me.pid, "1", me.place).is_dead
