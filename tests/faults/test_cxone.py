"""CXone's operations, whatever goes wrong: no role twice, no name burnt, no half employee.

An employee's change may be several calls, and a role's name is spent by the first that lands: what
is not known to have landed has to be found out, and never tried under another name.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from reconciler.model.plan import dump
from tests.cli.test_cxone import JANE, OLD, OMAR, PERMISSIONS, PROJECT, ROLE, SEED
from tests.killed import PLAN, Assassin, Died, Log, Order, calls
from tests.workshop import Workshop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes fork and are killed")

SPENT = {"administrator", "agent", "old reviewer", "retired"}
GIVEN = JANE.replace("[reviewer]", "[old-reviewer]")
OFF = JANE.replace("active: true", "active: false")
CALLS = ("PUT *", "POST */v1/roles", "POST */deactivate", "POST */revive")
"""Everything that writes; what only asks is a POST here as well."""


@dataclass(frozen=True)
class Case:
    """What Git had and has, and the names that are spent in the end besides those of the seed."""

    had: tuple[str, ...]
    has: tuple[str, ...]
    spent: frozenset[str] = frozenset()


NEW = frozenset({"quality reviewer"})
CASES = {
    "create-role": Case((), (ROLE,), NEW),
    "create-and-give": Case((JANE.replace("[reviewer]", "[]"),), (ROLE, JANE), NEW),
    "update-role": Case((ROLE,), (ROLE.replace("[view, edit]", "[view]"),), NEW),
    "rename-role": Case((ROLE,), (ROLE.replace("Quality R", "R"),), NEW | {"reviewer"}),
    "deactivate-role": Case((ROLE, OLD, GIVEN), (ROLE, JANE), NEW),
    "reactivate-role": Case(
        (OLD.replace("status: active", "status: inactive"), JANE.replace("reviewer", "")),
        (OLD, GIVEN),
    ),
    "give-roles": Case((ROLE, OLD, GIVEN), (ROLE, OLD, JANE), NEW),
    "deactivate-employee": Case((OLD, GIVEN), (OLD, OFF.replace("[reviewer]", "[]"))),
    "revive-employee": Case((OMAR.replace("active: true", "active: false"),), (OMAR,)),
}
FAULTS: dict[str, tuple[str, ...]] = {
    kind: tuple(f"{what.format(call)}" for call in CALLS)
    for kind, what in {
        "429": '429 on="{}" retryAfter=2 times=3',
        "5xx-before": '503 on="{}" times=2',
        "5xx-after": '503 on="{}" when=after',
        "dropped": 'dropped on="{}" when=after',
        "lost": 'dropped on="{}"',
        "half-answer": 'half-answer on="{}" when=after',
        "cut-answer": 'cut-answer on="{}" when=after',
        "400": '400 on="{}"',
        "401": '401 on="{}" times=always',
        "409": '409 on="{}"',
    }.items()
}
FAULTS["searches-fail"] = ('503 on="POST */search" times=2',)
FAULTS["put-refused"] = ('400 on="PUT *" times=always',)
UNREADABLE = tuple(f"unread-{how}" for how in ("401", "403", "503", "drop", "odd", "null"))
"""How the reads fail that follow a call which the tenant accepted."""

PASSING = {
    "429", "5xx-before", "5xx-after", "dropped", "half-answer", "cut-answer", "searches-fail"
}  # fmt: skip
POINTS = tuple((number, when) for number in range(1, 6) for when in ("before", "after"))


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A folder of each case, up to its plan; made when it is first wanted."""
    made: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in made:
            made[name] = tmp_path_factory.mktemp(name)
            _start(made[name], CASES[name])
        return made[name]

    return folder


def _start(root: Path, case: Case) -> None:
    (root / "seed.yaml").write_text(f"{SEED}assumed: [A1, A2]\n{PERMISSIONS}", "utf-8")
    thresholds = "thresholds: {destroy: 10, people: 100%}\n"
    (root / "reconciler.yaml").write_text(f"{PROJECT}    assumed: [A1, A2]\n{thresholds}", "utf-8")
    here = Workshop(root)
    if case.had:
        here.manifests(*case.had)
        here.planned_and_applied()
    here.manifests(*case.has)
    plan = here.plan()
    assert not plan.errored, plan.findings
    (root / PLAN).write_bytes(dump(plan))


@pytest.fixture
def prepared(started: Callable[[str], Path], tmp_path: Path) -> Callable[[str], Workshop]:
    """A copy of a case's folder, as a workshop that goes on with the log of calls."""

    def copy(name: str) -> Workshop:
        root = tmp_path / "case"
        shutil.copytree(started(name), root)
        here = Workshop(root)
        here.calls = Log(root)
        return here

    return copy


def converges(here: Workshop, assassin: Assassin, what: Order, case: Case, *, resume: bool) -> Died:
    died = assassin.apply(what)
    outcomes: list[str] = []
    if resume:
        outcomes = [each.outcome for each in here.resume()]
        assert outcomes in ([], ["done"])
    if not resume or not outcomes:
        here.planned_and_applied()
    assert not here.plan().differs
    assert {row["id"] for row in here.rows("spent-name")} == SPENT | case.spent
    made = [c for c in calls(here.root) if c.method == "POST" and c.path.endswith("/v1/roles")]
    assert sum(each.status < 300 for each in made) <= 1
    for employee in here.rows("user"):
        assert employee["customAttributes"] == {"desk": "B4"}
    with closing(sqlite3.connect(here.root / ".reconciler" / "state.db")) as state:
        open_ = "SELECT * FROM operation WHERE outcome IS NULL"
        assert state.execute(open_).fetchall() == []
    return died


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", CASES)
def test_what_goes_wrong_is_made_good_by_the_next_run(
    prepared: Callable[[str], Workshop], assassin: Assassin, operation: str, fault: str
) -> None:
    here, case = prepared(operation), CASES[operation]
    what = Order(str(here.root), FAULTS[fault])
    resume = (len(operation) + len(fault)) % 2 == 0
    died = converges(here, assassin, what, case, resume=resume)
    assert not died.killed
    assert died.outcome == "done" if fault in PASSING else died.outcome in {"done", "partial"}


@pytest.mark.parametrize("resume", [True, False], ids=["resume", "plan"])
@pytest.mark.parametrize("fault", UNREADABLE)
@pytest.mark.parametrize("operation", CASES)
def test_a_write_whose_read_back_fails_is_unknown_and_settled_by_the_next_run(
    prepared: Callable[[str], Workshop],
    assassin: Assassin,
    operation: str,
    fault: str,
    resume: bool,
) -> None:
    here = prepared(operation)
    what = Order(str(here.root), (fault,))
    died = converges(here, assassin, what, CASES[operation], resume=resume)
    assert died.unknown
    assert not died.failed


@pytest.mark.parametrize(("kill_at", "when"), POINTS)
@pytest.mark.parametrize("operation", CASES)
def test_killed_at_any_write_to_the_journal_the_next_run_converges(
    prepared: Callable[[str], Workshop],
    assassin: Assassin,
    operation: str,
    kill_at: int,
    when: str,
) -> None:
    here, at = prepared(operation), POINTS.index((kill_at, when))
    resume = (len(operation) + at) % 2 == 0
    what = Order(str(here.root), kill_at=kill_at, when=when)
    died = converges(here, assassin, what, CASES[operation], resume=resume)
    assert died.killed


@pytest.mark.soak
@pytest.mark.parametrize("resume", [True, False], ids=["resume", "plan"])
@pytest.mark.parametrize(("kill_at", "when"), POINTS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", CASES)
def test_the_whole_of_it(  # noqa: PLR0913, PLR0917
    prepared: Callable[[str], Workshop],
    assassin: Assassin,
    operation: str,
    fault: str,
    kill_at: int,
    when: str,
    resume: bool,
) -> None:
    here = prepared(operation)
    what = Order(str(here.root), FAULTS[fault], kill_at, when)
    converges(here, assassin, what, CASES[operation], resume=resume)
